/**
 * Restores the state of a rollup from L1 alone: it applies public data and compares the state root
 * of every block. It can stop anywhere and continue from its last checkpoint, and it follows
 * reorgs.
 */
import { hashStoredBlock } from "../l1/stored-block.ts";
import type { L1BlockId, L1Genesis } from "../l1/types.ts";
import { accountCapacity, type Preset, PRESETS, tokenCapacity } from "../protocol/presets.ts";
import { createGenesisState } from "../state/rollup-state.ts";
import { assert, isRollupError, type RollupError } from "../util/errors.ts";
import { findDifference } from "./agreement.ts";
import { type FaultyBlock, isFaulty, lastExecuted, type RestoredBlock } from "./chain.ts";
import type { StateAtBlock } from "./chain.ts";
import type { CheckpointStore } from "./checkpoint-file.ts";
import { type CheckpointKeeper, createCheckpointKeeper } from "./checkpoint-keeper.ts";
import { restoreError } from "./errors.ts";
import { emptyHistory, type L1History } from "./history.ts";
import {
  beforeFaults,
  currentChain,
  goBack,
  type Journal,
  openJournal,
  prune,
  record,
  waypoints,
} from "./journal.ts";
import { namingFailures, type RestoreSource } from "./source.ts";

/** How far a restore has come. */
export interface RestoreProgress {
  /** Last L1 block that has been read, and the latest there is. */
  readonly l1Block: number;
  readonly latestL1Block: number;
  /** Last block of the rollup that has been applied. */
  readonly blockNumber: number;
}

/** How a rollup is restored. */
export interface RestoreOptions {
  /** Store for checkpoints; without it an interrupted restore starts over. */
  readonly store?: CheckpointStore;
  /** Presets that the rollup may have; default: those of this package. */
  readonly presets?: readonly Preset[];
  /** Receives the progress after each step. */
  readonly onProgress?: (progress: RestoreProgress) => void;
  /** Receives what is wrong with the checkpoint; the restore continues without it. */
  readonly onWarning?: (warning: RollupError) => void;
  /** L1 blocks that are read before each checkpoint, from 1. Default 2000. */
  readonly l1BlocksPerStep?: number;
  /**
   * L1 blocks after which no reorg is expected; after a deeper one the restore starts over. Default
   * 64.
   */
  readonly finalityBlocks?: number;
}

/** Two epochs of Ethereum. */
const FINALITY_BLOCKS = 64;
const L1_BLOCKS_PER_STEP = 2_000;

/** A rollup as L1 knows it. */
export interface RestoredRollup {
  /** Its sizes. */
  readonly preset: Preset;
  /** L1 owner of the fee account, uint160. */
  readonly feeAccountAddress: bigint;
  /** The last executed block, or genesis: what exits are proven against. */
  readonly executed: StateAtBlock;
  /** Blocks after that one, in order: committed, perhaps proven. */
  readonly pending: readonly RestoredBlock[];
  /** Blocks after those that nobody can apply, see `FaultyBlock`; a validator must revert them. */
  readonly faulty: readonly FaultyBlock[];
  /** The last L1 block that was read. */
  readonly l1Block: L1BlockId;
  /** What L1 says beside the blocks, as far as this restore has read it; see `completeHistory`. */
  readonly history: L1History;
}

/**
 * Restores a rollup and compares the result with the contract.
 *
 * @param rawSource - From {@link createRestoreSource}.
 * @param options - Checkpoint, listeners and sizes of steps.
 * @returns The last executed state, the blocks after it, and the rest that an exit or a new
 * operator needs.
 * @throws RESTORE_ROOT_MISMATCH, RESTORE_BLOCK_INVALID, RESTORE_BLOCK_UNREADABLE,
 * RESTORE_EVENTS_MISSING, RESTORE_PRESET_UNKNOWN, RESTORE_GENESIS_MISMATCH, RESTORE_DISAGREES,
 * RESTORE_INTERRUPTED,
 * CHECKPOINT_OF_OTHER_ROLLUP, L1_BLOCK_NOT_FOUND, L1_CALLDATA_NOT_FOUND
 *
 * @example
 * const { executed, preset } = await restoreRollup(createRestoreSource(client));
 * preset.name; // "minimal"
 * executed.state.root === rollup.operator.state.root; // true
 */
