/** Reads the metadata of tokens from L1. */
import { Contract, type Provider } from "ethers";
import { ETH_TOKEN_ID } from "../protocol/constants.ts";
import { isRollupError } from "../util/errors.ts";
import type { Token } from "./types.ts";

const METADATA_ABI = [
  "function symbol() view returns (string)",
  "function decimals() view returns (uint8)",
] as const;

interface Metadata {
  symbol(): Promise<string>;
  decimals(): Promise<bigint>;
}

/**
 * Reads symbol and decimals. Both are optional in ERC-20: a token without them goes by its address
 * and counts in its smallest unit.
 *
 * @throws L1_REQUEST_FAILED
 */
export async function readToken(provider: Provider, id: number, address: string): Promise<Token> {
  if (id === ETH_TOKEN_ID) return { id, address, symbol: "ETH", decimals: 18 };
  const token = new Contract(address, METADATA_ABI, provider) as unknown as Metadata;
  const [symbol, decimals] = await Promise.all([
    askToken(provider, () => token.symbol(), address),
    askToken(provider, () => token.decimals(), 0n),
  ]);
  return { id, address, symbol, decimals: Number(decimals) };
}

/** A node that does not answer says nothing of a token: wrong decimals are wrong amounts. */
async function askToken<T>(provider: Provider, ask: () => Promise<T>, absent: T): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isRollupError(error)) return absent;
    // If the node answers anything else, it is the token that keeps it from answering this.
    await provider.getBlockNumber();
    return ask().catch(() => absent);
  }
}
