/** What can go wrong between Hardhat and the rest of the package. */
import { defineErrors } from "../util/errors.ts";

export type PluginErrorFacts =
  | { code: "PRESET_UNKNOWN"; preset: string; known: readonly string[] }
  | { code: "PROVER_UNKNOWN"; prover: string; known: readonly string[] }
  | { code: "SETUP_UNKNOWN"; setup: string; known: readonly string[] }
  | { code: "CIRCUIT_UNKNOWN"; name: string; known: readonly string[]; folder: string }
  | { code: "SOLC_VERSION_MISMATCH"; configured: string; installed: string; path: string };

export const pluginError = defineErrors<PluginErrorFacts>({
  PRESET_UNKNOWN: {
    message: ({ preset, known }) => `There is no preset ${preset}; there are ${known.join(", ")}.`,
    fix: "Set rollup.preset, or the option --preset, to one of them.",
  },
  PROVER_UNKNOWN: {
    message: ({ prover, known }) => `There is no prover ${prover}; there are ${known.join(", ")}.`,
    fix: "Set rollup.prover, or the option --prover, to one of them.",
  },
  SETUP_UNKNOWN: {
    message: ({ setup, known }) =>
      `There is no setup of type ${setup}; known: ${known.join(", ")}.`,
    fix: "Set rollup.setup.type to a known type.",
  },
  CIRCUIT_UNKNOWN: {
    message: ({ name, known, folder }) =>
      `There is no circuit ${name} in ${folder}; there are: ${known.join(", ") || "none"}.`,
    fix: "Name a .circom file of that folder, without its ending, that has a main component.",
  },
  SOLC_VERSION_MISMATCH: {
    message: ({ configured, installed, path }) =>
      `The config says solc ${configured}, but the compiler at ${path} is version ${installed}.`,
    fix: "Set the version to that of the installed solc package, or install the package in the configured version.",
  },
});
