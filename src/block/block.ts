/**
 * Blocks: building them from operations, and applying them to a state. A block under construction
 * is an immutable value too, so a refused operation leaves it unchanged.
 */
import { AMOUNT_MAX, LEAF_KIND } from "../protocol/constants.ts";
import { cheapestKind, slotsMax } from "../protocol/kind-costs.ts";
import {
  type BlockKind,
  blockKindId,
  blockKindName,
  type BlockNeeds,
  holds,
} from "../protocol/kinds.ts";
import type { Preset } from "../protocol/presets.ts";
import { applyPublicOperation, applyVerifiedOperation, type Effect } from "../operations/apply.ts";
import { assertSignatures } from "../operations/authorization.ts";
import { splitBatches } from "../operations/batch.ts";
import { opsError } from "../operations/errors.ts";
import { isSigned, type Operation, type PublicOperation } from "../operations/operation.ts";
import { credit, type Payout, type TokenAmount } from "../operations/rules.ts";
import { toTransaction } from "../operations/to-operation.ts";
import type { RollupState } from "../state/rollup-state.ts";
import { assert } from "../util/errors.ts";
import { blockError } from "./errors.ts";
import { addNeeds, emptyBlockNeeds, operationNeeds } from "./needs.ts";

/** The part of a block besides its operations. */
export interface BlockHeader {
  /** Counts from 1, uint32; block 0 is the genesis state. */
  readonly blockNumber: number;
  /** Unix seconds, uint64. */
  readonly timestamp: bigint;
  /** The account that receives the fees. */
  readonly feeAccountId: number;
}

/** A block with everything that its signers have provided. */
export interface Block extends BlockHeader {
  /** The circuit that proves the block; slots after the operations hold noops. */
  readonly kind: BlockKind;
  readonly operations: readonly Operation[];
}

/** A block as L1 publishes it, without signatures and validity times. */
export interface PublicBlock extends BlockHeader {
  /** Perhaps none of the preset's: that of the block's id on L1, see `blockKindOfId`. */
  readonly kind: BlockKind;
  readonly operations: readonly PublicOperation[];
}

/** One slot with the states before, between and after its two branch updates. */
export interface SlotTrace {
  readonly operation: Operation;
  readonly before: RollupState;
  readonly afterA: RollupState;
  readonly after: RollupState;
}

/** The credit of one token's fees, and the state before it. */
export interface FeeTrace extends TokenAmount {
  readonly before: RollupState;
}

/** A block that is not sealed: operations can be appended. */
export interface OpenBlock {
  readonly header: BlockHeader;
  readonly before: RollupState;
  /** The state after all operations so far, before the fees are credited. */
  readonly state: RollupState;
  readonly slots: readonly SlotTrace[];
  /** What the block's kind must hold. */
  readonly needs: BlockNeeds;
  /** Sums of the fees so far, tokens in the order of their first fee. */
  readonly fees: readonly TokenAmount[];
  /** Payouts in the order of the slots, without amounts of 0. */
  readonly payouts: readonly Payout[];
}

/** A sealed block with its effects on the state. */
export interface AppliedBlock {
  readonly block: Block;
  readonly before: RollupState;
  readonly state: RollupState;
  /** All slots of the block, including the padding with noops. */
  readonly slots: readonly SlotTrace[];
  /** One entry per fee token of the preset; an unused one is token 0 with amount 0. */
  readonly fees: readonly FeeTrace[];
  /** Payouts in the order of the slots, without amounts of 0. */
  readonly payouts: readonly Payout[];
}

const NOOP: Operation = { type: "noop" };

/**
 * Opens a block without operations.
 *
 * @param state - The state after the previous block.
 * @throws FEE_ACCOUNT_NOT_FOUND, ACCOUNT_ID_OUT_OF_RANGE
 *
 * @example
 * const genesis = createGenesisState(PRESETS.dev, { feeAccountAddress: 0xfeen });
 * const request = { type: "deposit", owner: 0xa11cen, tokenId: 0, amount: 100n };
 * const header = { blockNumber: 1, timestamp: 1_700_000_000n, feeAccountId: 0 };
 * const open = appendOperation(openBlock(genesis, header), toOperation(genesis, request));
 * const { block, state } = sealBlock(open);
 * block.kind; // { slots: 4, levels: 3, tokens: "main" }
 * state.balance(1, 0); // 100n
 */
