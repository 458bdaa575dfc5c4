/** What to build, and which circuits that means. */
import type { PresetName } from "../../protocol/presets.ts";
import type { ProverName, RollupConfig } from "../config/types.ts";
import { pluginError } from "../errors.ts";
import type { Progress } from "../progress.ts";
import {
  type CircuitSource,
  findProjectCircuits,
  nameOfSource,
  rollupCircuitName,
  rollupKeyIds,
} from "./sources.ts";

export interface BuildPlan {
  /** Root folder of the project. */
  readonly root: string;
  readonly config: RollupConfig;
  readonly preset: PresetName;
  readonly prover: ProverName;
  /** Whether the project is built without the rollup's contracts and circuits. Default: false. */
  readonly leavesRollupOut?: boolean;
  /** Names of the only circuits that are meant. Default: all. */
  readonly names?: readonly string[] | undefined;
  readonly progress: Progress;
  /** Receives warnings about the project's circuits, each of one or more lines. */
  readonly warn?: (text: string) => void;
}

export interface SelectedCircuits {
  /** Circuits of the project. */
  readonly own: readonly CircuitSource[];
  /** Ids of the rollup's keys, each of a circuit. A mock prover needs none of them. */
  readonly keyIds: readonly number[];
}

/**
 * Selects the circuits that a plan means.
 *
 * @throws CIRCUIT_UNKNOWN, and as {@link findProjectCircuits}
 */
export function selectCircuits(plan: BuildPlan): SelectedCircuits {
  const { root, config, preset, prover, leavesRollupOut = false, names } = plan;
  const own = findProjectCircuits(root, config);
  const keyIds = rollupKeyIds(preset, config);
  if (names === undefined)
    return { own, keyIds: prover === "mock" || leavesRollupOut ? [] : keyIds };
  const nameOfKey = (keyId: number) => rollupCircuitName(preset, keyId, config);
  const known = [...own.map(nameOfSource), ...keyIds.map(nameOfKey)];
  for (const name of names) {
    if (known.includes(name)) continue;
    throw pluginError({ code: "CIRCUIT_UNKNOWN", name, known, folder: config.circuits.path });
  }
  return {
    own: own.filter((source) => names.includes(nameOfSource(source))),
    keyIds: keyIds.filter((keyId) => names.includes(nameOfKey(keyId))),
  };
}
