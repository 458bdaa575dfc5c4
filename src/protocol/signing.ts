/**
 * What an L2 key signs (design section 4): `Poseidon(domain, w1, w2, w3)`, each word a packed
 * layout.
 *
 * A transfer is signed as `transfer` whether the operator then includes it as a transfer or as a
 * transfer to a new account: the recipient's **address** is signed, so the operator can not
 * redirect it. Columns an operation does not use are zero.
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
    { name: "validFrom", type: "timestamp" },
  ],
  [
    { name: "fee", type: "amount" },
    { name: "validUntil", type: "timestamp" },
  ],
] as const satisfies readonly (readonly Column[])[];

export type MessageColumn = (typeof MESSAGE_WORDS)[number][number]["name"];

/** Text hashed with chain id and rollup address into the signing domain. */
export const DOMAIN_TAG = "hardhat-zkrollup/domain/1";

for (const word of MESSAGE_WORDS) {
  assert(layoutBytes(word) <= FIELD_SAFE_BYTES, "a message word fits a field element");
}
