/**
 * A ledger as a list of texts. Of a block only what cannot be computed is kept: it is applied again
 * when it is read, so a text is never larger than what it describes, and the states between blocks
 * need no place.
 */
import { sealBlock } from "../block/block.ts";
import type { BlockRecord, Prepared } from "../operator/ledger/blocks.ts";
import type { KeyFact, L1View } from "../operator/ledger/l1-view.ts";
import type { Ledger, StartingPoint } from "../operator/ledger/ledger.ts";
import { ReceiptBook, type ReceiptKey } from "../operator/ledger/receipt-book.ts";
import type { Receipt } from "../operator/ledger/receipts.ts";
import {
  type Item,
  type OpenSlots,
  openSlots,
  openWith,
  type SealedSlots,
} from "../operator/ledger/sequence.ts";
import { signingDomain } from "../operations/transaction.ts";
import type { Token } from "../l1/types.ts";
import type { BlockKind } from "../protocol/kinds.ts";
import type { Preset } from "../protocol/presets.ts";
import type { Account } from "../state/account.ts";
import { RollupState } from "../state/rollup-state.ts";
import { omit } from "../util/omit.ts";
import { PersistentMap } from "../util/persistent-map.ts";
import { decode, encode } from "./codec.ts";

/** How many accounts or receipts are in one text: few enough that encoding them takes no time. */
const PART_ENTRIES = 500;

type PartKind = "head" | "accounts" | "block" | "open" | "receipts";

/** One of the texts that make up a ledger. */
export interface SnapshotPart {
  readonly kind: PartKind;
  readonly data: string;
}

/** What a ledger is besides its state, blocks and receipts. */
interface Head extends Omit<
  Ledger,
  "domain" | "start" | "blocks" | "open" | "l1History" | "receipts"
> {
  readonly start: Omit<StartingPoint, "state">;
  readonly views: readonly ViewParts[];
}

/** A view of L1 by what is different from the one before. */
interface ViewParts extends Omit<L1View, "tokens" | "keyFacts"> {
  /** How many tokens the view before has in the same places. */
  readonly sameTokens: number;
  readonly tokens: readonly Token[];
  readonly facts: readonly (readonly [string, KeyFact])[];
  readonly lostFacts: readonly string[];
}

type AccountParts = readonly [id: number, account: Account, balances: readonly Balance[]];
type Balance = readonly [tokenId: number, amount: bigint];

type BlockParts = Omit<BlockRecord, "applied"> &
  Partial<Omit<Prepared, keyof SealedSlots>> & {
    readonly kind: BlockKind;
  } & OpenParts;

/** What an open block is made of. */
interface OpenParts {
  readonly items: readonly Item[];
  readonly blockNumber: number;
  readonly timestamp: bigint;
}

/**
 * Encodes a ledger text by text, so that the caller can do other things in between.
 *
 * @returns The texts, in the order in which {@link decodeSnapshot} needs them.
 */
export function* encodeSnapshot(ledger: Ledger): Generator<SnapshotPart> {
  yield { kind: "head", data: encode(toHead(ledger)) };
  const { state } = ledger.start;
  for (const accounts of inParts(accountsOf(state))) {
    yield { kind: "accounts", data: encode(accounts) };
  }
  for (const block of ledger.blocks) yield { kind: "block", data: encode(toBlockParts(block)) };
  yield { kind: "open", data: encode(toOpenParts(ledger.open)) };
  for (const receipts of inParts(ledger.receipts.finals())) {
    yield { kind: "receipts", data: encode(receipts) };
  }
}

/**
 * The inverse of {@link encodeSnapshot}.
 *
 * @param preset - Of the rollup.
 * @param finalReceiptsMax - Final receipts that are kept in memory.
 * @throws Error if the texts are not those of a ledger
 */
export function decodeSnapshot(
  parts: readonly SnapshotPart[],
  preset: Preset,
  finalReceiptsMax: number,
): Ledger {
  const of = <T>(kind: PartKind) =>
    parts.filter((part) => part.kind === kind).map(({ data }) => decode(data) as T);
  const [head] = of<Head>("head");
  const [open] = of<OpenParts>("open");
  if (head === undefined || open === undefined) throw new Error("it has no head or no open block");
  const state = of<AccountParts[]>("accounts").flat().reduce(addAccount, RollupState.empty(preset));
  const start = { ...head.start, state };
  if (state.root !== start.storedBlock.stateRoot) {
    throw new Error(`its accounts have the root ${state.root}`);
  }
  const blocks: BlockRecord[] = [];
  let last = state;
  for (const block of of<BlockParts>("block")) {
    const record = fromBlockParts(last, block);
    blocks.push(record);
    last = record.applied.state;
  }
  const receipts = ReceiptBook.withFinals(
    finalReceiptsMax,
    of<(readonly [ReceiptKey, Receipt])[]>("receipts").flat(),
  );
  return fromParts(head, { start, blocks, open: fromOpenParts(last, open), receipts });
}

