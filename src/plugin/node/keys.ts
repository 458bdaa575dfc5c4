/** Private keys from outside the config. No error says what a key is. */
import { type Provider, Wallet } from "ethers";
import { createHttpUpstream, type Upstream } from "../../l1/upstream.ts";
import type { KeyConfig } from "../config/node/key.ts";
import { pluginError } from "../errors.ts";

const KEY = /^(0x)?[0-9a-fA-F]{64}$/;

/** @throws L1_KEY_MISSING, L1_KEY_INVALID */
export function readEnvironmentKey(name: string, provider?: Provider): Wallet {
  const value = process.env[name]?.trim();
  if (!value) throw pluginError({ code: "L1_KEY_MISSING", variable: name });
  return toWallet(value, `the environment variable ${name}`, provider);
}

/**
 * The error of a wrong key must not contain it, so nothing of ethers's is passed on.
 *
 * @param source - Where the key is from, for the error.
 * @throws L1_KEY_INVALID
 */
export function toWallet(key: string, source: string, provider?: Provider): Wallet {
  if (!KEY.test(key)) throw pluginError({ code: "L1_KEY_INVALID", source });
  try {
    return new Wallet(key.startsWith("0x") ? key : `0x${key}`, provider);
  } catch {
    throw pluginError({ code: "L1_KEY_INVALID", source });
  }
}

/** A key that can be used: here, at a key server, or through a signer of the config. */
export type OpenKey<S> =
  | { readonly type: "wallet"; readonly wallet: Wallet }
  | { readonly type: "server"; readonly server: Upstream; readonly address: string }
  | { readonly type: "signer"; readonly signer: S };

/**
 * @param source - The entry of the config, for errors.
 * @param provider - That a key here is connected to.
 * @throws L1_KEY_MISSING, L1_KEY_INVALID
 */
export async function openKey<S>(
  key: KeyConfig<S>,
  source: string,
  provider?: Provider,
): Promise<OpenKey<S>> {
  switch (key.type) {
    case "env":
      return { type: "wallet", wallet: readEnvironmentKey(key.name, provider) };
    case "variable":
      return { type: "wallet", wallet: toWallet(await key.variable.get(), source, provider) };
    case "url": {
      const server = createHttpUpstream(await key.url.getUrl(), "the key server");
      return { type: "server", server, address: key.address };
    }
    case "signer":
      return key;
  }
}
