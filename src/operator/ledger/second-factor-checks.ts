/** When the owner of an account has to sign too, and how owners change that. Pure. */
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { toChecksumAddress } from "../../l1/addresses.ts";
import {
  leavingAmount,
  recoverTextSigner,
  type SecondFactorSetting,
  settingText,
  type TokenOf,
  transactionText,
} from "../../l1/second-factor.ts";
import { existingAccount } from "../../operations/rules.ts";
import { LEAF_KIND } from "../../protocol/constants.ts";
import { accountCapacity } from "../../protocol/presets.ts";
import type { RollupState } from "../../state/rollup-state.ts";
import { operatorError } from "../errors.ts";
import type { LedgerEvent, SecondFactorChanged } from "./events.ts";
import type { Ledger } from "./ledger.ts";
import { headState, latestView } from "./queries.ts";
import { sequenceAfter } from "./rebuild.ts";
import {
  DAY_SECONDS,
  factorOf,
  leftOf,
  limitOf,
  ownerKey,
  type TokenLimit,
} from "./second-factors.ts";
import { stateAfter, type VerifiedTransaction } from "./sequence.ts";

/** A setting that is valid for longer could be used by whoever finds it. */
const SETTING_SECONDS_MAX = DAY_SECONDS;
/** Tokens with a limit, for each owner: all of them are in memory. */
const LIMITS_MAX = 32;
/** A longer text is not in the error: errors for strangers are bounded. */
const MESSAGE_BYTES_MAX = 9_000;

/** A setting with the owner's signature of its text, 65 bytes of 0x-hex. */
export interface SignedSetting extends SecondFactorSetting {
  readonly signature: string;
}

/** What came with a transaction. */
interface Submitted {
  /** Its owner's signature of the text, 65 bytes of 0x-hex. */
  readonly ethereumSignature?: string | undefined;
}

/** An owner's second factor, with what may leave at present without the owner's signature. */
export interface SecondFactorInfo {
  readonly nonce: number;
  readonly limits: (Pick<TokenLimit, "tokenId" | "limit"> & { readonly left: bigint })[];
}

/** What an owner's second factor is at present. */
export function describeSecondFactor(ledger: Ledger, owner: bigint): SecondFactorInfo {
  const { nonce, limits } = factorOf(ledger.secondFactors, owner);
  const now = latestView(ledger).timestamp;
  return {
    nonce,
    limits: limits.map((each) => {
      const { tokenId, limit } = each;
      return { tokenId, limit, left: leftOf(each, now) };
    }),
  };
}

// ---------------------------------------------------------------------------------- acceptance

/**
 * Checks that the owners have signed what needs their signature. Without any second factor it costs
 * nothing; signatures are recovered last, and only if every rule holds.
 *
 * @param batch - With valid signatures of the L2 keys.
 * @param submitted - The same transactions as they came.
 * @returns The batch; where an owner's signature was needed, with it.
 * @throws SECOND_FACTOR_REQUIRED, SECOND_FACTOR_INVALID; the code of the first rule that one of
 * them breaks
 */
export function checkSecondFactors(
  ledger: Ledger,
  batch: readonly VerifiedTransaction[],
  submitted: readonly Submitted[],
): readonly VerifiedTransaction[] {
  if (!mayNeedSignature(ledger, batch)) return batch;
  const now = latestView(ledger).timestamp;
  const state = stateAfter(sequenceAfter(ledger), batch);
  const needed = spendingOf(ledger, state, batch).filter(
    ({ limit, amount }) => amount > leftOf(limit, now),
  );
  if (needed.length === 0) return batch;
  const transactions = batch.map(({ transaction }) => transaction);
  const text = transactionText(transactions, tokensOf(ledger), ledger.rollup);
  const signatures = new Map<number, Spending>();
  for (const spending of needed) {
    const place = batch.findIndex(
      ({ transaction }, index) =>
        submitted[index]?.ethereumSignature !== undefined &&
        ownerIn(state, transaction) === spending.owner,
    );
    if (place < 0) throw missingSignature(ledger, spending, text);
    signatures.set(place, spending);
  }
  for (const [place, spending] of signatures) {
    assertSignedBy(spending, text, submitted[place]!.ethereumSignature!);
  }
  return batch.map((item, index) => {
    if (!signatures.has(index)) return item;
    return { ...item, ethereumSignature: submitted[index]!.ethereumSignature! };
  });
}

/** Whether an account of the batch has a second factor, or does not exist yet. */
function mayNeedSignature(ledger: Ledger, batch: readonly VerifiedTransaction[]): boolean {
  if (ledger.secondFactors.size === 0) return false;
  const state = headState(ledger);
  return batch.some(({ transaction: { accountId } }) => {
    // What has no place in the tree is refused by the rules.
    if (accountId >= accountCapacity(state.preset)) return false;
    const { kind, address } = state.account(accountId);
    return kind !== LEAF_KIND.account || ledger.secondFactors.has(ownerKey(address));
  });
}

/** What leaves the accounts of one owner in one token that has a limit. */
interface Spending {
  readonly owner: bigint;
  readonly accountId: number;
  readonly amount: bigint;
  readonly limit: TokenLimit;
}

/** @param state - In which all accounts of the batch exist. */
function spendingOf(
  { secondFactors }: Ledger,
  state: RollupState,
  batch: readonly VerifiedTransaction[],
): Spending[] {
  const found = new Map<TokenLimit, Spending>();
  for (const { transaction } of batch) {
    const { accountId, tokenId } = transaction;
    const owner = ownerIn(state, transaction);
    const limit = limitOf(factorOf(secondFactors, owner), tokenId);
    if (limit === undefined) continue;
    const amount = (found.get(limit)?.amount ?? 0n) + leavingAmount(transaction);
    found.set(limit, { owner, accountId, amount, limit });
  }
  return [...found.values()];
}

