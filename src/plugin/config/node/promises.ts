/** `rollup.node.promises`: promises about blocks that the node signs, and its bond pays for. */
import {
  configurationVariableSchema,
  sensitiveUrlSchema,
} from "@nomicfoundation/hardhat-zod-utils";
import type {
  ConfigurationVariable,
  ConfigurationVariableResolver,
  ResolvedConfigurationVariable,
} from "hardhat/types/config";
import { z } from "zod";
import type { TypedDataSigner } from "../../../l1/authorization.ts";

/** Signs typed data for one L1 address; the wallets of ethers satisfy it. */
export interface PromiseSigner extends TypedDataSigner {
  /** Returns the address of the account, which never changes; checksummed or not. */
  getAddress(): Promise<string>;
}

/** Where the key that signs promises is; never the key itself. */
export type PromiseKeyUserConfig =
  | ConfigurationVariable
  | { env: string }
  | { url: string | ConfigurationVariable; address: string }
  | { signer: PromiseSigner };

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
  key: PromiseKeyUserConfig;
  /** `stop` (default) commits nothing more; `break` gives the promise up, and the bond may pay. */
  onConflict?: PromiseConflict;
}

/** Where a key is, with its variables resolved. */
export type PromiseKeyConfig =
  | { readonly type: "variable"; readonly variable: ResolvedConfigurationVariable }
  | { readonly type: "env"; readonly name: string }
  | {
      readonly type: "url";
      readonly url: ResolvedConfigurationVariable;
      /** Checksummed or in lower case. */
      readonly address: string;
    }
  | { readonly type: "signer"; readonly signer: PromiseSigner };

export interface PromisesConfig {
  /** Address of the `ReceiptBond` on L1. */
  readonly bond: string;
  readonly key: PromiseKeyConfig;
  readonly onConflict: PromiseConflict;
}

const addressText = () => z.string().regex(/^0x[0-9a-fA-F]{40}$/, "An address has 20 bytes.");

const signerSchema = z.custom<PromiseSigner>(
  (value) =>
    typeof value === "object" &&
    value !== null &&
    ["getAddress", "signTypedData"].every((name) => typeof Reflect.get(value, name) === "function"),
  { message: "A signer of promises has getAddress and signTypedData." },
);

/** Schema of {@link PromiseKeyUserConfig}. */
export const promiseKeySchema = z
  .union(
    [
      configurationVariableSchema,
      z.object({ env: z.string().regex(/^\w+$/) }).strict(),
      z.object({ url: sensitiveUrlSchema, address: addressText() }).strict(),
      z.object({ signer: signerSchema }).strict(),
    ],
    {
      errorMap: () => ({
        message:
          "The key of promises is configVariable(…), { env: NAME }, { url, address } or { signer }, " +
          "and never stands in the config itself.",
      }),
    },
  )
  .describe(
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
  })
  .strict()
  .describe(
    "promises about blocks that the node signs, see [bonded promises](receipts.md). Default: none",
  );

/** @param resolveVariable - Hardhat's, which reads nothing before a value is asked for. */
export function resolvePromises(
  { bond, key, onConflict = "stop" }: PromisesUserConfig,
  resolveVariable: ConfigurationVariableResolver,
): PromisesConfig {
  return { bond, key: resolveKey(key, resolveVariable), onConflict };
}

function resolveKey(
  key: PromiseKeyUserConfig,
  resolveVariable: ConfigurationVariableResolver,
): PromiseKeyConfig {
  if ("env" in key) return { type: "env", name: key.env };
  if ("signer" in key) return { type: "signer", signer: key.signer };
  if ("url" in key) return { type: "url", url: resolveVariable(key.url), address: key.address };
  return { type: "variable", variable: resolveVariable(key) };
}
