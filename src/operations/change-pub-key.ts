import type { RollupState } from "../state/rollup-state.ts";
import { opsError } from "./errors.ts";
import type { PublicOperation } from "./operation.ts";
import { assertNonce, type Effect, existingAccount, spend } from "./rules.ts";

/**
 * Sets the signing key of an account. Owner and nonce are public data, because L1 looks there for
 * what the owner authorised.
 *
 * @throws ACCOUNT_NOT_FOUND, OWNER_MISMATCH, NONCE_MISMATCH, NONCE_EXHAUSTED, INSUFFICIENT_BALANCE
 */
export function applyChangePubKey(
  state: RollupState,
  operation: PublicOperation<"changePubKey">,
): Effect {
  const { accountId, tokenId, owner, nonce, pubKeyHash, fee } = operation;
  const account = existingAccount(state, accountId);
  if (account.address !== owner) {
    throw opsError({ code: "OWNER_MISMATCH", accountId, owner, expected: account.address });
  }
  assertNonce(account, accountId, nonce);
  const after = spend(state, operation, 0n).update(accountId, tokenId, { account: { pubKeyHash } });
  return { afterA: after, state: after, fee: { tokenId, amount: fee } };
}
