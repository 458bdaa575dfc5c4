/** Main components of the rollup's circuits: a block per preset and size, an exit per preset. */
import type { Preset } from "../protocol/presets.ts";
import { EXIT_PUBLIC_INPUTS, PUBLIC_INPUTS } from "../protocol/public-inputs.ts";

/** Returns the name of a block circuit, also of its file without extension. */
export function blockCircuitName(preset: Preset, slots: number): string {
  return `block-${preset.name}-${slots}`;
}

/**
 * Renders the source of the circuit that proves blocks of one size.
 *
 * @param slots - Slots of the block; any positive number, operators use the preset's sizes.
 * @returns circom source; compile it with the package's `circuits` folder as an include path.
 */
export function renderBlockMain(preset: Preset, slots: number): string {
  const { treeArity, stateTreeLevels, tokenTreeLevels, feeTokens } = preset;
  const parameters = [slots, treeArity, stateTreeLevels, tokenTreeLevels, feeTokens];
  return renderMain("block/block.circom", PUBLIC_INPUTS, `Block(${parameters.join(", ")})`);
}

/** Returns the name of the exit circuit, also of its file without extension. */
export function exitCircuitName(preset: Preset): string {
  return `exit-${preset.name}`;
}

/** Renders the source of the circuit that proves a balance, like {@link renderBlockMain}. */
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