export function openBlock(state: RollupState, header: BlockHeader): OpenBlock {
  assertFeeAccount(state, header.feeAccountId);
  const needs = emptyBlockNeeds(header.feeAccountId);
  return { header, before: state, state, slots: [], needs, fees: [], payouts: [] };
}

/**
 * Appends an operation whose signature has been verified (`assertSignatures`).
 *
 * @returns The block with the operation; `open` is unchanged.
 * @throws BLOCK_FULL if no kind of block holds one more operation, or these together;
 * TOO_MANY_FEE_TOKENS, BALANCE_OVERFLOW (also for the fee account) and every code of
 * `applyVerifiedOperation`.
 */
export function appendOperation(open: OpenBlock, operation: Operation): OpenBlock {
  const { preset } = open.before;
  const next = addOperation(open, operation);
  assertRoom(slotsMax(preset, next.needs), next.needs.slots);
  return next;
}

function addOperation(open: OpenBlock, operation: Operation): OpenBlock {
  const before = open.state;
  const effect = applyVerifiedOperation(before, operation, open.header.timestamp);
  const slot = { operation, before, afterA: effect.afterA, after: effect.state };
  const needs = addNeeds(open.needs, operationNeeds(operation));
  return { ...addEffect(open, effect), slots: [...open.slots, slot], needs };
}

/**
 * Whether a block has room for an operation: a kind that holds it besides the others, a place for
 * its fee, and in the balance of the fee account for a deposit besides the fees. What has no room
 * belongs into the next block, which starts when the fees of this one are credited.
 */