function toHead(ledger: Ledger): Head {
  const { l1History } = ledger;
  const views = l1History.map((view, index) => toViewParts(view, l1History[index - 1]));
  const start = omit(ledger.start, "state");
  const rest = omit(ledger, "domain", "start", "blocks", "open", "l1History", "receipts");
  return { ...rest, start, views };
}

function fromParts(
  head: Head,
  parts: Pick<Ledger, "start" | "blocks" | "open" | "receipts">,
): Ledger {
  const l1History: L1View[] = [];
  for (const view of head.views) l1History.push(fromViewParts(view, l1History.at(-1)));
  let { receipts } = parts;
  for (const { items, applied } of parts.blocks) {
    receipts = receipts.withBlock(applied.block.blockNumber, items);
  }
  const { items, block } = parts.open;
  receipts = receipts.withBlock(block.header.blockNumber, items);
  const { chainId, rollupAddress } = head.rollup;
  const domain = signingDomain(chainId, BigInt(rollupAddress));
  return { ...omit(head, "views"), ...parts, domain, l1History, receipts };
}

// ---------------------------------------------------------------------------------------- L1

function toViewParts({ tokens, keyFacts, ...view }: L1View, before?: L1View): ViewParts {
  const known = before?.tokens ?? [];
  const firstOther = tokens.findIndex((token, index) => token !== known[index]);
  const sameTokens = firstOther < 0 ? tokens.length : firstOther;
  const knownFacts = before?.keyFacts ?? PersistentMap.empty<string, KeyFact>();
  const isSame = keyFacts === knownFacts;
  const facts = isSame
    ? []
    : [...keyFacts.entries()].filter(([name, fact]) => knownFacts.get(name) !== fact);
  const lostFacts = isSame
    ? []
    : [...knownFacts.entries()].flatMap(([name]) => (keyFacts.has(name) ? [] : [name]));
  return { ...view, sameTokens, tokens: tokens.slice(sameTokens), facts, lostFacts };
}

function fromViewParts(
  { sameTokens, tokens, facts, lostFacts, ...view }: ViewParts,
  before?: L1View,
): L1View {
  let keyFacts = before?.keyFacts ?? PersistentMap.empty<string, KeyFact>();
  for (const name of lostFacts) keyFacts = keyFacts.delete(name);
  for (const [name, fact] of facts) keyFacts = keyFacts.set(name, fact);
  return { ...view, tokens: [...(before?.tokens ?? []).slice(0, sameTokens), ...tokens], keyFacts };
}

// ------------------------------------------------------------------------------------- state

function* accountsOf(state: RollupState): Generator<AccountParts> {
  for (const [id, account] of state.accounts()) yield [id, account, [...state.balances(id)]];
}

function addAccount(state: RollupState, [id, account, balances]: AccountParts): RollupState {
  return balances.reduce(
    (next, [tokenId, amount]) => next.update(id, tokenId, { balance: amount }),
    state.update(id, 0, { account }),
  );
}

// ------------------------------------------------------------------------------------ blocks

function toBlockParts({ applied, ...record }: BlockRecord): BlockParts {
  const { kind, blockNumber, timestamp } = applied.block;
  return { ...record, kind, blockNumber, timestamp };
}

function fromBlockParts(state: RollupState, parts: BlockParts): BlockRecord {
  const record = omit(parts, "kind", "blockNumber", "timestamp");
  const whole = sealBlock(fromOpenParts(state, parts).block, parts.kind);
  const isOver = record.status === "proven" || record.status === "executed";
  // As in memory: the traces of the slots have done their work.
  const applied = isOver ? { ...whole, slots: [], fees: [] } : whole;
  return { ...record, applied } as BlockRecord;
}

function toOpenParts({ items, block }: OpenSlots): OpenParts {
  const { blockNumber, timestamp } = block.header;
  return { items, blockNumber, timestamp };
}

function fromOpenParts(
  state: RollupState,
  { items, blockNumber, timestamp }: OpenParts,
): OpenSlots {
  return openWith(openSlots(state, blockNumber, timestamp), items);
}

/** Lists of a number of entries each, made when they are asked for. */
function* inParts<T>(entries: Iterable<T>): Generator<T[]> {
  let part: T[] = [];
  for (const entry of entries) {
    part.push(entry);
    if (part.length < PART_ENTRIES) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
