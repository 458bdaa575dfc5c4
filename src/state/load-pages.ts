/** Makes a state of the pages of a snapshot, whose hashes are computed again up to the root. */
import { TREE_ARITY } from "../protocol/kinds.ts";
import type { AddressTable } from "./address-table.ts";
import type { AccountLeaf } from "./leaf.ts";
import { LeafPage, PAGE_LEAVES } from "./leaf-page.ts";
import type { HashPacked } from "./merkle-tree.ts";

/** A page of a snapshot with its index among all pages of the state tree. */
export type PageBytes = readonly [index: number, bytes: Uint8Array<ArrayBuffer>];

/** Pages that are hashed together. */
const BATCH_PAGES = 256;

/** What pages hold together. */
export interface LoadedPages {
  /** In ascending order of the index. */
  readonly pages: readonly (readonly [index: number, page: LeafPage])[];
  /** Lowest id without an account. */
  readonly nextAccountId: number;
}

/**
 * Reads pages and replaces all hashes in them that are above those of the leaves. The pages keep
 * the bytes that they are given.
 *
 * @param bytes - In ascending order of the index, each in a buffer of its own.
 * @param parts.table - Gets all accounts.
 * @throws Error if the bytes are not those of pages in this order
 */
export async function loadPages(
  bytes: Iterable<PageBytes>,
  parts: { emptyLeaf: AccountLeaf; table: AddressTable; hashPacked: HashPacked },
): Promise<LoadedPages> {
  const { emptyLeaf, table, hashPacked } = parts;
  const pages: (readonly [number, LeafPage])[] = [];
  let nextAccountId = 0;
  let batch: LeafPage[] = [];
  for (const [index, pageBytes] of bytes) {
    if (index <= (pages.at(-1)?.[0] ?? -1)) throw new Error("pages of accounts are not in order");
    const page = new LeafPage(pageBytes, emptyLeaf);
    page.assertWellFormed();
    for (const { place, address, isLive } of page.accounts()) {
      if (!isLive) continue;
      const accountId = index * PAGE_LEAVES + place;
      table.add(address, accountId);
      if (accountId === nextAccountId) nextAccountId++;
    }
    pages.push([index, page]);
    batch.push(page);
    if (batch.length < BATCH_PAGES) continue;
    await hashNodes(batch, hashPacked);
    batch = [];
  }
  if (batch.length > 0) await hashNodes(batch, hashPacked);
  return { pages, nextAccountId };
}

/** Computes the hashes of the nodes of pages from those of their leaves. */
async function hashNodes(pages: readonly LeafPage[], hashPacked: HashPacked): Promise<void> {
  for (const height of [1, 2] as const) {
    const below = pages.map((page) => page.hashWords(height === 1 ? 0 : 1));
    const { length } = below[0]!;
    const lists = new BigUint64Array(pages.length * length);
    for (const [place, words] of below.entries()) lists.set(words, place * length);
    const hashes = await hashPacked(TREE_ARITY, lists);
    const size = length / TREE_ARITY;
    for (const [place, page] of pages.entries()) {
      page.hashWords(height).set(hashes.subarray(place * size, (place + 1) * size));
    }
  }
}
