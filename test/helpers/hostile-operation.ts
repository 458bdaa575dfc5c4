/** Operations that the circuit accepts and an honest operator never makes. */
import type { SlotSignals } from "../../src/block/witness-input.ts";
import type { SigningKey } from "../../src/crypto/eddsa.ts";
import { publicFields, toColumns } from "../../src/operations/codec.ts";
import { fullExitAmount } from "../../src/operations/full-exit/operation.ts";
import type { Operation } from "../../src/operations/operation.ts";
import {
  closestPackableAmountBelow,
  closestPackableFeeBelow,
} from "../../src/operations/packed.ts";
import { type SignedTransaction, signTransaction } from "../../src/operations/transaction.ts";
import {
  AMOUNT_MAX,
  DEPOSIT_AMOUNT_MAX,
  NONCE_MAX,
  PACKED_AMOUNT,
  PACKED_BASE,
  PACKED_FEE,
  type PackedFormat,
  TIMESTAMP_MAX,
} from "../../src/protocol/constants.ts";
import type { FieldType } from "../../src/protocol/layout.ts";
import type { OperationName } from "../../src/operations/table.ts";
import { MAIN_TOKENS } from "../../src/protocol/kinds.ts";
import { accountCapacity, tokenCapacity } from "../../src/protocol/presets.ts";
import type { Account } from "../../src/state/account.ts";
import type { RollupState } from "../../src/state/rollup-state.ts";
import type { World } from "./random-block.ts";
import type { Random } from "./random.ts";

/** An operation, and signals with another encoding of its amounts. */
export interface Draft {
  readonly operation: Operation;
  readonly forced: Partial<SlotSignals>;
}

/** The block and state to which an operation is appended. */
export interface Place {
  readonly state: RollupState;
  /** Timestamp of the block. */
  readonly timestamp: bigint;
}

type HostileWorld = Omit<World, "state">;
type Entry = readonly [accountId: number, account: Account];

/** One of this number of operations has an unusual value. */
const BENT_OF = 10;

/** Creates an operation of a type, or a noop if the state allows none. */
export function hostileOperation(world: HostileWorld, place: Place, type: OperationName): Draft {
  const { random } = world;
  const drafted = draftOperation(world, place, type) ?? { type: "noop" };
  const operation = random.int(BENT_OF) === 0 ? bend(world, place, drafted) : drafted;
  return { operation, forced: random.bool() ? stretch(random, operation) : {} };
}

/** Replaces the value of a field that is not packed. */
function bend(world: HostileWorld, { state }: Place, operation: Operation): Operation {
  const { random } = world;
  const values: { readonly [T in FieldType]?: readonly (number | bigint)[] } = {
    accountId: [anyAccount(random, state)[0], anyLeaf(random, state)],
    tokenId: [random.int(tokenCapacity(state.preset))],
    address: [0n, anyAddress(world, state)],
    amount: [0n, 1n, AMOUNT_MAX],
  };
  const fields = publicFields(operation.type).filter(({ type }) => values[type] !== undefined);
  if (fields.length === 0) return operation;
  const { name, type } = random.pick(fields);
  return { ...operation, [name]: random.pick(values[type]!) };
}

function draftOperation(
  world: HostileWorld,
  { state, timestamp }: Place,
  type: OperationName,
): Operation | undefined {
  const { random } = world;
  const border = [MAIN_TOKENS - 1, MAIN_TOKENS, tokenCapacity(state.preset) - 1];
  const tokenId = random.pick([0, 0, 1, random.pick(border)]);
  switch (type) {
    case "noop":
      return { type };
    case "deposit":
      return draftDeposit(world, state, tokenId);
    case "refund": {
      const amount = random.pick([0n, 1n, AMOUNT_MAX, random.bigint(104)]);
      return { type, tokenId, owner: anyAddress(world, state), amount };
    }
    case "fullExit": {
      const accountId = random.pick([anyAccount(random, state)[0], anyLeaf(random, state)]);
      const owner = random.pick([state.account(accountId).address, anyAddress(world, state)]);
      const exit = { accountId, tokenId, owner };
      return { type, ...exit, amount: fullExitAmount(state, exit) };
    }
    default:
      return draftSigned(world, { state, timestamp }, type, tokenId);
  }
}

/** Credits an account, or opens one in any empty leaf for an owner who may already have one. */
function draftDeposit(world: HostileWorld, state: RollupState, tokenId: number): Operation {
  const { random } = world;
  const [knownId, { address }] = anyAccount(random, state);
  const emptyId = emptyLeaf(random, state);
  const isNew = emptyId !== undefined && random.bool();
  const accountId = isNew ? emptyId : knownId;
  const owner = isNew ? anyAddress(world, state) : address;
  const room = AMOUNT_MAX - state.balance(accountId, tokenId);
  const amount = random.pick([0n, 1n, min(room, DEPOSIT_AMOUNT_MAX), min(room, AMOUNT_MAX)]);
  return { type: "deposit", accountId, tokenId, owner, amount: min(room, amount) };
}

type SignedType = Exclude<OperationName, "noop" | "deposit" | "refund" | "fullExit">;

