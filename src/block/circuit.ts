/** Main components of the rollup's circuits: a block per preset and kind, an exit per preset. */
import { type BlockKind, blockKindName } from "../protocol/kinds.ts";
import { type Preset, tailLevelsOf } from "../protocol/presets.ts";
import { EXIT_PUBLIC_INPUTS, PUBLIC_INPUTS } from "../protocol/public-inputs.ts";

/** Returns the name of a block circuit, also of its file without extension. */
export function blockCircuitName(preset: Preset, kind: BlockKind): string {
  return `block-${preset.name}-${blockKindName(kind)}`;
}

/**
 * Renders the source of the circuit that proves blocks of one kind.
 *
 * @param kind - Any kind with at most the preset's levels; operators use the preset's kinds.
 * @returns circom source; compile it with the package's `circuits` folder as an include path.
 */
export function renderBlockMain(preset: Preset, kind: BlockKind): string {
  const { stateTreeLevels, feeTokens } = preset;
  const { slots, levels } = kind;
  const tails = tailLevelsOf(preset, kind);
  const parameters = [slots, levels, stateTreeLevels - levels, tails, feeTokens];
  return renderMain("block/block.circom", PUBLIC_INPUTS, `Block(${parameters.join(", ")})`);
}

/** Returns the name of the exit circuit, also of its file without extension. */
export function exitCircuitName(preset: Preset): string {
  return `exit-${preset.name}`;
}

/** Renders the source of the circuit that proves a balance, like {@link renderBlockMain}. */
export function renderExitMain({ stateTreeLevels, tailLevels }: Preset): string {
  const parameters = [stateTreeLevels, tailLevels];
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
