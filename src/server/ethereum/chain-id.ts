/** The chain id of L2, which is not that of L1. */
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { CHAIN_ID_MAX } from "../../util/chain-ids.ts";
import { keccak, keccakOfWords } from "../../util/keccak.ts";
import { serverError } from "../errors.ts";

/** Derived ids are above those that people have chosen. */
const DERIVED_MIN = 1n << 32n;
const DERIVED_BITS = 51;
const DOMAIN = keccak(utf8ToBytes("hardhat-zkrollup: L2 chain id"));

/** Where a rollup is. */
export interface RollupPlace {
  /** Of L1. */
  readonly chainId: bigint;
  /** Of the contract, 0x-hex. */
  readonly rollupAddress: string;
}

/**
 * Derives the chain id under which Ethereum tools read an L2.
 *
 * @param place - Chain and address of the rollup's contract.
 * @returns The same for the same rollup, in [2^32, 2^52), and never that of L1.
 *
 * @example
 * deriveL2ChainId(rollup.operator) === deriveL2ChainId(rollup.operator); // true
 */
export function deriveL2ChainId({ chainId, rollupAddress }: RollupPlace): number {
  const digest = keccakOfWords([DOMAIN, chainId, BigInt(rollupAddress)]);
  const derived = DERIVED_MIN + BigInt.asUintN(DERIVED_BITS, digest);
  return Number(derived === chainId ? derived + 1n : derived);
}

/**
 * Checks a chain id that a person has chosen.
 *
 * @throws L2_CHAIN_ID_INVALID
 */
export function assertL2ChainId(l2ChainId: number, { chainId }: RollupPlace): void {
  const isInRange = Number.isInteger(l2ChainId) && l2ChainId >= 1 && l2ChainId <= CHAIN_ID_MAX;
  if (isInRange && BigInt(l2ChainId) !== chainId) return;
  const facts = { l2ChainId, l1ChainId: chainId, maximum: CHAIN_ID_MAX };
  throw serverError({ code: "L2_CHAIN_ID_INVALID", ...facts });
}
