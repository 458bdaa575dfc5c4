/**
 * Generates random states and random valid blocks of all operations, for all tests.
 *
 * `createWorld` creates a state with owners who have keys; `randomBlock` creates a block that
 * `applyBlock` accepts on it. The same random stream gives the same result.
 *
 * @example
 * const world = createWorld(createRandom(), PRESETS.minimal);
 * const block = randomBlock(world, world.state);
 * const applied = applyBlock(world.state, block, world.domain);
 */
import {
  appendOperation,
  type Block,
  type BlockHeader,
  hasRoom,
  linksNext,
  openBlock,
  type OpenBlock,
} from "../../src/block/block.ts";
import { addNeeds, operationNeeds } from "../../src/block/needs.ts";
import {
  createSigningKey,
  hashPublicKey,
  publicKey,
  sign,
  type SigningKey,
} from "../../src/crypto/eddsa.ts";
import { batchMessages, splitBatches } from "../../src/operations/batch.ts";
import { publicFields } from "../../src/operations/codec.ts";
import { isSigned, type Operation, type PublicOperation } from "../../src/operations/operation.ts";
import {
  closestPackableAmountBelow,
  closestPackableFeeBelow,
} from "../../src/operations/packed.ts";
import {
  type DepositRequest,
  toOperation,
  toTransaction,
} from "../../src/operations/to-operation.ts";
import { signTransaction, type Transaction } from "../../src/operations/transaction.ts";
import {
  AMOUNT_MAX,
  DEPOSIT_AMOUNT_MAX,
  NONCE_MAX,
  TIMESTAMP_MAX,
} from "../../src/protocol/constants.ts";
import { OPERATION_NAMES, type OperationName } from "../../src/operations/table.ts";
import { type BlockKind, holds, MAIN_TOKENS } from "../../src/protocol/kinds.ts";
import { accountCapacity, type Preset, tokenCapacity } from "../../src/protocol/presets.ts";
import { newAccount } from "../../src/state/account.ts";
import { createGenesisState, type RollupState } from "../../src/state/rollup-state.ts";
import { accountsOf, tokensOf } from "./kinds.ts";
import type { Random } from "./random.ts";

/** An owner with an L1 address and two signing keys, of which an account has at most one. */
export interface Actor {
  readonly address: bigint;
  readonly keys: readonly [SigningKey, SigningKey];
  /** Hashes of the public keys. */
  readonly pubKeyHashes: readonly [bigint, bigint];
}

export interface World {
  readonly random: Random;
  /** Signing domain of the rollup. */
  readonly domain: bigint;
  readonly actors: readonly Actor[];
  readonly state: RollupState;
}

export function createActor(random: Random): Actor {
  const keys = [createSigningKey(random.bytes(32)), createSigningKey(random.bytes(32))] as const;
  const pubKeyHashes = keys.map((key) => hashPublicKey(publicKey(key))) as [bigint, bigint];
  return { address: random.bigint(160), keys, pubKeyHashes };
}

/**
 * Creates a state with the fee account, three accounts with a signing key, two without, and two
 * actors without an account; balances of every magnitude are in some of the tokens.
 *
 * @param kind - Whose blocks can touch all of these; default: one of the preset's.
 */
export function createWorld(
  random: Random,
  preset: Preset,
  kind: BlockKind = random.pick(preset.blockKinds),
): World {
  const actors = Array.from({ length: 8 }, () => createActor(random));
  const domain = random.field();
  const [collector, ...others] = actors;
  let state = createGenesisState(preset, { feeAccountAddress: collector!.address });
  for (const [index, { address, pubKeyHashes }] of others.slice(0, 5).entries()) {
    const pubKeyHash = index < 3 ? random.pick(pubKeyHashes) : 0n;
    const account = { ...newAccount(address), nonce: randomNonce(random), pubKeyHash };
    const accountId = randomFreeId(random, state, accountsOf(kind));
    state = state.update(accountId, 0, { account });
    for (const tokenId of randomTokens(random, tokensOf(preset, kind))) {
      state = state.update(accountId, tokenId, { balance: randomBalance(random) });
    }
  }
  return { random, domain, actors, state };
}

/**
 * Creates a block that is valid on `state` and full if possible; consecutive signed operations are
 * often a batch. Its operations are those that its kind holds.
 *
 * @param options.header - Default: random, with an existing fee account; L1 would refuse it.
 * @param options.kind - Kind of the block; default: one of the preset's.
 * @param options.types - Operations to choose from; default: all.
 */
