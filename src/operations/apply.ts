/**
 * Applies an operation to a state: three functions, by how much is checked already. All are pure,
 * and a refusal changes nothing.
 */
import type { RollupState } from "../state/rollup-state.ts";
import { assertAuthorized, assertSignatures } from "./authorization.ts";
import type { BranchUpdates } from "./definition.ts";
import { assertPublicFields } from "./fields.ts";
import { isSigned, type Operation, type PublicOperation } from "./operation.ts";
import { payoutOf } from "./payouts.ts";
import { NO_FEE, type Payout, type TokenAmount } from "./rules.ts";
import { definitionOf } from "./table.ts";
import { toTransaction } from "./to-operation.ts";

/** Result of an operation. */
export interface Effect extends BranchUpdates {
  /** Fee that the signer pays to the block's fee account. */
  readonly fee: TokenAmount;
  /** Set for every operation that pays out on L1, even if the amount is 0. */
  readonly payout?: Payout;
}

/** What the checks of a signed operation need beside the state. */
export interface ApplyContext {
  /** Of the block, in Unix seconds. */
  readonly timestamp: bigint;
  /** Of the rollup's signatures, see `signingDomain`. */
  readonly domain: bigint;
}

/**
 * Applies an operation that is in no batch, with every check.
 *
 * @param state - The state before the operation, which stays unchanged.
 * @param operation - From {@link toOperation}.
 * @param context - Time of the block in Unix seconds, and signing domain of the rollup.
 * @returns The states between and after the operation's two updates, its fee and its payout.
 * @throws The code of the rule that the operation breaks, of the section "operations" of
 * docs/errors.md; ACCOUNT_ID_OUT_OF_RANGE, TOKEN_ID_OUT_OF_RANGE
 *
 * @example
 * const { state, chainId, rollupAddress } = rollup.operator;
 * const domain = signingDomain(chainId, BigInt(rollupAddress));
 * const { id: accountId, nonce } = await provider.getAccount(alice.address);
 * const always = { validFrom: 0n, validUntil: 2n ** 64n - 1n };
 * const content = { type: "withdraw", recipient: BigInt(bob.address), amount: 5n };
 * const transaction = { ...content, accountId, tokenId: 0, fee: 0n, nonce, ...always };
 * const operation = toOperation(state, alice.signer.sign(transaction, domain));
 * const { payout } = applyOperation(state, operation, { timestamp: 1_800_000_000n, domain });
 * payout.amount; // 5n
 */
export function applyOperation(
  state: RollupState,
  operation: Operation,
  { timestamp, domain }: ApplyContext,
): Effect {
  if (isSigned(operation)) assertSignatures([toTransaction(operation)], domain);
  return applyVerifiedOperation(state, operation, timestamp);
}

/**
 * Applies an operation whose signature `assertSignatures` has verified, with all other checks.
 */
export function applyVerifiedOperation(
  state: RollupState,
  operation: Operation,
  timestamp: bigint,
): Effect {
  if (isSigned(operation)) assertAuthorized(state, operation, timestamp);
  return applyPublicOperation(state, operation);
}

/**
 * Applies an operation of a proven block, of which only the public data is known: the proof
 * replaces the check of signatures.
 *
 * @param state - The state before the operation, which stays unchanged.
 * @param operation - From {@link decodePubdata}, or from {@link toOperation}.
 * @returns The states between and after the operation's two updates, its fee and its payout.
 * @throws The code of the rule that the operation breaks, except those about signatures, signing
 * keys and times; ACCOUNT_ID_OUT_OF_RANGE, TOKEN_ID_OUT_OF_RANGE
 *
 * @example
 * const genesis = createGenesisState(PRESETS.dev, { feeAccountAddress: 0xfeen });
 * const request = { type: "deposit", owner: 0xa11cen, tokenId: 0, amount: 100n };
 * const { state } = applyPublicOperation(genesis, toOperation(genesis, request));
 * state.balance(1, 0); // 100n
 */
export function applyPublicOperation(state: RollupState, operation: PublicOperation): Effect {
  assertPublicFields(operation);
  const updates = definitionOf(operation.type).apply(state, operation);
  const payout = payoutOf(operation);
  return { ...updates, fee: feeOf(operation), ...(payout && { payout }) };
}

function feeOf(operation: PublicOperation): TokenAmount {
  if (!("fee" in operation)) return NO_FEE;
  return { tokenId: operation.tokenId, amount: operation.fee };
}
