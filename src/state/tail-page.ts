/** Tails of the leaves in pages: lists of balances, of which trees are made when they are read. */
import type { MerkleTree } from "./merkle-tree.ts";
import type { Page } from "./page.ts";

/** A balance with its place among the leaves of the tail. */
export type TailBalance = readonly [place: number, amount: bigint];

/** A tail with a known root: most updates of an account need no more of it. */
export class TailPage implements Page<bigint> {
  readonly #empty: MerkleTree<bigint>;
  readonly #root: bigint;
  /** In ascending order of the places. */
  readonly #balances: readonly TailBalance[];
  #tree: MerkleTree<bigint> | undefined;

  /** @param empty - The tail without balances. */
  constructor(empty: MerkleTree<bigint>, root: bigint, balances: readonly TailBalance[]) {
    this.#empty = empty;
    this.#root = root;
    this.#balances = balances;
  }

  isEmpty(height: number, place: number): boolean {
    return this.#below(height, place).length === 0;
  }

  hash(height: number, place: number): bigint {
    if (height === this.#empty.levels) return this.#root;
    this.#tree ??= this.#balances.reduce(
      (tree, [index, amount]) => tree.set(index, amount),
      this.#empty,
    );
    return this.#tree.hashAt(height, place);
  }

  leaf(place: number): bigint | undefined {
    return this.#below(0, place)[0]?.[1];
  }

  entries(height: number, place: number): readonly TailBalance[] {
    return this.#below(height, place);
  }

  #below(height: number, place: number): readonly TailBalance[] {
    const count = this.#empty.arity ** height;
    const [first, end] = [place * count, (place + 1) * count];
    return this.#balances.filter(([index]) => index >= first && index < end);
  }
}
