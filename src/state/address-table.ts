/**
 * Account ids by address in 12 bytes an account or less: a hash table of the ids alone. It only
 * grows, and all states of a rollup share it.
 *
 * What it returns are candidates: an account belongs to an address if the state says so. Therefore
 * neither addresses nor states need a place in it. Its hash has a key of its own, so that nobody
 * can choose addresses that fall on one place.
 */
import { FIELD_MODULUS } from "../crypto/field.ts";

/** Tables are small and many, so that none takes long to grow. */
const SHARDS = 256;
const SHARD_BITS = 8;
const SLOTS_MIN = 8;
/** Part of the slots that may be taken. */
const LOAD_MAX = 0.75;
const TAG_MASK = 2n ** 32n - 1n;

interface Shard {
  /** Hashes of the addresses. */
  tags: Uint32Array;
  /** The ids plus 1; 0 for a free slot. */
  ids: Uint32Array;
  count: number;
}

export class AddressTable {
  readonly #factor = randomElement();
  readonly #shards = new Array<Shard | undefined>(SHARDS).fill(undefined);
  #count = 0;

  /** Number of ids. */
  get size(): number {
    return this.#count;
  }

  /** Adds an id to those of an address; nothing if it has it. */
  add(address: bigint, accountId: number): void {
    const tag = this.#tagOf(address);
    const index = tag >>> (32 - SHARD_BITS);
    const shard = (this.#shards[index] ??= createShard(SLOTS_MIN));
    const slot = findSlot(shard, tag, (id) => id === accountId);
    if (shard.ids[slot] !== 0) return;
    fill(shard, slot, tag, accountId);
    this.#count++;
    if (shard.count > LOAD_MAX * shard.ids.length) this.#shards[index] = grown(shard);
  }

  /** Returns ids that may be accounts of an address, in no order. */
  candidates(address: bigint): number[] {
    const tag = this.#tagOf(address);
    const shard = this.#shards[tag >>> (32 - SHARD_BITS)];
    const found: number[] = [];
    if (shard === undefined) return found;
    findSlot(shard, tag, (id) => {
      found.push(id);
      return false;
    });
    return found;
  }

  /** A universal hash: two addresses share a tag with a probability of about 2^-32. */
  #tagOf(address: bigint): number {
    const product = (address * this.#factor) % FIELD_MODULUS;
    return Number((product >> 96n) & TAG_MASK);
  }
}

function createShard(slots: number): Shard {
  return { tags: new Uint32Array(slots), ids: new Uint32Array(slots), count: 0 };
}

/** Returns the slot of the first id with this tag that is accepted, or else a free one. */
function findSlot(
  { tags, ids }: Shard,
  tag: number,
  isAccepted: (accountId: number) => boolean,
): number {
  const mask = ids.length - 1;
  let slot = tag & mask;
  while (ids[slot] !== 0 && !(tags[slot] === tag && isAccepted(ids[slot]! - 1))) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

function fill(shard: Shard, slot: number, tag: number, accountId: number): void {
  shard.tags[slot] = tag;
  shard.ids[slot] = accountId + 1;
  shard.count++;
}

function grown({ tags, ids }: Shard): Shard {
  const larger = createShard(2 * ids.length);
  for (const [slot, id] of ids.entries()) {
    if (id === 0) continue;
    const tag = tags[slot]!;
    fill(
      larger,
      findSlot(larger, tag, () => false),
      tag,
      id - 1,
    );
  }
  return larger;
}

/** A random element of the field that is not 0. */
function randomElement(): bigint {
  const words = globalThis.crypto.getRandomValues(new BigUint64Array(5));
  return (words.reduce((value, word) => (value << 64n) | word, 0n) % (FIELD_MODULUS - 1n)) + 1n;
}
