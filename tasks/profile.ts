/** `hardhat rollup:profile`: constraints, wires and proving time of circuits, by their parts. */
import { relative, resolve } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { CircuitChange } from "../src/circom/profile/baseline.ts";
import type { CircuitProfile } from "../src/circom/profile/profile-circuit.ts";
import type { ProvingTime } from "../src/circom/profile/proving-time.ts";
import { assertWithin } from "../src/plugin/checks/options.ts";
import type { CircuitSource } from "../src/plugin/circuits/sources.ts";
import { pluginError } from "../src/plugin/errors.ts";
import { BASELINE_FILE, PROFILE_LIMITS, TOLERANCE_MAX } from "../src/plugin/profile/limits.ts";
import { createProgress, type Progress, silentProgress } from "../src/plugin/progress.ts";
import { isRollupError, type RollupError } from "../src/util/errors.ts";
import { type CommonArguments, defineAction, printJson, toSize } from "./common.ts";

interface ProfileArguments extends CommonArguments {
  readonly circuits: readonly string[];
  readonly time: boolean;
  readonly input?: string | undefined;
  readonly output?: string | undefined;
  readonly expand: boolean;
  readonly limit: number;
  readonly baseline?: string | undefined;
  readonly writeBaseline: boolean;
  readonly check: boolean;
  readonly tolerance: number;
}

interface Profiled {
  readonly profile: CircuitProfile;
  readonly time: ProvingTime | undefined;
}

/**
 * Finds the circuits that are named, or else those of the project, and with a preset the rollup's.
 *
 * @throws CIRCUIT_UNKNOWN, CIRCUIT_AMBIGUOUS, CIRCUITS_NONE, PRESET_UNKNOWN
 */
async function findSources(
  args: ProfileArguments,
  { config: { paths, rollup: config } }: HardhatRuntimeEnvironment,
): Promise<CircuitSource[]> {
  const { selectCircuits } = await import("../src/plugin/circuits/plan.ts");
  const { writeRollupCircuit } = await import("../src/plugin/circuits/sources.ts");
  const { preset } = toSize({ preset: args.preset, prover: "kernel" }, config);
  const { own, keyIds } = selectCircuits({
    root: paths.root,
    config,
    preset,
    prover: "kernel",
    leavesRollupOut: args.preset === undefined,
    names: args.circuits.length === 0 ? undefined : args.circuits,
    progress: silentProgress,
  });
  const ofRollup = keyIds.map((keyId) => writeRollupCircuit(preset, keyId, config));
  const sources = [...own, ...(await Promise.all(ofRollup))];
  if (sources.length > 0) return sources;
  throw pluginError({ code: "CIRCUITS_NONE", folder: config.circuits.path });
}

async function profileOne(
  source: CircuitSource,
  { time, input, expand }: ProfileArguments,
  { config }: HardhatRuntimeEnvironment,
  progress: Progress,
): Promise<Profiled> {
  const { profileCircuit } = await import("../src/circom/profile/profile-circuit.ts");
  const { hintIfSlow } = await import("../src/plugin/circuits/compile-hint.ts");
  const { circuitName } = await import("../src/circom/sources.ts");
  const { name = circuitName(source.file), optimization } = source;
  const profile = await progress(`Profiling ${name}`, () =>
    hintIfSlow({ name, optimization }, () =>
      profileCircuit({
        ...source,
        cacheDir: config.rollup.paths.circuits,
        arrays: expand ? "expanded" : "collapsed",
        root: config.paths.root,
      }),
    ),
  );
  if (!time) return { profile, time: undefined };
  const { measureCircuit } = await import("../src/plugin/profile/measure.ts");
  const { readInputs } = await import("../src/plugin/circuits/input-files.ts");
  const read =
    input === undefined
      ? undefined
      : await readInputs(input, { name, path: name }, config.paths.root);
  return {
    profile,
    time: await progress(`Measuring proofs of ${name}`, () =>
      measureCircuit(source, name, read?.inputs, config.rollup),
    ),
  };
}

function baselinePath(
  { baseline = BASELINE_FILE }: ProfileArguments,
  { config }: HardhatRuntimeEnvironment,
): string {
  return resolve(config.paths.root, baseline);
}

/** @param isWhole - Whether these are all circuits, so that others of the baseline are gone. */
async function compare(
  profiled: readonly Profiled[],
  args: ProfileArguments,
  hre: HardhatRuntimeEnvironment,
  isWhole: boolean,
): Promise<CircuitChange[]> {
  const { compareProfile, describeGone, own } = await import("../src/circom/profile/baseline.ts");
  const { readBaseline } = await import("../src/plugin/profile/files.ts");
  const { circuits } = await readBaseline(baselinePath(args, hre));
  const changes = profiled.map(({ profile }) =>
    compareProfile(profile, own(circuits, profile.circuit), args.tolerance),
  );
  if (!isWhole) return changes;
  const names = profiled.map(({ profile }) => profile.circuit);
  const gone = Object.entries(circuits).filter(([name]) => !names.includes(name));
  return [...changes, ...gone.map(([name, before]) => describeGone(name, before))];
}

