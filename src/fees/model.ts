/**
 * What an operation costs its operator, as integers; docs/fees.md has the formulas. Pure.
 */
import type { ConsentKind, DueOperation, FeeParts } from "../operator/fee-policy.ts";
import { emptyBlockNeeds } from "../block/needs.ts";
import { closestPackableFeeAbove } from "../operations/packed.ts";
import { ETH_TOKEN_ID, PACKED_BASE, PACKED_FEE } from "../protocol/constants.ts";
import { kindCost } from "../protocol/kind-costs.ts";
import {
  type BlockKind,
  blockKindName,
  type BlockNeeds,
  holds,
  isMainToken,
} from "../protocol/kinds.ts";
import type { Preset } from "../protocol/presets.ts";
import { assert } from "../util/errors.ts";
import { feeError } from "./errors.ts";
import { L1_GAS } from "./generated/l1-gas.ts";

/** Wei of one ETH. */
export const ETHER = 10n ** 18n;
const MILLION = 1_000_000n;
const PERCENT = 100n;

/** What fees are computed for. */
export interface FeeModel {
  readonly preset: Preset;
  /** The kind of block that operations share, if it holds them. */
  readonly target: BlockKind;
  /** Slots that are taken, as a percentage of all, 1 to 100. */
  readonly fillPercent: number;
  /** Blocks that share an L1 transaction that commits or executes. */
  readonly blocksPerTransaction: number;
  /** Blocks that share an L1 transaction that proves. */
  readonly proofsPerTransaction: number;
  /** Price of a proof of 10^6 constraints. */
  readonly weiPerMillionConstraints: bigint;
  /** Least gas of a payout; tokens can need more than the measured one. */
  readonly payoutGasMin: number;
}

/** What an operation uses up, its share of the block included. */
export interface Usage {
  /** Gas of L1. */
  readonly commit: number;
  readonly prove: number;
  readonly execute: number;
  /** Constraints of the proof. */
  readonly constraints: number;
}

/**
 * Finds the target of fees by name.
 *
 * @param name - Such as `64-main-6`; default: the kind with the most slots, of these the cheapest.
 * @throws FEE_TARGET_UNKNOWN
 */
export function findTarget(preset: Preset, name?: string): BlockKind {
  const { blockKinds } = preset;
  if (name === undefined) return roomiest(preset, blockKinds);
  const target = blockKinds.find((kind) => blockKindName(kind) === name);
  if (target !== undefined) return target;
  const known = blockKinds.map(blockKindName);
  throw feeError({ code: "FEE_TARGET_UNKNOWN", kind: name, known });
}

/** The kind with the most slots; of these, the one with the fewest constraints. */
function roomiest(preset: Preset, kinds: readonly BlockKind[]): BlockKind {
  const slotsMax = Math.max(...kinds.map(({ slots }) => slots));
  return cheapestOf(preset, kinds, slotsMax);
}

/** The kind with the fewest slots; of these, the one with the fewest constraints. */
function smallest(preset: Preset, kinds: readonly BlockKind[]): BlockKind {
  const slotsMin = Math.min(...kinds.map(({ slots }) => slots));
  return cheapestOf(preset, kinds, slotsMin);
}

function cheapestOf(preset: Preset, kinds: readonly BlockKind[], slotCount: number): BlockKind {
  const [first] = kinds
    .filter(({ slots }) => slots === slotCount)
    .sort((one, other) => kindCost(preset, one) - kindCost(preset, other));
  assert(first !== undefined, "some kind of block holds every operation");
  return first;
}

/**
 * The kind of block that an operation pays a share of: the target, or else the roomiest that holds
 * it with no more slots, since blocks are not expected to be fuller for it.
 */
export function kindFor({ preset, target }: FeeModel, operation: DueOperation): BlockKind {
  const needs: BlockNeeds = {
    slots: 1,
    levels: emptyBlockNeeds(operation.accountIdMax).levels,
    tokens: isMainToken(operation.tokenId) ? "main" : "wide",
  };
  if (holds(target, needs)) return target;
  const kinds = preset.blockKinds.filter((kind) => holds(kind, needs));
  const smaller = kinds.filter(({ slots }) => slots <= target.slots);
  return smaller.length > 0 ? roomiest(preset, smaller) : smallest(preset, kinds);
}

/** Computes what an operation uses up. */
export function usageOf(model: FeeModel, operation: DueOperation): Usage {
  const kind = kindFor(model, operation);
  const taken = Math.max(1, Math.floor((kind.slots * model.fillPercent) / 100));
  const own = ownGas(model, operation);
  const shared = sharedGas(model);
  const shareOf = (gas: number) => Math.ceil(gas / taken);
  return {
    // If all operations of a block pay the larger, they pay the larger of both sums, too.
    commit: Math.max(
      own.commit + shareOf(shared.commit),
      own.commitFloor + shareOf(shared.commitFloor),
    ),
    prove: own.prove + shareOf(shared.prove),
    execute: own.execute + shareOf(shared.execute),
    constraints: shareOf(kindCost(model.preset, kind)),
  };
}

