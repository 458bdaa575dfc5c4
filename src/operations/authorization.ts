/** What must hold before a signed operation may act in its signer's name. */
import { hashPublicKey, verify } from "../kernel/signatures.ts";
import type { RollupState } from "../state/rollup-state.ts";
import { batchMessages } from "./batch.ts";
import { opsError } from "./errors.ts";
import type { SignedOperation, Transfer } from "./operation.ts";
import { assertNonce, existingAccount } from "./rules.ts";
import { toTransaction } from "./to-operation.ts";
import type { SignedTransaction } from "./transaction.ts";

/**
 * Whether the transactions of a batch, or one that is alone, carry valid signatures by the keys
 * they name. Says nothing about whether a key is the account's: see {@link assertAuthorized}. Needs
 * no state, so it is checked once, where transactions come in.
 *
 * @param batch - All of it, in its order.
 * @param domain - See `signingDomain`.
 * @throws SIGNATURE_INVALID, AMOUNT_OUT_OF_RANGE, FIELD_OUT_OF_RANGE
 */
export function assertSignatures(batch: readonly SignedTransaction[], domain: bigint): void {
  const { messages } = batchMessages(batch, domain);
  for (const [index, { accountId, publicKey, signature }] of batch.entries()) {
    if (!verify(publicKey, messages[index]!, signature)) {
      throw opsError({ code: "SIGNATURE_INVALID", accountId });
    }
  }
}

/**
 * Whether the signer of an operation may do it now, given that the signature itself is valid.
 *
 * @param timestamp - Of the block, in Unix seconds.
 * @throws ACCOUNT_NOT_FOUND, NOT_YET_VALID, EXPIRED, NONCE_MISMATCH, SIGNING_KEY_NOT_SET,
 * SIGNING_KEY_MISMATCH, RECIPIENT_MISMATCH
 */
export function assertAuthorized(
  state: RollupState,
  operation: SignedOperation,
  timestamp: bigint,
): void {
  const { accountId, nonce, validFrom, validUntil } = toTransaction(operation);
  const account = existingAccount(state, accountId);
  if (timestamp < validFrom) throw opsError({ code: "NOT_YET_VALID", validFrom, timestamp });
  if (timestamp > validUntil) throw opsError({ code: "EXPIRED", validUntil, timestamp });
  assertNonce(account, accountId, nonce);
  const isNewKey = operation.type === "changePubKey";
  if (!isNewKey && account.pubKeyHash === 0n) {
    throw opsError({ code: "SIGNING_KEY_NOT_SET", accountId });
  }
  const expected = isNewKey ? operation.pubKeyHash : account.pubKeyHash;
  const pubKeyHash = hashPublicKey(operation.publicKey);
  if (pubKeyHash !== expected) {
    throw opsError({ code: "SIGNING_KEY_MISMATCH", accountId, pubKeyHash, expected });
  }
  if (operation.type === "transfer") assertSignedRecipient(state, operation);
}

/** The record of a transfer names an account, its signature an address: they must be the same. */
function assertSignedRecipient(state: RollupState, operation: Transfer): void {
  const { toAccountId, recipient } = operation;
  const { address } = existingAccount(state, toAccountId);
  if (address !== recipient) {
    const facts = { accountId: toAccountId, recipient, expected: address };
    throw opsError({ code: "RECIPIENT_MISMATCH", ...facts });
  }
}