export async function restoreRollup(
  rawSource: RestoreSource,
  options: RestoreOptions = {},
): Promise<RestoredRollup> {
  const { store, presets = Object.values(PRESETS), onWarning = () => {} } = options;
  const source = namingFailures(rawSource, store?.file);
  const genesis = await source.readGenesis();
  const preset = presetOf(genesis, presets);
  const start = await openGenesis(source, preset, genesis);
  const keeper = createCheckpointKeeper(store, onWarning);
  const loaded = await loadJournal(source, preset, keeper);
  const read = (journal: Journal) => readToEnd(source, { journal, start, keeper, options });
  let { journal, difference } = await readUnlessFaulty(read, loaded ?? start, loaded);
  if (difference !== undefined && loaded !== undefined) {
    await keeper.reject(difference);
    ({ journal, difference } = await read(start));
  }
  if (difference !== undefined) {
    const facts = { difference, l1Block: journal.l1Block.number };
    throw restoreError({ code: "RESTORE_DISAGREES", ...facts });
  }
  return toRestored(preset, genesis, journal);
}

interface Reading {
  readonly journal: Journal;
  readonly start: Journal;
  readonly keeper: CheckpointKeeper;
  readonly options: RestoreOptions;
}

interface Outcome {
  readonly journal: Journal;
  /** From what the contract says. */
  readonly difference: string | undefined;
}

/** A checkpoint may lie about a block so that later events no longer fit. */
async function readUnlessFaulty(
  read: (journal: Journal) => Promise<Outcome>,
  journal: Journal,
  loaded: Journal | undefined,
): Promise<Outcome> {
  try {
    return await read(journal);
  } catch (error) {
    const isFault = isRollupError(error) && CHAIN_FAULTS.includes(error.code);
    if (loaded === undefined || !isFault) throw error;
    return { journal, difference: error.message };
  }
}

/** Codes that right events cause after a wrong start. */
const CHAIN_FAULTS: readonly string[] = [
  "RESTORE_ROOT_MISMATCH",
  "RESTORE_BLOCK_INVALID",
  "RESTORE_BLOCK_UNREADABLE",
  "RESTORE_EVENTS_MISSING",
];

/** Reads L1 to its latest block, step by step. */
async function readToEnd(source: RestoreSource, reading: Reading): Promise<Outcome> {
  const { start, keeper, options } = reading;
  let { journal } = reading;
  for (;;) {
    journal = await followReorg(source, journal, start);
    const latest = await source.latestBlock();
    if (journal.l1Block.number >= latest.number) {
      const difference = await findDifference(
        source,
        currentChain(journal),
        journal.l1Block.number,
      );
      // After a reorg in the meantime a difference means nothing.
      if (difference === undefined || (await isCurrent(source, journal.l1Block))) {
        return { journal, difference };
      }
      continue;
    }
    const next = await readStep(source, journal, latest, options);
    if (next === undefined) continue;
    journal = next;
    await keeper.save(journal, source);
    options.onProgress?.(toProgress(journal, latest));
  }
}

function toRestored(preset: Preset, genesis: L1Genesis, journal: Journal): RestoredRollup {
  const chain = currentChain(journal);
  const executed = lastExecuted(chain);
  const { blockNumber } = executed.storedBlock;
  const pending = chain.blocks.filter(({ storedBlock }) => storedBlock.blockNumber > blockNumber);
  return {
    preset,
    feeAccountAddress: genesis.feeAccountAddress,
    executed,
    pending: pending.filter((block): block is RestoredBlock => !isFaulty(block)),
    faulty: pending.filter(isFaulty),
    l1Block: journal.l1Block,
    history: journal.history,
  };
}

