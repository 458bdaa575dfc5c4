/**
 * The message that an L2 key signs: `Poseidon(domain, w1, w2, w3)`, each word a packed
 * layout (docs/pubdata.md#signed-message).
 *
 * A transfer and a transfer to a new account have the same message, `transfer`; the operator
 * chooses between them. The recipient's **address** is signed, so the operator cannot redirect the
 * amount. Unused columns are zero.
 *
 * A guard byte stands before each time. The circuit bounds the times only by their distance from
 * the block's, so a time may be out by 2^64 either way; with the guard, a word still has one
 * meaning.
 */
import { type Column, layoutBytes } from "./layout.ts";
import { FIELD_SAFE_BYTES } from "./constants.ts";
import { assert } from "../util/errors.ts";

export const MESSAGE_WORDS = [
  [
    { name: "op", type: "opCode" },
    { name: "accountId", type: "accountId" },
    { name: "tokenId", type: "tokenId" },
    { name: "nonce", type: "nonce" },
    { name: "amount", type: "amount" },
  ],
  [
    { name: "recipient", type: "address" },
    { name: "validFrom", type: "timestamp", guardBytes: 1 },
  ],
  [
    { name: "fee", type: "amount" },
    { name: "validUntil", type: "timestamp", guardBytes: 1 },
  ],
] as const satisfies readonly (readonly Column[])[];

export type MessageColumn = (typeof MESSAGE_WORDS)[number][number]["name"];

/** Text that is hashed with chain id and rollup address into the signing domain. */
export const DOMAIN_TAG = "hardhat-zkrollup/domain/1";

for (const word of MESSAGE_WORDS) {
  assert(layoutBytes(word) <= FIELD_SAFE_BYTES, "a message word fits a field element");
}
