/**
 * Creates the circuit's input for a block that breaks the rules, as an attacker would.
 *
 * This module applies the effects of `circuits/operations/effects.circom` in field arithmetic and
 * without any rule: balances go below zero, nonces beyond their width, strangers get paid. Every
 * root, digest and evaluation is consistent with that, so only the rule in question can refuse the
 * input. For a block that breaks no rule it is the honest input, except for z and y.
 */
import type { Block } from "../../src/block/block.ts";
import {
  blockData,
  committedElements,
  digestOf,
  evaluate,
  headerWord,
} from "../../src/block/commitment.ts";
import {
  batchCommitments,
  type BlockWitnessInput,
  type FeeWitness,
  type SlotSignals,
  type SlotWitness,
  toSlotSignals,
  toWitnessInput,
} from "../../src/block/witness-input.ts";
import { hashPublicKey, publicKey, sign, type SigningKey } from "../../src/crypto/eddsa.ts";
import { reduce } from "../../src/crypto/field.ts";
import { poseidon } from "../../src/crypto/poseidon.ts";
import type { OperationSpec } from "../../src/operations/definition.ts";
import type { Operation } from "../../src/operations/operation.ts";
import {
  closestPackableAmountBelow,
  closestPackableFeeBelow,
  unpackFee,
} from "../../src/operations/packed.ts";
import type { Transaction, TransactionSignature } from "../../src/operations/transaction.ts";
import {
  AMOUNT_MAX,
  EXTENSION_NONCE_SHIFT_BITS,
  EXTENSION_OP_SHIFT_BITS,
  LEAF_KIND,
} from "../../src/protocol/constants.ts";
import type { BlockKind } from "../../src/protocol/kinds.ts";
import { type Column, FIELD_TYPE_BYTES } from "../../src/protocol/layout.ts";
import { OPERATION_NAMES, OPERATIONS } from "../../src/operations/table.ts";
import { RECORD_COLUMNS } from "../../src/protocol/columns.ts";
import { MESSAGE_WORDS } from "../../src/protocol/signing.ts";
import type { BranchWitness, RollupState } from "../../src/state/rollup-state.ts";
import { accountsOf, tokensOf } from "./kinds.ts";

/** A block, and the attacker's claims that its operations cannot express. */
export interface DishonestBlock {
  readonly state: RollupState;
  readonly block: Block;
  readonly domain: bigint;
  /** Signals by slot that replace the operation's own. */
  readonly forcedSignals?: readonly Partial<SlotSignals>[];
  /** Fee tokens that replace those in use, as many as the circuit has. */
  readonly forcedFeeTokens?: readonly number[];
}

/** Creates input signals of `Block` with the claims, and consistent in everything else. */
export function createDishonestInput(claim: DishonestBlock): BlockWitnessInput {
  const { state: before, block, domain, forcedSignals = [] } = claim;
  const { kind } = block;
  const padding = new Array<Operation>(kind.slots - block.operations.length).fill({
    type: "noop",
  });
  const operations = [...block.operations, ...padding];
  const batches = batchCommitments(operations, domain);
  const signals = operations.map((operation, slot) => ({
    ...toLooseSignals(operation, batches[slot]!),
    ...forcedSignals[slot],
  }));
  const feeTokens = claim.forcedFeeTokens ?? usedFeeTokens(signals, before.preset.feeTokens);
  const slots: SlotWitness[] = [];
  let state = before;
  for (const slot of signals) {
    const { branches, after } = carryOut(state, kind, slot);
    const feeTokenIndex = feeTokenIndexOf(slot, feeTokens);
    slots.push({ signals: slot, branches, feeTokenIndex: BigInt(feeTokenIndex) });
    state = after;
  }
  const { fees, after } = collect(state, block, slots, feeTokens);
  const data = [...slots.map(recordOf), ...slots.flatMap(extensionOf)].map(reduce);
  const z = poseidon([domain, data[0]!]); // the circuit accepts any z
  const committed = {
    oldStateRoot: before.root,
    newStateRoot: after.root,
    header: headerWord(block),
    domain,
  };
  const elements = committedElements(committed, data);
  const commitment = { digest: digestOf(elements), z, y: evaluate(elements, z) };
  const inputs = { ...committed, ...commitment };
  return toWitnessInput({ kind, inputs, top: before.top(kind.levels), slots, fees });
}

