/**
 * Where operations are cut into blocks so that all of them cost least. Their order is final, and a
 * batch stands in one block, so only the places of the cuts are free. Pure.
 *
 * A dynamic program from the last batch to the first. A longer run of batches never needs less, so
 * of all blocks of one kind that begin at a batch the longest is best: it leaves the least to the
 * blocks after it. That leaves as many choices as there are kinds, at each batch.
 */
import { addNeeds, emptyBlockNeeds } from "../../block/needs.ts";
import { kindCost } from "../../protocol/kind-costs.ts";
import { type BlockKind, type BlockNeeds, holds } from "../../protocol/kinds.ts";
import type { Preset } from "../../protocol/presets.ts";
import { assert } from "../../util/errors.ts";

/** What is to be cut. */
export interface Uncut {
  readonly preset: Preset;
  /** What each batch needs of a block, in order; an operation of its own is a batch of one. */
  readonly batches: readonly BlockNeeds[];
  /** Of every block. */
  readonly feeAccountId: number;
  /** What a block costs besides its proof, in constraints. */
  readonly blockOverhead: number;
}

/**
 * Returns the number of batches in each block of the cheapest partition. Of several with the same
 * cost it is one whose first blocks are long.
 *
 * @example
 * const feeAccountId = 0;
 * const main = { slots: 1, levels: 2, tokens: "main" };
 * const batches = new Array(65).fill(main);
 * const uncut = { preset: PRESETS.full, batches, feeAccountId, blockOverhead: 200_000 };
 * cheapestPartition(uncut); // [64, 1]
 */
export function cheapestPartition({
  preset,
  batches,
  feeAccountId,
  blockOverhead,
}: Uncut): readonly number[] {
  const empty = emptyBlockNeeds(feeAccountId);
  const runs = preset.blockKinds
    .filter((kind) => holds(kind, empty))
    .map((kind) => ({
      cost: kindCost(preset, kind) + blockOverhead,
      ends: longestRuns(batches, kind, empty),
    }));
  /** By the first batch: the least cost of all from there on, and where its first block ends. */
  const costs = new Float64Array(batches.length + 1);
  const ends = new Int32Array(batches.length);
  for (let first = batches.length - 1; first >= 0; first--) {
    let [least, longest] = [Infinity, first];
    for (const run of runs) {
      const end = run.ends[first]!;
      const cost = end === first ? Infinity : run.cost + costs[end]!;
      if (cost < least || (cost === least && end > longest)) [least, longest] = [cost, end];
    }
    assert(longest > first, "some kind holds any batch that was placed");
    [costs[first], ends[first]] = [least, longest];
  }
  const lengths: number[] = [];
  for (let first = 0; first < batches.length; first = ends[first]!) {
    lengths.push(ends[first]! - first);
  }
  return lengths;
}

/** By the first batch: the end of the longest run that a kind holds; the same if it holds none. */
function longestRuns(
  batches: readonly BlockNeeds[],
  kind: BlockKind,
  empty: BlockNeeds,
): Int32Array {
  const ends = new Int32Array(batches.length);
  let end = batches.length;
  let slots = 0;
  for (let first = batches.length - 1; first >= 0; first--) {
    const needs = addNeeds(empty, batches[first]!);
    if (!holds(kind, needs)) {
      [end, slots] = [first, 0];
    } else {
      slots += needs.slots;
      while (slots > kind.slots) slots -= batches[--end]!.slots;
    }
    ends[first] = end;
  }
  return ends;
}
