/**
 * Blocks: how operations become one, and what one does to the state. A block under construction is
 * a value as well: a refused operation leaves it as it was.
 */
import { AMOUNT_MAX, LEAF_KIND } from "../protocol/constants.ts";
import type { Preset } from "../protocol/presets.ts";
import { applyPublicOperation, applyVerifiedOperation } from "../operations/apply.ts";
import { assertSignatures } from "../operations/authorization.ts";
import { splitBatches } from "../operations/batch.ts";
import { opsError } from "../operations/errors.ts";
import { isSigned, type Operation, type PublicOperation } from "../operations/operation.ts";
import { credit, type Effect, type Payout, type TokenAmount } from "../operations/rules.ts";
import { toTransaction } from "../operations/to-operation.ts";
import type { RollupState } from "../state/rollup-state.ts";
import { blockError } from "./errors.ts";

export interface BlockHeader {
  /** Counts from 1; the genesis state is that of block 0. */
  readonly blockNumber: number;
  /** Unix seconds. */
  readonly timestamp: bigint;
  /** The account that the fees are credited to. */
  readonly feeAccountId: number;
}

export interface Block extends BlockHeader {
  /** Slots of the circuit that proves it; those after the operations hold noops. */
  readonly slots: number;
  readonly operations: readonly Operation[];
}

/** A block of which only the public data is known, as L1 tells it. */
export interface PublicBlock extends BlockHeader {
  readonly slots: number;
  readonly operations: readonly PublicOperation[];
}

/** One slot with the states that its two branch updates start from, and the one it ends in. */
export interface SlotTrace {
  readonly operation: Operation;
  readonly before: RollupState;
  readonly afterA: RollupState;
  readonly after: RollupState;
}

/** The credit of one token's fees, and the state it starts from. */
export interface FeeTrace extends TokenAmount {
  readonly before: RollupState;
}

/** A block to which operations can still be added. */
export interface OpenBlock {
  readonly header: BlockHeader;
  readonly before: RollupState;
  /** After all operations so far, fees not yet credited. */
  readonly state: RollupState;
  readonly slots: readonly SlotTrace[];
  /** Sums of the fees so far, tokens in the order of their first fee. */
  readonly fees: readonly TokenAmount[];
  /** In the order of the slots; L1 makes no payout of nothing. */
  readonly payouts: readonly Payout[];
}

/** What a block did. */
export interface AppliedBlock {
  readonly block: Block;
  readonly before: RollupState;
  readonly state: RollupState;
  /** All slots of the block, those that hold noops as padding too. */
  readonly slots: readonly SlotTrace[];
  /** As many as the preset has fee tokens; one that is not used is token 0 with amount 0. */
  readonly fees: readonly FeeTrace[];
  /** In the order of the slots, none of nothing. */
  readonly payouts: readonly Payout[];
}

const NOOP: Operation = { type: "noop" };

/** @throws FEE_ACCOUNT_NOT_FOUND, ACCOUNT_ID_OUT_OF_RANGE */
export function openBlock(state: RollupState, header: BlockHeader): OpenBlock {
  assertFeeAccount(state, header.feeAccountId);
  return { header, before: state, state, slots: [], fees: [], payouts: [] };
}

/**
 * Adds an operation whose signature has been verified (`assertSignatures`).
 *
 * @returns The block with the operation; `open` stays as it is.
 * @throws BLOCK_FULL, TOO_MANY_FEE_TOKENS, BALANCE_OVERFLOW (of the fee account too) and every code
 * of `applyVerifiedOperation`.
 */
export function appendOperation(open: OpenBlock, operation: Operation): OpenBlock {
  const before = open.state;
  const slots = before.preset.blockSlots.at(-1)!;
  if (open.slots.length >= slots) throw blockError({ code: "BLOCK_FULL", slots });
  const effect = applyVerifiedOperation(before, operation, open.header.timestamp);
  const slot = { operation, before, afterA: effect.afterA, after: effect.state };
  return { ...addEffect(open, effect), slots: [...open.slots, slot] };
}