export function hasRoom(open: OpenBlock, operation: Operation): boolean {
  const { header, before, state, fees } = open;
  const { preset } = before;
  const needs = addNeeds(open.needs, operationNeeds(operation));
  if (needs.slots > slotsMax(preset, needs)) return false;
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
 * Seals a block: pads it with noops to its kind's slots and credits the fees.
 *
 * @param kind - One of the preset's kinds; by default the cheapest that holds the operations.
 * @throws BLOCK_KIND_UNKNOWN, BLOCK_FULL, BLOCK_KIND_TOO_SMALL, BATCH_INCOMPLETE
 */
export function sealBlock(open: OpenBlock, kind: BlockKind = cheapestKindOf(open)): AppliedBlock {
  assertKindKnown(open.before.preset, kind);
  assertHolds(kind, open.needs);
  const { header, before, payouts } = open;
  const operations = open.slots.map(({ operation }) => operation);
  assertBatchesWhole(operations);
  const last = { operation: NOOP, before: open.state, afterA: open.state, after: open.state };
  const padding = new Array<SlotTrace>(kind.slots - operations.length).fill(last);
  const { fees, state } = collectFees(open);
  const block = { ...header, kind, operations };
  return { block, before, state, slots: [...open.slots, ...padding], fees, payouts };
}

/**
 * Applies a whole block and verifies its signatures.
 *
 * @param state - The state before the block.
 * @param block - Header, one of the preset's kinds, and operations that it holds.
 * @param domain - Signing domain of the rollup, a field element; see `signingDomain`.
 * @returns The sealed block with its effects; `applied.state` is the state after it.
 * @throws BLOCK_KIND_UNKNOWN, BLOCK_FULL, BLOCK_KIND_TOO_SMALL, FEE_ACCOUNT_NOT_FOUND,
 * TOO_MANY_FEE_TOKENS, BATCH_INCOMPLETE and every code of {@link applyOperation}.
 *
 * @example
 * const genesis = createGenesisState(PRESETS.dev, { feeAccountAddress: 0xfeen });
 * const request = { type: "deposit", owner: 0xa11cen, tokenId: 0, amount: 100n };
 * const header = { blockNumber: 1, timestamp: 1_700_000_000n, feeAccountId: 0 };
 * const kind = PRESETS.dev.blockKinds[0];
 * const block = { ...header, kind, operations: [toOperation(genesis, request)] };
 * const { state } = applyBlock(genesis, block, signingDomain(1n, 0xc0den));
 * state.balance(1, 0); // 100n
 */
export function applyBlock(state: RollupState, block: Block, domain: bigint): AppliedBlock {
  const { kind, operations, ...header } = block;
  assertKindKnown(state.preset, kind);
  assertRoom(kind.slots, operations.length);
  assertBatchesWhole(operations);
  for (const batch of splitBatches(operations, linksNext)) {
    assertSignatures(batch.filter(isSigned).map(toTransaction), domain);
  }
  return sealBlock(operations.reduce(addOperation, openBlock(state, header)), kind);
}

/**
 * Applies a block from its public data alone. Signatures and validity times are not checked, since
 * the block's proof covers them; whether the preset has its kind is not either, since L1 accepts
 * those that its verifier has keys for.
 *
 * Accepts every block that circuit and contract accept, of any validator: the fee account is looked
 * up and the fees are credited after all operations, as in the circuit. {@link appendOperation} is
 * stricter.
 *
 * @param before - The state before the block.
 * @param block - The block as L1 publishes it.
 * @returns The state after the block, and the payouts that L1 makes.
 * @throws BLOCK_FULL or BLOCK_KIND_TOO_SMALL if no circuit of that kind can prove it;
 * FEE_ACCOUNT_NOT_FOUND, TOO_MANY_FEE_TOKENS, and the codes of {@link applyPublicOperation}
 *
 * @example
 * const genesis = createGenesisState(PRESETS.dev, { feeAccountAddress: 0xfeen });
 * const request = { type: "deposit", owner: 0xa11cen, tokenId: 0, amount: 100n };
 * const operations = decodePubdata(encodePubdata([toOperation(genesis, request)]));
 * const header = { blockNumber: 1, timestamp: 1_700_000_000n, feeAccountId: 0 };
 * const kind = PRESETS.dev.blockKinds[0];
 * const { state } = applyPublicBlock(genesis, { ...header, kind, operations });
 * state.balance(1, 0); // 100n
 */
export function applyPublicBlock(
  before: RollupState,
  { kind, operations, feeAccountId }: PublicBlock,
): Pick<AppliedBlock, "state" | "payouts"> {
  const needs = operations.map(operationNeeds).reduce(addNeeds, emptyBlockNeeds(feeAccountId));
  assertHolds(kind, needs);
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

/** The kind that a block is sealed with. */
export function cheapestKindOf({ before, needs }: OpenBlock): BlockKind {
  const kind = cheapestKind(before.preset, needs);
  assert(kind !== undefined, "a block is only appended to if a kind holds it");
  return kind;
}

/** @throws BLOCK_KIND_UNKNOWN */
function assertKindKnown({ blockKinds }: Preset, kind: BlockKind): void {
  const id = blockKindId(kind);
  if (blockKinds.some((known) => blockKindId(known) === id)) return;
  const kinds = blockKinds.map(blockKindName);
  throw blockError({ code: "BLOCK_KIND_UNKNOWN", kind: blockKindName(kind), kinds });
}

/** @throws BLOCK_FULL, BLOCK_KIND_TOO_SMALL */
function assertHolds(kind: BlockKind, needs: BlockNeeds): void {
  assertRoom(kind.slots, needs.slots);
  if (holds(kind, needs)) return;
  const { levels, tokens } = needs;
  throw blockError({ code: "BLOCK_KIND_TOO_SMALL", kind: blockKindName(kind), levels, tokens });
}

/** Returns whether the operation of the next slot belongs to the same batch. */
export function linksNext(operation: Operation): boolean {
  return isSigned(operation) && operation.linksNext === true;
}

/** Checks that a signed operation follows every link of a batch. @throws BATCH_INCOMPLETE */
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
 * Checks that the fees so far fit the fee account's balance, because crediting them must not fail.
 *
 * @throws BALANCE_OVERFLOW
 */
function assertCreditable(state: RollupState, accountId: number, fee: TokenAmount): void {
  const balance = state.balance(accountId, fee.tokenId);
  if (balance + fee.amount > AMOUNT_MAX) {
    throw opsError({
      code: "BALANCE_OVERFLOW",
      accountId,
      tokenId: fee.tokenId,
      balance,
      added: fee.amount,
    });
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
