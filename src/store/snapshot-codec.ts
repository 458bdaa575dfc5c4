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
import { NO_SECOND_FACTORS, type SecondFactor } from "../operator/ledger/second-factors.ts";
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
import { RollupState, type StateHashing } from "../state/rollup-state.ts";
import type { PageBytes } from "../state/load-pages.ts";
import { omit } from "../util/omit.ts";
import { PersistentMap } from "../util/persistent-map.ts";
import { decode, encode } from "./codec.ts";

/** How many receipts are in one text: few enough that encoding them takes no time. */
const PART_ENTRIES = 500;
/** Bytes of pages of accounts that are put into one text, before the last of them. */
const PAGES_BYTES = 2 ** 19;
/** Bytes before each page: its index and its length, uint32, little-endian. */
const PAGE_HEAD_BYTES = 8;

type PartKind = "head" | "pages" | "block" | "open" | "receipts";

/** One of the texts that make up a ledger. */
export interface SnapshotPart {
  readonly kind: PartKind;
  readonly data: string;
}

/** What a ledger is decoded with. */
export interface SnapshotSettings {
  readonly preset: Preset;
  readonly finalReceiptsMax: number;
  readonly hashing: StateHashing;
}

/** What a ledger is besides its state, blocks and receipts. */
interface Head extends Omit<
  Ledger,
  "domain" | "start" | "blocks" | "open" | "l1History" | "receipts" | "secondFactors"
> {
  readonly start: Omit<StartingPoint, "state">;
  readonly secondFactors: readonly (readonly [string, SecondFactor])[];
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
  for (const pages of pagesInParts(ledger.start.state)) {
    yield { kind: "pages", data: pages.toString("base64") };
  }
  for (const block of ledger.blocks) yield { kind: "block", data: encode(toBlockParts(block)) };
  yield { kind: "open", data: encode(toOpenParts(ledger.open)) };
  for (const receipts of inParts(ledger.receipts.finals())) {
    yield { kind: "receipts", data: encode(receipts) };
  }
}

/**
 * The inverse of {@link encodeSnapshot}. The root of the state is computed from the hashes of its
 * accounts; whether these are the hashes of the accounts is for `RollupState.findDamage`.
 *
 * @param settings.preset - Of the rollup.
 * @param settings.finalReceiptsMax - Final receipts that are kept in memory.
 * @param settings.hashing - Hashes the state, possibly in threads.
 * @throws Error if the texts are not those of a ledger
 */
export async function decodeSnapshot(
  parts: readonly SnapshotPart[],
  settings: SnapshotSettings,
): Promise<Ledger> {
  const { preset, finalReceiptsMax, hashing } = settings;
  const of = <T>(kind: PartKind) =>
    parts.filter((part) => part.kind === kind).map(({ data }) => decode(data) as T);
  const [head] = of<Head>("head");
  const [open] = of<OpenParts>("open");
  if (head === undefined || open === undefined) throw new Error("it has no head or no open block");
  const state = await RollupState.fromPages(preset, pagesOf(parts), hashing);
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
  const rest = omit(
    ledger,
    ...(["domain", "start", "blocks", "open", "l1History", "receipts", "secondFactors"] as const),
  );
  return { ...rest, start, views, secondFactors: [...ledger.secondFactors.entries()] };
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
  // A snapshot of earlier rules has no promises, or no second factors.
  const { promises = [], secondFactors: factors = [] } = head as Partial<Head>;
  let secondFactors = NO_SECOND_FACTORS;
  for (const [owner, factor] of factors) secondFactors = secondFactors.set(owner, factor);
  const rest = omit(head, "views");
  return { ...rest, ...parts, domain, l1History, receipts, promises, secondFactors };
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

/** The pages of a state, some at a time. */
function* pagesInParts(state: RollupState): Generator<Buffer> {
  let part: Uint8Array[] = [];
  let bytes = 0;
  for (const [index, page] of state.pages()) {
    const head = new DataView(new ArrayBuffer(PAGE_HEAD_BYTES));
    head.setUint32(0, index, true);
    head.setUint32(4, page.bytes.length, true);
    part.push(new Uint8Array(head.buffer), page.bytes);
    bytes += page.bytes.length;
    if (bytes < PAGES_BYTES) continue;
    yield Buffer.concat(part);
    [part, bytes] = [[], 0];
  }
  if (part.length > 0) yield Buffer.concat(part);
}

/** @throws Error if a text does not end with a page */
function* pagesOf(parts: readonly SnapshotPart[]): Generator<PageBytes> {
  for (const { kind, data } of parts) {
    if (kind !== "pages") continue;
    const bytes = Buffer.from(data, "base64");
    for (let at = 0; at < bytes.length;) {
      const index = bytes.readUInt32LE(at);
      const start = at + PAGE_HEAD_BYTES;
      at = start + bytes.readUInt32LE(at + 4);
      if (at > bytes.length) throw new Error("a page of accounts is cut off");
      yield [index, new Uint8Array(bytes.subarray(start, at))];
    }
  }
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
