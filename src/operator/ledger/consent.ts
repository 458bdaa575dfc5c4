/** Whether the owner of an account agrees to its new signing key, as L1 will ask at the commit. */
import { hashPublicKey } from "../../kernel/signatures.ts";
import { toChecksumAddress } from "../../l1/addresses.ts";
import {
  type AuthorizationDomain,
  findAuthorizer,
  isCreate2Authorization,
  ON_CHAIN_AUTHORIZATION,
} from "../../l1/authorization.ts";
import { AUTH_RESET_WINDOW_SECONDS, type AuthorizationPlace } from "../../l1/types.ts";
import { existingAccount } from "../../operations/rules.ts";
import type { SignedTransaction } from "../../operations/transaction.ts";
import { accountCapacity } from "../../protocol/presets.ts";
import type { RollupState } from "../../state/rollup-state.ts";
import { operatorError } from "../errors.ts";
import { findKeyFact, type KeyFact, type L1View } from "./l1-view.ts";
import { type Rejection, toRejection } from "./rejection.ts";
import type { Consent, Item, VerifiedTransaction } from "./sequence.ts";

/**
 * Seconds before the reset of an announced key at which an item that relies on the key leaves its
 * block: enough time for a commit.
 */
const RESET_MARGIN_SECONDS = 60n * 60n;

/** Where consent is looked up. */
export interface ConsentContext {
  readonly state: RollupState;
  readonly l1: L1View;
  readonly rollup: AuthorizationDomain;
  /** L1 time, Unix seconds, up to which no consent by CREATE2 is accepted. */
  readonly create2PausedUntil: bigint;
}

/**
 * Checks the owner's consent to the key that signed a ChangePubKey.
 *
 * @param authorization - As L1 takes it, 0x-hex; see `src/l1/authorization.ts`.
 * @throws ACCOUNT_NOT_FOUND, AUTHORIZATION_INVALID
 */
export function verifyConsent(
  { state, l1, rollup, create2PausedUntil }: ConsentContext,
  transaction: SignedTransaction,
  authorization: string,
): Consent {
  const { accountId, nonce, publicKey } = transaction;
  const owner = existingAccount(state, accountId).address;
  const pubKeyHash = hashPublicKey(publicKey);
  const refuse = (reason: string) =>
    operatorError({ code: "AUTHORIZATION_INVALID", accountId, owner, reason });
  if (authorization === ON_CHAIN_AUTHORIZATION) {
    const fact = findKeyFact(l1, { owner, accountId, nonce });
    if (fact?.pubKeyHash !== pubKeyHash) {
      throw refuse("L1 has no such authorization for this key, account and nonce");
    }
    if (hasPendingReset(fact, l1)) {
      throw refuse("a reset of the key has been announced on L1");
    }
  } else {
    const claim = { pubKeyHash, nonce, accountId };
    const authorizer = findAuthorizer(rollup, claim, authorization);
    if (authorizer !== toChecksumAddress(owner)) {
      throw refuse(`the authorization is that of ${authorizer ?? "nobody"}`);
    }
    if (isCreate2Authorization(authorization) && l1.timestamp < create2PausedUntil) {
      throw refuse(
        "L1 has refused a consent by CREATE2 a short time ago, so none is taken until " +
          `${create2PausedUntil} of L1's time; setAuthPubKeyHash can be used meanwhile`,
      );
    }
  }
  return { owner, authorization };
}

/** Whether L1 still shows what an owner has authorized there, if an item relies on that. */
export function isStillAuthorized(l1: L1View, item: Item): boolean {
  return lapseReason(l1, item) === undefined;
}

/** AUTHORIZATION_INVALID, if L1 shows something else by now, or may soon. */
export function lapseOf(l1: L1View, item: Item): Rejection | undefined {
  const reason = lapseReason(l1, item);
  return reason === undefined ? undefined : withdrawnConsent(item as VerifiedTransaction, reason);
}

/** Whether a consent is of a kind that its owner can withdraw on L1. */
export function isRevocable({ authorization }: Consent): boolean {
  return authorization === ON_CHAIN_AUTHORIZATION || isCreate2Authorization(authorization);
}

/** Whether anything that its owner can do on L1 makes the item's consent worthless. */
export function hasRevocableConsent(l1: L1View, { transaction, consent }: VerifiedTransaction) {
  if (consent === undefined) return false;
  if (consent.authorization !== ON_CHAIN_AUTHORIZATION) {
    return isCreate2Authorization(consent.authorization);
  }
  const { accountId, nonce } = transaction;
  const fact = findKeyFact(l1, { owner: consent.owner, accountId, nonce });
  return fact !== undefined && hasPendingReset(fact, l1);
}

/** AUTHORIZATION_INVALID: an item has lost the consent that it was accepted with. */
export function withdrawnConsent(
  { transaction: { accountId }, consent }: VerifiedTransaction,
  reason: string,
): Rejection {
  const { owner } = consent!;
  return toRejection(operatorError({ code: "AUTHORIZATION_INVALID", accountId, owner, reason }));
}

function lapseReason(l1: L1View, item: Item): string | undefined {
  if (item.kind === "request" || item.consent?.authorization !== ON_CHAIN_AUTHORIZATION) {
    return undefined;
  }
  const { accountId, nonce, publicKey } = item.transaction;
  const fact = findKeyFact(l1, { owner: item.consent.owner, accountId, nonce });
  if (fact?.pubKeyHash !== hashPublicKey(publicKey)) {
    return "L1 has no such authorization any more";
  }
  if (!hasPendingReset(fact, l1)) return undefined;
  return l1.timestamp + RESET_MARGIN_SECONDS < fact.resetAvailableAt!
    ? undefined
    : "the reset of the key that was announced on L1 can soon be carried out";
}

/** Whether a reset has been announced that can still be carried out. */
function hasPendingReset(
  { resetAvailableAt }: KeyFact,
  { timestamp }: Pick<L1View, "timestamp">,
): boolean {
  if (resetAvailableAt === undefined) return false;
  return timestamp <= resetAvailableAt + AUTH_RESET_WINDOW_SECONDS;
}

/** Whether there can be no ChangePubKey any more of a nonce that an owner authorizes a key for. */
export function isUsedUp(state: RollupState, { accountId, nonce }: AuthorizationPlace): boolean {
  return accountId >= accountCapacity(state.preset) || state.account(accountId).nonce > nonce;
}
