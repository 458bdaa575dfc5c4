/**
 * A state with a few accounts, transactions of their owners, and an attacker's changes: the same
 * block for `applyBlock` and for the circuit.
 */
import { applyBlock, type Block } from "../../src/block/block.ts";
import type { BlockWitnessInput, SlotSignals } from "../../src/block/witness-input.ts";
import type { Operation } from "../../src/operations/operation.ts";
import { toOperation } from "../../src/operations/to-operation.ts";
import type { SignedTransaction, Transaction } from "../../src/operations/transaction.ts";
import { TIMESTAMP_MAX } from "../../src/protocol/constants.ts";
import type { BlockKind } from "../../src/protocol/kinds.ts";
import type { Preset } from "../../src/protocol/presets.ts";
import { newAccount } from "../../src/state/account.ts";
import {
  createGenesisState,
  type LeafUpdate,
  type RollupState,
} from "../../src/state/rollup-state.ts";
import { createDishonestInput, signLoosely } from "./dishonest-input.ts";
import { accountsOf, tokensOf, wholeKind } from "./kinds.ts";
import { type Actor, createActor } from "./random-block.ts";
import type { Random } from "./random.ts";

export interface BuiltCase {
  readonly preset: Preset;
  /** The kind of block whose circuit the input is for. */
  readonly kind: BlockKind;
  /** Runs the case in TypeScript, which throws the tag. */
  readonly refuse: () => unknown;
  /** Creates the attacker's input for the circuit of that kind. */
  readonly createInput: () => BlockWitnessInput;
}

export interface Party extends Actor {
  readonly accountId: number;
}

/**
 * The cast: Alice and Bob have signing keys, Carol has none, and each has 1,000 of the token. The
 * leaf `emptyId` is empty.
 */
export interface Scene {
  readonly random: Random;
  readonly preset: Preset;
  /** The kind of its blocks, which holds all of its accounts and its token. */
  readonly kind: BlockKind;
  readonly domain: bigint;
  readonly timestamp: bigint;
  readonly tokenId: number;
  readonly state: RollupState;
  readonly alice: Party;
  readonly bob: Party;
  readonly carol: Party;
  readonly emptyId: number;
}

/** The way in which a case breaks its rule. */
export interface Breach {
  readonly operations: readonly Operation[];
  /** Replaces the given scene. */
  readonly scene?: Scene;
  readonly feeAccountId?: number;
  /** Signals of the attacker that an `Operation` cannot express, by slot. */
  readonly forcedSignals?: readonly Partial<SlotSignals>[];
  readonly forcedFeeTokens?: readonly number[];
  /** Runs the case in TypeScript, if the rule is not in `applyBlock`. */
  readonly refuse?: () => unknown;
}

export const BALANCE = 1000n;
export const FEE = 10n;

export function createScene(
  random: Random,
  preset: Preset,
  kind: BlockKind = wholeKind(preset),
): Scene {
  const ids = new Set<number>();
  while (ids.size < 4) ids.add(1 + random.int(accountsOf(kind) - 1));
  const [emptyId, ...partyIds] = ids;
  const [alice, bob, carol] = partyIds.map((accountId) => ({ ...createActor(random), accountId }));
  const tokenId = random.int(tokensOf(preset, kind));
  let state = createGenesisState(preset, { feeAccountAddress: random.bigint(160) });
  for (const { accountId, address, pubKeyHashes } of [alice!, bob!, carol!]) {
    const pubKeyHash = accountId === carol!.accountId ? 0n : pubKeyHashes[0];
    const account = { ...newAccount(address), nonce: random.int(1000), pubKeyHash };
    state = state.update(accountId, tokenId, { account, balance: BALANCE });
  }
  return {
    random,
    preset,
    kind,
    domain: random.field(),
    timestamp: 1000n + random.bigint(40),
    tokenId,
    state,
    alice: alice!,
    bob: bob!,
    carol: carol!,
    emptyId: emptyId!,
  };
}

export type Draft = Transaction extends infer T
  ? T extends Transaction
    ? Partial<T> & Omit<T, "accountId" | "tokenId" | "fee" | "nonce" | "validFrom" | "validUntil">
    : never
  : never;

/** Signs a transaction of a party, Alice by default; fields outside of the draft are valid. */
export function signed(scene: Scene, draft: Draft, party: Party = scene.alice): SignedTransaction {
  const { state, tokenId, domain } = scene;
  const { nonce } = state.account(party.accountId);
  const validity = { validFrom: 0n, validUntil: TIMESTAMP_MAX };
  const common = { accountId: party.accountId, tokenId, fee: FEE, nonce, ...validity };
  return signLoosely(party.keys[0], { ...common, ...draft }, domain);
}

/** Creates the operation that an honest operator makes of such a transaction. */
export function operationBy(scene: Scene, draft: Draft, party?: Party): Operation {
  return toOperation(scene.state, signed(scene, draft, party));
}

export function forge(operation: Operation | SignedTransaction, changes: object): Operation {
  return { ...operation, ...changes } as Operation;
}

export function transferTo({ address }: { address: bigint }, amount = 100n) {
  return { type: "transfer", recipient: address, amount } as const;
}

export function withdraw({ random }: Scene, amount = 100n) {
  return { type: "withdraw", recipient: random.bigint(160), amount } as const;
}

export function deposit(
  { tokenId }: Scene,
  { accountId, address }: Owner,
  amount = 100n,
): Operation {
  return { type: "deposit", accountId, tokenId, owner: address, amount };
}

export function refund({ tokenId }: Scene, { address }: Pick<Party, "address">, amount = 100n) {
  return { type: "refund", tokenId, owner: address, amount } as const;
}

export function fullExit(
  { tokenId }: Scene,
  { accountId, address }: Owner,
  amount: bigint,
): Operation {
  return { type: "fullExit", accountId, tokenId, owner: address, amount };
}

export type Owner = Pick<Party, "accountId" | "address">;

export function stranger({ random }: Scene): { address: bigint } {
  return { address: random.bigint(160) };
}

/** Returns the scene with one leaf changed. */
export function withLeaf(scene: Scene, accountId: number, update: LeafUpdate): Scene {
  return { ...scene, state: scene.state.update(accountId, scene.tokenId, update) };
}

/** Creates a forced exit of any leaf, which an honest operator might refuse. */
export function forcedExit(scene: Scene, target: Owner, amount: bigint): Operation {
  const transaction = signed(scene, { type: "forcedExit", recipient: target.address });
  const initiatorAccountId = scene.alice.accountId;
  return forge(transaction, { initiatorAccountId, targetAccountId: target.accountId, amount });
}

export function buildCase(given: Scene, breach: Breach): BuiltCase {
  const { operations, feeAccountId = 0, scene = given } = breach;
  const { state, domain, timestamp } = scene;
  const { preset, kind } = given;
  const block: Block = { blockNumber: 1, timestamp, feeAccountId, kind, operations };
  return {
    preset,
    kind,
    refuse: breach.refuse ?? (() => applyBlock(state, block, domain)),
    createInput: () => createDishonestInput({ ...breach, state, block, domain }),
  };
}
