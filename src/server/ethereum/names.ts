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

/** @param domain - Of the rollup, see `signingDomain`. */
export function blockHash(domain: bigint, blockNumber: number, stateRoot: bigint): string {
  const digest = keccakOfWords([BLOCK_DOMAIN, domain, BigInt(blockNumber), stateRoot]);
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
