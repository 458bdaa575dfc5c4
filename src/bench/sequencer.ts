/**
 * Measures how many transfers an operator accepts: it verifies every signature, applies every rule,
 * seals every block and prepares it for its commit on L1.
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
  /** Transfers that are sent per second, without waiting for answers. */
  readonly rate: number;
  /** Duration of the sustained load. */
  readonly seconds: number;
  /** Worker threads for signatures and hashes, besides the one that applies transfers. */
  readonly threads: number;
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

export interface SequencerBench {
  readonly preset: PresetName;
  readonly accounts: number;
  readonly threads: number;
  /** Load at the configured rate. */
  readonly sustained: SequencerRun;
  /** Load with {@link IN_FLIGHT} concurrent transfers at all times. */
  readonly peak: SequencerRun;
  readonly blocks: number;
  /** State root after all blocks, equal to that of the reference. */
  readonly stateRoot: bigint;
}

const IN_FLIGHT = 1024;
/** Transfers before the measurement, which start the threads and compile the code. */
const WARM_UP = 2048;
/** Maximum seconds of transfers in the peak load. */
const PEAK_SECONDS_MAX = 10;

const NO_HASH = `0x${"00".repeat(32)}`;
/** The genesis block, with any state root. */
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
    assert(stateRoot === (await referenceRoot(start, users)), "the reference has the same root");
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
