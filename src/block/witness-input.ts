/** The inputs of `circuits/block/block.circom`, by the names of its signals. */
import { BASE8 } from "../crypto/baby-jubjub.ts";
import { batchMessages, splitBatches } from "../operations/batch.ts";
import { toColumns } from "../operations/codec.ts";
import { isSigned, type Operation } from "../operations/operation.ts";
import { toTransaction } from "../operations/to-operation.ts";
import { TIMESTAMP_MAX } from "../protocol/constants.ts";
import { OPERATIONS } from "../operations/table.ts";
import { COMMITTED_INPUTS, PUBLIC_INPUTS } from "../protocol/public-inputs.ts";
import type { BranchWitness } from "../state/rollup-state.ts";
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
  readonly branch: BranchWitness;
}

/** A whole block as the circuit sees it. */
export interface BlockWitness {
  readonly inputs: BlockInputs;
  readonly slots: readonly SlotWitness[];
  readonly fees: readonly FeeWitness[];
}

/** One value per slot and branch, A first. */
type PerBranch<T> = readonly (readonly T[])[];
/** One value per fee token. */
type PerFeeToken<T> = readonly T[];
/** The other children per tree level, leaf level first. */
type Siblings = BranchWitness["stateSiblings"];

/**
 * The input signals of the circuit `Block`. A type, not an interface, so that it is assignable to
 * the inputs of any circuit.
 */
export type BlockWitnessInput = BlockInputs &
  Readonly<Record<keyof SlotSignals, readonly bigint[]>> &
  StateSignals;

type StateSignals = {
  readonly kind: PerBranch<bigint>;
  readonly nonce: PerBranch<bigint>;
  readonly accountAddress: PerBranch<bigint>;
  readonly pubKeyHash: PerBranch<bigint>;
  readonly balance: PerBranch<bigint>;
  readonly stateSiblings: PerBranch<Siblings>;
  readonly tokenSiblings: PerBranch<Siblings>;
  readonly feeToken: PerFeeToken<bigint>;
  readonly feeTokenIndex: readonly bigint[];
  readonly feeNonce: PerFeeToken<bigint>;
  readonly feeAddress: PerFeeToken<bigint>;
  readonly feePubKeyHash: PerFeeToken<bigint>;
  readonly feeBalance: PerFeeToken<bigint>;
  readonly feeStateSiblings: PerFeeToken<Siblings>;
  readonly feeTokenSiblings: PerFeeToken<Siblings>;
};

/**
 * Creates the inputs of the block circuit. Slow unless `RollupState.hashAll` has run over the
 * block's states, because it reads siblings before every branch update.
 *
 * @param commitment - The commitment to this block, see `commitBlock`.
 */
export function createBlockWitnessInput(
  applied: AppliedBlock,
  commitment: BlockInputs,
): BlockWitnessInput {
  const { block, slots, fees } = applied;
  const feeTokens = fees.filter(({ amount }) => amount > 0n).map(({ tokenId }) => tokenId);
  const batches = batchCommitments(
    slots.map(({ operation }) => operation),
    commitment.domain,
  );
  return toWitnessInput({
    inputs: commitment,
    slots: slots.map((trace, slot) => toSlotWitness(trace, batches[slot]!, feeTokens)),
    fees: fees.map(({ tokenId, before }) => ({
      token: BigInt(tokenId),
      branch: before.witness(block.feeAccountId, tokenId),
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
  { operation, before, afterA }: SlotTrace,
  batch: bigint,
  feeTokens: readonly number[],
): SlotWitness {
  const signals = toSlotSignals(operation, batch);
  const token = Number(signals.token);
  return {
    signals,
    branches: [
      before.witness(Number(signals.accountA), token),
      afterA.witness(Number(signals.accountB), token),
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

/** Arranges a block's values by signal of the circuit; checks nothing. */
export function toWitnessInput({ inputs, slots, fees }: BlockWitness): BlockWitnessInput {
  const perSlot = (name: keyof SlotSignals) => slots.map(({ signals }) => signals[name]);
  const perBranch = <T>(read: (branch: BranchWitness) => T) =>
    slots.map(({ branches }) => branches.map(read));
  const perFee = <T>(read: (branch: BranchWitness) => T) => fees.map(({ branch }) => read(branch));
  return {
    ...fromNames([...COMMITTED_INPUTS, ...PUBLIC_INPUTS], (name) => inputs[name]),
    ...fromNames(SLOT_SIGNALS, perSlot),
    kind: perBranch(({ account }) => BigInt(account.kind)),
    nonce: perBranch(({ account }) => BigInt(account.nonce)),
    accountAddress: perBranch(({ account }) => account.address),
    pubKeyHash: perBranch(({ account }) => account.pubKeyHash),
    balance: perBranch(({ balance }) => balance),
    stateSiblings: perBranch(({ stateSiblings }) => stateSiblings),
    tokenSiblings: perBranch(({ tokenSiblings }) => tokenSiblings),
    feeToken: fees.map(({ token }) => token),
    feeTokenIndex: slots.map(({ feeTokenIndex }) => feeTokenIndex),
    feeNonce: perFee(({ account }) => BigInt(account.nonce)),
    feeAddress: perFee(({ account }) => account.address),
    feePubKeyHash: perFee(({ account }) => account.pubKeyHash),
    feeBalance: perFee(({ balance }) => balance),
    feeStateSiblings: perFee(({ stateSiblings }) => stateSiblings),
    feeTokenSiblings: perFee(({ tokenSiblings }) => tokenSiblings),
  };
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