function draftSigned(
  world: HostileWorld,
  { state, timestamp }: Place,
  type: SignedType,
  anyToken: number,
): Operation | undefined {
  const { random, domain } = world;
  const signer = anySigner(world, state, type === "changePubKey");
  if (signer === undefined) return undefined;
  const { accountId, key } = signer;
  const held = [...state.balances(accountId)].map(([id]) => id);
  const tokenId = held.length > 0 && random.int(4) > 0 ? random.pick(held) : anyToken;
  const balance = state.balance(accountId, tokenId);
  const fee = closestPackableFeeBelow(random.pick([0n, 0n, balance, balance / 3n]));
  const validFrom = random.pick([0n, timestamp]);
  const validUntil = random.pick([timestamp, TIMESTAMP_MAX]);
  const { nonce } = state.account(accountId);
  const common = { accountId, tokenId, fee, nonce, validFrom, validUntil };
  const rest = balance - fee;
  const sign = <T extends Parameters<typeof signTransaction>[1]>(transaction: T) =>
    signTransaction(key, transaction, domain);
  switch (type) {
    case "transfer":
    case "transferToNew": {
      const target = transferTarget(world, state, type, accountId);
      if (target === undefined) return undefined;
      const room = target.toAccountId === accountId ? rest : AMOUNT_MAX - target.balance(tokenId);
      const amount = closestPackableAmountBelow(min(room, random.pick([0n, 1n, rest, rest / 2n])));
      const { recipient, toAccountId } = target;
      const { accountId: fromAccountId, ...signed } = sign({
        ...common,
        type: "transfer",
        recipient,
        amount: min(amount, rest),
      } as const);
      return { ...signed, type, fromAccountId, toAccountId };
    }
    case "withdraw": {
      const amount = random.pick([0n, rest, rest / 2n]);
      return sign({ ...common, type, recipient: anyAddress(world, state) | 1n, amount });
    }
    case "changePubKey": {
      const { address: owner } = state.account(accountId);
      return { ...sign({ ...common, type }), owner, pubKeyHash: signer.pubKeyHash };
    }
    case "forcedExit":
      return draftForcedExit(world, state, (recipient) => sign({ ...common, type, recipient }));
    default:
      return undefined;
  }
}

function draftForcedExit(
  { random }: HostileWorld,
  state: RollupState,
  sign: (recipient: bigint) => SignedTransaction,
): Operation | undefined {
  const targets = [...state.accounts()].filter(([, { pubKeyHash }]) => pubKeyHash === 0n);
  if (targets.length === 0) return undefined;
  const [targetAccountId, { address }] = random.pick(targets);
  const { accountId: initiatorAccountId, ...signed } = sign(address);
  const amount = state.balance(targetAccountId, signed.tokenId);
  return { ...signed, initiatorAccountId, targetAccountId, amount } as Operation;
}

/** Picks the sender itself or any account; for a new account any empty leaf and any address. */
function transferTarget(
  world: HostileWorld,
  state: RollupState,
  type: "transfer" | "transferToNew",
  fromAccountId: number,
) {
  const { random } = world;
  if (type === "transferToNew") {
    const toAccountId = emptyLeaf(random, state);
    if (toAccountId === undefined) return undefined;
    return { toAccountId, recipient: anyAddress(world, state) | 1n, balance: () => 0n };
  }
  const toAccountId = random.pick([fromAccountId, ...ids(state), ...ids(state)]);
  const { address: recipient } = state.account(toAccountId);
  return {
    toAccountId,
    recipient,
    balance: (tokenId: number) => state.balance(toAccountId, tokenId),
  };
}

/** Picks an account with a known key; for a change of key any account and any key. */
function anySigner(
  { random, actors }: HostileWorld,
  state: RollupState,
  withAnyKey: boolean,
): { accountId: number; key: SigningKey; pubKeyHash: bigint } | undefined {
  const keys = actors.flatMap(({ keys, pubKeyHashes }) =>
    keys.map((key, index) => ({ key, pubKeyHash: pubKeyHashes[index]! })),
  );
  const candidates = [...state.accounts()].flatMap(([accountId, { nonce, pubKeyHash }]) => {
    if (nonce === NONCE_MAX) return [];
    const own = withAnyKey ? random.pick(keys) : keys.find((one) => one.pubKeyHash === pubKeyHash);
    return own === undefined ? [] : [{ accountId, ...own }];
  });
  return candidates.length === 0 ? undefined : random.pick(candidates);
}

function anyAccount(random: Random, state: RollupState): Entry {
  return random.pick([...state.accounts()]);
}

function ids(state: RollupState): number[] {
  return [...state.accounts()].map(([accountId]) => accountId);
}

function anyLeaf(random: Random, { preset }: RollupState): number {
  return random.pick([random.int(accountCapacity(preset)), accountCapacity(preset) - 1]);
}

function emptyLeaf(random: Random, state: RollupState): number | undefined {
  const candidates = [0, 1, 2, 3].map(() => anyLeaf(random, state));
  return candidates.find((accountId) => state.account(accountId).kind === 0);
}

/** Picks the address of an account, of an actor, or a random one. */
function anyAddress({ random, actors }: HostileWorld, state: RollupState): bigint {
  const [, { address }] = anyAccount(random, state);
  return random.pick([address, random.pick(actors).address, random.bigint(160) | 1n]);
}

/** Encodes the same amounts with smaller mantissas and larger exponents, if possible. */
function stretch(random: Random, operation: Operation): Partial<SlotSignals> {
  if (!("fee" in operation)) return {};
  const { amount, fee } = toColumns(operation).record;
  const packedFee = stretched(random, PACKED_FEE, fee);
  if (operation.type !== "transfer" && operation.type !== "transferToNew") return { packedFee };
  return { packedFee, packedAmount: stretched(random, PACKED_AMOUNT, amount) };
}

function stretched(random: Random, { exponentBits }: PackedFormat, packed: bigint): bigint {
  const shift = BigInt(exponentBits);
  const exponentMax = (1n << shift) - 1n;
  let [mantissa, exponent] = [packed >> shift, packed & exponentMax];
  for (let steps = random.int(32); steps > 0; steps--) {
    if (mantissa % PACKED_BASE !== 0n || exponent === exponentMax) break;
    [mantissa, exponent] = [mantissa / PACKED_BASE, exponent + 1n];
  }
  return (mantissa << shift) | exponent;
}

function min(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
