/** What there is of a circuit: compiled files, key and contract, and whether they are fresh. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type CompiledCircuit, findCompiledCircuit } from "../../circom/compile.ts";
import { hasMain, renderMain } from "../../circom/main-component.ts";
import { systemKeyPath } from "../../circom/proof-systems.ts";
import { generateVerifierSource } from "../../circom/verifier-source.ts";
import { DEFAULT_PRIME } from "../../crypto/primes.ts";
import { areIntact, digestPath } from "../../groth16/files/digests.ts";
import type { RollupError } from "../../util/errors.ts";
import type { RollupConfig } from "../config/types.ts";
import { toCodedError } from "../plugin-errors.ts";
import { ensureKeys, isCeremonyKey, toKeyOptions } from "./keys.ts";
import type { Manifest } from "./manifest.ts";
import type { ProjectSource } from "./sources.ts";
import { hasVerifier } from "./verifiers.ts";

/**
 * Whether something is made of the present sources: `fresh`; of earlier ones: `stale`; not at all:
 * `missing`; or is not needed: `none`.
 */
export type Freshness = "fresh" | "stale" | "missing" | "none";

export interface KeyStatus {
  readonly state: Freshness;
  /** Where it comes from: a dev setup, a ceremony of its own, or given powers of tau. */
  readonly origin: "dev" | "ceremony" | "powers of tau";
  /** Absolute path; missing if it follows from powers of tau that are not there. */
  readonly path?: string;
  /** Whether anybody can forge proofs; missing unless the key is fresh. */
  readonly insecure?: boolean;
}

export interface ContractStatus {
  readonly state: Freshness;
  readonly name: string;
  /** Absolute path. */
  readonly file: string;
}

export interface CircuitStatus {
  readonly name: string;
  /** Absolute path of the file with the main component, or with the template. */
  readonly file: string;
  /** The main component that is made of a template: "Merkle(20)". */
  readonly main?: string;
  readonly protocol: ProjectSource["protocol"];
  readonly prime: string;
  readonly optimization: ProjectSource["optimization"];
  readonly compiled: Freshness;
  /** The compiled circuit, unless there is no fresh one. */
  readonly circuit?: CompiledCircuit;
  readonly key: KeyStatus;
  readonly contract: ContractStatus;
  /** Why the circuit cannot be compiled or its key cannot be used, as far as that is known. */
  readonly problem?: RollupError;
}

/**
 * Looks a circuit up. Nothing is compiled, and no key is made.
 *
 * @param manifest - Of the last build, if there was one.
 */
export async function readStatus(
  source: ProjectSource,
  config: RollupConfig,
  manifest: Manifest | undefined,
): Promise<CircuitStatus> {
  const { name, file, protocol, prime = DEFAULT_PRIME, optimization } = source;
  const about = { name, file, protocol, prime, optimization };
  const built = manifest?.circuits.find((entry) => entry.name === name);
  const cacheDir = config.paths.circuits;
  const found = await attempt(() => findCompiledCircuit({ ...source, cacheDir }));
  const main = hasMain(source) ? { main: renderMain(source) } : {};
  const circuit = found.result;
  if (circuit === undefined) {
    const wasCompiled = built !== undefined || (await hasOtherEntry(source, cacheDir));
    return {
      ...about,
      ...main,
      compiled: wasCompiled ? "stale" : "missing",
      key: { state: built === undefined ? "missing" : "stale", origin: originOf(source, config) },
      contract: contractOf(source, config, "stale"),
      ...(found.problem && { problem: found.problem }),
    };
  }
  const { key, isContractFresh, problem } = await readKeyStatus(circuit, source, config);
  const contract = hasVerifier(circuit) && key.state !== "none";
  const state = !contract ? "none" : isContractFresh ? "fresh" : "stale";
  return {
    ...about,
    ...main,
    compiled: "fresh",
    circuit,
    key,
    contract: contractOf(source, config, state),
    ...(problem !== undefined && { problem }),
  };
}

/** A status for `--json`. */
export function statusToJson({ circuit, problem, main, ...status }: CircuitStatus): object {
  const { code, message, fix } = problem ?? {};
  return {
    ...status,
    main: main ?? null,
    constraints: circuit?.stats.constraints ?? null,
    problem: problem === undefined ? null : { code, message, fix },
  };
}

/** Whether the cache has the circuit of other sources or options. */
async function hasOtherEntry(source: ProjectSource, cacheDir: string): Promise<boolean> {
  // Circuits of one name share the beginning of their entries.
  if (source.name.includes("/")) return false;
  const entries = await readdir(cacheDir).catch(() => []);
  return entries.some((entry) => entry.replace(/-[0-9a-f]{16}$/, "") === source.name);
}

function originOf(
  { protocol }: Pick<ProjectSource, "protocol">,
  config: RollupConfig,
): KeyStatus["origin"] {
  if (isCeremonyKey(protocol, config)) return "ceremony";
  return protocol !== "groth16" && config.setup.ptau !== undefined ? "powers of tau" : "dev";
}

/** @param state - The state of a contract that exists. */
function contractOf(
  { contract: name, contractFile }: ProjectSource,
  { paths }: RollupConfig,
  state: Freshness,
): ContractStatus {
  const file = join(paths.contracts, contractFile);
  return { name, file, state: state === "none" || existsSync(file) ? state : "missing" };
}

async function readKeyStatus(
  circuit: CompiledCircuit,
  source: ProjectSource,
  config: RollupConfig,
): Promise<{ key: KeyStatus; isContractFresh: boolean; problem?: RollupError }> {
  const { protocol } = source;
  const origin = originOf(source, config);
  if (circuit.stats.prime !== DEFAULT_PRIME) {
    return { key: { state: "none", origin }, isContractFresh: false };
  }
  const located = await attempt(() => systemKeyPath(circuit, protocol, toKeyOptions(config)));
  const path = located.result;
  if (path === undefined) {
    const key = { state: "missing", origin } as const;
    return { key, isContractFresh: false, ...(located.problem && { problem: located.problem }) };
  }
  const isThere = existsSync(path);
  // A damaged key is made again, but for that of a ceremony.
  const isWhole = isThere && (origin === "ceremony" || (await areIntact(digestPath(path), [path])));
  if (!isWhole) {
    return { key: { state: isThere ? "stale" : "missing", origin, path }, isContractFresh: false };
  }
  const keys = await attempt(() => ensureKeys(circuit, protocol, config));
  if (keys.result === undefined) {
    const { problem } = keys;
    const key = { state: "stale", origin, path } as const;
    return { key, isContractFresh: false, ...(problem && { problem }) };
  }
  const { insecure } = keys.result;
  const key = { state: "fresh", origin, path, insecure } as const;
  if (!hasVerifier(circuit)) return { key, isContractFresh: false };
  const { contract: contractName, contractFile, name } = source;
  const text = await generateVerifierSource({ contractName, name, ...keys.result });
  const file = join(config.paths.contracts, contractFile);
  const present = await readFile(file, "utf8").catch(() => undefined);
  return { key, isContractFresh: present === text };
}

/** Turns the error of a user's file into a result. */
async function attempt<T>(
  work: () => T | Promise<T>,
): Promise<{ readonly result?: T; readonly problem?: RollupError }> {
  try {
    return { result: await work() };
  } catch (error) {
    const problem = toCodedError("", error);
    if (problem === undefined) throw error;
    return { problem };
  }
}