export function randomBlock(
  world: World,
  state: RollupState,
  options: { header?: BlockHeader; kind?: BlockKind; types?: readonly OperationName[] } = {},
): Block {
  const { random } = world;
  const { kind = random.pick(state.preset.blockKinds), types = OPERATION_NAMES } = options;
  const accountIds = [...state.accounts()].map(([accountId]) => accountId);
  const header = options.header ?? {
    blockNumber: random.int(2 ** 32),
    timestamp: random.bigint(40),
    feeAccountId: random.pick(accountIds.filter((id) => id < accountsOf(kind))),
  };
  const isHeld = (open: OpenBlock, operation: Operation) =>
    holds(kind, addNeeds(open.needs, operationNeeds(operation)));
  let open = openBlock(state, header);
  for (let attempt = 0; open.slots.length < kind.slots && attempt < 20 * kind.slots; attempt++) {
    const operation = randomOperation(world, open, random.pick(types));
    if (operation !== undefined && isHeld(open, operation) && hasRoom(open, operation))
      open = appendOperation(open, operation);
  }
  const operations = open.slots.map(({ operation }) => operation);
  return { ...header, kind, operations: withBatches(world, operations) };
}

/** Returns the same operations, with some consecutive ones signed as batches. */
export function withBatches(
  { random, actors, domain }: Omit<World, "state">,
  operations: readonly Operation[],
): Operation[] {
  const keys = actors.flatMap(({ keys }) => keys);
  const linked = operations.map((operation, slot): Operation => {
    const next = operations[slot + 1];
    const isPart = isSigned(operation) && next !== undefined && isSigned(next) && random.bool();
    return isPart ? { ...operation, linksNext: true } : operation;
  });
  return splitBatches(linked, linksNext).flatMap((batch): Operation[] => {
    if (batch.length === 1) return batch;
    const signed = batch.filter(isSigned);
    const { messages } = batchMessages(signed.map(toTransaction), domain);
    return signed.map((operation, index) => {
      const key = keys.find((candidate) => publicKey(candidate).x === operation.publicKey.x)!;
      return { ...operation, signature: sign(key, messages[index]!) };
    });
  });
}

/**
 * Creates an operation of a type for the end of a block; undefined if none is possible.
 */
export function randomOperation(
  world: World,
  open: OpenBlock,
  type: OperationName,
): Operation | undefined {
  const { random } = world;
  const { state } = open;
  const tokenId = randomTokenId(random, state);
  switch (type) {
    case "noop":
      return { type: "noop" };
    case "deposit": {
      const operation = toOperation(state, randomDeposit(world, tokenId));
      return operation.type === type ? operation : undefined;
    }
    case "refund":
      return { ...randomDeposit(world, tokenId), type };
    case "fullExit": {
      const accounts = [...state.accounts()];
      const [accountId, { address }] = random.pick(accounts);
      const owner = random.pick([address, address, random.bigint(160)]);
      const exists = random.int(4) > 0;
      const id = exists ? accountId : random.int(accountCapacity(state.preset));
      return toOperation(state, { type: "fullExit", accountId: id, owner, tokenId });
    }
    default:
      return randomSignedOperation(world, open, type, tokenId);
  }
}

/** Creates a deposit request; its amount may be 0, unlike in the priority queue. */
function randomDeposit({ random, actors }: World, tokenId: number): DepositRequest {
  const owner = random.bool() ? random.pick(actors).address : random.bigint(160);
  const amount = random.pick([0n, 1n, DEPOSIT_AMOUNT_MAX, random.bigint(104)]);
  return { type: "deposit", owner, tokenId, amount };
}

