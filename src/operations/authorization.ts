/** Checks that a signed operation may act in its signer's name. */
import { hashPublicKey, verify } from "../kernel/signatures.ts";
import type { RollupState } from "../state/rollup-state.ts";
import { batchMessages } from "./batch.ts";
import { opsError } from "./errors.ts";
import type { SignedOperation } from "./operation.ts";
import { assertNonce, existingAccount } from "./rules.ts";
import { definitionOf } from "./table.ts";
import { toTransaction } from "./to-operation.ts";
import type { SignedTransaction } from "./transaction.ts";

/**
 * Asserts that the transactions of a batch, or a single one, have valid signatures by the keys that
 * they name. {@link assertAuthorized} checks that a key belongs to the account. This check needs no
 * state, so it is done once, when transactions arrive.
 *
 * @param batch - The whole batch, in its order.
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
 * Asserts that the signer of an operation may do it now, if the signature itself is valid.
 *
 * @param timestamp - Of the block, in Unix seconds.
 * @throws ACCOUNT_NOT_FOUND, NOT_YET_VALID, EXPIRED, NONCE_MISMATCH, SIGNING_KEY_NOT_SET,
 * SIGNING_KEY_MISMATCH, and the operation's own rules: RECIPIENT_MISMATCH of a transfer
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
  // A change of key is signed by the new key, everything else by the account's key.
  const newKey = "pubKeyHash" in operation ? operation.pubKeyHash : undefined;
  if (newKey === undefined && account.pubKeyHash === 0n) {
    throw opsError({ code: "SIGNING_KEY_NOT_SET", accountId });
  }
  const expected = newKey ?? account.pubKeyHash;
  const pubKeyHash = hashPublicKey(operation.publicKey);
  if (pubKeyHash !== expected) {
    throw opsError({ code: "SIGNING_KEY_MISMATCH", accountId, pubKeyHash, expected });
  }
  definitionOf(operation.type).authorize?.(state, operation);
}
