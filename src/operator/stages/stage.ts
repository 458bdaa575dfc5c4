/** What the stages have in common: each takes blocks a step further with one L1 transaction. */
import type { L1Limits } from "../../l1/gas.ts";
import type { L1Transaction } from "../../l1/types.ts";
import { isRollupError } from "../../util/errors.ts";
import { operatorError } from "../errors.ts";
import type { EventLog } from "../event-log.ts";
import { toExodusError } from "../exodus.ts";
import type { L1Follower } from "../follower.ts";
import type { L1Port } from "../l1-port.ts";
import type { BlockRecord } from "../ledger/blocks.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { waitingBlocks } from "../ledger/queries.ts";
import type { Logger } from "../logger.ts";

export interface StageParts {
  readonly l1: L1Port;
  readonly log: EventLog;
  readonly follower: L1Follower;
  readonly logger: Logger;
  readonly l1Limits: L1Limits;
  /** @throws When nothing may be done any more. */
  readonly assertRunning: () => void;
  /** A block has moved on. */
  readonly onStep: () => void;
}

/** The oldest waiting blocks of a kind. */
export function nextBlocks<B extends BlockRecord>(
  ledger: Ledger,
  isOfKind: (block: BlockRecord) => block is B,
  count: number,
): readonly B[] {
  return waitingBlocks(ledger).filter(isOfKind).slice(0, count);
}

/**
 * Runs a step of some blocks, once all that it follows from is kept.
 *
 * @param run - Returns the L1 transaction of the step, if there is one.
 * @throws BLOCK_STEP_FAILED, ROLLUP_IN_EXODUS, STORE_FAILED
 */
export async function runStep(
  { log, assertRunning, logger, onStep }: StageParts,
  step: string,
  blockNumbers: readonly number[],
  run: () => Promise<L1Transaction | undefined>,
): Promise<void> {
  assertRunning();
  await log.saved();
  const startMs = performance.now();
  let transaction: L1Transaction | undefined;
  try {
    transaction = await run();
  } catch (cause) {
    if (isRollupError(cause) && cause.code === "STORE_FAILED") throw cause;
    const exodus = toExodusError(cause, log.ledger.rollup.rollupAddress);
    if (exodus !== undefined) throw exodus;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const facts = { step, blockNumber: blockNumbers[0]!, reason };
    throw operatorError({ code: "BLOCK_STEP_FAILED", ...facts }, { cause });
  }
  const durationMs = Math.round(performance.now() - startMs);
  const { hash, gasUsed } = transaction ?? {};
  const fields = { step, blockNumbers, durationMs, hash, gasUsed };
  logger.info(`${step}: block ${blockNumbers.join(", ")}`, fields);
  onStep();
}

/** @throws What bars the operator from sending anything. */
export function assertNotBanned({ ban }: L1Follower): void {
  if (ban !== undefined) throw ban;
}

/** @throws ROLLUP_IN_EXODUS */
export function assertBeforeExodus({ ban }: L1Follower): void {
  if (ban?.code === "ROLLUP_IN_EXODUS") throw ban;
}
