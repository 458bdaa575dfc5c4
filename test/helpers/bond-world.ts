/** A bond on a rollup, with promises, and blocks that keep or break them. */
import { expect } from "chai";
import { type BaseContract, type ContractTransactionResponse, keccak256, Wallet } from "ethers";
import type { RollupSettings } from "../../src/l1/deploy.ts";
import type { PublicOperation } from "../../src/operations/operation.ts";
import { signingDomain } from "../../src/operations/transaction.ts";
import {
  executedBlock,
  type SealedBlock,
  signSealedBlock,
} from "../../src/receipts/sealed-block.ts";
import {
  createTestBlock,
  createTestRollup,
  type TestBlock,
  type TestRollup,
} from "./test-rollup.ts";

export const ETHER = 10n ** 18n;
export const PENALTY = 2n * ETHER;
export const BOND = 5n * ETHER;
export const DAY = 24 * 60 * 60;
export const BURNED = "0x000000000000000000000000000000000000dEaD";

interface Send {
  (...args: unknown[]): Promise<ContractTransactionResponse>;
  /** Calls without sending. */
  readonly staticCall: (...args: unknown[]) => Promise<unknown>;
}
export interface Bond extends BaseContract {
  readonly claim: Send;
  readonly claimLate: Send;
  readonly claimReplaced: Send;
  readonly keepAnchor: Send;
  readonly announceWithdrawal: Send;
  readonly cancelWithdrawal: Send;
  readonly withdraw: Send;
  readonly fund: Send;
  connect(signer: unknown): Bond;
}

export const transfer = (amount: bigint): PublicOperation => ({
  type: "transfer",
  fromAccountId: 1,
  toAccountId: 2,
  tokenId: 0,
  amount,
  fee: 1n,
});

export async function createBondWorld(settings: Partial<RollupSettings> = {}) {
  const rollup = await createTestRollup("MockVerifier", settings);
  const { ethers, networkHelpers, governor, client, chain } = rollup;
  const key = Wallet.createRandom();
  const deploy = async (address: string, signer: string, penalty = PENALTY, delay = 7 * DAY) =>
    (await ethers.deployContract(
      "ReceiptBond",
      [address, governor.address, signer, penalty, delay],
      { value: BOND },
    )) as unknown as Bond;
  const bond = await deploy(client.rollupAddress, key.address);
  const bondAddress = await bond.getAddress();
  const identity = { chainId: client.chainId, bondAddress };
  const promiseOf = async (block: TestBlock, changes: Partial<SealedBlock> = {}) => {
    const anchor = (await ethers.provider.getBlock("latest"))!;
    const sealedBlock: SealedBlock = {
      blockNumber: block.storedBlock.blockNumber,
      pubdataHash: keccak256(block.commitBlock.pubdata),
      anchorNumber: anchor.number,
      anchorHash: anchor.hash!,
      ...changes,
    };
    return { sealedBlock, signature: await signSealedBlock(key, identity, sealedBlock) };
  };
  const evidenceOf = (block: TestBlock, parent = rollup.genesis) =>
    executedBlock(
      parent,
      block.storedBlock,
      block.commitBlock,
      signingDomain(client.chainId, BigInt(client.rollupAddress)),
    );
  const timestamp = BigInt(await networkHelpers.time.latest());
  const blockOf = (operations: readonly PublicOperation[], parent = rollup.genesis) =>
    createTestBlock(client, parent, operations, { timestamp });
  return { ...rollup, chain, key, bond, deploy, identity, promiseOf, evidenceOf, blockOf };
}
export type BondWorld = Awaited<ReturnType<typeof createBondWorld>>;

export async function commit(
  { client }: TestRollup,
  block: TestBlock,
  parent: TestBlock["storedBlock"],
) {
  await client.commitBlocks(parent, [block.commitBlock]);
}

export async function execute(world: BondWorld, block: TestBlock, parent = world.genesis) {
  await commit(world, block, parent);
  await world.client.proveBlocks([block.proveBlock]);
  await world.client.executeBlocks([{ storedBlock: block.storedBlock, payouts: block.payouts }]);
}

export async function expectRevert(
  { bond, ethers }: Pick<BondWorld, "bond" | "ethers">,
  error: string,
  call: Promise<unknown>,
) {
  const outcome = await call.then(
    () => "done",
    (thrown: unknown) => thrown,
  );
  const data = findData(outcome);
  const name = data === undefined ? String(outcome) : bond.interface.parseError(data)?.name;
  expect(name ?? (data && ethers.dataSlice(data, 0, 4))).to.equal(error);
}

/** Data of a revert, wherever the provider keeps it. */
function findData(thrown: unknown, depth = 0): string | undefined {
  if (typeof thrown !== "object" || thrown === null || depth > 5) return undefined;
  const { data, error, cause, info } = thrown as Record<string, unknown>;
  if (typeof data === "string" && data.length >= 10) return data;
  for (const inner of [data, error, cause, info]) {
    const found = findData(inner, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
