/**
 * Builds keys and verifier contracts from .circom files: compile, set up, generate. Each step takes
 * unchanged results from the cache, so a build without changes takes milliseconds.
 */
import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { type CompiledCircuit, compileCircuit } from "../../circom/compile.ts";
import { buildCppGenerator } from "../../circom/cpp/build.ts";
import { inspectCircuit } from "../../circom/inspect.ts";
import { removeStaleTemporaries, writeIfChanged } from "../../groth16/files/files.ts";
import { generateCircuitTypes } from "../../circom/input-types.ts";
import { DEFAULT_PRIME } from "../../crypto/primes.ts";
import { hasMain, renderMain } from "../../circom/main-component.ts";
import type { Protocol } from "../../circom/protocols.ts";
import { findCircuitPatterns } from "../../circom/patterns/circuit-patterns.ts";
import type { PatternName } from "../../circom/patterns/find-patterns.ts";
import { circuitName } from "../../circom/sources.ts";
import { generateVerifierSource } from "../../circom/verifier-source.ts";
import { generateVerifier } from "../../groth16/verifier/verifier.ts";
import { PROTOCOL_DIGEST } from "../../operations/table.ts";
import { isRollupError, type RollupError } from "../../util/errors.ts";
import type { RollupConfig } from "../config/types.ts";
import { pluginError } from "../errors.ts";
import { PACKAGE_NAME } from "../package-root.ts";
import { hintIfSlow } from "./compile-hint.ts";
import { type CircuitKeys, discardKeys, ensureKeys } from "./keys.ts";
import { type ManifestCircuit, readManifest, writeManifest } from "./manifest.ts";
import type { CircuitNames } from "./names.ts";
import { type BuildPlan, selectCircuits } from "./plan.ts";
import {
  type CircuitSource,
  type ProjectSource,
  rollupCircuitName,
  rollupKeyIds,
  writeRollupCircuit,
} from "./sources.ts";
import { ROLLUP_VERIFIER } from "./verifier-name.ts";
import { contractFolders, findForeignContracts, hasVerifier, writeContracts } from "./verifiers.ts";

const ROLLUP_VERIFIER_FILE = `${ROLLUP_VERIFIER}.sol`;

/** A compiled circuit. */
export interface Compiled {
  readonly circuit: CompiledCircuit;
  readonly protocol: Protocol;
  /** Its name, or its path if the name is not unique. */
  readonly name: string;
  /** The names of a circuit of the project. */
  readonly names?: CircuitNames;
  /** The id of the key of a circuit of the rollup in their verifier. */
  readonly keyId?: number;
}

/** A compiled circuit with its keys. */
export type Keyed = Compiled & CircuitKeys;

/** Maximum names of signals in a warning. */
const SHOWN_INPUTS_MAX = 8;

/** A circuit of the project that does not compile. */
interface Broken {
  readonly names: CircuitNames;
  readonly error: RollupError;
}

/**
 * Compiles the circuits of a plan, and writes the types of their inputs.
 *
 * @throws CIRCUIT_UNKNOWN, CIRCUIT_DIRECTORY_NOT_FOUND, CIRCUIT_NAMES_CLASH,
 *   CIRCUIT_AMBIGUOUS, and the codes of `compileCircuit`; CIRCUITS_BROKEN if several circuits
 *   do not compile
 */
export async function compileCircuits(plan: BuildPlan): Promise<Compiled[]> {
  const { compiled, failure } = await compileAll(plan);
  if (failure !== undefined) throw failure;
  return compiled;
}

/** What {@link compileAll} leaves. */
export interface Compilation {
  readonly compiled: Compiled[];
  /** Says which circuits of the project do not compile. */
  readonly failure: RollupError | undefined;
}

/**
 * As {@link compileCircuits}, but says in the result which circuits of the project do not compile.
 */
export async function compileAll(plan: BuildPlan): Promise<Compilation> {
  const { compiled, broken } = await compileSound(plan);
  return { compiled, failure: toFailure(broken) };
}

