/**
 * Pages of the state tree: 64 accounts with all their balances, and the hashes of their subtree, in
 * one buffer. An account with two main balances takes about 140 bytes, where objects take 900.
 *
 * A page begins with the hashes of its 64 leaves, of their 8 parents and of its top node, each of
 * 32 bytes. Then come 65 offsets of uint32, the ends of the records before each leaf, and the
 * records. All integers are little-endian, as the hash kernel reads them.
 *
 *     record: kind u8, main balances u8 (bit per token), tails u8 (bit per tail), 0 u8, nonce u32,
 *             address u160, pubKeyHash u256, main balances u128..., roots of tails u256...,
 *             balances in tails (place in all tails u16, amount u128)...
 *
 * An empty leaf has no record. Bytes that are 0 in the bits are left out of the rest.
 */
import { FIELD_MODULUS } from "../crypto/field.ts";
import { LEAF_KIND } from "../protocol/constants.ts";
import { MAIN_TOKENS, TAILS, TREE_ARITY } from "../protocol/kinds.ts";
import { assert } from "../util/errors.ts";
import type { AccountLeaf } from "./leaf.ts";
import type { MerkleTree } from "./merkle-tree.ts";
import type { Page, PageBuilder, Paging } from "./page.ts";
import { type TailBalance, TailPage } from "./tail-page.ts";

/** Levels of nodes of a page above its leaves. */
export const PAGE_HEIGHT = 2;
/** Leaves of a page. */
export const PAGE_LEAVES = TREE_ARITY ** PAGE_HEIGHT;

const HASH_BYTES = 32;
const OFFSET_BYTES = 4;
/** By height, how many hashes come before those of its nodes. */
const HASH_STARTS = [0, PAGE_LEAVES, PAGE_LEAVES + TREE_ARITY] as const;
const HASH_COUNT = PAGE_LEAVES + TREE_ARITY + 1;
const OFFSETS_START = HASH_COUNT * HASH_BYTES;
const RECORDS_START = OFFSETS_START + (PAGE_LEAVES + 1) * OFFSET_BYTES;

const ADDRESS_BYTES = 20;
const AMOUNT_BYTES = 16;
const NONCE_START = 4;
const ADDRESS_START = 8;
const KEY_START = ADDRESS_START + ADDRESS_BYTES;
const BALANCES_START = KEY_START + HASH_BYTES;
const TAIL_BALANCE_BYTES = 2 + AMOUNT_BYTES;

/** What is known of an account without reading all of its record. */
export interface PageAccount {
  readonly place: number;
  readonly address: bigint;
  readonly isLive: boolean;
}

