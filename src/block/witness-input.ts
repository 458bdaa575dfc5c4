/** The inputs of `circuits/block/block.circom`, by the names of its signals. */
import { BASE8 } from "../crypto/baby-jubjub.ts";
import { batchMessages, splitBatches } from "../operations/batch.ts";
import { toColumns } from "../operations/codec.ts";
import { isSigned, type Operation } from "../operations/operation.ts";
import { toTransaction } from "../operations/to-operation.ts";
import { TIMESTAMP_MAX } from "../protocol/constants.ts";
import { OPERATIONS } from "../operations/table.ts";
import type { BlockKind } from "../protocol/kinds.ts";
import { COMMITTED_INPUTS, PUBLIC_INPUTS } from "../protocol/public-inputs.ts";
import type { BranchWitness, Siblings, StateTop } from "../state/rollup-state.ts";
import { type AppliedBlock, linksNext, type SlotTrace } from "./block.ts";
import type { BlockInputs } from "./commitment.ts";

/** Input signals that describe a slot's operation, apart from the state. */
export const SLOT_SIGNALS = [
  "op",
  "accountA",
  "accountB",
  "token",
  "packedAmount",
  "packedFee",
  "amount",
  "address",
  "validFrom",
  "validUntil",
  "ax",
  "ay",
  "r8x",
  "r8y",
  "s",
  "linksNext",
  "batch",
] as const;
export type SlotSignals = Readonly<Record<(typeof SLOT_SIGNALS)[number], bigint>>;

/** One slot as the circuit sees it. */
export interface SlotWitness {
  readonly signals: SlotSignals;
  /** Branch A before the slot, and branch B after the update of A. */
  readonly branches: readonly [BranchWitness, BranchWitness];
  /** Index of the slot's token among the block's fee tokens; 0 without a fee. */
  readonly feeTokenIndex: bigint;
}

/** The credit of one token's fees as the circuit sees it. */
export interface FeeWitness {
  readonly token: bigint;
  /** The fee account after all slots and the credits of the tokens before. */
  readonly branch: BranchWitness;
}

/** A whole block as the circuit sees it. */
export interface BlockWitness {
  readonly kind: BlockKind;
  readonly inputs: BlockInputs;
  /** The state before the block, from its cells up. */
  readonly top: StateTop;
  readonly slots: readonly SlotWitness[];
  /** One per fee token of the preset, so at least one. */
  readonly fees: readonly FeeWitness[];
}

/** One value per slot and branch, A first. */
type PerBranch<T> = readonly (readonly T[])[];
/** One value per fee token. */
type PerFeeToken<T> = readonly T[];

/**
 * The input signals of the circuit `Block`. A type, not an interface, so that it is assignable to
 * the inputs of any circuit.
 */
export type BlockWitnessInput = BlockInputs &
  Readonly<Record<keyof SlotSignals, readonly bigint[]>> &
  StateSignals;

type StateSignals = LeafSignals & Pick<StateTop, keyof StateTop> & FeeSignals;

/** The leaf of each branch, and its place in the trees. */
type LeafSignals = {
  readonly noncePlusOne: PerBranch<bigint>;
  readonly accountAddress: PerBranch<bigint>;
  readonly pubKeyHash: PerBranch<bigint>;
  readonly reserved: PerBranch<bigint>;
  readonly tails: PerBranch<readonly bigint[]>;
  readonly balances: PerBranch<readonly bigint[]>;
  readonly tailBalance: PerBranch<bigint>;
  readonly tailSiblings: PerBranch<Siblings>;
  readonly stateSiblings: PerBranch<Siblings>;
};

/** The leaf of the fee account after all slots, and the credits to it. */
type FeeSignals = {
  readonly feeToken: PerFeeToken<bigint>;
  readonly feeTokenIndex: readonly bigint[];
  readonly feeNoncePlusOne: bigint;
  readonly feeAddress: bigint;
  readonly feePubKeyHash: bigint;
  readonly feeReserved: bigint;
  readonly feeTails: readonly bigint[];
  readonly feeBalances: readonly bigint[];
  readonly feeStateSiblings: Siblings;
  readonly feeTailBalance: PerFeeToken<bigint>;
  readonly feeTailSiblings: PerFeeToken<Siblings>;
};

/**
 * Creates the inputs of the circuit for blocks of this kind. Slow unless `RollupState.hashAll` has
 * run over the block's states, because it reads siblings before every branch update.
 *
 * @param commitment - The commitment to this block, see `commitBlock`.
 */
export function createBlockWitnessInput(
  applied: AppliedBlock,
  commitment: BlockInputs,
): BlockWitnessInput {
  const { block, before, slots, fees } = applied;
  const { kind, feeAccountId } = block;
  const feeTokens = fees.filter(({ amount }) => amount > 0n).map(({ tokenId }) => tokenId);
  const batches = batchCommitments(
    slots.map(({ operation }) => operation),
    commitment.domain,
  );
  return toWitnessInput({
    kind,
    inputs: commitment,
    top: before.top(kind.levels),
    slots: slots.map((trace, slot) => {
      const signals = toSlotSignals(trace.operation, batches[slot]!);
      return toSlotWitness(trace, signals, { levels: kind.levels, feeTokens });
    }),
    fees: fees.map((fee) => ({
      token: BigInt(fee.tokenId),
      branch: fee.before.witness(feeAccountId, fee.tokenId, kind.levels),
    })),
  });
}

