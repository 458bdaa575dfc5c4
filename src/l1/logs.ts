/**
 * Reads logs in pieces that a node accepts. Nodes limit the blocks of a request, the logs of an
 * answer, or the time of a search, and each reports a limit in its own words.
 */
import type { Log, Provider } from "ethers";
import { isRollupError } from "../util/errors.ts";
import { l1Error } from "./errors.ts";
import { isLogLimit, suggestedBlocks } from "./refusals.ts";
import { originalRunner } from "./requests.ts";

/** Most blocks per request; the first request has as many. */
export const LOG_BLOCKS_MAX = 5000;
/** Successful pieces before larger ones are tried again. */
const CALM = 8;
/** Most times that a piece is halved because the node does not answer. */
const SILENCES_MAX = 3;

/** A range of L1 blocks, both ends included. */
export interface BlockRange {
  readonly fromBlock: number;
  readonly toBlock: number;
}

/** Selects logs, like the parameters of `eth_getLogs`. */
export interface LogFilter {
  readonly address: string;
  readonly topics: (string | string[])[];
}

/** The number of blocks per request that a node accepts. */
interface Pace {
  blocks: number;
  /** Successful pieces since the last refusal or change. */
  calm: number;
}

const paces = new WeakMap<Provider, Pace>();

function paceOf(provider: Provider): Pace {
  const key = originalRunner(provider);
  const pace = paces.get(key) ?? { blocks: LOG_BLOCKS_MAX, calm: 0 };
  paces.set(key, pace);
  return pace;
}

/**
 * Reads logs from the first block to the last, piece by piece, in the order of L1.
 *
 * @throws L1_LOGS_REFUSED, L1_REQUEST_FAILED
 */
export async function* readLogs(
  provider: Provider,
  filter: LogFilter,
  { fromBlock, toBlock }: BlockRange,
): AsyncGenerator<Log[]> {
  for (let first = fromBlock; first <= toBlock;) {
    const piece = await readPiece(provider, filter, (blocks) => {
      return { fromBlock: first, toBlock: Math.min(first + blocks - 1, toBlock) };
    });
    yield piece.logs;
    first = piece.toBlock + 1;
  }
}

/**
 * Reads logs from the last block to the first, piece by piece; within a piece in the order of L1.
 *
 * @throws L1_LOGS_REFUSED, L1_REQUEST_FAILED
 */
export async function* readLogsBackwards(
  provider: Provider,
  filter: LogFilter,
  { fromBlock, toBlock }: BlockRange,
): AsyncGenerator<Log[]> {
  for (let last = toBlock; last >= fromBlock;) {
    const piece = await readPiece(provider, filter, (blocks) => {
      return { fromBlock: Math.max(last - blocks + 1, fromBlock), toBlock: last };
    });
    yield piece.logs;
    last = piece.fromBlock - 1;
  }
}

/** Reads one piece, retrying with smaller ones. @param place - Returns the range of a piece. */
async function readPiece(
  provider: Provider,
  filter: LogFilter,
  place: (blocks: number) => BlockRange,
): Promise<BlockRange & { readonly logs: Log[] }> {
  const pace = paceOf(provider);
  for (let silences = 0; ;) {
    const range = place(pace.blocks);
    try {
      const logs = await provider.getLogs({ ...filter, ...range });
      quicken(pace);
      return { ...range, logs };
    } catch (error) {
      if (isSilence(error) && ++silences > SILENCES_MAX) throw error;
      slowDown(pace, range, error);
    }
  }
}

/** Returns whether the node has not answered, rather than refused. */
function isSilence(error: unknown): boolean {
  return isRollupError(error) && error.facts["mayRecover"] === true;
}

function quicken(pace: Pace): void {
  pace.calm++;
  if (pace.calm < CALM || pace.blocks === LOG_BLOCKS_MAX) return;
  pace.blocks = Math.min(2 * pace.blocks, LOG_BLOCKS_MAX);
  pace.calm = 0;
}

/** Reduces the pace after an error. @throws L1_LOGS_REFUSED if the piece is a single block. */
function slowDown(pace: Pace, { fromBlock, toBlock }: BlockRange, error: unknown): void {
  const refused = toBlock - fromBlock + 1;
  if (refused === 1) {
    if (isSilence(error)) throw error;
    const reason = isRollupError(error) ? String(error.facts["reason"]) : "no reason given";
    throw l1Error({ code: "L1_LOGS_REFUSED", fromBlock, toBlock, reason });
  }
  const half = Math.floor(refused / 2);
  const suggested = isLogLimit(error) ? suggestedBlocks(error) : undefined;
  pace.blocks = suggested !== undefined && suggested < refused ? suggested : half;
  pace.calm = 0;
}