function ownerIn(state: RollupState, { accountId }: VerifiedTransaction["transaction"]): bigint {
  return state.account(accountId).address;
}

function missingSignature(ledger: Ledger, { accountId, amount, limit }: Spending, text: string) {
  const bytes = utf8ToBytes(text);
  const left = leftOf(limit, latestView(ledger).timestamp);
  const message = bytes.length <= MESSAGE_BYTES_MAX && { message: `0x${bytesToHex(bytes)}` };
  const facts = { accountId, tokenId: limit.tokenId, amount, left, ...message };
  return operatorError({ code: "SECOND_FACTOR_REQUIRED", ...facts });
}

/** @throws SECOND_FACTOR_INVALID */
function assertSignedBy(
  { owner, accountId }: Pick<Spending, "owner" | "accountId">,
  text: string,
  signature: string,
): void {
  const signer = recoverTextSigner(text, signature);
  if (signer === toChecksumAddress(owner)) return;
  const facts = { accountId, owner, signer: signer ?? "nobody" };
  throw operatorError({ code: "SECOND_FACTOR_INVALID", ...facts });
}

/** The ledger after a batch, with what has left by it without the owners' signatures. */
export function chargeBatch(ledger: Ledger, batch: readonly VerifiedTransaction[]): Ledger {
  if (!mayNeedSignature(ledger, batch)) return ledger;
  const state = headState(ledger);
  const signers = new Set(
    batch.flatMap(({ transaction, ethereumSignature }) =>
      ethereumSignature === undefined ? [] : [ownerIn(state, transaction)],
    ),
  );
  const now = latestView(ledger).timestamp;
  let { secondFactors } = ledger;
  for (const { owner, limit, amount } of spendingOf(ledger, state, batch)) {
    if (signers.has(owner)) continue;
    const spent = limit.limit - leftOf(limit, now) + amount;
    const factor = factorOf(secondFactors, owner);
    const changed = { ...limit, spent, spentAt: now };
    const limits = factor.limits.map((each) => (each === limit ? changed : each));
    secondFactors = secondFactors.set(ownerKey(owner), { ...factor, limits });
  }
  return { ...ledger, secondFactors };
}

// ------------------------------------------------------------------------------------- setting

/**
 * Changes the second factor of an account's owner, who has signed that.
 *
 * @returns Nothing if it is the owner's last setting again.
 * @throws TOKEN_NOT_LISTED, ACCOUNT_ID_OUT_OF_RANGE, ACCOUNT_NOT_FOUND, SECOND_FACTOR_OUTDATED,
 * SECOND_FACTOR_LIMITS_FULL, SECOND_FACTOR_INVALID
 */
export function setSecondFactor(ledger: Ledger, setting: SignedSetting): LedgerEvent[] {
  const { accountId, tokenId, limit, signature } = setting;
  const tokenOf = tokensOf(ledger);
  tokenOf(tokenId);
  const { address: owner } = existingAccount(headState(ledger), accountId);
  const factor = factorOf(ledger.secondFactors, owner);
  const known = limitOf(factor, tokenId);
  // An answer may have been lost.
  if (setting.nonce === factor.nonce - 1 && known?.limit === limit) return [];
  assertCurrent(ledger, setting, factor.nonce);
  if (limit !== undefined && known === undefined && factor.limits.length >= LIMITS_MAX) {
    throw operatorError({ code: "SECOND_FACTOR_LIMITS_FULL", accountId, maximum: LIMITS_MAX });
  }
  const text = settingText(setting, tokenOf, ledger.rollup);
  assertSignedBy({ owner, accountId }, text, signature);
  return [{ type: "secondFactorChanged", owner, tokenId, ...(limit !== undefined && { limit }) }];
}

/** @throws SECOND_FACTOR_OUTDATED */
function assertCurrent(
  ledger: Ledger,
  { accountId, nonce, validUntil }: SecondFactorSetting,
  expected: number,
): void {
  const { timestamp } = latestView(ledger);
  const latest = timestamp + SETTING_SECONDS_MAX;
  if (nonce === expected && validUntil >= timestamp && validUntil <= latest) return;
  const facts = { accountId, nonce, expected, validUntil, timestamp, latest };
  throw operatorError({ code: "SECOND_FACTOR_OUTDATED", ...facts });
}

export function changeSecondFactor(
  ledger: Ledger,
  { owner, tokenId, limit }: SecondFactorChanged,
): Ledger {
  const { nonce, limits } = factorOf(ledger.secondFactors, owner);
  const known = limits.find((each) => each.tokenId === tokenId);
  const now = latestView(ledger).timestamp;
  // What has left in the last day still counts.
  const spent = known === undefined ? 0n : known.limit - leftOf(known, now);
  const changed = limit === undefined ? [] : [{ tokenId, limit, spent, spentAt: now }];
  const sorted = [...limits.filter((each) => each !== known), ...changed].sort(
    (one, other) => one.tokenId - other.tokenId,
  );
  const factor = { nonce: nonce + 1, limits: sorted };
  return { ...ledger, secondFactors: ledger.secondFactors.set(ownerKey(owner), factor) };
}

/** @throws TOKEN_NOT_LISTED */
function tokensOf(ledger: Ledger): TokenOf {
  const { tokens } = latestView(ledger);
  return (tokenId) => {
    const token = tokens[tokenId];
    if (token === undefined) throw operatorError({ code: "TOKEN_NOT_LISTED", tokenId });
    return token;
  };
}
