/** What must hold before a signed operation may act in its signer's name. */
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
 * SIGNING_KEY_MISMATCH, and what the operation asks for beside: RECIPIENT_MISMATCH of a transfer
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
  // Only a change of key is signed by another key than the account's: the new one.
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
