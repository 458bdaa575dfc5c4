/** Reads the metadata of tokens from L1. */
import { Contract, type Provider } from "ethers";
import { ETH_TOKEN_ID } from "../protocol/constants.ts";
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
 * Reads symbol and decimals of a token. Both are optional in ERC-20: without them the symbol is the
 * address and decimals are 0.
 */
export async function readToken(provider: Provider, id: number, address: string): Promise<Token> {
  if (id === ETH_TOKEN_ID) return { id, address, symbol: "ETH", decimals: 18 };
  const token = new Contract(address, METADATA_ABI, provider) as unknown as Metadata;
  const [symbol, decimals] = await Promise.all([
    token.symbol().catch(() => address),
    token.decimals().catch(() => 0n),
  ]);
  return { id, address, symbol, decimals: Number(decimals) };
}
