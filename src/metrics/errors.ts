/** Why blocks cannot move although the operator itself knows no obstacle. */
import { defineErrors } from "../util/errors.ts";

export type MetricsErrorFacts =
  | { code: "L1_SILENT"; seconds: number; maximum: number }
  | { code: "BALANCE_TOO_LOW"; balanceWei: bigint; minimumWei: bigint };

export const metricsError = defineErrors<MetricsErrorFacts>({
  L1_SILENT: {
    message: ({ seconds, maximum }) =>
      `L1 has not been read for ${seconds} s, and it should be within ${maximum} s.`,
    fix: "See that the L1 node runs, is reachable and is synchronized; the log has its last errors.",
  },
  BALANCE_TOO_LOW: {
    message: ({ balanceWei, minimumWei }) =>
      `The operator's L1 account has ${balanceWei} wei, less than the minimum of ${minimumWei}.`,
    fix: "Send ETH to the validator's account; blocks wait meanwhile, and nothing is lost.",
  },
});
