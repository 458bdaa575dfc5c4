/**
 * Measures how many transfers an operator accepts: it verifies every signature, applies every rule,
 * keeps each receipt in its store before it answers, seals every block and prepares it for its
 * commit on L1.
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
import { type BenchStore, type OpenBenchStore, openBenchStore } from "./bench-store.ts";
import { measure } from "./measure.ts";
import { createQuietL1 } from "./quiet-l1.ts";
import { createSeededRandom, type Random } from "./random.ts";
import {
  createLoad,
  createUsers,
  FEE,
  FEE_ACCOUNT_ADDRESS,
  fund,
  type Recipient,
  type User,
} from "./transfers.ts";

export interface SequencerBenchOptions {
  readonly preset: PresetName;
  /** Accounts that send to each other, in random pairs. */
  readonly accounts: number;
  /** Transfers that are sent per second, without waiting for answers. */
  readonly rate: number;
  /** Duration of the sustained load. */
  readonly seconds: number;
  /** Worker threads for signatures and hashes, besides the one that applies transfers. */
  readonly threads: number;
  /** Where operators keep what they accept. The first one is what the others are compared with. */
  readonly stores: readonly BenchStore[];
}

/** The result of one load. */
export interface SequencerRun {
  readonly transactions: number;
  /** Time until the last block is ready for its commit. */
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly transactionsPerSecond: number;
  /** Time from the moment when a transfer is due to its receipt. */
  readonly latencyMs: Readonly<Record<"p50" | "p95" | "p99" | "max", number>>;
}

/** What an operator with one kind of store takes. */
export interface StoreRun {
  readonly store: BenchStore["type"];
  /** Load at the configured rate. */
  readonly sustained: SequencerRun;
  /** Load with {@link IN_FLIGHT} concurrent transfers at all times, the best of its turns. */
  readonly peak: SequencerRun;
}

export interface SequencerBench {
  readonly preset: PresetName;
  readonly accounts: number;
  readonly threads: number;
  readonly stores: readonly StoreRun[];
  /** Blocks of each operator. */
  readonly blocks: number;
  /** State root after all blocks, equal to that of the reference for each store. */
  readonly stateRoot: bigint;
}

const IN_FLIGHT = 1024;
/** Transfers before the measurement, which start the threads and compile the code. */
const WARM_UP = 2048;
/** Maximum seconds of transfers in the peak load. */
const PEAK_SECONDS_MAX = 10;
/** Peak loads of each store if several are compared: in turns, so that all meet a slow phase. */
const COMPARED_TURNS = 3;

const NO_HASH = `0x${"00".repeat(32)}`;
/** The genesis block, with any state root. */
export const GENESIS: StoredBlock = {
  blockNumber: 0,
  priorityRequests: 0,
  timestamp: 0n,
  payoutsHash: NO_HASH,
  stateRoot: 0n,
  commitment: NO_HASH,
};

export async function benchSequencer(options: SequencerBenchOptions): Promise<SequencerBench> {
  const { preset: presetName, accounts, rate, seconds, threads, stores } = options;
  const preset = PRESETS[presetName];
  const users = createUsers(accounts, createSeededRandom("bench"));
  const start = fund(createGenesisState(preset, { feeAccountAddress: FEE_ACCOUNT_ADDRESS }), users);
  const crypto = createBatchCrypto(threads);
  const sequencers: Sequencer[] = [];
  try {
    for (const kind of stores) sequencers.push(await createSequencer(start, crypto, kind));
    const load = createLoad(users, sequencers[0]!.domain);
    const warmUp = load(WARM_UP);
    for (const sequencer of sequencers) await run(sequencer, warmUp, sendAllAtOnce);
    const sustainedLoad = load(rate * seconds);
    const sustained: SequencerRun[] = [];
    for (const sequencer of sequencers) {
      sustained.push(await run(sequencer, sustainedLoad, (send) => sendAtRate(send, rate)));
    }
    const turns = Array.from({ length: stores.length > 1 ? COMPARED_TURNS : 1 }, () =>
      load(rate * Math.min(seconds, PEAK_SECONDS_MAX)),
    );
    const peaks = await runInTurns(sequencers, turns);
    const stateRoot = await referenceRoot(start, users);
    for (const { operator } of sequencers) {
      assert(operator.state.root === stateRoot, "the reference has the same root");
    }
    return {
      ...{ preset: presetName, accounts, threads, stateRoot },
      blocks: sequencers[0]!.operator.blocks.length,
      stores: stores.map(({ type }, index) => {
        return { store: type, sustained: sustained[index]!, peak: fastest(peaks[index]!) };
      }),
    };
  } finally {
    for (const { operator, opened } of sequencers) {
      await operator.close();
      await opened.remove();
    }
    await crypto.close();
  }
}

