/**
 * How many transfers an operator takes: every signature checked, every rule applied, every block
 * sealed and prepared, which is all that L1 needs of it to be committed.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { poseidon } from "../crypto/poseidon.ts";
import { type BatchCrypto, createBatchCrypto } from "../kernel/batch.ts";
import type { StoredBlock } from "../l1/types.ts";
import { Operator } from "../operator/operator.ts";
import { prepareBlocks } from "../operator/stages/prepare.ts";
import { isSealed } from "../operator/ledger/blocks.ts";
import { type SignedTransaction, signingDomain } from "../operations/transaction.ts";
import { ETH_TOKEN_ID, GENESIS_FEE_ACCOUNT_ID } from "../protocol/constants.ts";
import { type PresetName, PRESETS } from "../protocol/presets.ts";
import { createMockProver } from "../prover/mock-prover.ts";
import { createGenesisState, RollupState } from "../state/rollup-state.ts";
import { assert } from "../util/errors.ts";
import { measure } from "./measure.ts";
import { createQuietL1 } from "./quiet-l1.ts";
import { createSeededRandom } from "./random.ts";
import { createLoad, createUsers, FEE, FEE_ACCOUNT_ADDRESS, fund, type User } from "./transfers.ts";

export interface SequencerBenchOptions {
  readonly preset: PresetName;
  /** Accounts that send to each other, in random pairs. */
  readonly accounts: number;
  /** Transfers a second that are offered, however long the answers take. */
  readonly rate: number;
  /** For so long. */
  readonly seconds: number;
  /** Worker threads for signatures and hashes, besides the one that applies transfers. */
  readonly threads: number;
}

/** What came of some transfers. */
export interface SequencerRun {
  readonly transactions: number;
  /** Until the last block was prepared. */
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly transactionsPerSecond: number;
  /** From the moment when a transfer is due to be sent to its receipt. */
  readonly latencyMs: Readonly<Record<"p50" | "p95" | "p99" | "max", number>>;
}

export interface SequencerBench {
  readonly preset: PresetName;
  readonly accounts: number;
  readonly threads: number;
  /** At the rate that was asked for. */
  readonly sustained: SequencerRun;
  /** With always {@link IN_FLIGHT} transfers under way. */
  readonly peak: SequencerRun;
  readonly blocks: number;
  /** After all blocks; the same as by the reference, hashed with bigints. */
  readonly stateRoot: bigint;
}

const IN_FLIGHT = 1024;
/** So many transfers go before, so that threads have started and code is compiled. */
const WARM_UP = 2048;
/** The peak is measured with so many seconds' transfers. */
const PEAK_SECONDS_MAX = 10;

const NO_HASH = `0x${"00".repeat(32)}`;
/** The block before the first, whatever its state. */
const GENESIS: StoredBlock = {
  blockNumber: 0,
  priorityRequests: 0,
  timestamp: 0n,
  payoutsHash: NO_HASH,
  stateRoot: 0n,
  commitment: NO_HASH,
};

export async function benchSequencer(options: SequencerBenchOptions): Promise<SequencerBench> {
  const { preset: presetName, accounts, rate, seconds, threads } = options;
  const preset = PRESETS[presetName];
  const users = createUsers(accounts, createSeededRandom("bench"));
  const start = fund(createGenesisState(preset, { feeAccountAddress: FEE_ACCOUNT_ADDRESS }), users);
  const crypto = createBatchCrypto(threads);
  try {
    const operator = await createOperator(start, crypto);
    const domain = signingDomain(operator.chainId, BigInt(operator.rollupAddress));
    const load = createLoad(users, domain);
    const sequencer = { operator, crypto, domain, prepared: 0, parent: GENESIS };
    await run(sequencer, load(WARM_UP), sendAllAtOnce);
    const sustainedLoad = load(rate * seconds);
    const peakLoad = load(rate * Math.min(seconds, PEAK_SECONDS_MAX));
    const sustained = await run(sequencer, sustainedLoad, (send) => sendAtRate(send, rate));
    const peak = await run(sequencer, peakLoad, sendAllAtOnce);
    const stateRoot = operator.state.root;
    assert(stateRoot === (await referenceRoot(start, users)), "the reference comes to that root");
    const blocks = operator.blocks.length;
    await operator.close();
    return { preset: presetName, accounts, threads, sustained, peak, blocks, stateRoot };
  } finally {
    await crypto.close();
  }
}