/** @param isWhole - Whether these are all circuits; the baselines of others stay. */
async function writeBaseline(
  profiled: readonly Profiled[],
  args: ProfileArguments,
  hre: HardhatRuntimeEnvironment,
  isWhole: boolean,
): Promise<string> {
  const { renderBaseline, toBaseline } = await import("../src/circom/profile/baseline.ts");
  const { findBaseline } = await import("../src/plugin/profile/files.ts");
  const { writeIfChanged } = await import("../src/groth16/files/files.ts");
  const file = baselinePath(args, hre);
  const before = isWhole ? undefined : await findBaseline(file);
  const now = profiled.map(({ profile }) => [profile.circuit, toBaseline(profile)] as const);
  const circuits = { ...before?.circuits, ...Object.fromEntries(now) };
  await writeIfChanged(file, renderBaseline(circuits));
  return file;
}

async function writePictures(
  profiled: readonly Profiled[],
  output: string,
  { config }: HardhatRuntimeEnvironment,
): Promise<string[]> {
  const files = await import("../src/plugin/profile/files.ts");
  const written: string[] = [];
  for (const { profile, time } of profiled) {
    const { svg, html } = await files.writePictures(profile, time, output, config.paths.root);
    written.push(svg, html);
  }
  return written;
}

/** A circuit that has no profile stops no other one. */
async function profileAll(
  args: ProfileArguments,
  hre: HardhatRuntimeEnvironment,
  progress: Progress,
): Promise<{ profiled: Profiled[]; errors: RollupError[] }> {
  const profiled: Profiled[] = [];
  const errors: RollupError[] = [];
  for (const source of await findSources(args, hre)) {
    try {
      profiled.push(await profileOne(source, args, hre, progress));
    } catch (error) {
      if (!isRollupError(error)) throw error;
      errors.push(error);
    }
  }
  if (profiled.length === 0) assertComplete(errors);
  return { profiled, errors };
}

/** @throws PROFILE_INCOMPLETE, or the only error itself */
function assertComplete(errors: readonly RollupError[]): void {
  const [first, ...others] = errors;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  throw pluginError({ code: "PROFILE_INCOMPLETE", errors: errors.map(({ message }) => message) });
}

/** Prints profiles, or what has changed since the baseline. */
async function print(
  profiled: readonly Profiled[],
  changes: readonly CircuitChange[] | undefined,
  { json, limit }: ProfileArguments,
): Promise<void> {
  if (json) {
    const circuits = profiled.map(({ profile, time }) => ({ ...profile, time: time ?? null }));
    printJson({ circuits, ...(changes && { changes }) });
  } else if (changes === undefined) {
    const { formatProfile } = await import("../src/plugin/profile/profile-text.ts");
    const texts = profiled.map(({ profile, time }) => formatProfile(profile, time, limit));
    console.log(texts.join("\n\n"));
  } else {
    const { formatChanges } = await import("../src/plugin/profile/baseline-text.ts");
    console.log(formatChanges(changes, limit));
  }
}

const action = defineAction<ProfileArguments>(async (args, hre) => {
  assertWithin(PROFILE_LIMITS, { limit: args.limit });
  const { tolerance, output } = args;
  if (!(tolerance >= 0 && tolerance <= TOLERANCE_MAX)) {
    throw pluginError({ code: "PROFILE_TOLERANCE_INVALID", value: tolerance });
  }
  const progress = createProgress(args.json ? process.stderr : process.stdout);
  const { profiled, errors } = await profileAll(args, hre, progress);
  const isWhole = args.circuits.length === 0 && errors.length === 0;
  const changes = args.check ? await compare(profiled, args, hre, isWhole) : undefined;
  await print(profiled, changes, args);
  const written = [
    ...(output === undefined ? [] : await writePictures(profiled, output, hre)),
    ...(args.writeBaseline ? [await writeBaseline(profiled, args, hre, isWhole)] : []),
  ];
  if (!args.json) for (const file of written) console.log(`Wrote ${relative(process.cwd(), file)}`);
  assertComplete(errors);
  const grown = changes?.filter(({ verdict }) => verdict === "grown") ?? [];
  if (grown.length === 0 || args.writeBaseline) return;
  const circuits = grown.map(({ circuit }) => circuit);
  throw pluginError({ code: "PROFILE_GROWN", circuits, file: baselinePath(args, hre) });
});

export default action;