/**
 * Whether a block has room for an operation: a slot, a place for its fee, and in the balance of the
 * fee account for a deposit besides the fees. What has no room belongs into the next block, which
 * starts when the fees of this one are credited.
 */
export function hasRoom({ header, before, state, slots, fees }: OpenBlock, operation: Operation) {
  const { preset } = before;
  if (slots.length >= preset.blockSlots.at(-1)!) return false;
  if (isSigned(operation)) {
    const isCollected = fees.some(({ tokenId }) => tokenId === operation.tokenId);
    return operation.fee === 0n || isCollected || fees.length < preset.feeTokens;
  }
  const { feeAccountId } = header;
  if (operation.type !== "deposit" || operation.accountId !== feeAccountId) return true;
  const { tokenId, amount } = operation;
  const collected = fees.find((fee) => fee.tokenId === tokenId)?.amount ?? 0n;
  return state.balance(feeAccountId, tokenId) + amount + collected <= AMOUNT_MAX;
}

/**
 * Fills a block up with noops and credits the fees.
 *
 * @param slots - One of the preset's block sizes; by default the smallest that fits.
 * @throws BLOCK_SIZE_UNKNOWN, BLOCK_FULL, BATCH_INCOMPLETE
 */
export function sealBlock(
  open: OpenBlock,
  slots: number = smallestBlockSlots(open.before.preset, open.slots.length),
): AppliedBlock {
  assertBlockSlots(open.before.preset, slots, open.slots.length);
  const { header, before, payouts } = open;
  const operations = open.slots.map(({ operation }) => operation);
  assertBatchesWhole(operations);
  const last = { operation: NOOP, before: open.state, afterA: open.state, after: open.state };
  const padding = new Array<SlotTrace>(slots - operations.length).fill(last);
  const { fees, state } = collectFees(open);
  const block = { ...header, slots, operations };
  return { block, before, state, slots: [...open.slots, ...padding], fees, payouts };
}

/**
 * Applies a whole block, signatures included.
 *
 * @param domain - Of the rollup's signatures, see `signingDomain`.
 * @throws BLOCK_SIZE_UNKNOWN, BLOCK_FULL, FEE_ACCOUNT_NOT_FOUND, TOO_MANY_FEE_TOKENS,
 * BATCH_INCOMPLETE and every code of `applyOperation`.
 */
export function applyBlock(state: RollupState, block: Block, domain: bigint): AppliedBlock {
  const { slots, operations, ...header } = block;
  assertBlockSlots(state.preset, slots, operations.length);
  assertBatchesWhole(operations);
  for (const batch of splitBatches(operations, linksNext)) {
    assertSignatures(batch.filter(isSigned).map(toTransaction), domain);
  }
  return sealBlock(operations.reduce(appendOperation, openBlock(state, header)), slots);
}

/**
 * Applies a block by its public data alone. What only its signers could show, the block's proof has
 * shown L1, which is also the judge of sizes: it takes those that its verifier has keys for.
 *
 * Accepts every block that circuit and contract accept, whoever made it: the fee account is looked
 * up and the fees are credited when all operations are applied, as the circuit does. An operator's
 * own blocks are held to more, see {@link appendOperation}.
 *
 * @throws as {@link applyBlock}, but for what concerns signatures, validity and sizes.
 */
export function applyPublicBlock(
  before: RollupState,
  { slots, operations, feeAccountId }: PublicBlock,
): Pick<AppliedBlock, "state" | "payouts"> {
  assertRoom(slots, operations.length);
  let state = before;
  let fees: readonly TokenAmount[] = [];
  let payouts: readonly Payout[] = [];
  for (const operation of operations) {
    const effect = applyPublicOperation(state, operation);
    state = effect.state;
    fees = addFee(fees, effect.fee, before.preset);
    payouts = addPayout(payouts, effect.payout);
  }
  assertFeeAccount(state, feeAccountId);
  const credited = fees.reduce(
    (next, { tokenId, amount }) => credit(next, feeAccountId, tokenId, amount),
    state,
  );
  return { state: credited, payouts };
}