function createOperator(state: RollupState, crypto: BatchCrypto): Promise<Operator> {
  const { preset } = state;
  const storedBlock = { ...GENESIS, stateRoot: state.root };
  return Operator.create({
    preset,
    feeAccountAddress: FEE_ACCOUNT_ADDRESS,
    l1: createQuietL1(preset, storedBlock),
    prover: createMockProver(),
    crypto,
    start: { state, storedBlock, nextRequestId: 0 },
    options: { mode: "manual", waitingBlocksMax: Infinity },
  });
}

/** @returns The state root that the users' own counting leads to, hashed by the reference. */
async function referenceRoot(start: RollupState, users: readonly User[]): Promise<bigint> {
  const fees = FEE * BigInt(users.reduce((sum, { nonce }) => sum + nonce, 0));
  const empty = createGenesisState(start.preset, { feeAccountAddress: FEE_ACCOUNT_ADDRESS });
  const state = fund(empty.update(GENESIS_FEE_ACCOUNT_ID, ETH_TOKEN_ID, { balance: fees }), users);
  await RollupState.hashAll([state], (lists) => Promise.resolve(lists.map(poseidon)));
  return state.root;
}

interface Sequencer {
  readonly operator: Operator;
  readonly crypto: BatchCrypto;
  readonly domain: bigint;
  /** Blocks that have been prepared, and the last of them. */
  prepared: number;
  parent: StoredBlock;
}

/** Sends transfer `index`, which is due at a time. @returns Undefined if there are no more. */
type Send = (index: number, dueMs: number) => Promise<void> | undefined;

/** Sends all of a load, in some way, and prepares the blocks meanwhile. */
async function run(
  sequencer: Sequencer,
  load: readonly SignedTransaction[],
  sendAll: (send: Send) => Promise<void>,
): Promise<SequencerRun> {
  const { operator } = sequencer;
  const latencies: number[] = [];
  const send: Send = (index, dueMs) => {
    const transaction = load[index];
    if (transaction === undefined) return undefined;
    return operator.receiveBatch([{ transaction, authorization: "0x" }]).then(() => {
      latencies.push(performance.now() - dueMs);
    });
  };
  let isSending = true;
  const { wallSeconds, cpuSeconds } = await measure(async () => {
    const preparing = prepareWhile(sequencer, () => isSending);
    await sendAll(send);
    operator.sealBlock();
    isSending = false;
    await preparing;
  });
  assert(latencies.length === load.length, "every transfer is accepted");
  const transactionsPerSecond = load.length / wallSeconds;
  const latencyMs = percentiles(latencies);
  return { transactions: load.length, wallSeconds, cpuSeconds, transactionsPerSecond, latencyMs };
}

/** Sends each when it is due, whatever has become of the others. */
async function sendAtRate(send: Send, rate: number): Promise<void> {
  const startMs = performance.now();
  const sent: Promise<void>[] = [];
  for (;;) {
    const dueMs = startMs + (1000 * sent.length) / rate;
    while (performance.now() < dueMs) await sleep(1);
    const accepted = send(sent.length, dueMs);
    if (accepted === undefined) break;
    sent.push(accepted);
  }
  await Promise.all(sent);
}

/** Sends the next whenever one is accepted. */
async function sendAllAtOnce(send: Send): Promise<void> {
  let next = 0;
  const sendInTurn = async () => {
    for (;;) {
      const accepted = send(next++, performance.now());
      if (accepted === undefined) return;
      await accepted;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, sendInTurn));
}

/** Prepares blocks as they are sealed, until nobody sends any more and none is left. */
async function prepareWhile(sequencer: Sequencer, isSending: () => boolean): Promise<void> {
  const { operator, crypto, domain } = sequencer;
  for (;;) {
    const isLast = !isSending();
    const block = operator.blocks[sequencer.prepared];
    if (block === undefined) {
      if (isLast) return;
      await nextTurn();
      continue;
    }
    assert(isSealed(block), "nothing commits blocks here");
    const [prepared] = await prepareBlocks(crypto, [block], sequencer.parent, domain);
    sequencer.parent = prepared!.storedBlock;
    sequencer.prepared++;
  }
}

/** Lets all else happen that waits to happen. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function percentiles(values: readonly number[]): SequencerRun["latencyMs"] {
  const sorted = Float64Array.from(values).sort();
  const at = (part: number) => sorted[Math.ceil(part * sorted.length) - 1]!;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
