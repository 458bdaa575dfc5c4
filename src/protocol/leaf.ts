/**
 * The words of an account's leaf in the state tree, in the order in which Poseidon hashes them. An
 * empty leaf has the hash of zeros and of empty tails.
 *
 * Each number has a word of its own, so a circuit that reads a leaf need not take words apart, and
 * checks no widths: what it writes it makes from what it reads.
 *
 * @see docs/state.md#leaf
 */
import { assert } from "../util/errors.ts";
import { MAIN_TOKENS, TAILS } from "./kinds.ts";

/** The words before the tails and balances. */
export const LEAF_HEAD_WORDS = [
  /** The account's nonce plus 1; 0 marks an empty leaf. */
  "noncePlusOne",
  /** The L1 owner, uint160. */
  "address",
  /** Poseidon of the signing key, 0 without one. */
  "pubKeyHash",
  /** 0: room for the root of what later operations store with an account, such as orders. */
  "reserved",
] as const;

/** Words of a leaf: the head, the roots of the tails, and the balances of the main tokens. */
export const LEAF_WORDS = LEAF_HEAD_WORDS.length + TAILS + MAIN_TOKENS;

assert(LEAF_WORDS === 16, "one Poseidon call of the largest width hashes a leaf");
