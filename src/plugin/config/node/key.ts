/** Where a key of the node is: an entry of the config that names it, and never has it. */
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

/** @typeParam S - Signs by itself what the key is for. */
export type KeyUserConfig<S> =
  | ConfigurationVariable
  | { env: string }
  | { url: string | ConfigurationVariable; address: string }
  | { signer: S };

/** Where a key is, with its variables resolved. */
export type KeyConfig<S> =
  | { readonly type: "variable"; readonly variable: ResolvedConfigurationVariable }
  | { readonly type: "env"; readonly name: string }
  | {
      readonly type: "url";
      readonly url: ResolvedConfigurationVariable;
      /** Checksummed or in lower case. */
      readonly address: string;
    }
  | { readonly type: "signer"; readonly signer: S };

export const addressText = () =>
  z.string().regex(/^0x[0-9a-fA-F]{40}$/, "An address has 20 bytes.");

/**
 * Schema of {@link KeyUserConfig}.
 *
 * @param name - What the key is, at the beginning of a sentence.
 * @param signer - What a signer is called, at the beginning of a sentence.
 * @param methods - The methods that it must have.
 */
export function createKeySchema<S extends object>(
  name: string,
  signer: string,
  methods: readonly (keyof S & string)[],
) {
  const isSigner = (value: unknown): value is S =>
    typeof value === "object" &&
    value !== null &&
    methods.every((method) => typeof Reflect.get(value, method) === "function");
  const message = `${signer} has ${methods.join(" and ")}.`;
  const forms = [
    configurationVariableSchema,
    z.object({ env: z.string().regex(/^\w+$/) }).strict(),
    z.object({ url: sensitiveUrlSchema, address: addressText() }).strict(),
    z.object({ signer: z.custom<S>(isSigner, { message }) }).strict(),
  ] as const;
  return z.union(forms, {
    errorMap: () => ({
      message:
        `${name} is configVariable(…), { env: NAME }, { url, address } or { signer }, ` +
        "and never stands in the config itself.",
    }),
  });
}

/** @param resolveVariable - Hardhat's, which reads nothing before a value is asked for. */
export function resolveKey<S>(
  key: KeyUserConfig<S>,
  resolveVariable: ConfigurationVariableResolver,
): KeyConfig<S> {
  if ("env" in key) return { type: "env", name: key.env };
  if ("signer" in key) return { type: "signer", signer: key.signer };
  if ("url" in key) return { type: "url", url: resolveVariable(key.url), address: key.address };
  return { type: "variable", variable: resolveVariable(key) };
}