/** As {@link compileCircuits}, but goes on when a circuit of the project does not compile. */
async function compileSound(plan: BuildPlan): Promise<{ compiled: Compiled[]; broken: Broken[] }> {
  const { config, names } = plan;
  const { own, keyIds } = selectCircuits(plan);
  await removeLitter(config);
  const compiled: Compiled[] = [];
  const broken: Broken[] = [];
  for (const source of own) {
    try {
      const circuit = await compile(source, plan);
      warnAbout(circuit, source, plan);
      warnOfPatterns(circuit.file, source, plan);
      await warnOfInspection(source, plan);
      if (source.witness === "cpp") await buildGenerator(source, plan);
      const { name, protocol } = source;
      compiled.push({ circuit, protocol, name, names: source });
    } catch (error) {
      // Where nothing can be written, no other circuit compiles either.
      if (!isRollupError(error) || error.code === "FOLDER_NOT_WRITABLE") throw error;
      broken.push({ names: source, error });
    }
  }
  // The types of all circuits are in one file.
  if (names === undefined) await writeTypes(compiled, plan);
  for (const keyId of keyIds) {
    const circuit = await compileRollupCircuit(keyId, plan);
    compiled.push({ circuit, protocol: "groth16", name: circuit.name, keyId });
  }
  return { compiled, broken };
}

/** One error for all circuits that do not compile. */
function toFailure(broken: readonly Broken[]): RollupError | undefined {
  if (broken.length <= 1) return broken[0]?.error;
  const errors = broken.map(({ error }) => `${error.message}\nFix: ${error.fix}`);
  return pluginError({ code: "CIRCUITS_BROKEN", errors });
}

/** Compiles the circuit of a key in the rollup's verifier. @throws COMPILER_CRASHED */
export async function compileRollupCircuit(
  keyId: number,
  plan: BuildPlan,
): Promise<CompiledCircuit> {
  return compile(await writeRollupCircuit(plan.preset, keyId, plan.config), plan);
}

/** Makes or finds the keys of compiled circuits. @throws as {@link ensureKeys} */
export async function setUpCircuits(
  compiled: readonly Compiled[],
  { config, progress, force = false }: BuildPlan,
): Promise<Keyed[]> {
  const keyed: Keyed[] = [];
  const origin = config.setup.type === "dev" ? "Making the development key" : "Reading the key";
  // There are no provers for circuits of other primes.
  const provable = compiled.filter(({ circuit }) => circuit.stats.prime === DEFAULT_PRIME);
  for (const { circuit, protocol, ...rest } of provable) {
    if (force) await discardKeys(circuit, protocol, config);
    const keys = await progress(`${origin} of ${rest.name}`, () =>
      ensureKeys(circuit, protocol, config),
    );
    keyed.push({ circuit, ...rest, ...keys });
  }
  return keyed;
}

/** What {@link buildCircuits} leaves. */
export interface CircuitBuild {
  /** The circuits that this build was about. */
  readonly built: readonly ManifestCircuit[];
  /** Says which circuits of the project do not compile; all others are built. */
  readonly failure: RollupError | undefined;
}

/**
 * All of it: keys, verifier contracts, and the manifest that says what there is now. The contract
 * of a circuit that does not compile stays as it is.
 *
 * A build for a mock prover leaves the rollup's circuits of an earlier one: a test with the mock
 * does not remove the real prover of the next. A build of some circuits leaves all others.
 */
