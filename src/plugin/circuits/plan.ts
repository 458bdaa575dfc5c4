/** What to build, and which circuits that means. */
import type { PresetName } from "../../protocol/presets.ts";
import type { ProverName, RollupConfig } from "../config/types.ts";
import type { Progress } from "../progress.ts";
import { findByName } from "./names.ts";
import {
  findProjectCircuits,
  type ProjectSource,
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
  /** Names or paths of the only circuits that are meant. Default: all. */
  readonly names?: readonly string[] | undefined;
  /**
   * Whether circuits and keys are made again although the cache has them. A ceremony's keys stay.
   * Default: false.
   */
  readonly force?: boolean;
  /** Module that the generated types add to. Default: that of the rollup's plugin. */
  readonly typesModule?: string;
  /** Whether to show what circom's `--inspect` finds. Default: the config's. */
  readonly inspects?: boolean;
  readonly progress: Progress;
  /** Receives warnings about the project's circuits, each of one or more lines. */
  readonly warn?: (text: string) => void;
}

export interface SelectedCircuits {
  /** Circuits of the project. */
  readonly own: readonly ProjectSource[];
  /** Ids of the rollup's keys, each of a circuit. A mock prover needs none of them. */
  readonly keyIds: readonly number[];
}

/**
 * Leaves circuits out of a plan, which is about all others that it meant.
 *
 * @param skipped - Names or paths.
 * @throws CIRCUIT_UNKNOWN, CIRCUIT_AMBIGUOUS, and as {@link findProjectCircuits}
 */
export function withoutCircuits(plan: BuildPlan, skipped: readonly string[]): BuildPlan {
  const { own, keyIds } = selectCircuits(plan);
  const left = selectCircuits({ ...plan, names: skipped });
  const isLeft = ({ path }: ProjectSource) => left.own.some((source) => source.path === path);
  const names = [
    ...own.filter((source) => !isLeft(source)).map(({ name }) => name),
    ...keyIds
      .filter((keyId) => !left.keyIds.includes(keyId))
      .map((keyId) => rollupCircuitName(plan.preset, keyId)),
  ];
  return { ...plan, names };
}

/**
 * Selects the circuits that a plan means. Those of the rollup have precedence over the project's.
 *
 * @throws CIRCUIT_UNKNOWN, CIRCUIT_AMBIGUOUS, and as {@link findProjectCircuits}
 */
export function selectCircuits(plan: BuildPlan): SelectedCircuits {
  const { root, config, preset, prover, leavesRollupOut = false, names } = plan;
  const own = findProjectCircuits(root, config);
  const keyIds = rollupKeyIds(preset, config);
  if (names === undefined) {
    return { own, keyIds: prover === "mock" || leavesRollupOut ? [] : keyIds };
  }
  const nameOfKey = (keyId: number) => rollupCircuitName(preset, keyId);
  const ofRollup = keyIds.map(nameOfKey);
  const folders = { root, folder: config.circuits.path };
  const named = names
    .filter((name) => !ofRollup.includes(name))
    .map((name) => findByName(name, own, folders));
  return {
    own: own.filter((source) => named.includes(source)),
    keyIds: keyIds.filter((keyId) => names.includes(nameOfKey(keyId))),
  };
}
