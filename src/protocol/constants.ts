/**
 * Numbers of the protocol that do not depend on a preset.
 *
 * Everything here is data, which `scripts/generate.ts` writes for circom and Solidity. No other
 * file repeats one of these numbers.
 */
import { assert } from "../util/errors.ts";

/** Order r of the BN254 scalar field, and the bytes of a canonical element on the wire. */
export { FIELD_BYTES, FIELD_MODULUS } from "../crypto/field.ts";
/** Whole bytes that always fit a field element. */
export const FIELD_SAFE_BYTES = 31;

export const OP_CODE_BYTES = 1;
export const ACCOUNT_ID_BYTES = 3;
export const TOKEN_ID_BYTES = 2;
export const ADDRESS_BYTES = 20;
/** Balances and unpacked amounts are uint128. */
export const AMOUNT_BYTES = 16;
export const NONCE_BYTES = 4;
/** Unix seconds. */
export const TIMESTAMP_BYTES = 8;
export const BLOCK_NUMBER_BYTES = 4;
/** Bytes of the record count at the start of a block's public data. */
export const RECORD_COUNT_BYTES = 2;
/** Bytes of the slot index in front of each extension in a block's public data. */
export const SLOT_INDEX_BYTES = 2;

/** Decimal floating point on the wire: `mantissa · 10^exponent`, mantissa in the high bits. */
export interface PackedFormat {
  readonly mantissaBits: number;
  readonly exponentBits: number;
}
export const PACKED_AMOUNT: PackedFormat = { mantissaBits: 35, exponentBits: 5 };
export const PACKED_FEE: PackedFormat = { mantissaBits: 11, exponentBits: 5 };
export const PACKED_BASE = 10n;

/** Largest balance and unpacked amount: 2^128 − 1. */
export const AMOUNT_MAX = (1n << BigInt(8 * AMOUNT_BYTES)) - 1n;
/**
 * Largest deposit: 2^104 − 1, so that deposits cannot fill up a balance and prevent a later L1
 * request.
 */
export const DEPOSIT_AMOUNT_MAX = (1n << 104n) - 1n;
/** Last nonce, 2^32 − 1: an account with this nonce can sign nothing more. */
export const NONCE_MAX = 2 ** (8 * NONCE_BYTES) - 1;
/** Last second of a validity range: 2^64 − 1. */
export const TIMESTAMP_MAX = (1n << BigInt(8 * TIMESTAMP_BYTES)) - 1n;

/** Kinds of object in a state leaf; an empty leaf has kind 0. */
export const LEAF_KIND = { empty: 0, account: 1 } as const;
/** Account that receives the fees of a block, unless the block names another. */
export const GENESIS_FEE_ACCOUNT_ID = 0;
/** Token id of ETH; ERC-20 tokens have ids from 1, in the order of their listing. */
export const ETH_TOKEN_ID = 0;

/** Shifts in the first extension word, `op·2^192 + nonce·2^160 + address`. */
export const EXTENSION_ADDRESS_SHIFT_BITS = 0;
export const EXTENSION_NONCE_SHIFT_BITS = 8 * ADDRESS_BYTES;
export const EXTENSION_OP_SHIFT_BITS = EXTENSION_NONCE_SHIFT_BITS + 8 * NONCE_BYTES;

/** Inputs of one Poseidon call of the digest chain: the running hash and 15 data elements. */
export const DIGEST_ARITY = 16;

/** Maximum seconds that a block's timestamp may be behind L1's clock. */
export const TIMESTAMP_LAG_MAX_SECONDS = 24 * 60 * 60;
/** Maximum seconds that a block's timestamp may be ahead of L1's clock. */
export const TIMESTAMP_LEAD_MAX_SECONDS = 15 * 60;

const packedBits = ({ mantissaBits, exponentBits }: PackedFormat) => mantissaBits + exponentBits;
/** Bytes of a packed amount on the wire. */
export const PACKED_AMOUNT_BYTES = packedBits(PACKED_AMOUNT) / 8;
/** Bytes of a packed fee on the wire. */
export const PACKED_FEE_BYTES = packedBits(PACKED_FEE) / 8;

assert(Number.isInteger(PACKED_AMOUNT_BYTES), "a packed amount fills whole bytes");
assert(Number.isInteger(PACKED_FEE_BYTES), "a packed fee fills whole bytes");
assert(DEPOSIT_AMOUNT_MAX < AMOUNT_MAX, "a deposit fits a balance");
assert(
  EXTENSION_OP_SHIFT_BITS + 8 * OP_CODE_BYTES <= 8 * FIELD_SAFE_BYTES,
  "the first extension word fits a field element",
);
