/** Whether the owner of an account agrees to its new signing key, as L1 will ask at the commit. */
import { hashPublicKey } from "../crypto/eddsa.ts";
import { toChecksumAddress } from "../l1/addresses.ts";
import {
  type AuthorizationDomain,
  ON_CHAIN_AUTHORIZATION,
  recoverChangePubKeySigner,
} from "../l1/authorization.ts";
import { existingAccount } from "../ops/rules.ts";
import type { SignedTransaction } from "../ops/transaction.ts";
import type { RollupState } from "../state/rollup-state.ts";
import { operatorError } from "./errors.ts";
import { authorizedKey, type L1View } from "./l1-view.ts";
import type { Consent } from "./sequence.ts";

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
    if (authorizedKey(l1, owner, nonce) !== pubKeyHash) {
      throw refuse("L1 has no such authorisation for this key and nonce");
    }
  } else {
    const claim = { pubKeyHash, nonce, accountId };
    const signer = recoverChangePubKeySigner(rollup, claim, authorization);
    if (signer !== toChecksumAddress(owner)) {
      throw refuse(`the EIP-712 signature is by ${signer ?? "nobody"}`);
    }
  }
  return { owner, authorization };
}
