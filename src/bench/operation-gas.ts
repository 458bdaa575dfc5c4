/**
 * Measures the cost of operations on L1 by phase. The blocks have no valid state, so the rollup's
 * verifier must accept any proof; `proof-gas.ts` measures real proofs.
 */

import { type Signer, ZeroAddress } from "ethers";
import {
  blockData,
  challenge,
  committedElements,
  digestOf,
  evaluate,
  headerWord,
} from "../block/commitment.ts";
import { encodePubdata } from "../block/pubdata.ts";
import type { RollupClient } from "../l1/client.ts";
import { providerOf } from "../l1/events.ts";
import type { CommitBlock, ExecuteBlock, ProveBlock, StoredBlock } from "../l1/types.ts";
import type { PublicOperation } from "../operations/operation.ts";
import { payoutsOf } from "../operations/payouts.ts";
import { signingDomain } from "../operations/transaction.ts";
import { type BlockKind, blockKindId } from "../protocol/kinds.ts";
import { assert } from "../util/errors.ts";
import { type Cost, costOf, type PerPhase, perPhase } from "./l1-cost.ts";
import { createSeededRandom, type Random } from "./random.ts";
import { createOperationKinds, type OperationKind } from "./sample-operations.ts";

/** A new rollup of any preset, which holds enough ETH and token 1. */
export interface GasStage {
  /** Client of a validator. */
  readonly validator: RollupClient;
  /** Client of the user. */
  readonly client: RollupClient;
  /** Signer of `client`, with ETH and token 1, all of which is approved to the rollup. */
  readonly user: Signer;
}

/** The cost that an operation adds to a block in each phase. */
export interface OperationCost {
  readonly gas: PerPhase<number>;
  readonly calldataBytes: PerPhase<number>;
  readonly pubdataBytes: number;
}

export interface L1Costs {
  /** Cost of a block without operations, alone in its L1 transactions. */
  readonly emptyBlock: PerPhase<Cost>;
  readonly operations: Readonly<Record<string, OperationCost>>;
  /** Gas that the first payout of a block takes when it is executed. */
  readonly firstPayout: number;
  /** Gas of users' calls on L1, from the second call on. */
  readonly userCalls: Readonly<Record<string, number>>;
}

/** Gas of L1 depends on the slots of a kind alone, and as calldata on its bytes that are not 0. */
const KIND: BlockKind = { slots: 64, levels: 6, tokens: "main" };
/** Number of added operations from which the cost of one is computed. */
const SAMPLES = 8;

/** Runs an action with a stage on a new chain, always with the same result. */
export type WithStage = <T>(action: (stage: GasStage) => Promise<T>) => Promise<T>;

export async function measureOperations(withStage: WithStage): Promise<L1Costs> {
  const names = await withStage(async (stage) => Object.keys(await kindsOf(stage)));
  const operations: Record<string, OperationCost> = {};
  for (const name of names) {
    operations[name] = await withStage((stage) => measureOperation(stage, name));
  }
  const emptyBlock = await withStage(measureEmptyBlock);
  const onePayout = await withStage(measureOnePayout);
  return {
    emptyBlock,
    operations,
    firstPayout: onePayout.execute.gas - emptyBlock.execute.gas,
    userCalls: await withStage(measureUserCalls),
  };
}

/**
 * Measures the cost of blocks full of one operation, of each kind.
 *
 * @param name - Of the operation, as in `createOperationKinds`.
 */
export async function measureFullBlocks(
  withStage: WithStage,
  kinds: readonly BlockKind[],
  name = "transfer",
): Promise<PerPhase<Cost>[]> {
  const costs: PerPhase<Cost>[] = [];
  for (const kind of kinds) {
    costs.push(
      await withStage(async (stage) => {
        const operation = (await kindsOf(stage))[name];
        assert(operation !== undefined, "the name is that of a sample operation");
        const runBlock = await createRunner(stage, kind);
        await runBlock(operation, 1); // makes the first writes to storage slots
        return (await runBlock(operation, kind.slots)).costs;
      }),
    );
  }
  return costs;
}

async function kindsOf({ client, user }: GasStage) {
  return createOperationKinds(client, { user, address: await user.getAddress() });
}

async function measureEmptyBlock(stage: GasStage): Promise<PerPhase<Cost>> {
  const runBlock = await createRunner(stage);
  const noop: OperationKind = { operation: () => ({ type: "noop" }) };
  await runBlock(noop, 0);
  return (await runBlock(noop, 0)).costs;
}

async function measureOnePayout(stage: GasStage): Promise<PerPhase<Cost>> {
  const { withdrawEth } = await kindsOf(stage);
  const runBlock = await createRunner(stage);
  await runBlock(withdrawEth!, 1);
  return (await runBlock(withdrawEth!, 1)).costs;
}

