/** Claims the penalty of a promise that L1 shows to be broken. */
import { readFile } from "node:fs/promises";
import type { HardhatConfig } from "hardhat/types/config";
import type { NetworkConnection } from "hardhat/types/network";
import { Contract, type TransactionReceipt } from "ethers";
import { blockPromise, inclusionPromise } from "../../api/schemas.ts";
import { connectRollup } from "../../l1/client.ts";
import { signingDomain } from "../../operations/transaction.ts";
import { type Bond, readBond } from "../../receipts/bond-on-l1.ts";
import {
  type Claim,
  judgePromise,
  type SignedSealedBlock,
  type Verdict,
} from "../../receipts/claims.ts";
import { type SignedInclusion, verifyInclusionSignature } from "../../receipts/inclusion.ts";
import { verifySealedBlockSignature } from "../../receipts/sealed-block.ts";
import { RECEIPT_BOND_ABI } from "../../receipts/generated/bond-abi.ts";
import { readExecutedBlocks } from "../../restore/executed-blocks.ts";
import type { RestoreProgress } from "../../restore/restore.ts";
import { createRestoreSource } from "../../restore/source.ts";
import { pluginError } from "../errors.ts";
import { orCallFailed } from "./bond.ts";
import { locateRollup } from "./locate-rollup.ts";

export interface ClaimSettings {
  /** File with a promise, as an operator has answered it. */
  readonly file: string;
  /** L1 block of the rollup's deployment, or an earlier one. Default: the recorded one. */
  readonly fromBlock?: number | undefined;
  /** Receives the progress after each step. */
  readonly onProgress?: (progress: RestoreProgress) => void;
}

/** What L1 says of a promise, and what the claim has paid if it was broken. */
export interface ClaimResult {
  readonly bond: Bond;
  readonly verdict: Exclude<Verdict, { type: "broken" }> | Omit<Verdict & object, "claim">;
  readonly paid?: {
    /** Of the L1 transaction, 0x-hex. */
    readonly transaction: string;
    readonly rewardWei: bigint;
    readonly burnedWei: bigint;
  };
}

/**
 * Judges a promise by what L1 has executed, and claims the penalty if it is broken. The network's
 * first account pays the gas and gets the reward.
 *
 * @throws PROMISE_FILE_INVALID, RECEIPT_SIGNATURE_INVALID, BOND_NOT_FOUND, BOND_REVERTED,
 * BOND_CALL_FAILED, NO_SIGNER, as `locateRollup` and as `readExecutedBlocks`
 */
export async function claimPromise(
  config: HardhatConfig,
  connection: NetworkConnection,
  { file, fromBlock, onProgress }: ClaimSettings,
): Promise<ClaimResult> {
  const { ethers } = connection;
  const { bondAddress, promise } = await readPromise(file);
  const bond = await readBond(ethers.provider, bondAddress);
  assertSigned(bond, promise);
  const location = await locateRollup(config, connection, {
    rollup: bond.rollupAddress,
    fromBlock,
  });
  const client = await connectRollup(location, ethers.provider);
  const domain = signingDomain(client.chainId, BigInt(client.rollupAddress));
  const blocks = readExecutedBlocks(
    createRestoreSource(client),
    onProgress === undefined ? {} : { onProgress },
  );
  const verdict = await judgePromise(promise, blocks, domain);
  if (verdict.type !== "broken") return { bond, verdict };
  const { claim, ...rest } = verdict;
  return { bond, verdict: rest, paid: await send(connection, bond, claim) };
}

/** What nobody has signed is no promise, whatever L1 says. @throws RECEIPT_SIGNATURE_INVALID */
function assertSigned(bond: Bond, promise: SignedSealedBlock | SignedInclusion): void {
  const expected = { ...bond, signer: bond.signerAddress };
  if ("inclusion" in promise) verifyInclusionSignature(expected, promise);
  else verifySealedBlockSignature(expected, promise.promise, promise.signature);
}

async function send({ ethers, networkName }: NetworkConnection, bond: Bond, claim: Claim) {
  const [signer] = await ethers.getSigners();
  if (signer === undefined) throw pluginError({ code: "NO_SIGNER", network: networkName });
  const contract = new Contract(bond.bondAddress, RECEIPT_BOND_ABI, signer);
  return orCallFailed(claim.call, async () => {
    const sent = await contract.getFunction(claim.call).send(...claim.args);
    const receipt = (await sent.wait())!;
    return { transaction: receipt.hash, ...paidBy(contract, receipt) };
  });
}

function paidBy(contract: Contract, { logs }: TransactionReceipt) {
  for (const log of logs) {
    const event = contract.interface.parseLog(log);
    if (event?.name !== "PromiseBroken" && event?.name !== "InclusionBroken") continue;
    const { reward, burned } = event.args as unknown as { reward: bigint; burned: bigint };
    return { rewardWei: reward, burnedWei: burned };
  }
  return { rewardWei: 0n, burnedWei: 0n };
}

/** @throws PROMISE_FILE_INVALID */
async function readPromise(file: string) {
  if (file === "") {
    throw pluginError({ code: "PROMISE_FILE_INVALID", file, reason: "no file is named" });
  }
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw pluginError({ code: "PROMISE_FILE_INVALID", file, reason: (error as Error).message });
  });
  const json = parseJson(text);
  const inclusion = inclusionPromise.safeParse(json);
  if (inclusion.success) {
    const { bond, ...promise } = inclusion.data;
    return { bondAddress: bond.address, promise };
  }
  const block = blockPromise.safeParse(json);
  if (block.success) {
    const { bond, promise, signature } = block.data;
    return { bondAddress: bond.address, promise: { promise, signature } };
  }
  const reason =
    "it has no promise in the form of rollup_getInclusionPromise or rollup_getBlockPromise";
  throw pluginError({ code: "PROMISE_FILE_INVALID", file, reason });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