/** What bytes that happen to be 0, and the number of slots, can add to the measured block. */
const COMMIT_VARIES_GAS = 1_100;

/** Gas of a block without operations: of its transactions, only the base is shared by blocks. */
function sharedGas({ blocksPerTransaction, proofsPerTransaction }: FeeModel) {
  const { transaction, block, proofs } = L1_GAS;
  const saved = transaction - transaction / blocksPerTransaction;
  // The more proofs, the less gas each: what was measured for fewer is an upper bound.
  const known = proofs.findLast((each) => each.proofs <= proofsPerTransaction) ?? proofs[0];
  return {
    commit: block.commit + COMMIT_VARIES_GAS - saved,
    commitFloor: block.commitFloor + COMMIT_VARIES_GAS - saved,
    prove: known.gas / known.proofs,
    execute: block.execute - saved,
  };
}

const CHANGE_GAS: Readonly<Record<ConsentKind, keyof typeof L1_GAS.operations>> = {
  eip712: "changePubKeyEip712",
  onchain: "changePubKeyOnChain",
  create2: "changePubKeyCreate2",
};

/** Gas that the operation adds to a block. */
function ownGas(model: FeeModel, { type, tokenId, consent = "eip712" }: DueOperation) {
  const { operations, moreForFirstPayout } = L1_GAS;
  const withdraw = tokenId === ETH_TOKEN_ID ? operations.withdrawEth : operations.withdrawErc20;
  // Each payout pays as if it were the only one of its block.
  const payout = Math.max(withdraw.execute, model.payoutGasMin) + moreForFirstPayout;
  switch (type) {
    case "transfer":
      return operations.transfer;
    case "transferToNew":
      return operations.transferToNew;
    case "changePubKey":
      return operations[CHANGE_GAS[consent]];
    case "withdraw":
      return { ...withdraw, execute: payout };
    case "forcedExit":
      return { ...operations.forcedExit, execute: payout };
    default:
      return { ...dearest(), execute: payout };
  }
}

/** An operation that no baseline has, such as a new one, costs as much as the dearest of them. */
function dearest() {
  const measured = Object.values(L1_GAS.operations);
  const most = (phase: "commit" | "commitFloor" | "prove") =>
    Math.max(...measured.map((gas) => gas[phase]));
  return { commit: most("commit"), commitFloor: most("commitFloor"), prove: most("prove") };
}

/** Computes costs in wei, each rounded up. */
export function costOf(model: FeeModel, usage: Usage, gasPriceWei: bigint): FeeParts {
  const [commit, prove, execute] = [usage.commit, usage.prove, usage.execute].map(
    (gas) => BigInt(gas) * gasPriceWei,
  ) as [bigint, bigint, bigint];
  const proof = ceilDiv(BigInt(usage.constraints) * model.weiPerMillionConstraints, MILLION);
  return { commit, prove, execute, proof, total: commit + prove + execute + proof };
}

export function addCosts(one: FeeParts, other: FeeParts): FeeParts {
  return {
    commit: one.commit + other.commit,
    prove: one.prove + other.prove,
    execute: one.execute + other.execute,
    proof: one.proof + other.proof,
    total: one.total + other.total,
  };
}

/** Price of a token. */
export interface Price {
  /** Of one whole token, at least 1. */
  readonly wei: bigint;
  readonly decimals: number;
}

/** Largest fee that a transaction can carry. */
export const FEE_MAX =
  ((1n << BigInt(PACKED_FEE.mantissaBits)) - 1n) *
  PACKED_BASE ** ((1n << BigInt(PACKED_FEE.exponentBits)) - 1n);

/**
 * Converts a cost to a fee that a transaction can carry, rounded up.
 *
 * @returns In the token's smallest unit, or undefined if none is large enough.
 *
 * @example
 * toFee(1_000_001n, { wei: 10n ** 18n, decimals: 18 }); // 1001000n
 */
export function toFee(costWei: bigint, { wei, decimals }: Price): bigint | undefined {
  const fee = ceilDiv(costWei * 10n ** BigInt(decimals), wei);
  return fee > FEE_MAX ? undefined : closestPackableFeeAbove(fee);
}

/** The value of an amount in wei, rounded down. */
export function valueOf(amount: bigint, { wei, decimals }: Price): bigint {
  return (amount * wei) / 10n ** BigInt(decimals);
}

/** A part of a value, rounded up. */
export function percentOf(value: bigint, percent: number): bigint {
  return ceilDiv(value * BigInt(percent), PERCENT);
}

function ceilDiv(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
