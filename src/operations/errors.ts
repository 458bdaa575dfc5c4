/**
 * Errors of an operation. Each code up to `SIGNATURE_INVALID` is the tag of a rule of the circuit
 * too, in a comment `// RULE <code>` at the constraint; except `AMOUNT_OUT_OF_RANGE`, which the
 * public data of L1 rules out. No fact is a secret.
 */
import { defineErrors } from "../util/errors.ts";

export type OpsErrorFacts =
  | { code: "ACCOUNT_NOT_FOUND"; accountId: number }
  | { code: "ACCOUNT_EXISTS"; accountId: number }
  | { code: "OWNER_MISMATCH"; accountId: number; owner: bigint; expected: bigint }
  | { code: "RECIPIENT_MISMATCH"; accountId: number; recipient: bigint; expected: bigint }
  | { code: "RECIPIENT_ZERO" }
  | { code: "NONCE_MISMATCH"; accountId: number; nonce: number; expected: number }
  | { code: "NONCE_EXHAUSTED"; accountId: number }
  | { code: "NOT_YET_VALID"; validFrom: bigint; timestamp: bigint }
  | { code: "EXPIRED"; validUntil: bigint; timestamp: bigint }
  | {
      code: "INSUFFICIENT_BALANCE";
      accountId: number;
      tokenId: number;
      balance: bigint;
      required: bigint;
    }
  | { code: "BALANCE_OVERFLOW"; accountId: number; tokenId: number; balance: bigint; added: bigint }
  | { code: "AMOUNT_NOT_PACKABLE"; amount: bigint; closest: bigint }
  | { code: "FEE_NOT_PACKABLE"; fee: bigint; closest: bigint }
  | { code: "AMOUNT_OUT_OF_RANGE"; field: string; value: bigint }
  | { code: "EXIT_AMOUNT_MISMATCH"; accountId: number; amount: bigint; expected: bigint }
  | { code: "TARGET_HAS_SIGNING_KEY"; accountId: number }
  | { code: "UNUSED_COLUMN_NOT_ZERO"; operation: string; column: string; value: bigint }
  | { code: "SIGNING_KEY_NOT_SET"; accountId: number }
  | { code: "SIGNING_KEY_MISMATCH"; accountId: number; pubKeyHash: bigint; expected: bigint }
  | { code: "SIGNATURE_INVALID"; accountId: number }
  | { code: "ADDRESS_WITHOUT_ACCOUNT"; address: bigint }
  | { code: "ACCOUNT_CAPACITY_REACHED"; recipient: bigint; capacity: number }
  | { code: "FIELD_OUT_OF_RANGE"; field: string; value: bigint | number; bits: number };