/**
 * Returns the state after an operation in a block of a kind, without checking any rule.
 *
 * @param forced - Signals that replace the operation's own.
 */
export function carryOutOperation(
  state: RollupState,
  kind: BlockKind,
  operation: Operation,
  forced: Partial<SlotSignals> = {},
): RollupState {
  return carryOut(state, kind, { ...toLooseSignals(operation, 0n), ...forced }).after;
}

/**
 * Returns input signals that are combined from several blocks, with a matching commitment to their
 * roots, header and domain and to the data of the operations.
 */
export function recommit(
  input: BlockWitnessInput,
  operations: readonly Operation[],
): BlockWitnessInput {
  const slots = input.op.length;
  const padding = new Array<Operation>(slots - operations.length).fill({ type: "noop" });
  const elements = committedElements(input, blockData([...operations, ...padding]));
  return { ...input, digest: digestOf(elements), y: evaluate(elements, input.z) };
}

/** Returns the signals of an operation with any amounts; packed ones are rounded down. */
function toLooseSignals(operation: Operation, batch: bigint): SlotSignals {
  const rounded = { ...operation } as Record<string, unknown>;
  const clamp = (value: bigint) => (value < 0n || value > AMOUNT_MAX ? 0n : value);
  if ("fee" in operation) rounded["fee"] = closestPackableFeeBelow(clamp(operation.fee));
  if (!("amount" in operation)) return toSlotSignals(rounded as unknown as Operation, batch);
  rounded["amount"] = closestPackableAmountBelow(clamp(operation.amount));
  const signals = toSlotSignals(rounded as unknown as Operation, batch);
  return { ...signals, amount: reduce(operation.amount) };
}

/** Applies `EffectOnA` and `EffectOnB` of the circuit. */
function carryOut(state: RollupState, kind: BlockKind, signals: SlotSignals) {
  const { op, amount, address } = signals;
  const { origin, effects }: OperationSpec = OPERATIONS[OPERATION_NAMES[Number(op)]!];
  const flag = (isSet: boolean) => (isSet ? 1n : 0n);
  const isSigned = origin === "l2";
  const debitsA = flag(effects.debits === "accountA");
  const debitsB = flag(effects.debits === "accountB");
  const creditsB = flag(effects.credits === "accountB");

  const a = readBranch(state, kind, signals.accountA, signals.token);
  const key = hashPublicKey({ x: signals.ax, y: signals.ay });
  const afterA = writeBranch(state, kind, signals.accountA, signals.token, {
    account: {
      ...a.account,
      nonce: a.account.nonce + (isSigned ? 1 : 0),
      pubKeyHash: effects.setsKey === true ? key : a.account.pubKeyHash,
    },
    balance: a.balance - unpackFee(signals.packedFee) - debitsA * amount,
  });

  const b = readBranch(afterA, kind, signals.accountB, signals.token);
  const isCreated = creditsB === 1n && b.account.kind === 0;
  const { account } = b;
  const after = writeBranch(afterA, kind, signals.accountB, signals.token, {
    account: isCreated ? { ...account, kind: 1, address: account.address + address } : account,
    balance: b.balance + (creditsB - debitsB) * amount,
  });
  return { branches: [a, b] as const, after };
}

/** Sums the fees and credits them. */
function collect(
  state: RollupState,
  { feeAccountId, kind }: Pick<Block, "feeAccountId" | "kind">,
  slots: readonly SlotWitness[],
  feeTokens: readonly number[],
) {
  const fees: FeeWitness[] = [];
  let after = state;
  for (const [f, tokenId] of feeTokens.entries()) {
    const sum = slots
      .filter(({ feeTokenIndex }) => Number(feeTokenIndex) === f)
      .reduce((total, { signals }) => total + unpackFee(signals.packedFee), 0n);
    const token = BigInt(tokenId);
    const branch = readBranch(after, kind, BigInt(feeAccountId), token);
    fees.push({ token, branch });
    after = writeBranch(after, kind, BigInt(feeAccountId), token, {
      account: branch.account,
      balance: branch.balance + sum,
    });
  }
  return { fees, after };
}