/** Returns, for each operation, the commitment to its batch; 0 outside of batches. */
export function batchCommitments(operations: readonly Operation[], domain: bigint): bigint[] {
  return splitBatches(operations, linksNext).flatMap((batch) => {
    const transactions = batch.filter(isSigned).map(toTransaction);
    const commitment = batch.length > 1 ? batchMessages(transactions, domain).commitment : 0n;
    return batch.map(() => commitment);
  });
}

function toSlotWitness(
  { before, afterA }: SlotTrace,
  signals: SlotSignals,
  { levels, feeTokens }: { levels: number; feeTokens: readonly number[] },
): SlotWitness {
  const token = Number(signals.token);
  return {
    signals,
    branches: [
      before.witness(Number(signals.accountA), token, levels),
      afterA.witness(Number(signals.accountB), token, levels),
    ],
    feeTokenIndex: signals.packedFee === 0n ? 0n : BigInt(feeTokens.indexOf(token)),
  };
}

/**
 * Returns the signals of an operation. An unsigned one gets a key and nonce on the curve, because
 * the circuit checks them in every slot.
 *
 * @param batch - Commitment to the operation's batch, or 0.
 */
export function toSlotSignals(operation: Operation, batch: bigint): SlotSignals {
  const columns = toColumns(operation);
  const { accountA, accountB, token, amount: packedAmount, fee: packedFee } = columns.record;
  const { validFrom, validUntil, publicKey, signature } = isSigned(operation)
    ? operation
    : UNSIGNED;
  return {
    op: BigInt(OPERATIONS[operation.type].code),
    accountA,
    accountB,
    token,
    packedAmount,
    packedFee,
    amount: amountOf(operation),
    address: addressOf(operation),
    validFrom,
    validUntil,
    ax: publicKey.x,
    ay: publicKey.y,
    r8x: signature.r8.x,
    r8y: signature.r8.y,
    s: signature.s,
    linksNext: linksNext(operation) ? 1n : 0n,
    batch,
  };
}

const UNSIGNED = {
  validFrom: 0n,
  validUntil: TIMESTAMP_MAX,
  publicKey: BASE8,
  signature: { r8: BASE8, s: 0n },
};

/** Arranges a block's values by signal of the circuit of its kind; checks nothing. */
export function toWitnessInput(witness: BlockWitness): BlockWitnessInput {
  const { inputs, top, slots } = witness;
  const perSlot = (name: keyof SlotSignals) => slots.map(({ signals }) => signals[name]);
  return {
    ...fromNames([...COMMITTED_INPUTS, ...PUBLIC_INPUTS], (name) => inputs[name]),
    ...fromNames(SLOT_SIGNALS, perSlot),
    ...toLeafSignals(witness),
    cells: top.cells,
    upperSiblings: top.upperSiblings,
    ...toFeeSignals(witness),
  };
}

function toLeafSignals({ kind, slots }: BlockWitness): LeafSignals {
  const perBranch = <T>(read: (branch: BranchWitness) => T) =>
    slots.map(({ branches }) => branches.map(read));
  return {
    noncePlusOne: perBranch(({ leaf }) => leaf.noncePlusOne),
    accountAddress: perBranch(({ leaf }) => leaf.address),
    pubKeyHash: perBranch(({ leaf }) => leaf.pubKeyHash),
    reserved: perBranch(({ leaf }) => leaf.reserved),
    tails: perBranch(({ leaf }) => leaf.tails),
    balances: perBranch(({ leaf }) => leaf.balances),
    tailBalance: perBranch(({ tailBalance }) => tailBalance),
    tailSiblings: perBranch((branch) => tailSiblingsFor(kind, branch)),
    stateSiblings: perBranch(({ stateSiblings }) => stateSiblings),
  };
}

function toFeeSignals({ kind, slots, fees }: BlockWitness): FeeSignals {
  const { leaf, stateSiblings } = fees[0]!.branch;
  return {
    feeToken: fees.map(({ token }) => token),
    feeTokenIndex: slots.map(({ feeTokenIndex }) => feeTokenIndex),
    feeNoncePlusOne: leaf.noncePlusOne,
    feeAddress: leaf.address,
    feePubKeyHash: leaf.pubKeyHash,
    feeReserved: leaf.reserved,
    feeTails: leaf.tails,
    feeBalances: leaf.balances,
    feeStateSiblings: stateSiblings,
    feeTailBalance: fees.map(({ branch }) => branch.tailBalance),
    feeTailSiblings: fees.map(({ branch }) => tailSiblingsFor(kind, branch)),
  };
}

/** The circuit of a `main` kind has no tails, so no siblings in them either. */
function tailSiblingsFor({ tokens }: BlockKind, { tailSiblings }: BranchWitness): Siblings {
  return tokens === "wide" ? tailSiblings : [];
}

function fromNames<Name extends string, Value>(
  names: readonly Name[],
  read: (name: Name) => Value,
): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, read(name)])) as Record<Name, Value>;
}

/** Returns the value of the signal `amount`. */
function amountOf(operation: Operation): bigint {
  return "amount" in operation ? operation.amount : 0n;
}

/** Returns the value of the signal `address`. */
function addressOf(operation: Operation): bigint {
  if ("recipient" in operation) return operation.recipient;
  return "owner" in operation ? operation.owner : 0n;
}