/** A page as bytes. Leaves are made when they are read. */
export class LeafPage implements Page<AccountLeaf> {
  /** The whole page, in a buffer of its own; nobody changes it once it is in a tree. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;
  readonly #emptyLeaf: AccountLeaf;

  constructor(bytes: Uint8Array<ArrayBuffer>, emptyLeaf: AccountLeaf) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer);
    this.#emptyLeaf = emptyLeaf;
  }

  isEmpty(height: number, place: number): boolean {
    const { first, end } = leavesBelow(height, place);
    return offsetAt(this.#view, first) === offsetAt(this.#view, end);
  }

  hash(height: number, place: number): bigint {
    return readUint(this.#view, hashStart(height, place), HASH_BYTES);
  }

  leaf(place: number): AccountLeaf | undefined {
    const start = RECORDS_START + offsetAt(this.#view, place);
    const end = RECORDS_START + offsetAt(this.#view, place + 1);
    return start === end ? undefined : readRecord(this.#view, { start, end }, this.#emptyLeaf);
  }

  *entries(height: number, place: number): Generator<[place: number, leaf: AccountLeaf]> {
    const { first, end } = leavesBelow(height, place);
    for (let leafPlace = first; leafPlace < end; leafPlace++) {
      const leaf = this.leaf(leafPlace);
      if (leaf !== undefined) yield [leafPlace, leaf];
    }
  }

  /** Iterates over the leaves that have a record. */
  *accounts(): Generator<PageAccount> {
    for (let place = 0; place < PAGE_LEAVES; place++) {
      const start = RECORDS_START + offsetAt(this.#view, place);
      if (start === RECORDS_START + offsetAt(this.#view, place + 1)) continue;
      const address = readUint(this.#view, start + ADDRESS_START, ADDRESS_BYTES);
      yield { place, address, isLive: this.#view.getUint8(start) !== LEAF_KIND.empty };
    }
  }

  /** The hashes of the nodes at a height, as the hash kernel takes them. */
  hashWords(height: 0 | 1 | 2): BigUint64Array<ArrayBuffer> {
    const count = TREE_ARITY ** (PAGE_HEIGHT - height);
    return new BigUint64Array(this.bytes.buffer, hashStart(height, 0), count * WORDS_PER_HASH);
  }

  /** @throws Error if the bytes are not those of a page */
  assertWellFormed(): void {
    const { byteLength } = this.bytes;
    const isWhole = byteLength >= RECORDS_START && offsetAt(this.#view, 0) === 0;
    if (!isWhole) throw new Error("a page of accounts is too short");
    for (let place = 0; place < PAGE_LEAVES; place++) {
      const start = offsetAt(this.#view, place);
      const end = offsetAt(this.#view, place + 1);
      if (start > end || RECORDS_START + end > byteLength) {
        throw new Error("a page of accounts has records in the wrong order");
      }
      const record = { start: RECORDS_START + start, end: RECORDS_START + end };
      if (start < end && !isRecord(this.#view, record, this.#emptyLeaf)) {
        throw new Error("a page of accounts has a record that is none");
      }
    }
    if (RECORDS_START + offsetAt(this.#view, PAGE_LEAVES) !== byteLength) {
      throw new Error("a page of accounts has more than its records");
    }
    for (let place = 0; place < PAGE_LEAVES; place++) {
      if (this.hash(0, place) >= FIELD_MODULUS) throw new Error("a hash is no field element");
    }
  }
}

const WORDS_PER_HASH = HASH_BYTES / BigUint64Array.BYTES_PER_ELEMENT;

/** Makes pages for trees of these leaves. */
export function createLeafPaging(
  emptyLeaf: AccountLeaf,
  emptyHashes: readonly bigint[],
): Paging<AccountLeaf> {
  const empty = new DataView(new ArrayBuffer(RECORDS_START));
  for (let height = 0; height <= PAGE_HEIGHT; height++) {
    const count = TREE_ARITY ** (PAGE_HEIGHT - height);
    for (let place = 0; place < count; place++) {
      writeUint(empty, hashStart(height, place), HASH_BYTES, emptyHashes[height]!);
    }
  }
  return {
    height: PAGE_HEIGHT,
    createBuilder: () => new LeafPageBuilder(emptyLeaf, new Uint8Array(empty.buffer)),
  };
}

class LeafPageBuilder implements PageBuilder<AccountLeaf> {
  readonly #emptyLeaf: AccountLeaf;
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;
  #end = RECORDS_START;
  /** Leaves before it have their offsets. */
  #place = 0;

  constructor(emptyLeaf: AccountLeaf, empty: Uint8Array) {
    this.#emptyLeaf = emptyLeaf;
    this.#bytes = new Uint8Array(2 * RECORDS_START + PAGE_LEAVES * 128);
    this.#bytes.set(empty);
    this.#view = new DataView(this.#bytes.buffer);
  }

  copy(from: Page<AccountLeaf>, height: number, place: number): void {
    assert(from instanceof LeafPage, "pages of a state are of one kind");
    const { first, end } = leavesBelow(height, place);
    const { bytes } = from;
    const view = new DataView(bytes.buffer);
    const [start, stop] = [offsetAt(view, first), offsetAt(view, end)];
    this.#reserve(stop - start);
    this.#skipTo(first);
    const shift = this.#end - RECORDS_START - start;
    for (; this.#place < end; this.#place++) {
      setOffset(this.#view, this.#place, offsetAt(view, this.#place) + shift);
    }
    this.#bytes.set(bytes.subarray(RECORDS_START + start, RECORDS_START + stop), this.#end);
    this.#end += stop - start;
    for (let below = 0; below <= height; below++) {
      const count = TREE_ARITY ** (height - below);
      const at = hashStart(below, place * count);
      this.#bytes.set(bytes.subarray(at, at + count * HASH_BYTES), at);
    }
  }

  addLeaf(place: number, leaf: AccountLeaf, hash: bigint): void {
    this.#skipTo(place + 1);
    const tails = tailBalancesOf(leaf);
    this.#reserve(recordLength(leaf, tails.length));
    this.#end = writeRecord(this.#view, this.#end, leaf, tails);
    writeUint(this.#view, hashStart(0, place), HASH_BYTES, hash);
  }

  setHash(height: number, place: number, hash: bigint): void {
    writeUint(this.#view, hashStart(height, place), HASH_BYTES, hash);
  }

  finish(): LeafPage {
    this.#skipTo(PAGE_LEAVES + 1);
    return new LeafPage(this.#bytes.slice(0, this.#end), this.#emptyLeaf);
  }

  /** Sets the offsets of all leaves before a place: the next record is of the last of them. */
  #skipTo(place: number): void {
    assert(place >= this.#place, "leaves come in the order of their places");
    for (; this.#place < place; this.#place++) {
      setOffset(this.#view, this.#place, this.#end - RECORDS_START);
    }
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#end + bytes));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

// ------------------------------------------------------------------------------------ places

function leavesBelow(height: number, place: number): { first: number; end: number } {
  const count = TREE_ARITY ** height;
  return { first: place * count, end: (place + 1) * count };
}

function hashStart(height: number, place: number): number {
  return (HASH_STARTS[height]! + place) * HASH_BYTES;
}

/** Where the record of a leaf begins after {@link RECORDS_START}: where the one before ends. */
function offsetAt(view: DataView, place: number): number {
  return view.getUint32(OFFSETS_START + place * OFFSET_BYTES, true);
}

function setOffset(view: DataView, place: number, offset: number): void {
  view.setUint32(OFFSETS_START + place * OFFSET_BYTES, offset, true);
}

// ----------------------------------------------------------------------------------- records

function readRecord(
  view: DataView,
  { start, end }: { readonly start: number; readonly end: number },
  emptyLeaf: AccountLeaf,
): AccountLeaf {
  const mainBits = view.getUint8(start + 1);
  const tailBits = view.getUint8(start + 2);
  const account = {
    kind: view.getUint8(start),
    nonce: view.getUint32(start + NONCE_START, true),
    address: readUint(view, start + ADDRESS_START, ADDRESS_BYTES),
    pubKeyHash: readUint(view, start + KEY_START, HASH_BYTES),
  };
  let at = start + BALANCES_START;
  let { mainBalances, tails } = emptyLeaf;
  if (mainBits !== 0) {
    const balances = mainBalances.slice();
    for (let tokenId = 0; tokenId < MAIN_TOKENS; tokenId++) {
      if ((mainBits & (1 << tokenId)) === 0) continue;
      balances[tokenId] = readUint(view, at, AMOUNT_BYTES);
      at += AMOUNT_BYTES;
    }
    mainBalances = balances;
  }
  if (tailBits !== 0) tails = readTails(view, { start: at, end }, tailBits, emptyLeaf);
  return { account, mainBalances, tails };
}

function readTails(
  view: DataView,
  { start, end }: { readonly start: number; readonly end: number },
  tailBits: number,
  emptyLeaf: AccountLeaf,
): readonly MerkleTree<bigint>[] {
  const tails = emptyLeaf.tails.slice();
  const { capacity } = tails[0]!;
  const entriesStart = start + bitCount(tailBits) * HASH_BYTES;
  const entries: TailBalance[][] = tails.map(() => []);
  for (let at = entriesStart; at < end; at += TAIL_BALANCE_BYTES) {
    const place = view.getUint16(at, true);
    const amount = readUint(view, at + 2, AMOUNT_BYTES);
    entries[Math.floor(place / capacity)]!.push([place % capacity, amount]);
  }
  let at = start;
  for (const [tail, empty] of emptyLeaf.tails.entries()) {
    if ((tailBits & (1 << tail)) === 0) continue;
    const root = readUint(view, at, HASH_BYTES);
    at += HASH_BYTES;
    tails[tail] = empty.withPage(new TailPage(empty, root, entries[tail]!));
  }
  return tails;
}

function writeRecord(
  view: DataView,
  start: number,
  { account, mainBalances, tails }: AccountLeaf,
  tailBalances: readonly TailBalance[],
): number {
  const { kind, nonce, address, pubKeyHash } = account;
  view.setUint8(start, kind);
  view.setUint8(
    start + 1,
    bitsOf(mainBalances, (amount) => amount !== 0n),
  );
  view.setUint8(
    start + 2,
    bitsOf(tails, ({ isEmpty }) => !isEmpty),
  );
  view.setUint8(start + 3, 0);
  view.setUint32(start + NONCE_START, nonce, true);
  assert(kind < 2 ** 8 && nonce < 2 ** 32, "an account fits its record");
  writeUint(view, start + ADDRESS_START, ADDRESS_BYTES, address);
  writeUint(view, start + KEY_START, HASH_BYTES, pubKeyHash);
  let at = start + BALANCES_START;
  for (const amount of mainBalances) {
    if (amount === 0n) continue;
    writeUint(view, at, AMOUNT_BYTES, amount);
    at += AMOUNT_BYTES;
  }
  for (const tail of tails) {
    if (tail.isEmpty) continue;
    writeUint(view, at, HASH_BYTES, tail.root);
    at += HASH_BYTES;
  }
  for (const [place, amount] of tailBalances) {
    view.setUint16(at, place, true);
    writeUint(view, at + 2, AMOUNT_BYTES, amount);
    at += TAIL_BALANCE_BYTES;
  }
  return at;
}

/** All balances in the tails, by their places in all of them. */
function tailBalancesOf({ tails }: AccountLeaf): TailBalance[] {
  return tails.flatMap((tail, index) =>
    tail.isEmpty
      ? []
      : Array.from(
          tail.entries(),
          ([place, amount]) => [index * tail.capacity + place, amount] as const,
        ),
  );
}

function recordLength({ mainBalances, tails }: AccountLeaf, tailBalances: number): number {
  const mainBits = bitsOf(mainBalances, (amount) => amount !== 0n);
  const tailBits = bitsOf(tails, ({ isEmpty }) => !isEmpty);
  return headLength(mainBits, tailBits) + tailBalances * TAIL_BALANCE_BYTES;
}

/** Whether bytes are those of a record; its numbers may be any. */
function isRecord(
  view: DataView,
  { start, end }: { readonly start: number; readonly end: number },
  { tails }: AccountLeaf,
): boolean {
  if (end - start < BALANCES_START) return false;
  if (view.getUint8(start) > LEAF_KIND.account || view.getUint8(start + 3) !== 0) return false;
  const tailBits = view.getUint8(start + 2);
  let at = start + headLength(view.getUint8(start + 1), tailBits);
  const { capacity } = tails[0]!;
  let [bits, before] = [0, -1];
  for (; at + TAIL_BALANCE_BYTES <= end; at += TAIL_BALANCE_BYTES) {
    const place = view.getUint16(at, true);
    if (place <= before || place >= TAILS * capacity) return false;
    bits |= 1 << Math.floor(place / capacity);
    before = place;
  }
  return at === end && bits === tailBits;
}

function headLength(mainBits: number, tailBits: number): number {
  return BALANCES_START + bitCount(mainBits) * AMOUNT_BYTES + bitCount(tailBits) * HASH_BYTES;
}

function bitsOf<T>(items: readonly T[], isSet: (item: T) => boolean): number {
  return items.reduce((bits, item, index) => (isSet(item) ? bits | (1 << index) : bits), 0);
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

// ---------------------------------------------------------------------------------- integers

/** Reads an integer of 16, 20 or 32 bytes. */
function readUint(view: DataView, start: number, bytes: number): bigint {
  let value = 0n;
  let at = start + bytes;
  if (bytes % 8 !== 0) value = BigInt(view.getUint32((at -= 4), true));
  while (at > start) {
    const word = view.getBigUint64((at -= 8), true);
    // Most integers are short: their high words are 0.
    if (value !== 0n) value = (value << 64n) | word;
    else value = word;
  }
  return value;
}

function writeUint(view: DataView, start: number, bytes: number, value: bigint): void {
  assert(value >= 0n && value >> BigInt(8 * bytes) === 0n, "an integer fits its bytes");
  let rest = value;
  let at = start;
  for (; at + 8 <= start + bytes; at += 8) {
    view.setBigUint64(at, rest, true);
    rest >>= 64n;
  }
  if (at < start + bytes) view.setUint32(at, Number(rest), true);
}