export async function buildCircuits(given: BuildPlan): Promise<CircuitBuild> {
  const plan = withWholeRollup(given);
  const { config, preset, leavesRollupOut = false, names } = plan;
  const { compiled, broken } = await compileSound(plan);
  const keyed = await setUpCircuits(compiled, plan);
  const hasRollup = keyed.some(({ keyId }) => keyId !== undefined);
  const keepsRollup = !hasRollup && !leavesRollupOut;
  const ofBroken = broken.map(({ names: { contractFile } }) => contractFile);
  const foreign = await findForeign(config);
  const isKept = (file: string) =>
    names !== undefined ||
    ofBroken.includes(file) ||
    foreign.includes(file) ||
    (keepsRollup && file === ROLLUP_VERIFIER_FILE);
  const sources = await generateVerifiers(keyed);
  const taken = foreign.find((file) => sources.has(file));
  if (taken !== undefined) {
    const file = join(config.paths.contracts, taken);
    throw pluginError({ code: "VERIFIER_FILE_TAKEN", file });
  }
  await writeContracts(config.paths.contracts, sources, isKept);
  const earlier = await readManifest(config);
  const builtNames = keyed.map(({ name }) => name);
  const isUntouched = ({ keyId, name }: ManifestCircuit) =>
    keyId === undefined ? names !== undefined && !builtNames.includes(name) : keepsRollup;
  const ofRollup = hasRollup
    ? { protocolDigest: PROTOCOL_DIGEST, preset }
    : { protocolDigest: PROTOCOL_DIGEST, ...(keepsRollup && earlier) };
  const built = keyed.map(describe);
  const manifest = {
    ...ofRollup,
    hasRollup: names === undefined ? !leavesRollupOut : (earlier?.hasRollup ?? false),
    circuits: [...built, ...(earlier?.circuits.filter(isUntouched) ?? [])],
  };
  await writeManifest(config, manifest);
  return { built, failure: toFailure(broken) };
}

/** Lists the user's own contracts among the generated ones; the cache has none. */
async function findForeign({ paths }: RollupConfig): Promise<string[]> {
  const isInCache = !relative(paths.cache, paths.contracts).startsWith("..");
  return isInCache ? [] : findForeignContracts(paths.contracts);
}

/** The rollup's circuits have one verifier: whoever names one of them means all. */
function withWholeRollup(plan: BuildPlan): BuildPlan {
  const { names, preset, config } = plan;
  const { keyIds } = selectCircuits(plan);
  if (names === undefined || keyIds.length === 0) return plan;
  const all = rollupKeyIds(preset, config).map((keyId) => rollupCircuitName(preset, keyId));
  return { ...plan, names: [...new Set([...names, ...all])] };
}

/** Generates the verifier contracts by file: one per project circuit, and one for the rollup. */
async function generateVerifiers(keyed: readonly Keyed[]): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  for (const { circuit, name, names, ...keys } of keyed) {
    if (names === undefined || !hasVerifier(circuit)) continue;
    const { contract: contractName, contractFile } = names;
    sources.set(contractFile, await generateVerifierSource({ contractName, name, ...keys }));
  }
  const rollupKeys = keyed.flatMap(({ name, keyId, ...key }) =>
    keyId === undefined || key.protocol !== "groth16"
      ? []
      : { id: keyId, name, verificationKey: key.verificationKey },
  );
  if (rollupKeys.length > 0) {
    const options = {
      contractName: ROLLUP_VERIFIER,
      keys: rollupKeys,
      selectByKeyId: true,
      insecure: keyed.some(({ keyId, insecure }) => keyId !== undefined && insecure),
      digest: PROTOCOL_DIGEST,
    };
    sources.set(ROLLUP_VERIFIER_FILE, generateVerifier(options));
  }
  return sources;
}

function compile(
  source: CircuitSource & Partial<CircuitNames>,
  { config, progress, warn, force = false }: BuildPlan,
): Promise<CompiledCircuit> {
  const { name = circuitName(source.file), optimization } = source;
  const options = { ...source, cacheDir: config.paths.circuits, recompile: force };
  const compiling = () => compileCircuit(options);
  return progress(`Compiling the circuit ${name}`, () =>
    hintIfSlow({ name, optimization, warn }, compiling),
  );
}

/** Passes warnings on, in every build for as long as they hold. */
function warnAbout(
  circuit: CompiledCircuit,
  source: CircuitSource,
  { root, warn }: BuildPlan,
): void {
  const { warnings, stats } = circuit;
  // The file with the main component of a template is a generated one.
  const file = relative(root, source.file);
  const place = hasMain(source) ? `${file}: ${renderMain(source)}` : file;
  const none =
    "warning: 0 constraints: any public values can be proven. Constrain the outputs by <== or ===.";
  const all = stats.constraints === 0 ? [...warnings, none] : warnings;
  for (const warning of [...all, ...warnAboutInputs(circuit)]) {
    warn?.(`${place}: ${warning}`);
  }
}