export const opsError = defineErrors<OpsErrorFacts>({
  ACCOUNT_NOT_FOUND: {
    message: ({ accountId }) => `There is no account ${accountId}.`,
    fix: "Use the id of an existing account; a deposit or a transfer to an address creates one.",
  },
  ACCOUNT_EXISTS: {
    message: ({ accountId }) => `Account ${accountId} exists already, so it cannot be created.`,
    fix: "Transfer to the existing account, or take the state's next account id.",
  },
  OWNER_MISMATCH: {
    message: ({ accountId, owner, expected }) =>
      `Account ${accountId} belongs to ${hex(expected)}, not to ${hex(owner)}.`,
    fix: "Name the account's own L1 address, or an account of that address.",
  },
  RECIPIENT_MISMATCH: {
    message: ({ accountId, recipient, expected }) =>
      `The signed recipient is ${hex(recipient)}, but the owner of account ${accountId} is ${hex(expected)}.`,
    fix: "Include the transaction with the account id that belongs to the signed address.",
  },
  RECIPIENT_ZERO: {
    message: () => "The recipient is the zero address.",
    fix: "Name the address that receives the amount.",
  },
  NONCE_MISMATCH: {
    message: ({ accountId, nonce, expected }) =>
      `Account ${accountId} signed with nonce ${nonce}, but its next nonce is ${expected}.`,
    fix: "Get the account's next nonce, which counts accepted transactions, and sign again.",
  },
  NONCE_EXHAUSTED: {
    message: ({ accountId }) => `Account ${accountId} has used its last nonce.`,
    fix: "Leave the account with a full exit on L1 and continue with another address.",
  },
  NOT_YET_VALID: {
    message: ({ validFrom, timestamp }) =>
      `The transaction is valid from ${validFrom} on, but the block's time is ${timestamp}.`,
    fix: "Submit it later, or sign it with an earlier validFrom (Unix seconds).",
  },
  EXPIRED: {
    message: ({ validUntil, timestamp }) =>
      `The transaction was valid until ${validUntil}, but the block's time is ${timestamp}.`,
    fix: "Sign it again with a later validUntil (Unix seconds).",
  },
  INSUFFICIENT_BALANCE: {
    message: ({ accountId, tokenId, balance, required }) =>
      `Account ${accountId} has ${balance} of token ${tokenId}, but ${required} is needed.`,
    fix: "Lower the amount or deposit more; the fee is paid in the moved token.",
  },
  BALANCE_OVERFLOW: {
    message: ({ accountId, tokenId, balance, added }) =>
      `Account ${accountId} has ${balance} of token ${tokenId}: ${added} more exceeds 128 bits.`,
    fix: "Send the amount to another account.",
  },
  AMOUNT_NOT_PACKABLE: {
    message: ({ amount, closest }) =>
      `The amount ${amount} has no packed form; the closest one below is ${closest}.`,
    fix: "Round it with closestPackableAmountBelow or closestPackableAmountAbove.",
  },
  FEE_NOT_PACKABLE: {
    message: ({ fee, closest }) =>
      `The fee ${fee} has no packed form; the closest one below is ${closest}.`,
    fix: "Round it with closestPackableFeeAbove.",
  },
  AMOUNT_OUT_OF_RANGE: {
    message: ({ field, value }) => `${field} = ${value} is not an unsigned 128-bit integer.`,
    fix: "Pass an amount from 0 to 2^128 - 1, in the token's smallest unit.",
  },
  EXIT_AMOUNT_MISMATCH: {
    message: ({ accountId, amount, expected }) =>
      `An exit of account ${accountId} moves ${expected}, all that it may take out, not ${amount}.`,
    fix: "Create the operation with toOperation on the state that it is applied to.",
  },
  TARGET_HAS_SIGNING_KEY: {
    message: ({ accountId }) => `Account ${accountId} has a signing key and can exit by itself.`,
    fix: "Use a forced exit only for accounts that never set a signing key.",
  },
  UNUSED_COLUMN_NOT_ZERO: {
    message: ({ operation, column, value }) =>
      `A ${operation} does not use the column ${column}, but it holds ${value}.`,
    fix: "Write zero in the columns that an operation does not use.",
  },
  SIGNING_KEY_NOT_SET: {
    message: ({ accountId }) => `Account ${accountId} has no signing key yet.`,
    fix: "Set one with a ChangePubKey transaction first: wallet.setSigningKey().",
  },
  SIGNING_KEY_MISMATCH: {
    message: ({ accountId, pubKeyHash, expected }) =>
      `The key hash ${pubKeyHash} is not the key hash of account ${accountId}, ${expected}.`,
    fix: "Sign with the account's key, or set another key with ChangePubKey.",
  },
  SIGNATURE_INVALID: {
    message: ({ accountId }) => `The signature of account ${accountId} is invalid.`,
    fix: "Sign exactly this transaction, for the chain id and the address of this rollup.",
  },
  ADDRESS_WITHOUT_ACCOUNT: {
    message: ({ address }) => `${hex(address)} has no account in this rollup.`,
    fix: "Use the address of an existing account; a deposit or a transfer creates one.",
  },
  ACCOUNT_CAPACITY_REACHED: {
    message: ({ recipient, capacity }) =>
      `${hex(recipient)} has no account, and all ${capacity} accounts of this rollup are taken.`,
    fix: "Transfer to an address that has an account, or withdraw to the address on L1.",
  },
  FIELD_OUT_OF_RANGE: {
    message: ({ field, value, bits }) => `${field} = ${value} is not an integer of ${bits} bits.`,
    fix: "Check the units: ids and nonces are numbers, addresses uint160, times Unix seconds.",
  },
});

const hex = (address: bigint) => `0x${address.toString(16).padStart(40, "0")}`;
