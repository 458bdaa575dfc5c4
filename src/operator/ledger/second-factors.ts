/**
 * Second factors: whose Ethereum signature the operator asks for besides that of the L2 key. Policy
 * of this operator, not a rule of the protocol: neither a circuit nor L1 knows it. Pure.
 *
 * They are kept by owner, not by account: after a reorg of L1 an account may be another owner's.
 */
import { PersistentMap } from "../../util/persistent-map.ts";

/** Time in which as much as a limit may leave again. */
export const DAY_SECONDS = 24n * 60n * 60n;

/** What may leave an owner's accounts in one token without the owner's signature. */
export interface TokenLimit {
  readonly tokenId: number;
  /** At once, and again within a day, in the token's smallest unit. */
  readonly limit: bigint;
  /** What had left at that time, less what the time since had given back. */
  readonly spent: bigint;
  /** L1 time, Unix seconds. */
  readonly spentAt: bigint;
}

/** The second factor of one owner. */
export interface SecondFactor {
  /** Number of settings so far. */
  readonly nonce: number;
  /** Ascending by token. */
  readonly limits: readonly TokenLimit[];
}

/** By the owner's L1 address in hex, see {@link ownerKey}. */
export type SecondFactors = PersistentMap<string, SecondFactor>;

export const NO_SECOND_FACTORS: SecondFactors = PersistentMap.empty<string, SecondFactor>();

const NO_SECOND_FACTOR: SecondFactor = { nonce: 0, limits: [] };

export function factorOf(factors: SecondFactors, owner: bigint): SecondFactor {
  return factors.get(ownerKey(owner)) ?? NO_SECOND_FACTOR;
}

export function limitOf({ limits }: SecondFactor, tokenId: number): TokenLimit | undefined {
  return limits.find((each) => each.tokenId === tokenId);
}

/**
 * What may leave at a time without the owner's signature. What has left is given back evenly, as
 * much as the limit in a day.
 */
export function leftOf({ limit, spent, spentAt }: TokenLimit, now: bigint): bigint {
  const elapsed = now > spentAt ? now - spentAt : 0n;
  const open = spent - (limit * elapsed) / DAY_SECONDS;
  if (open <= 0n) return limit;
  return open < limit ? limit - open : 0n;
}

/** The same second factors for a ledger in which everything is accepted again. */
export function withoutSpending(factors: SecondFactors): SecondFactors {
  let next = factors;
  for (const [key, factor] of factors.entries()) {
    const limits = factor.limits.map((each) => ({ ...each, spent: 0n, spentAt: 0n }));
    next = next.set(key, { ...factor, limits });
  }
  return next;
}

/** @param owner - L1 address, uint160. */
export function ownerKey(owner: bigint): string {
  return owner.toString(16);
}
