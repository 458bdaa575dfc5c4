/** The arguments that several tasks have in common. */
import { PROVER_NAMES, type ProverName, type RollupConfig } from "../src/plugin/config/types.ts";
import { pluginError } from "../src/plugin/errors.ts";
import { PRESET_NAMES, type PresetName } from "../src/protocol/presets.ts";

export interface SizeArguments {
  readonly preset?: string | undefined;
  readonly prover?: string | undefined;
}

function isOneOf<T extends string>(values: readonly T[], value: string): value is T {
  return (values as readonly string[]).includes(value);
}

/**
 * Preset and prover from the command line, or else from the config.
 *
 * @throws PRESET_UNKNOWN, PROVER_UNKNOWN
 */
export function toSize(
  { preset, prover }: SizeArguments,
  config: RollupConfig,
): { preset: PresetName; prover: ProverName } {
  const size = { preset: preset ?? config.preset, prover: prover ?? config.prover };
  if (!isOneOf(PRESET_NAMES, size.preset)) {
    throw pluginError({ code: "PRESET_UNKNOWN", preset: size.preset, known: PRESET_NAMES });
  }
  if (!isOneOf(PROVER_NAMES, size.prover)) {
    throw pluginError({ code: "PROVER_UNKNOWN", prover: size.prover, known: PROVER_NAMES });
  }
  return { preset: size.preset, prover: size.prover };
}
