/** Private keys from outside the config. No error says what a key is. */
import { type Provider, Wallet } from "ethers";
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
