/** The main components of the rollup: a block for each preset and size, an exit for each preset. */
import type { Preset } from "../protocol/presets.ts";
import { EXIT_PUBLIC_INPUTS, PUBLIC_INPUTS } from "../protocol/public-inputs.ts";

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
  return renderMain("block/block.circom", PUBLIC_INPUTS, `Block(${parameters.join(", ")})`);
}

/** Name of the exit circuit, and of its file without ending. */
export function exitCircuitName(preset: Preset): string {
  return `exit-${preset.name}`;
}

/** Source of the circuit that proves what an account holds; as {@link renderBlockMain}. */
export function renderExitMain({ treeArity, stateTreeLevels, tokenTreeLevels }: Preset): string {
  const parameters = [treeArity, stateTreeLevels, tokenTreeLevels];
  return renderMain("exit/exit.circom", EXIT_PUBLIC_INPUTS, `Exit(${parameters.join(", ")})`);
}

function renderMain(file: string, publicInputs: readonly string[], instance: string): string {
  return [
    "pragma circom 2.2.0;",
    "",
    `include "${file}";`,
    "",
    `component main {public [${publicInputs.join(", ")}]} = ${instance};`,
    "",
  ].join("\n");
}
