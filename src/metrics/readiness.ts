/** Whether blocks can move: what a load balancer and an alert ask for. */
import { operatorError } from "../operator/errors.ts";
import type { Operator } from "../operator/operator.ts";
import type { RollupError } from "../util/errors.ts";
import { metricsError } from "./errors.ts";

/** Silence of L1 that no operator at intervals should see. */
const L1_SILENCE_MS_MIN = 60_000;
/** The same in reads that it has missed. */
const L1_READS_MISSED_MAX = 10;

/** What is known beside the operator. */
export interface ReadinessFacts {
  /** Time since L1 was last read. */
  readonly l1ReadAgeMs: number;
  /** Undefined if it is not known. */
  readonly balanceWei: bigint | undefined;
  /** Less than this is too little. */
  readonly minimumBalanceWei: bigint;
}

/**
 * Lists why blocks cannot move at present.
 *
 * @returns OPERATOR_STOPPED alone; or the operator's obstacle, OPERATOR_BUSY, L1_SILENT and
 * BALANCE_TOO_LOW as far as they apply. None: it is ready.
 */
export function notReadyReasons(operator: Operator, facts: ReadinessFacts): RollupError[] {
  if (!operator.isRunning) return [operatorError({ code: "OPERATOR_STOPPED" })];
  return [
    operator.obstacle,
    busyReason(operator),
    silenceReason(operator, facts),
    balanceReason(facts),
  ].filter((reason) => reason !== undefined);
}

function busyReason({ blocks, progress, options }: Operator): RollupError | undefined {
  const last = blocks.at(-1)?.applied.block.blockNumber ?? progress.executed;
  const waitingBlocks = last - progress.executed;
  const maximum = options.waitingBlocksMax;
  if (waitingBlocks < maximum) return undefined;
  return operatorError({ code: "OPERATOR_BUSY", waitingBlocks, maximum });
}

/** An operator in another mode than `interval` reads L1 only when it is asked to. */
function silenceReason(
  { options: { mode, blockTimeMs } }: Operator,
  { l1ReadAgeMs }: ReadinessFacts,
): RollupError | undefined {
  const maximumMs = Math.max(L1_SILENCE_MS_MIN, L1_READS_MISSED_MAX * blockTimeMs);
  if (mode !== "interval" || l1ReadAgeMs <= maximumMs) return undefined;
  const [seconds, maximum] = [l1ReadAgeMs, maximumMs].map((ms) => Math.floor(ms / 1_000));
  return metricsError({ code: "L1_SILENT", seconds: seconds!, maximum: maximum! });
}

function balanceReason({ balanceWei, minimumBalanceWei }: ReadinessFacts): RollupError | undefined {
  if (balanceWei === undefined || balanceWei >= minimumBalanceWei) return undefined;
  return metricsError({ code: "BALANCE_TOO_LOW", balanceWei, minimumWei: minimumBalanceWei });
}