/** What {@link benchPeak} offers. */
export interface PeakLoad {
  readonly users: readonly User[];
  readonly crypto: BatchCrypto;
  readonly transfers: number;
  readonly pickRecipient: (random: Random) => Recipient;
}

/** Offers transfers to an operator in memory that starts from a state, as fast as it takes them. */
export async function benchPeak(
  start: RollupState,
  { users, crypto, transfers, pickRecipient }: PeakLoad,
): Promise<SequencerRun> {
  const sequencer = await createSequencer(start, crypto, { type: "memory" });
  const load = createLoad(users, sequencer.domain, pickRecipient);
  await run(sequencer, load(WARM_UP), sendAllAtOnce);
  const peak = await run(sequencer, load(transfers), sendAllAtOnce);
  await sequencer.operator.close();
  return peak;
}

async function createSequencer(
  state: RollupState,
  crypto: BatchCrypto,
  kind: BenchStore,
): Promise<Sequencer> {
  const { preset } = state;
  const storedBlock = { ...GENESIS, stateRoot: state.root };
  const l1 = createQuietL1(preset, storedBlock);
  const opened = await openBenchStore(kind, l1, preset);
  const { store } = opened;
  const operator = await Operator.create({
    preset,
    feeAccountAddress: FEE_ACCOUNT_ADDRESS,
    l1,
    prover: createMockProver(),
    crypto,
    start: { state, storedBlock, nextRequestId: 0 },
    ...(store && { store }),
    options: { mode: "manual", waitingBlocksMax: Infinity },
  });
  const domain = signingDomain(operator.chainId, BigInt(operator.rollupAddress));
  return { operator, crypto, opened, domain, prepared: 0, parent: GENESIS };
}

/** Sends each load to each operator in its turn. @returns The runs of each operator. */
async function runInTurns(
  sequencers: readonly Sequencer[],
  loads: readonly (readonly SignedTransaction[])[],
): Promise<SequencerRun[][]> {
  const runs: SequencerRun[][] = sequencers.map(() => []);
  for (const load of loads) {
    for (const [index, sequencer] of sequencers.entries()) {
      runs[index]!.push(await run(sequencer, load, sendAllAtOnce));
    }
  }
  return runs;
}

function fastest(runs: readonly SequencerRun[]): SequencerRun {
  return runs.toSorted((a, b) => b.transactionsPerSecond - a.transactionsPerSecond)[0]!;
}

/** Computes the state root from the users' own balances and nonces, hashed by the reference. */
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
  readonly opened: OpenBenchStore;
  readonly domain: bigint;
  /** Number of blocks that are ready for their commit. */
  prepared: number;
  /** The last of them. */
  parent: StoredBlock;
}

/** Sends transfer `index`, which is due at `dueMs`. @returns Undefined after the last one. */
type Send = (index: number, dueMs: number) => Promise<void> | undefined;

/** Sends a whole load, and prepares the blocks in the meantime. */
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

/** Sends each transfer when it is due, without waiting for the others. */
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

/** Sends the next transfer whenever one is accepted. */
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

/** Prepares sealed blocks for their commit, until sending has ended and no block is left. */
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

/** Waits for one turn of the event loop. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function percentiles(values: readonly number[]): SequencerRun["latencyMs"] {
  const sorted = Float64Array.from(values).sort();
  const at = (part: number) => sorted[Math.ceil(part * sorted.length) - 1]!;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
