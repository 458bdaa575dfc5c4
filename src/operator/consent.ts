/** Whether the owner of an account agrees to its new signing key, as L1 will ask at the commit. */
import { hashPublicKey } from "../kernel/signatures.ts";
import { toChecksumAddress } from "../l1/addresses.ts";
import {
  type AuthorizationDomain,
  findAuthorizer,
  ON_CHAIN_AUTHORIZATION,
} from "../l1/authorization.ts";
import { existingAccount } from "../ops/rules.ts";
import type { SignedTransaction } from "../ops/transaction.ts";
import type { RollupState } from "../state/rollup-state.ts";
import { operatorError } from "./errors.ts";
import { authorizedKey, type L1View } from "./l1-view.ts";
import type { Consent, Item } from "./sequence.ts";

/** Where consent is looked up. */
export interface ConsentContext {
  readonly state: RollupState;
  readonly l1: L1View;
  readonly rollup: AuthorizationDomain;
}

/**
 * Checks the owner's consent to the key that signed a ChangePubKey.
 *
 * @param authorization - As L1 takes it, 0x-hex; see `src/l1/authorization.ts`.
 * @throws ACCOUNT_NOT_FOUND, AUTHORIZATION_INVALID
 */
export function verifyConsent(
  { state, l1, rollup }: ConsentContext,
  transaction: SignedTransaction,
  authorization: string,
): Consent {
  const { accountId, nonce, publicKey } = transaction;
  const owner = existingAccount(state, accountId).address;
  const pubKeyHash = hashPublicKey(publicKey);
  const refuse = (reason: string) =>
    operatorError({ code: "AUTHORIZATION_INVALID", accountId, owner, reason });
  if (authorization === ON_CHAIN_AUTHORIZATION) {
    if (authorizedKey(l1, { owner, accountId, nonce }) !== pubKeyHash) {
      throw refuse("L1 has no such authorisation for this key, account and nonce");
    }
  } else {
    const claim = { pubKeyHash, nonce, accountId };
    const authorizer = findAuthorizer(rollup, claim, authorization);
    if (authorizer !== toChecksumAddress(owner)) {
      throw refuse(`the authorisation is that of ${authorizer ?? "nobody"}`);
    }
  }
  return { owner, authorization };
}

/** Whether L1 still shows what an owner has authorised there; true for every other item. */
export function isStillAuthorized(l1: L1View, item: Item): boolean {
  if (item.kind !== "transaction" || item.consent?.authorization !== ON_CHAIN_AUTHORIZATION) {
    return true;
  }
  const { accountId, nonce, publicKey } = item.transaction;
  const { owner } = item.consent;
  return authorizedKey(l1, { owner, accountId, nonce }) === hashPublicKey(publicKey);
}

/** @throws AUTHORIZATION_INVALID unless {@link isStillAuthorized}. */
export function assertStillAuthorized(l1: L1View, item: Item): void {
  if (item.kind !== "transaction" || isStillAuthorized(l1, item)) return;
  const { accountId } = item.transaction;
  const reason = "L1 has no such authorisation any more";
  const { owner } = item.consent!;
  throw operatorError({ code: "AUTHORIZATION_INVALID", accountId, owner, reason });
}
