import type { RollupState } from "../state/rollup-state.ts";
import { opsError } from "./errors.ts";
import type { PublicOperation } from "./operation.ts";
import { debit, type Effect, existingAccount, spend } from "./rules.ts";

/**
 * Moves all of a token of somebody else's account out to its owner. Only for accounts without a
 * signing key, whose owners can not withdraw.
 *
 * @throws ACCOUNT_NOT_FOUND, RECIPIENT_MISMATCH, TARGET_HAS_SIGNING_KEY, EXIT_AMOUNT_MISMATCH,
 * NONCE_EXHAUSTED, INSUFFICIENT_BALANCE (of the fee)
 */
export function applyForcedExit(
  state: RollupState,
  operation: PublicOperation<"forcedExit">,
): Effect {
  const { initiatorAccountId, targetAccountId, tokenId, recipient, amount, fee } = operation;
  const target = existingAccount(state, targetAccountId);
  if (target.address !== recipient) {
    const facts = { accountId: targetAccountId, recipient, expected: target.address };
    throw opsError({ code: "RECIPIENT_MISMATCH", ...facts });
  }
  if (target.pubKeyHash !== 0n) {
    throw opsError({ code: "TARGET_HAS_SIGNING_KEY", accountId: targetAccountId });
  }
  const afterA = spend(state, { accountId: initiatorAccountId, tokenId, fee }, 0n);
  const expected = afterA.balance(targetAccountId, tokenId);
  if (amount !== expected) {
    throw opsError({ code: "EXIT_AMOUNT_MISMATCH", accountId: targetAccountId, amount, expected });
  }
  return {
    afterA,
    state: debit(afterA, targetAccountId, tokenId, amount),
    fee: { tokenId, amount: fee },
    payout: { recipient, tokenId, amount },
  };
}
