/** The circuits of blocks: one per preset and block size, all from one template. */
import type { Preset } from "../protocol/presets.ts";
import { PUBLIC_INPUTS } from "../protocol/public-inputs.ts";

/** Name of a block circuit, and of its file without ending. */
export function blockCircuitName(preset: Preset, slots: number): string {
  return `block-${preset.name}-${slots}`;
}

/**
 * Source of the circuit that proves blocks of one size.
 *
 * @param slots - Slots of the block; any number works, operators use the preset's sizes.
 * @returns circom source, to be compiled with the package's `circuits` folder as an include path.
 */
export function renderBlockMain(preset: Preset, slots: number): string {
  const { treeArity, stateTreeLevels, tokenTreeLevels, feeTokens } = preset;
  const parameters = [slots, treeArity, stateTreeLevels, tokenTreeLevels, feeTokens];
  return [
    "pragma circom 2.2.0;",
    "",
    'include "block/block.circom";',
    "",
    `component main {public [${PUBLIC_INPUTS.join(", ")}]} = Block(${parameters.join(", ")});`,
    "",
  ].join("\n");
}
