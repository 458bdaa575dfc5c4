/** Finds the circuits to build: those of the project, and the rollup's own. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  blockCircuitName,
  exitCircuitName,
  renderBlockMain,
  renderExitMain,
} from "../../block/circuit.ts";
import type { OptimizationLevel } from "../../circom/compilation.ts";
import type { CppLimits, WitnessKind } from "../../circom/cpp/kinds.ts";
import type { Protocol } from "../../circom/protocols.ts";
import type { NativeCompiler } from "../../circom/compiler.ts";
import { writeIfChanged } from "../../groth16/files/files.ts";
import { circomError } from "../../circom/errors.ts";
import { type MainComponent, mainName } from "../../circom/main-component.ts";
import { findCircuits } from "../../circom/sources.ts";
import type { PrimeName } from "../../crypto/primes.ts";
import { type BlockKind, blockKindId, blockKindOfId } from "../../protocol/kinds.ts";
import { PRESETS, type PresetName } from "../../protocol/presets.ts";
import { EXIT_KEY_ID } from "../../protocol/public-inputs.ts";
import { assert } from "../../util/errors.ts";
import { sizedPreset } from "../config/resolve.ts";
import type {
  CircuitMain,
  CircuitOverride,
  CircuitsConfig,
  RollupConfig,
} from "../config/types.ts";
import { PACKAGE_ROOT } from "../package-root.ts";
import { findMains, isMadeByCircomkit, type NamedMain, toMain } from "./mains.ts";
import { type CircuitNames, findByName, nameCircuits } from "./names.ts";

/** A .circom file with a main component, or a template of it, and the compiler options. */
export interface CircuitSource<P extends Protocol = Protocol> extends Partial<
  Omit<MainComponent, "file">
> {
  readonly file: string;
  readonly includePaths: readonly string[];
  readonly projectFolder?: string;
  readonly optimization: OptimizationLevel;
  readonly protocol: P;
  readonly prime?: PrimeName;
  readonly optimizationRounds?: number;
  readonly compiler?: NativeCompiler;
  readonly witness?: WitnessKind;
  readonly cpp?: CppLimits;
  /** Folder of a package's compiled circuits. */
  readonly precompiledDir?: string;
}

/**
 * Compiler options of the rollup's own circuits. Our gadgets keep linear expressions in variables,
 * so level 1 leaves almost no linear constraint; level 2 saves little and takes many times as long.
 */
export const ROLLUP_SOURCE = {
  includePaths: [join(PACKAGE_ROOT, "circuits")],
  optimization: 1,
  protocol: "groth16",
  precompiledDir: join(PACKAGE_ROOT, "precompiled"),
} as const satisfies Omit<CircuitSource, "file">;

/** A circuit of the project. */
export interface ProjectSource<P extends Protocol = Protocol>
  extends Omit<CircuitSource<P>, "name">, CircuitNames {}

/**
 * Finds the circuits in the project's folder, and those that the config, or circomkit's, makes of
 * templates.
 *
 * @throws CIRCUIT_DIRECTORY_NOT_FOUND if the folder was configured; CIRCUIT_NAMES_CLASH;
 *   CIRCUIT_UNKNOWN and CIRCUIT_AMBIGUOUS for an override; CIRCOMKIT_FILE_INVALID
 */
export function findProjectCircuits(root: string, { circuits }: RollupConfig): ProjectSource[] {
  const { path: folder } = circuits;
  // A project needs no circuits, but a configured folder must exist.
  const isEmpty = folder === join(root, "circuits") && !existsSync(folder);
  const named = nameAll(isEmpty ? [] : findCircuits(folder), findMains(root, circuits), circuits);
  const overrides = new Map<string, CircuitOverride>();
  for (const [name, override] of Object.entries(circuits.overrides)) {
    overrides.set(findByName(name, named, { root, folder }).path, override);
  }
  const usual = usualOptions(root, circuits);
  return named.map((source) => ({ ...source, ...usual, ...overrides.get(source.path) }));
}

/** Names files, and circuits of templates as files in the folder of circuits. */
function nameAll(
  files: readonly string[],
  mains: readonly NamedMain[],
  { path: folder, verifiers }: CircuitsConfig,
) {
  const made = mains.map(({ name }) => name);
  const own = files.filter((file) => !isMadeByCircomkit(file, made)).map((file) => ({ file }));
  const places = made.map((name) => join(folder, `${name}.circom`));
  const all = nameCircuits(
    [...own.map(({ file }) => file), ...places],
    folder,
    undefined,
    verifiers.suffix,
  );
  return all.map((names, index) => {
    const source = own[index] ?? mains[index - own.length]!;
    if ("name" in source && source.name !== names.name) {
      const clash = all.find(
        (other) => other.path !== names.path && other.path.endsWith(names.path),
      );
      const second = clash?.path ?? source.name;
      throw circomError({ code: "CIRCUIT_NAMES_CLASH", first: source.name, second });
    }
    return { ...source, ...names };
  });
}

/** What circuits are compiled with, unless an override says otherwise. */
function usualOptions(root: string, circuits: CircuitsConfig) {
  const { include: includePaths, optimization, protocol, prime, witness, cpp } = circuits;
  const { optimizationRounds, compiler } = circuits;
  return {
    includePaths,
    projectFolder: root,
    optimization,
    ...(optimizationRounds !== undefined && { optimizationRounds }),
    protocol,
    prime,
    ...(compiler && { compiler }),
    witness,
    cpp,
  };
}

/** A circuit of a template that neither the config nor a file names. */
export function sourceOfMain(
  main: CircuitMain,
  root: string,
  { circuits }: RollupConfig,
): CircuitSource {
  return { ...toMain(mainName(main), main, circuits.path), ...usualOptions(root, circuits) };
}

/**
 * Writes the main component of one of the rollup's circuits into the cache.
 *
 * @param keyId - Id of its key in the verifier: of a kind of block, or `EXIT_KEY_ID`. The kind
 *   need not be one of the preset's.
 */
export async function writeRollupCircuit(
  presetName: PresetName,
  keyId: number,
  config: RollupConfig,
): Promise<CircuitSource<"groth16">> {
  const preset = PRESETS[presetName];
  const isExit = keyId === EXIT_KEY_ID;
  const text = isExit ? renderExitMain(preset) : renderBlockMain(preset, kindOfKey(keyId));
  const name = rollupCircuitName(presetName, keyId);
  const file = join(config.paths.circuits, `${name}.circom`);
  await writeIfChanged(file, text);
  return { file, ...ROLLUP_SOURCE };
}

/** Names the circuit of one of the rollup's keys. */
export function rollupCircuitName(presetName: PresetName, keyId: number): string {
  const preset = PRESETS[presetName];
  const isExit = keyId === EXIT_KEY_ID;
  return isExit ? exitCircuitName(preset) : blockCircuitName(preset, kindOfKey(keyId));
}

function kindOfKey(keyId: number): BlockKind {
  const kind = blockKindOfId(keyId);
  assert(kind !== undefined, "the key is of a kind of block");
  return kind;
}

/**
 * Lists the ids of the keys in the verifier of a preset's rollup.
 *
 * @throws BLOCK_KINDS_UNSUITABLE
 */
export function rollupKeyIds(presetName: PresetName, config: RollupConfig): number[] {
  return [...sizedPreset(config, presetName).blockKinds.map(blockKindId), EXIT_KEY_ID];
}