async function measureOperation(stage: GasStage, name: string): Promise<OperationCost> {
  const kind = (await kindsOf(stage))[name]!;
  const runBlock = await createRunner(stage);
  await runBlock(kind, 1); // makes the first writes to storage slots
  const few = await runBlock(kind, SAMPLES);
  const many = await runBlock(kind, 2 * SAMPLES);
  const perOperation = (count: "gas" | "calldataBytes") =>
    perPhase((phase) => {
      const added = many.costs[phase][count] - few.costs[phase][count];
      return Math.round(added / SAMPLES) || 0; // without the sign of -0
    });
  return {
    gas: perOperation("gas"),
    calldataBytes: perOperation("calldataBytes"),
    pubdataBytes: (many.pubdataBytes - few.pubdataBytes) / SAMPLES,
  };
}

interface RunBlock {
  readonly costs: PerPhase<Cost>;
  readonly pubdataBytes: number;
}

/** Creates a function that commits, proves and executes a block of `count` operations of a kind. */
async function createRunner({ validator }: GasStage, blockKind = KIND) {
  const random = createSeededRandom("blocks");
  let last = await validator.readStoredBlock(0);
  let index = 0;
  return async (kind: OperationKind, count: number): Promise<RunBlock> => {
    const indices = Array.from({ length: count }, () => index++);
    const authorizations: string[] = [];
    for (const each of indices) {
      await kind.request?.(each);
      if (kind.authorization !== undefined) authorizations.push(await kind.authorization(each));
    }
    const operations = indices.map(kind.operation);
    const { timestamp } = (await providerOf(validator.contract).getBlock("latest"))!;
    const options = { timestamp: BigInt(timestamp), kind: blockKind, random };
    const block = createUnprovenBlock(validator, last, operations, options);
    const commitBlock = { ...block.commitBlock, authorizations };
    const committed = await validator.commitBlocks(last, [commitBlock]);
    const storedBlock = committed.storedBlocks[0]!;
    const claim = { parentCommitment: last.commitment, storedBlock, ...block.claim };
    const proven = await validator.proveBlocks([claim]);
    const executed = await validator.executeBlocks([{ storedBlock, payouts: block.payouts }]);
    last = storedBlock;
    const costs = {
      commit: await costOf(validator, committed.transaction),
      prove: await costOf(validator, proven),
      execute: await costOf(validator, executed),
    };
    return { costs, pubdataBytes: commitBlock.pubdata.length };
  };
}

interface BlockOptions {
  readonly timestamp: bigint;
  readonly kind: BlockKind;
  readonly random: Random;
}

/** Creates a block of operations with an arbitrary new state root and no valid proof. */
function createUnprovenBlock(
  { chainId, rollupAddress }: RollupClient,
  parent: StoredBlock,
  operations: readonly PublicOperation[],
  { timestamp, kind: blockKind, random }: BlockOptions,
): UnprovenBlock {
  const padding = new Array<PublicOperation>(blockKind.slots - operations.length).fill({
    type: "noop",
  });
  const pubdata = encodePubdata(operations);
  const kind = blockKindId(blockKind);
  const newStateRoot = random.field();
  const oldStateRoot = parent.stateRoot;
  const feeAccountId = 0;
  const blockNumber = parent.blockNumber + 1;
  const header = headerWord({ blockNumber, timestamp, feeAccountId });
  const domain = signingDomain(chainId, BigInt(rollupAddress));
  const inputs = { oldStateRoot, newStateRoot, header, domain };
  const elements = committedElements(inputs, blockData([...operations, ...padding]));
  const digest = digestOf(elements);
  const z = challenge({ pubdata, kind, digest, oldStateRoot, newStateRoot, header });
  const y = evaluate(elements, z);
  return {
    commitBlock: { timestamp, feeAccountId, kind, newStateRoot, digest, pubdata },
    claim: { kind, digest, z, y, proof: NO_PROOF },
    payouts: payoutsOf(operations),
  };
}

interface UnprovenBlock {
  readonly commitBlock: Omit<CommitBlock, "authorizations">;
  readonly claim: Omit<ProveBlock, "parentCommitment" | "storedBlock">;
  readonly payouts: ExecuteBlock["payouts"];
}

const NO_PROOF = new Array<bigint>(8).fill(0n);

async function measureUserCalls({ client, user }: GasStage): Promise<Record<string, number>> {
  const address = await user.getAddress();
  const token = await client.contract.tokenAddress(1);
  const amount = 10n ** 18n;
  const calls = {
    depositEth: () => client.depositEth(address, amount),
    depositErc20: () => client.depositErc20(token, amount, address),
    requestFullExit: () => client.requestFullExit(9, ZeroAddress),
  };
  const gas: Record<string, number> = {};
  for (const [name, call] of Object.entries(calls)) {
    await call();
    gas[name] = Number((await call()).transaction.gasUsed);
  }
  return gas;
}
