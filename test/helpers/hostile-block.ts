/**
 * Blocks of a validator that obeys only the constraints: second accounts of one address, leaves
 * anywhere in the tree, fee accounts that the block itself opens, balances that are full in the
 * middle of it, amounts in every encoding. The circuit accepts most of them. The caller makes the
 * requests and consents on L1.
 *
 * @example
 * const world = createHostileWorld(createRandom(), PRESETS.minimal);
 * const claim = hostileBlock(world, world.state);
 * const { input, pubdata } = commitHostileBlock(claim);
 */
import { concatBytes } from "@noble/hashes/utils.js";
import type { BlockHeader } from "../../src/block/block.ts";
import { challenge, committedElements, digestOf, evaluate } from "../../src/block/commitment.ts";
import { operationNeeds } from "../../src/block/needs.ts";
import type { BlockWitnessInput } from "../../src/block/witness-input.ts";
import {
  extensionWords,
  type OperationColumns,
  recordWord,
  toColumns,
} from "../../src/operations/codec.ts";
import type { Operation } from "../../src/operations/operation.ts";
import {
  AMOUNT_MAX,
  NONCE_MAX,
  RECORD_COUNT_BYTES,
  SLOT_INDEX_BYTES,
  TIMESTAMP_MAX,
} from "../../src/protocol/constants.ts";
import { FIELD_TYPE_BYTES } from "../../src/protocol/layout.ts";
import { EXTENSION_COLUMNS, RECORD_BYTES } from "../../src/protocol/columns.ts";
import { OPERATION_NAMES, type OperationName, OPERATIONS } from "../../src/operations/table.ts";
import type { OperationSpec } from "../../src/operations/definition.ts";
import { type BlockKind, blockKindId, holds } from "../../src/protocol/kinds.ts";
import type { Preset } from "../../src/protocol/presets.ts";
import type { Account } from "../../src/state/account.ts";
import type { RollupState } from "../../src/state/rollup-state.ts";
import { integerToBytes } from "../../src/util/bytes.ts";
import { assert } from "../../src/util/errors.ts";
import { carryOutOperation, createDishonestInput, type DishonestBlock } from "./dishonest-input.ts";
import { type Draft, hostileOperation } from "./hostile-operation.ts";
import { accountsOf, tokensOf } from "./kinds.ts";
import { createWorld, withBatches, type World } from "./random-block.ts";
import type { Random } from "./random.ts";

export interface HostileOptions {
  /** Header without the fee account, which is random; default: values at their limits. */
  readonly header?: Omit<BlockHeader, "feeAccountId">;
  /** Kind of the block; default: one of the preset's. */
  readonly kind?: BlockKind;
  /** Operations to choose from; default: all. */
  readonly types?: readonly OperationName[];
  /** Operations of the first slots, for example requests of L1. */
  readonly first?: readonly Operation[];
}

/**
 * Creates a state with several accounts per address, and balances and nonces at their limits.
 *
 * @param kind - Whose blocks can touch all of these; default: one of the preset's.
 */
export function createHostileWorld(
  random: Random,
  preset: Preset,
  kind: BlockKind = random.pick(preset.blockKinds),
): World {
  const world = createWorld(random, preset, kind);
  const accounts = [...world.state.accounts()].map(([, account]) => account);
  const ids = Array.from({ length: 4 }, () => random.int(accountsOf(kind)));
  const state = ids.reduce((state, accountId) => {
    if (state.account(accountId).kind !== 0) return state;
    const twin = random.pick(accounts);
    const { pubKeyHashes } = random.pick(world.actors);
    const pubKeyHash = random.pick([0n, twin.pubKeyHash, pubKeyHashes[0]]);
    const nonce = random.pick([0, 7, NONCE_MAX - 1, NONCE_MAX]);
    const tokenId = random.pick([0, 1, tokensOf(preset, kind) - 1]);
    const balance = random.pick([0n, 1000n, AMOUNT_MAX]);
    return state.update(accountId, tokenId, { account: { ...twin, nonce, pubKeyHash }, balance });
  }, world.state);
  return { ...world, state };
}

/** Creates a block on `before`, with the attacker's signals. */
export function hostileBlock(
  world: Omit<World, "state">,
  before: RollupState,
  options: HostileOptions = {},
): DishonestBlock {
  const { random, domain } = world;
  const { kind = random.pick(before.preset.blockKinds), types = OPERATION_NAMES } = options;
  const { slots } = kind;
  const header = options.header ?? {
    blockNumber: random.pick([1, 2 ** 32 - 1, random.int(2 ** 32)]),
    timestamp: random.pick([0n, TIMESTAMP_MAX, random.bigint(40)]),
  };
  const first = options.first ?? [];
  const drafts: Draft[] = first.map((operation) => ({ operation, forced: {} }));
  const carryOut = (state: RollupState, { operation, forced }: Draft) =>
    carryOutOperation(state, kind, operation, forced);
  let state = drafts.reduce(carryOut, before);
  const length = Math.max(first.length, random.pick([slots, slots, random.int(slots + 1)]));
  while (drafts.length < length) {
    const place = { state, timestamp: header.timestamp };
    const draw = () => hostileOperation(world, place, random.pick(types));
    const draft = isWithinLimits(state) ? draftFor(kind, random, draw) : IDLE;
    drafts.push(draft);
    state = carryOut(state, draft);
  }
  const operations = withBatches(
    world,
    drafts.map(({ operation }) => operation),
  );
  const feeAccountId = pickFeeAccount(random, kind, before, state);
  const block = { ...header, feeAccountId, kind, operations };
  return { state: before, block, domain, forcedSignals: drafts.map(({ forced }) => forced) };
}