/** The smallest block size of a preset for so many operations. @throws BLOCK_FULL */
export function smallestBlockSlots({ blockSlots }: Preset, operationCount: number): number {
  const slots = blockSlots.find((size) => size >= operationCount);
  if (slots === undefined) throw blockError({ code: "BLOCK_FULL", slots: blockSlots.at(-1)! });
  return slots;
}

function assertBlockSlots({ blockSlots }: Preset, slots: number, operationCount: number): void {
  if (!blockSlots.includes(slots)) {
    throw blockError({ code: "BLOCK_SIZE_UNKNOWN", slots, sizes: blockSlots });
  }
  assertRoom(slots, operationCount);
}

/** Whether the operation of the next slot belongs to the same batch. */
export function linksNext(operation: Operation): boolean {
  return isSigned(operation) && operation.linksNext === true;
}

/** Whether every batch goes on with a signed operation until it ends. @throws BATCH_INCOMPLETE */
function assertBatchesWhole(operations: readonly Operation[]): void {
  for (const [slot, operation] of operations.entries()) {
    const next = operations[slot + 1];
    if (linksNext(operation) && (next === undefined || !isSigned(next))) {
      throw blockError({ code: "BATCH_INCOMPLETE", slot });
    }
  }
}

/** @throws BLOCK_FULL */
function assertRoom(slots: number, operationCount: number): void {
  if (operationCount > slots) throw blockError({ code: "BLOCK_FULL", slots });
}

/** @throws FEE_ACCOUNT_NOT_FOUND, ACCOUNT_ID_OUT_OF_RANGE */
function assertFeeAccount(state: RollupState, feeAccountId: number): void {
  if (state.account(feeAccountId).kind !== LEAF_KIND.account) {
    throw blockError({ code: "FEE_ACCOUNT_NOT_FOUND", feeAccountId });
  }
}

/** @throws TOO_MANY_FEE_TOKENS, BALANCE_OVERFLOW */
function addEffect(open: OpenBlock, { state, fee, payout }: Effect): OpenBlock {
  const fees = addFee(open.fees, fee, open.before.preset);
  for (const sum of fees) assertCreditable(state, open.header.feeAccountId, sum);
  return { ...open, state, fees, payouts: addPayout(open.payouts, payout) };
}

function addPayout(payouts: readonly Payout[], payout: Payout | undefined): readonly Payout[] {
  return payout === undefined || isNothing(payout) ? payouts : [...payouts, payout];
}

function isNothing({ amount }: TokenAmount): boolean {
  return amount === 0n;
}

/** @throws TOO_MANY_FEE_TOKENS */
function addFee(
  fees: readonly TokenAmount[],
  fee: TokenAmount,
  preset: Preset,
): readonly TokenAmount[] {
  if (isNothing(fee)) return fees;
  const known = fees.findIndex(({ tokenId }) => tokenId === fee.tokenId);
  if (known >= 0) return fees.with(known, { ...fee, amount: fees[known]!.amount + fee.amount });
  if (fees.length === preset.feeTokens) {
    const feeTokens = fees.map(({ tokenId }) => tokenId);
    throw blockError({ code: "TOO_MANY_FEE_TOKENS", tokenId: fee.tokenId, feeTokens });
  }
  return [...fees, fee];
}

/**
 * Crediting the fees comes last and must not fail then, so each operation must leave room for it.
 *
 * @throws BALANCE_OVERFLOW
 */
function assertCreditable(state: RollupState, accountId: number, fee: TokenAmount): void {
  const balance = state.balance(accountId, fee.tokenId);
  if (balance + fee.amount > AMOUNT_MAX) {
    const facts = { accountId, tokenId: fee.tokenId, balance, added: fee.amount };
    throw opsError({ code: "BALANCE_OVERFLOW", ...facts });
  }
}

function collectFees({ header, before, state, fees }: OpenBlock) {
  const unused: TokenAmount = { tokenId: 0, amount: 0n };
  let next = state;
  const traces = Array.from({ length: before.preset.feeTokens }, (_, f): FeeTrace => {
    const trace = { ...(fees[f] ?? unused), before: next };
    next = credit(next, header.feeAccountId, trace.tokenId, trace.amount);
    return trace;
  });
  return { fees: traces, state: next };
}
