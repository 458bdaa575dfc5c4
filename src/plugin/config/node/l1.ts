/** `rollup.node.l1`: the L1 nodes of an operator, its key, and what it may spend. */
import { sensitiveUrlSchema } from "@nomicfoundation/hardhat-zod-utils";
import type {
  ConfigurationVariable,
  ConfigurationVariableResolver,
  ResolvedConfigurationVariable,
} from "hardhat/types/config";
import { z } from "zod";
import type { Budget } from "../../../l1/budget.ts";
import type { FeeLimits } from "../../../l1/fees.ts";
import type { RemoteSigner } from "../../../l1/remote-signer.ts";
import type { NewsTag } from "../../../l1/types.ts";
import { createKeySchema, type KeyConfig, type KeyUserConfig, resolveKey } from "./key.ts";

/** The entry `rollup.node.l1` of a Hardhat config; everything is optional. */
export interface L1UserConfig {
  /** URLs of more L1 nodes, beside that of the network. */
  urls?: (string | ConfigurationVariable)[];
  /** Milliseconds that a node has for an answer. Default 8,000. */
  timeoutMs?: number;
  /** L1 blocks whose deposits count: `latest` (default), `safe` or `finalized`. */
  deposits?: NewsTag;
  /**
   * Where the operator's key is: a configuration variable, which Hardhat's keystore can hold, the
   * name of an environment variable, or a remote signer. Default: the accounts of the network.
   */
  key?: KeyUserConfig<RemoteSigner>;
  /** Limits of the price of gas, in wei. */
  fees?: FeeLimits;
  /** Limits of what is spent, in wei. */
  budget?: Budget;
}

export interface L1Config {
  /** URLs of more L1 nodes. */
  readonly urls: readonly ResolvedConfigurationVariable[];
  readonly timeoutMs?: number;
  readonly deposits: NewsTag;
  readonly key?: KeyConfig<RemoteSigner>;
  readonly fees: FeeLimits;
  readonly budget: Budget;
}

const TIMEOUT_MS_MAX = 300_000;

const wei = (description: string) => z.bigint().positive().describe(description).optional();

/** Schema of the key of the operator's L1 account. */
export const keySchema = createKeySchema<RemoteSigner>("A key", "A remote signer", [
  "getAddress",
  "signTransaction",
]).describe(
  "where the operator's key is: `configVariable(…)`, `{ env: NAME }`, a key server as " +
    "`{ url, address }`, or `{ signer }`; default: the accounts of the network",
);

export const l1Schema = z
  .object({
    urls: z
      .array(sensitiveUrlSchema)
      .max(16)
      .describe("URLs of more L1 nodes, which answer when that of the network does not")
      .optional(),
    timeoutMs: z
      .number()
      .int()
      .positive()
      .max(TIMEOUT_MS_MAX)
      .describe("milliseconds that a node has for an answer; default 8,000")
      .optional(),
    deposits: z
      .enum(["latest", "safe", "finalized"])
      .describe("L1 blocks whose deposits count; default `latest`")
      .optional(),
    key: keySchema.optional(),
    fees: z
      .object({
        maxFeePerGas: wei("maximum price of a unit of gas"),
        urgentMaxFeePerGas: wei(
          "the same while a request on L1 would expire; default: ten times maxFeePerGas",
        ),
        maxPriorityFeePerGas: wei("maximum priority fee of a unit of gas; default 100 gwei"),
      })
      .strict()
      .describe("limits of the price of gas, in wei")
      .optional(),
    budget: z
      .object({
        perHourWei: wei("within any hour"),
        perDayWei: wei("within any 24 hours"),
      })
      .strict()
      .describe("limits of what is spent, beyond which blocks wait unless requests would expire")
      .optional(),
  })
  .strict()
  .describe("L1 nodes, key and costs of the operator");

/** @param resolveVariable - Hardhat's, which reads nothing before a value is asked for. */
export function resolveL1(
  user: L1UserConfig,
  resolveVariable: ConfigurationVariableResolver,
): L1Config {
  const { urls = [], timeoutMs, deposits = "latest", key, fees = {}, budget = {} } = user;
  return {
    urls: urls.map(resolveVariable),
    ...(timeoutMs !== undefined && { timeoutMs }),
    deposits,
    ...(key && { key: resolveKey(key, resolveVariable) }),
    fees,
    budget,
  };
}
