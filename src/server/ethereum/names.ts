/**
 * The 32 bytes that name blocks and L1 requests for Ethereum tools. Each contains the number of
 * what it names, which so is found without an index, at any age.
 */
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { keccak, keccakOfWords } from "../../util/keccak.ts";
import { toWord } from "./encoding.ts";

const NUMBER_BITS = 64n;
const DIGEST_BITS = 192n;
const BLOCK_DOMAIN = keccak(utf8ToBytes("hardhat-zkrollup: L2 block"));
const REQUEST_DOMAIN = keccak(utf8ToBytes("hardhat-zkrollup: L1 request"));

/** What is hashed of a block: one that is rebuilt has another time, at least. */
export interface NamedBlock {
  readonly blockNumber: number;
  /** After the block. */
  readonly stateRoot: bigint;
  /** Unix seconds. */
  readonly timestamp: bigint;
}

/** @param domain - Of the rollup, see `signingDomain`. */
export function blockHash(
  domain: bigint,
  { blockNumber, stateRoot, timestamp }: NamedBlock,
): string {
  const words = [BLOCK_DOMAIN, domain, BigInt(blockNumber), stateRoot, timestamp];
  const digest = keccakOfWords(words);
  return toWord((BigInt(blockNumber) << DIGEST_BITS) | (digest >> NUMBER_BITS));
}

/** @returns The number that a block with this hash has; undefined if none can. */
export function blockNumberIn(hash: string): number | undefined {
  return toSafeNumber(BigInt(hash) >> DIGEST_BITS);
}

/** @param domain - Of the rollup, see `signingDomain`. */
export function requestHash(domain: bigint, requestId: number): string {
  const digest = keccakOfWords([REQUEST_DOMAIN, domain, BigInt(requestId)]);
  return toWord(((digest >> NUMBER_BITS) << NUMBER_BITS) | BigInt(requestId));
}

/** @returns Undefined if the hash names no request. */
export function requestIdIn(domain: bigint, hash: string): number | undefined {
  const requestId = toSafeNumber(BigInt.asUintN(Number(NUMBER_BITS), BigInt(hash)));
  if (requestId === undefined || requestHash(domain, requestId) !== hash) return undefined;
  return requestId;
}

function toSafeNumber(value: bigint): number | undefined {
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : undefined;
}
