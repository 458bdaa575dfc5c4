/** A Rollup contract on a chain of its own, and blocks for it without a state or a proof. */
import { AbiCoder, concat, keccak256, toBeHex, ZeroHash } from "ethers";
import { artifacts, network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import {
  blockData,
  challenge,
  committedElements,
  digestOf,
  evaluate,
  headerWord,
} from "../../src/block/commitment.ts";
import type { Rollup } from "../../types/ethers-contracts/contracts/Rollup.ts";
import { encodePubdata } from "../../src/block/pubdata.ts";
import { toChecksumAddress } from "../../src/l1/addresses.ts";
import { connectRollup, type RollupClient } from "../../src/l1/client.ts";
import { deployRollup, type RollupSettings } from "../../src/l1/deploy.ts";
import type { CommitBlock, ProveBlock, StoredBlock } from "../../src/l1/types.ts";
import type { PublicOperation } from "../../src/operations/operation.ts";
import { payoutsOf } from "../../src/operations/payouts.ts";
import type { Payout } from "../../src/operations/rules.ts";
import { signingDomain } from "../../src/operations/transaction.ts";
import type { OperationName } from "../../src/operations/table.ts";
import { blockKindId, slotsOfKindId } from "../../src/protocol/kinds.ts";
import { PRESETS } from "../../src/protocol/presets.ts";

export const GENESIS_ROOT = 1n;
export const FEE_ACCOUNT_ADDRESS = 0xfeen;
/** Gas for all payouts of a transaction; with an estimate, payouts stay open. */
export const PAYING = { gasLimit: 16_777_216n };
export const ZERO_PROOF = new Array<bigint>(8).fill(0n);
/** Operations that serve a request of the queue. */
const SERVING: readonly OperationName[] = ["deposit", "fullExit", "refund"];

/**
 * Deploys a rollup.
 *
 * @param verifier - Contract name of its verifier.
 * @param connection - Connection to a chain; default: a new chain.
 */
export async function createTestRollup(
  verifier:
    "MockVerifier" | "ExpectingVerifier" | "SealVerifier" | "RollupVerifier" = "MockVerifier",
  settings: Partial<RollupSettings> = {},
  connection?: NetworkConnection,
) {
  const chain = connection ?? (await network.create());
  const { ethers, networkHelpers } = chain;
  const [governor, validator, user, other] = await ethers.getSigners();
  if (!governor || !validator || !user || !other) throw new Error("the chain has accounts");
  const location = await deployRollup(
    governor,
    {
      rollup: await artifacts.readArtifact("Rollup"),
      proxy: await artifacts.readArtifact("RollupProxy"),
      exitVerifier: await artifacts.readArtifact("ExitVerifier"),
      verifier: await artifacts.readArtifact(verifier),
    },
    {
      preset: PRESETS.dev,
      feeAccountAddress: FEE_ACCOUNT_ADDRESS,
      genesisStateRoot: GENESIS_ROOT,
      validators: [validator.address],
      ...settings,
    },
  );
  const client = await connectRollup(location, validator);
  const genesis = await client.readStoredBlock(0);
  const rollup = client.contract as unknown as Rollup;
  return {
    chain,
    ethers,
    networkHelpers,
    governor,
    validator,
    user,
    other,
    rollup,
    client,
    genesis,
  };
}
export type TestRollup = Awaited<ReturnType<typeof createTestRollup>>;

/** The parts of a block besides its operations. */
export interface BlockOptions {
  /** Id of the block's kind; default: {@link kindOfSlots} of 4. */
  readonly kind?: number;
  readonly timestamp?: bigint;
  readonly feeAccountId?: number;
  readonly newStateRoot?: bigint;
  readonly authorizations?: readonly string[];
}

/** A block as the argument of every phase, with its expected stored block. */
export interface TestBlock {
  readonly commitBlock: CommitBlock;
  /** Computed here, without the contract. */
  readonly storedBlock: StoredBlock;
  readonly proveBlock: ProveBlock;
  readonly payouts: readonly Payout[];
}

/** Returns the id of the kind with these slots that holds all accounts and tokens of `dev`. */
export function kindOfSlots(slots: number): number {
  return blockKindId({ slots, levels: PRESETS.dev.stateTreeLevels, tokens: "wide" });
}

/** Creates a block of the given operations after `parent`, with an arbitrary state root. */
export function createTestBlock(
  { chainId, rollupAddress }: Pick<RollupClient, "chainId" | "rollupAddress">,
  parent: StoredBlock,
  operations: readonly PublicOperation[],
  options: BlockOptions = {},
): TestBlock {
  const {
    kind = kindOfSlots(4),
    timestamp = parent.timestamp,
    feeAccountId = 0,
    authorizations = [],
  } = options;
  const { newStateRoot = parent.stateRoot + 1n } = options;
  const blockNumber = parent.blockNumber + 1;
  const padding = slotsOfKindId(kind) - operations.length;
  const noops = new Array<PublicOperation>(Math.max(0, padding)).fill({ type: "noop" });
  const data = blockData([...operations, ...noops]);
  const pubdata = encodePubdata(operations);
  const oldStateRoot = parent.stateRoot;
  const header = headerWord({ blockNumber, timestamp, feeAccountId });
  const domain = signingDomain(chainId, BigInt(rollupAddress));
  const elements = committedElements({ oldStateRoot, newStateRoot, header, domain }, data);
  const digest = digestOf(elements);
  const z = challenge({ pubdata, kind, digest, oldStateRoot, newStateRoot, header });
  const y = evaluate(elements, z);
  const payouts = payoutsOf(operations);
  const storedBlock: StoredBlock = {
    blockNumber,
    priorityRequests: operations.filter(({ type }) => SERVING.includes(type)).length,
    timestamp,
    payoutsHash: hashPayouts(payouts),
    stateRoot: newStateRoot,
    commitment: keccak256(encodeWords([BigInt(parent.commitment), BigInt(kind), digest, z, y])),
  };
  const commitBlock = { timestamp, feeAccountId, kind, newStateRoot, digest, pubdata };
  const parentCommitment = parent.commitment;
  const claim = { parentCommitment, kind, digest, z, y, proof: ZERO_PROOF };
  return {
    commitBlock: { ...commitBlock, authorizations },
    storedBlock,
    proveBlock: { storedBlock, ...claim },
    payouts,
  };
}

/** Computes keccak256 of a stored block's ABI encoding, which the contract stores. */
export function hashStoredBlock(stored: StoredBlock): string {
  const { blockNumber, priorityRequests, timestamp, payoutsHash, stateRoot, commitment } = stored;
  const values = [blockNumber, priorityRequests, timestamp, payoutsHash, stateRoot, commitment];
  return keccak256(encodeWords(values.map(BigInt)));
}

/** Reads the timestamp of the latest L1 block, in Unix seconds. */
export async function latestTimestamp({ networkHelpers }: TestRollup): Promise<bigint> {
  return BigInt(await networkHelpers.time.latest());
}

/** Converts a deposit to a refund, which has no account. */
export function refundOf(deposit: PublicOperation<"deposit">): PublicOperation<"refund"> {
  const { tokenId, owner, amount } = deposit;
  return { type: "refund", tokenId, owner, amount };
}

/** Creates a withdrawal, with a fee that has no effect on L1. */
export function withdrawOperation(
  recipient: string,
  amount: bigint,
  tokenId = 0,
): PublicOperation<"withdraw"> {
  return {
    type: "withdraw",
    accountId: 3,
    tokenId,
    fee: 20n,
    recipient: BigInt(recipient),
    amount,
  };
}

function hashPayouts(payouts: readonly Payout[]): string {
  return payouts.reduce((hash, { recipient, tokenId, amount }) => {
    const types = ["bytes32", "address", "uint16", "uint128"];
    const values = [hash, toChecksumAddress(recipient), tokenId, amount];
    return keccak256(AbiCoder.defaultAbiCoder().encode(types, values));
  }, ZeroHash);
}

function encodeWords(words: readonly bigint[]): string {
  return concat(words.map((word) => toBeHex(word, 32)));
}
