import { hashPublicKey } from "../../kernel/signatures.ts";
import type { RollupState } from "../../state/rollup-state.ts";
import {
  type BranchUpdates,
  defineOperation,
  type OperationOf,
  type PublicOf,
  type TransactionOf,
  type TransactionSignature,
} from "../definition.ts";
import { opsError } from "../errors.ts";
import { assertNonce, existingAccount, spend } from "../rules.ts";
import { spec } from "./spec.ts";

export const changePubKey = defineOperation({
  spec,
  apply: applyChangePubKey,
  fromSource: toChangePubKey,
});

/**
 * Owner and nonce are public data, from which L1 reads what the owner has authorized.
 *
 * @throws ACCOUNT_NOT_FOUND, OWNER_MISMATCH, NONCE_MISMATCH, NONCE_EXHAUSTED, INSUFFICIENT_BALANCE
 */
function applyChangePubKey(state: RollupState, operation: PublicOf<typeof spec>): BranchUpdates {
  const { accountId, tokenId, owner, nonce, pubKeyHash } = operation;
  const account = existingAccount(state, accountId);
  if (account.address !== owner) {
    throw opsError({ code: "OWNER_MISMATCH", accountId, owner, expected: account.address });
  }
  assertNonce(account, accountId, nonce);
  const after = spend(state, operation, 0n).update(accountId, tokenId, { account: { pubKeyHash } });
  return { afterA: after, state: after };
}

function toChangePubKey(
  state: RollupState,
  source: TransactionOf<typeof spec> & TransactionSignature,
): OperationOf<typeof spec> {
  const owner = state.account(source.accountId).address;
  return { ...source, owner, pubKeyHash: hashPublicKey(source.publicKey) };
}