function randomSignedOperation(
  world: World,
  open: OpenBlock,
  type: OperationName,
  tokenId: number,
): Operation | undefined {
  const { random, actors, domain } = world;
  const { state } = open;
  const signer = pickSigner(world, state, type === "changePubKey");
  if (signer === undefined) return undefined;
  const { accountId, key } = signer;
  const { nonce } = state.account(accountId);
  const balance = state.balance(accountId, tokenId);
  const fee = randomFee(random, smaller(balance, roomOf(open, open.header.feeAccountId, tokenId)));
  const common = { accountId, tokenId, fee, nonce, ...randomValidity(random, open) };
  const spendable = balance - fee;
  const submit = (transaction: Transaction) =>
    toOperation(state, signTransaction(key, transaction, domain));
  switch (type) {
    case "transfer": {
      const [toAccountId, { address: recipient }] = random.pick([...state.accounts()]);
      const room = roomOf(open, toAccountId, tokenId) - fee; // the recipient may get the fee, too
      const limit = smaller(spendable, room > 0n ? room : 0n);
      const amount = closestPackableAmountBelow(randomPart(random, limit));
      return submit({ type, ...common, recipient, amount });
    }
    case "transferToNew": {
      const absent = actors.filter(({ address }) => state.accountIdOf(address) === undefined);
      const recipient = random.pick([...absent.map(({ address }) => address), random.bigint(160)]);
      if (isFull(state)) return undefined;
      const amount = closestPackableAmountBelow(randomPart(random, spendable));
      return submit({ type: "transfer", ...common, recipient, amount });
    }
    case "withdraw": {
      const recipient = random.bigint(160) | 1n;
      return submit({ type, ...common, recipient, amount: randomPart(random, spendable) });
    }
    case "changePubKey":
      return submit({ type, ...common });
    case "forcedExit": {
      const targets = [...state.accounts()].filter(
        ([id, { address, pubKeyHash }]) => pubKeyHash === 0n && state.accountIdOf(address) === id,
      );
      if (targets.length === 0) return undefined;
      return submit({ type, ...common, recipient: random.pick(targets)[1].address });
    }
    default:
      throw new Error(`${type} is not signed`);
  }
}

/** The amount that an account can still receive in a block, besides the fees so far. */
function roomOf({ header, state, fees }: OpenBlock, accountId: number, tokenId: number): bigint {
  const isCollector = accountId === header.feeAccountId;
  const collected = isCollector ? fees.find((fee) => fee.tokenId === tokenId)?.amount : undefined;
  return AMOUNT_MAX - state.balance(accountId, tokenId) - (collected ?? 0n);
}

function smaller(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

/** Picks an account that can sign, with its key; for a change of key any account and key. */
function pickSigner(
  { random, actors }: World,
  state: RollupState,
  withNewKey: boolean,
): { accountId: number; key: SigningKey } | undefined {
  const candidates = [...state.accounts()].flatMap(
    ([accountId, { nonce, address, pubKeyHash }]) => {
      const actor = actors.find((owner) => owner.address === address);
      if (actor === undefined || nonce === NONCE_MAX) return [];
      const key = withNewKey
        ? random.pick(actor.keys)
        : actor.keys[actor.pubKeyHashes.indexOf(pubKeyHash)];
      return key === undefined ? [] : [{ accountId, key }];
    },
  );
  return candidates.length === 0 ? undefined : random.pick(candidates);
}

/** Picks a range of validity that includes the block's time, often at its limit. */
function randomValidity(random: Random, { header: { timestamp } }: OpenBlock) {
  return {
    validFrom: random.pick([0n, timestamp, timestamp / 2n]),
    validUntil: random.pick([timestamp, timestamp + 60n, TIMESTAMP_MAX]),
  };
}

function randomFee(random: Random, balance: bigint): bigint {
  return closestPackableFeeBelow(random.pick([0n, balance, balance / 3n, balance / 1000n]));
}

/** Picks none, all, or a part of an amount. */
function randomPart(random: Random, whole: bigint): bigint {
  return random.pick([0n, whole, (whole * random.bigint(16)) >> 16n]);
}

function randomBalance(random: Random): bigint {
  return random.pick([1n, AMOUNT_MAX, random.bigint(128), random.bigint(100), random.bigint(64)]);
}

function randomNonce(random: Random): number {
  return random.pick([0, random.int(1000), NONCE_MAX - 1]);
}

/** Picks some of ETH, token 1 and the last ones: few, so that operations share tokens. */
function randomTokens(random: Random, tokenCount: number): number[] {
  return [0, 1, MAIN_TOKENS - 1, tokenCount - 1].filter(() => random.int(4) > 0);
}

function randomTokenId(random: Random, { preset }: RollupState): number {
  const any = random.int(tokenCapacity(preset));
  return random.pick([0, 1, MAIN_TOKENS - 1, tokenCapacity(preset) - 1, any]);
}

function randomFreeId(random: Random, state: RollupState, accountCount: number): number {
  const id = random.int(accountCount);
  return state.account(id).kind === 0 ? id : randomFreeId(random, state, accountCount);
}

function isFull(state: RollupState): boolean {
  return state.nextAccountId === accountCapacity(state.preset);
}

/** Returns the public data of an operation, without the signer's part. */
export function toPublic(operation: PublicOperation): PublicOperation {
  const names = ["type", ...publicFields(operation.type).map(({ name }) => name)];
  const fields = Object.entries(operation).filter(([name]) => names.includes(name));
  return Object.fromEntries(fields) as unknown as PublicOperation;
}
