/** `rollup.node.monitoring`: what the node writes into its log, and when it calls itself ready. */
import { z } from "zod";
import { LOG_LEVELS, type LogLevel } from "../../../logs/log.ts";
import { MINIMUM_BALANCE_WEI_DEFAULT } from "../../../metrics/defaults.ts";
import { parseDecimal } from "../../../util/decimals.ts";

/** The entry `rollup.node.monitoring` of a Hardhat config; everything is optional. */
export interface MonitoringUserConfig {
  /** The least important entries of the log: `debug`, `info` or `error`. Default `info`. */
  logLevel?: LogLevel;
  /**
   * Balance of the operator's L1 account in ETH, such as `"0.1"`, below which the node is not
   * ready. Default 0.1.
   */
  minimumBalanceEth?: string;
}

export interface MonitoringConfig {
  /** The least important entries of the log. */
  readonly logLevel: LogLevel;
  /** Balance of the operator's L1 account below which the node is not ready. */
  readonly minimumBalanceWei: bigint;
}

export const monitoringSchema = z
  .object({
    logLevel: z
      .enum(LOG_LEVELS)
      .describe("the least important entries of the log. Default `info`")
      .optional(),
    minimumBalanceEth: z
      .string()
      .regex(/^\d{1,9}(\.\d{1,18})?$/, "A balance is a text with an amount of ETH, such as 0.1.")
      .describe(
        "balance of the operator's L1 account in ETH, below which `/ready` is false. Default `0.1`",
      )
      .optional(),
  })
  .strict()
  .describe("log and readiness of the node");

/** Digits of an amount of ETH after its point. */
const ETH_DECIMALS = 18;

export function resolveMonitoring(user: MonitoringUserConfig = {}): MonitoringConfig {
  const { logLevel = "info", minimumBalanceEth } = user;
  const minimumBalanceWei =
    minimumBalanceEth === undefined
      ? MINIMUM_BALANCE_WEI_DEFAULT
      : parseDecimal(minimumBalanceEth, ETH_DECIMALS)!;
  return { logLevel, minimumBalanceWei };
}
