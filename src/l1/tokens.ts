/** What L1 tells about a token. */
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
 * Reads symbol and decimals. Both are optional in ERC-20: a token without them goes by its address
 * and counts in its smallest unit.
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