/** One of this number of drafts may touch ids beyond those of the block's kind. */
const BEYOND_OF = 50;
const DRAFTS_MAX = 20;
const IDLE: Draft = { operation: { type: "noop" }, forced: {} };

/** Draws operations until the kind holds one; a noop if it holds none of them. */
function draftFor(kind: BlockKind, random: Random, draw: () => Draft): Draft {
  for (let attempt = 0; attempt < DRAFTS_MAX; attempt++) {
    const draft = draw();
    const isHeld = holds(kind, operationNeeds(draft.operation));
    if (isHeld || random.int(BEYOND_OF) === 0) return draft;
  }
  return IDLE;
}

/**
 * Whether operations can be drawn on a state. A slot that the circuit refuses can leave a balance
 * or nonce that no column holds.
 */
function isWithinLimits(state: RollupState): boolean {
  const isWithin = ([accountId, { nonce }]: readonly [number, Account]) =>
    nonce <= NONCE_MAX && [...state.balances(accountId)].every(([, held]) => held <= AMOUNT_MAX);
  return [...state.accounts()].every(isWithin);
}

/** Picks an account that the block opens, one with a full balance, or any other. */
function pickFeeAccount(
  random: Random,
  kind: BlockKind,
  before: RollupState,
  after: RollupState,
): number {
  const all = [...after.accounts()].map(([accountId]) => accountId);
  const ids = all.filter((accountId) => accountId < accountsOf(kind));
  const isOpened = (id: number) => before.account(id).kind === 0;
  const isFull = (id: number) => [...before.balances(id)].some(([, held]) => held === AMOUNT_MAX);
  const wanted = ids.filter(random.bool() ? isOpened : isFull);
  return random.pick(wanted.length > 0 ? wanted : ids);
}

/** The public data of a block, and the input that proves it if the circuit accepts it. */
export interface HostileCommitment {
  readonly input: BlockWitnessInput;
  readonly pubdata: Uint8Array;
}

/** Commits to a block, with the challenge that L1 derives from the public data. */
export function commitHostileBlock(claim: DishonestBlock): HostileCommitment {
  const { operations, kind } = claim.block;
  const padding = new Array<Operation>(kind.slots - operations.length).fill({ type: "noop" });
  const input = createDishonestInput(claim);
  const columns = [...operations, ...padding].map((operation, slot): OperationColumns => {
    const { packedAmount, packedFee } = claim.forcedSignals?.[slot] ?? {};
    const { type, record, extension } = toColumns(operation);
    const amount = packedAmount ?? record.amount;
    const fee = packedFee ?? record.fee;
    // The circuit publishes the account's nonce, not the operation's.
    const nonce = type === "changePubKey" ? shownNonce(input.noncePlusOne[slot]![0]!) : 0n;
    return { type, record: { ...record, amount, fee }, extension: { ...extension, nonce } };
  });
  const elements = committedElements(input, [
    ...columns.map(recordWord),
    ...columns.flatMap(extensionWords),
  ]);
  assert(digestOf(elements) === input.digest, "the public data equals that of the circuit");
  const pubdata = encodeColumns(columns);
  const z = challenge({ ...input, pubdata, kind: blockKindId(kind) });
  return { input: { ...input, z, y: evaluate(elements, z) }, pubdata };
}

/** The nonce that the circuit reads from a leaf; that of an empty one is 0. */
function shownNonce(noncePlusOne: bigint): bigint {
  return noncePlusOne === 0n ? 0n : noncePlusOne - 1n;
}

/** Encodes public data by the layout alone, with any encoding of the amounts. */
function encodeColumns(columns: readonly OperationColumns[]): Uint8Array {
  const records = columns.slice(0, columns.findLastIndex(({ type }) => type !== "noop") + 1);
  const extensions = records.flatMap(({ type, extension }, slot) => {
    const spec: OperationSpec = OPERATIONS[type];
    const used = EXTENSION_COLUMNS.filter((column) => spec.extension[column] !== undefined);
    const values = used.map((column) =>
      integerToBytes(extension[column], FIELD_TYPE_BYTES[spec.extension[column]!.type]),
    );
    return used.length === 0 ? [] : [integerToBytes(slot, SLOT_INDEX_BYTES), ...values];
  });
  return concatBytes(
    integerToBytes(records.length, RECORD_COUNT_BYTES),
    ...records.map((slot) => integerToBytes(recordWord(slot), RECORD_BYTES)),
    ...extensions,
  );
}