/** @throws RESTORE_PRESET_UNKNOWN */
export function presetOf(genesis: L1Genesis, presets: readonly Preset[]): Preset {
  const preset = presets.find(
    (preset) =>
      accountCapacity(preset) === genesis.accountCapacity &&
      tokenCapacity(preset) === genesis.tokenCapacity,
  );
  if (preset !== undefined) return preset;
  const { accountCapacity: accounts, tokenCapacity: tokens } = genesis;
  throw restoreError({
    code: "RESTORE_PRESET_UNKNOWN",
    accountCapacity: accounts,
    tokenCapacity: tokens,
  });
}

/** @throws RESTORE_GENESIS_MISMATCH */
export async function openGenesis(
  source: RestoreSource,
  preset: Preset,
  genesis: L1Genesis,
): Promise<Journal> {
  const { storedBlock, feeAccountAddress } = genesis;
  const state = createGenesisState(preset, { feeAccountAddress });
  if (state.root !== storedBlock.stateRoot) {
    const facts = { expected: storedBlock.stateRoot, actual: state.root };
    throw restoreError({ code: "RESTORE_GENESIS_MISMATCH", ...facts });
  }
  // Read from the L1 block before: the rollup's first blocks may be in the one that started it.
  const number = genesis.l1Block.number - 1;
  const hash = await source.blockHash(number);
  assert(hash !== undefined, "L1 has blocks before the rollup");
  const history = emptyHistory(genesis.l1Block.number);
  return openJournal({ storedBlock, state, nextRequestId: 0 }, { number, hash }, history);
}

/** @returns Undefined without a checkpoint, or after a reorg of its block. */
async function loadJournal(
  source: RestoreSource,
  preset: Preset,
  keeper: CheckpointKeeper,
): Promise<Journal | undefined> {
  const journal = await keeper.load(preset, source);
  if (journal === undefined) return undefined;
  const { storedBlock } = journal.base;
  const known = await source.storedBlockHash(storedBlock.blockNumber);
  return known === hashStoredBlock(storedBlock) ? beforeFaults(journal) : undefined;
}

/** Returns the journal at the last L1 block that it has in common with L1. */
async function followReorg(
  source: RestoreSource,
  journal: Journal,
  start: Journal,
): Promise<Journal> {
  if (await isCurrent(source, journal.l1Block)) return journal;
  for (const waypoint of waypoints(journal)) {
    if (await isCurrent(source, waypoint)) return goBack(journal, waypoint);
  }
  return start;
}

async function isCurrent(source: RestoreSource, { number, hash }: L1BlockId): Promise<boolean> {
  return (await source.blockHash(number)) === hash;
}

/** @returns Undefined after a reorg in the meantime. */
async function readStep(
  source: RestoreSource,
  journal: Journal,
  latest: L1BlockId,
  options: RestoreOptions,
): Promise<Journal | undefined> {
  const { l1BlocksPerStep = L1_BLOCKS_PER_STEP, finalityBlocks = FINALITY_BLOCKS } = options;
  const from = journal.l1Block;
  const number = Math.min(from.number + l1BlocksPerStep, latest.number);
  const hash = await source.blockHash(number);
  if (hash === undefined) return undefined;
  const to = { number, hash };
  const events = await source.readHistory({ fromBlock: from.number + 1, toBlock: number });
  if (!(await isCurrent(source, from)) || !(await isCurrent(source, to))) return undefined;
  return prune(record(journal, events, to), number - finalityBlocks);
}

function toProgress(journal: Journal, latest: L1BlockId): RestoreProgress {
  const { base, blocks } = currentChain(journal);
  const { blockNumber } = (blocks.at(-1) ?? base).storedBlock;
  return { l1Block: journal.l1Block.number, latestL1Block: latest.number, blockNumber };
}