function usedFeeTokens(signals: readonly SlotSignals[], count: number): number[] {
  const paying = signals.filter(({ packedFee }) => packedFee !== 0n);
  const used = [...new Set(paying.map(({ token }) => Number(token)))].slice(0, count);
  return [...used, ...new Array<number>(count - used.length).fill(0)];
}

function feeTokenIndexOf({ packedFee, token }: SlotSignals, feeTokens: readonly number[]): number {
  return packedFee === 0n ? 0 : Math.max(0, feeTokens.indexOf(Number(token)));
}

/** Reads a branch; ids beyond those of the kind wrap around, as in the circuit. */
function readBranch(
  state: RollupState,
  kind: BlockKind,
  accountId: bigint,
  token: bigint,
): BranchWitness {
  return state.witness(...wrapIds(state, kind, accountId, token), kind.levels);
}

/** Writes the words of a leaf as the circuit does: a nonce in an empty leaf makes an account. */
function writeBranch(
  state: RollupState,
  blockKind: BlockKind,
  accountId: bigint,
  token: bigint,
  { account, balance }: Pick<BranchWitness, "account" | "balance">,
): RollupState {
  const noncePlusOne = account.nonce + account.kind;
  const kind = noncePlusOne === 0 ? LEAF_KIND.empty : LEAF_KIND.account;
  return state.update(...wrapIds(state, blockKind, accountId, token), {
    account: { ...account, kind, nonce: noncePlusOne - kind },
    balance: reduce(balance),
  });
}

function wrapIds(
  { preset }: RollupState,
  kind: BlockKind,
  accountId: bigint,
  token: bigint,
): [number, number] {
  return [Number(accountId) % accountsOf(kind), Number(token) % tokensOf(preset, kind)];
}

/** Packs the columns of a layout into one integer; a value may be wider than its column. */
function packLoosely(columns: readonly Column[], values: Record<string, bigint | number>): bigint {
  return columns.reduce(
    (packed, { name, type, guardBytes = 0 }) =>
      (packed << BigInt(8 * (guardBytes + FIELD_TYPE_BYTES[type]))) + BigInt(values[name]!),
    0n,
  );
}

function recordOf({ signals }: SlotWitness): bigint {
  const { packedAmount, packedFee } = signals;
  return packLoosely(RECORD_COLUMNS, { ...signals, amount: packedAmount, fee: packedFee });
}

function extensionOf({ signals, branches }: SlotWitness): [bigint, bigint] {
  const { op, address, amount, ax, ay } = signals;
  const { extension }: OperationSpec = OPERATIONS[OPERATION_NAMES[Number(op)]!];
  if (extension.address === undefined) return [0n, 0n];
  const nonce = extension.nonce === undefined ? 0n : BigInt(branches[0].account.nonce);
  const shown = (op << BigInt(EXTENSION_OP_SHIFT_BITS)) + address;
  const e1 = shown + (nonce << BigInt(EXTENSION_NONCE_SHIFT_BITS));
  if (extension.value === undefined) return [e1, 0n];
  return [e1, extension.value.type === "amount" ? amount : hashPublicKey({ x: ax, y: ay })];
}

/** Signs a transaction whose values may be wider than their columns. */
export function signLoosely<T extends Transaction>(
  key: SigningKey,
  transaction: T,
  domain: bigint,
): T & TransactionSignature {
  const op = OPERATIONS[transaction.type].code;
  const message = contentOf({ ...transaction, op }, domain);
  return { ...transaction, publicKey: publicKey(key), signature: sign(key, message) };
}

/** Computes `SignedContent` of the circuit, also for a slot without a signature. */
export function contentOf(values: object, domain: bigint): bigint {
  const columns = { recipient: 0n, amount: 0n, ...values } as Record<string, bigint>;
  return poseidon([domain, ...MESSAGE_WORDS.map((word) => reduce(packLoosely(word, columns)))]);
}
