/** The kinds of blocks that the suites `compile` and `blocks` measure. */
import {
  BLOCK_SLOTS_MAX,
  BLOCK_SLOTS_MIN,
  BLOCK_TOKENS,
  type BlockKind,
  blockKindName,
  CELL_LEVELS,
} from "../../protocol/kinds.ts";
import type { Preset } from "../../protocol/presets.ts";
import { pluginError } from "../errors.ts";

/**
 * Reads a kind by its name, such as `64-main-6`.
 *
 * @param preset - The kind need not be one of its kinds.
 * @throws BENCH_KIND_INVALID if the text is no name, or a number is out of the preset's range
 */
export function parseKind(text: string, { name, stateTreeLevels }: Preset): BlockKind {
  const [, slots, tokenText, levels] = /^(\d+)-(\w+)-(\d+)$/.exec(text) ?? [];
  const tokens = BLOCK_TOKENS.find((known) => known === tokenText);
  const kind = tokens && { slots: Number(slots), levels: Number(levels), tokens };
  const isIn = (value: number, min: number, max: number) => value >= min && value <= max;
  if (
    kind !== undefined &&
    blockKindName(kind) === text &&
    isIn(kind.slots, BLOCK_SLOTS_MIN, BLOCK_SLOTS_MAX) &&
    isIn(kind.levels, CELL_LEVELS, stateTreeLevels)
  ) {
    return kind;
  }
  throw pluginError({
    code: "BENCH_KIND_INVALID",
    kind: text,
    preset: name,
    slots: [BLOCK_SLOTS_MIN, BLOCK_SLOTS_MAX],
    levels: [CELL_LEVELS, stateTreeLevels],
  });
}

/** Returns kinds of these slots: of main tokens, with the fewest levels of the preset's kinds. */
export function kindsOfSlots(slots: readonly number[], { blockKinds }: Preset): BlockKind[] {
  const levels = Math.min(...blockKinds.map((kind) => kind.levels));
  return slots.map((each) => ({ slots: each, levels, tokens: "main" }));
}

/** Returns the kinds that are measured by default, which show the growth with the slots. */
export function growingKinds(preset: Preset): BlockKind[] {
  const smallest = Math.min(...preset.blockKinds.map(({ slots }) => slots));
  const slots = [smallest, 2 * smallest, 4 * smallest].filter((each) => each <= BLOCK_SLOTS_MAX);
  return kindsOfSlots(slots, preset);
}
