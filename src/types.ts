/** The public types of the plugin: `import type { … } from "hardhat-zkrollup/types"`. */
export type {
  CircuitsConfig,
  OperatorConfig,
  ProverName,
  RollupConfig,
  RollupUserConfig,
  SetupConfig,
} from "./plugin/config/types.ts";
export type { PresetName } from "./protocol/presets.ts";
