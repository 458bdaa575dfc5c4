/** `rollup.node.promises`: promises about blocks that the node signs, and its bond pays for. */
import type { ConfigurationVariableResolver } from "hardhat/types/config";
import { z } from "zod";
import type { TypedDataSigner } from "../../../l1/authorization.ts";
import { DEFAULT_DUE_SECONDS } from "../../../receipts/due.ts";
import {
  addressText,
  createKeySchema,
  type KeyConfig,
  type KeyUserConfig,
  resolveKey,
} from "./key.ts";

/** Signs typed data for one L1 address; the wallets of ethers satisfy it. */
export interface PromiseSigner extends TypedDataSigner {
  /** Returns the address of the account, which never changes; checksummed or not. */
  getAddress(): Promise<string>;
}

/** What the node does when a promised block can only be committed with other public data. */
export type PromiseConflict = "stop" | "break";

/** The entry `rollup.node.promises` of a Hardhat config. */
export interface PromisesUserConfig {
  /** Address of the `ReceiptBond` on L1. */
  bond: string;
  /**
   * Where the key of the bond's signer is: a configuration variable, which Hardhat's keystore can
   * hold, the name of an environment variable, or a remote signer.
   */
  key: KeyUserConfig<PromiseSigner>;
  /** `stop` (default) commits nothing more; `break` gives the promise up, and the bond may pay. */
  onConflict?: PromiseConflict;
  /**
   * Seconds of L1's time in which an accepted transaction is due: more than the longest outage.
   * Default: 86,400, a day.
   */
  dueSeconds?: number;
}

export interface PromisesConfig {
  /** Address of the `ReceiptBond` on L1. */
  readonly bond: string;
  readonly key: KeyConfig<PromiseSigner>;
  readonly onConflict: PromiseConflict;
  /** Seconds of L1's time in which an accepted transaction is due. */
  readonly dueSeconds: number;
}

/** With less, L1's own delays would make promises late. */
const DUE_SECONDS_MIN = 60 * 60;
const DUE_SECONDS_MAX = 30 * 24 * 60 * 60;

/** Schema of the key that signs promises. */
export const promiseKeySchema = createKeySchema<PromiseSigner>(
  "The key of promises",
  "A signer of promises",
  ["getAddress", "signTypedData"],
).describe(
  "where the key of the bond's signer is: `configVariable(…)`, `{ env: NAME }`, a key server " +
    "with `eth_signTypedData_v4` as `{ url, address }`, or `{ signer }`",
);

export const promisesSchema = z
  .object({
    bond: addressText().describe("address of the `ReceiptBond` on L1"),
    key: promiseKeySchema,
    onConflict: z
      .enum(["stop", "break"])
      .describe(
        "when a promised block can only be committed with other public data: `stop` commits nothing " +
          "more, `break` gives the promise up, and the bond may pay. Default `stop`",
      )
      .optional(),
    dueSeconds: z
      .number()
      .int()
      .min(DUE_SECONDS_MIN)
      .max(DUE_SECONDS_MAX)
      .describe(
        "seconds of L1's time in which an accepted transaction is due: more than the longest outage; " +
          "default 86,400, a day",
      )
      .optional(),
  })
  .strict()
  .describe(
    "promises about blocks that the node signs, see [bonded promises](receipts.md). Default: none",
  );

/** @param resolveVariable - Hardhat's, which reads nothing before a value is asked for. */
export function resolvePromises(
  { bond, key, onConflict = "stop", dueSeconds = DEFAULT_DUE_SECONDS }: PromisesUserConfig,
  resolveVariable: ConfigurationVariableResolver,
): PromisesConfig {
  return { bond, key: resolveKey(key, resolveVariable), onConflict, dueSeconds };
}