function warnAboutInputs({ unusedInputs }: CompiledCircuit): string[] {
  const { length } = unusedInputs;
  if (length === 0) return [];
  const shown = unusedInputs.slice(0, SHOWN_INPUTS_MAX).join(", ");
  const names =
    length > SHOWN_INPUTS_MAX ? `${shown} and ${length - SHOWN_INPUTS_MAX} more` : shown;
  const subject = length === 1 ? `input ${names} is` : `inputs ${names} are`;
  return [`warning: the ${subject} in no constraint: a proof says nothing about the value.`];
}

/** Patterns that are nearly always faults; `rollup:check` lists the others, too. */
const WARNED_PATTERNS: readonly PatternName[] = ["unchecked-hint", "unused-result", "bits-alias"];

/** @param compiled - The file with the main component; that of a template is in the cache. */
function warnOfPatterns(
  compiled: string,
  source: CircuitSource,
  { root, config, warn }: BuildPlan,
): void {
  if (warn === undefined || !config.circuits.patternWarnings) return;
  for (const { file, line, pattern, message } of findCircuitPatterns(compiled, source).own) {
    if (!WARNED_PATTERNS.includes(pattern)) continue;
    warn(`${relative(root, file)}:${line}: warning[${pattern}]: ${message}`);
  }
}

/** Shows what circom's `--inspect` finds in the project's files, and how much in packages. */
async function warnOfInspection(
  source: ProjectSource,
  { root, config, progress, warn, inspects = config.circuits.inspect }: BuildPlan,
): Promise<void> {
  if (!inspects) return;
  const { name } = source;
  const cacheDir = config.paths.circuits;
  const { own, inPackages } = await progress(`Inspecting the circuit ${name}`, () =>
    inspectCircuit({ ...source, cacheDir }),
  );
  for (const { file, line, code, message } of own) {
    warn?.(`${relative(root, file)}:${line}: warning[${code}]: ${message}`);
  }
  if (inPackages > 0) warn?.(`${name}: ${inPackages} findings of --inspect are in packages`);
}

async function buildGenerator(source: ProjectSource, { config, progress }: BuildPlan) {
  const { name } = source;
  await progress(`Building the C++ witness generator of ${name}`, () =>
    buildCppGenerator({ ...source, cacheDir: config.paths.circuits }),
  );
}

/** What killed runs have left of files that they were writing. */
async function removeLitter({ paths, setup }: RollupConfig): Promise<void> {
  const keys = setup.type === "ceremony" ? [setup.keysDir] : [];
  const contracts = await contractFolders(paths.contracts);
  const folders = [paths.cache, paths.circuits, paths.types, ...contracts, ...keys];
  for (const folder of folders) await removeStaleTemporaries(folder);
}

async function writeTypes(
  compiled: readonly Compiled[],
  { config: { paths }, typesModule = PACKAGE_NAME }: BuildPlan,
): Promise<void> {
  if (compiled.length === 0) return rm(paths.types, { recursive: true, force: true });
  // By path as well, where the name is enough.
  const typed = compiled.map(({ circuit, protocol, name, names }) => ({
    ...circuit,
    protocol,
    name,
    aliases: names === undefined || names.path === name || name.includes("/") ? [] : [names.path],
  }));
  const text = generateCircuitTypes(typed, typesModule);
  await writeIfChanged(join(paths.types, "index.ts"), text);
}

function describe({
  circuit,
  protocol,
  name,
  names,
  keyId,
  zkeyPath,
  verificationKey,
}: Keyed): ManifestCircuit {
  const { digest, stats, wasmPath } = circuit;
  const ofRollup = { verifier: ROLLUP_VERIFIER, verifierFile: ROLLUP_VERIFIER_FILE };
  const own = names && { verifier: names.contract, verifierFile: names.contractFile };
  return {
    name,
    ...(keyId === undefined && protocol !== "groth16" && { protocol }),
    ...(keyId !== undefined && { keyId }),
    digest,
    constraints: stats.constraints,
    verificationKeyHash: createHash("sha256").update(JSON.stringify(verificationKey)).digest("hex"),
    zkeyPath,
    wasmPath,
    ...(hasVerifier(circuit) && (own ?? ofRollup)),
  };
}
