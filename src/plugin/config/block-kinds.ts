/** The kinds of blocks that a config lists: their defaults, and whether they suit a preset. */
import {
  type BlockKind,
  blockKindId,
  blockKindName,
  type BlockTokens,
  CELL_LEVELS,
} from "../../protocol/kinds.ts";
import { holdsAll, type Preset } from "../../protocol/presets.ts";

/** Maximum kinds: with their keys the verifier is far below the 24,576 bytes that L1 takes. */
export const BLOCK_KINDS_MAX = 32;

/** A kind of block as a config writes it; {@link toBlockKinds} adds the defaults. */
export interface BlockKindConfig {
  /** Number of operations, 2 to 16,383. */
  readonly slots: number;
  /** Account ids are below 8^levels; at least 2. Default: all levels of the preset. */
  readonly levels?: number | undefined;
  /** `main`: token ids below 8; `wide`: all. Default `wide`. */
  readonly tokens?: BlockTokens | undefined;
}

/** Adds the defaults of a preset: every account id, and every token. */
export function toBlockKinds(
  { stateTreeLevels }: Preset,
  entries: readonly BlockKindConfig[],
): BlockKind[] {
  return entries.map(({ slots, levels = stateTreeLevels, tokens = "wide" }) => ({
    slots,
    levels,
    tokens,
  }));
}

/**
 * Says why kinds cannot be those of a rollup of a preset.
 *
 * @param entries - Each with slots and tokens in range, and levels that some preset has.
 * @returns undefined if they can.
 */
export function findKindProblem(
  preset: Preset,
  entries: readonly BlockKindConfig[],
): string | undefined {
  const kinds = toBlockKinds(preset, entries);
  const { stateTreeLevels } = preset;
  const tooHigh = kinds.find((kind) => kind.levels > stateTreeLevels);
  if (tooHigh !== undefined) return tooManyLevels(preset, tooHigh);
  const ids = kinds.map(blockKindId);
  const twice = kinds.find((kind, index) => ids.indexOf(blockKindId(kind)) < index);
  if (twice !== undefined) return `the kind ${blockKindName(twice)} is listed twice`;
  if (kinds.some((kind) => holdsAll(preset, kind))) return undefined;
  return (
    `none of ${kinds.map(blockKindName).join(", ")} holds every account and token: ` +
    `one needs levels ${stateTreeLevels} and tokens "wide", which are the defaults`
  );
}

function tooManyLevels({ stateTreeLevels }: Preset, kind: BlockKind): string {
  const range = stateTreeLevels === CELL_LEVELS ? "" : `${CELL_LEVELS} to `;
  const allowed = `this preset takes ${range}${stateTreeLevels}`;
  return `the kind ${blockKindName(kind)} has ${kind.levels} levels, and ${allowed}`;
}
