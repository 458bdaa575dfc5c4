/** What is known of a compiled circuit: counts, signals, key, contract and files. */
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import type { ArtifactManager } from "hardhat/types/artifacts";
import type { CompiledCircuit } from "../../circom/compile.ts";
import { readSignalTable } from "../../circom/signal-table.ts";
import type { SignalDeclaration } from "../../circom/signals.ts";
import { publicCount } from "../../groth16/formats/r1cs.ts";
import { assert } from "../../util/errors.ts";
import type { RollupConfig } from "../config/types.ts";
import { type CircuitStatus, readStatus } from "./circuit-status.ts";
import { readManifest } from "./manifest.ts";
import type { ProjectSource } from "./sources.ts";
import { fullContractName, verificationKeyPath } from "./verifiers.ts";

/** A file that belongs to a circuit. */
export interface CircuitFile {
  readonly kind: string;
  /** Absolute path. */
  readonly path: string;
  readonly bytes: number;
}

export interface CircuitInfo extends Pick<
  CircuitStatus,
  "name" | "file" | "protocol" | "prime" | "optimization" | "key"
> {
  /** The main component that is made of a template, or null. */
  readonly main: string | null;
  readonly constraints: number;
  readonly wires: number;
  /** Declared signals, also those that have no wire. */
  readonly labels: number;
  readonly inputs: readonly SignalDeclaration[];
  readonly outputs: readonly SignalDeclaration[];
  /** Names of the values of a proof, in their order. */
  readonly publicSignals: readonly string[];
  /** Input signals that no constraint binds. */
  readonly unusedInputs: readonly string[];
  readonly warnings: readonly string[];
  readonly contract: CircuitStatus["contract"] & {
    /** Bytes of the contract's code, or null if it is not compiled. */
    readonly codeBytes: number | null;
  };
  readonly files: readonly CircuitFile[];
}

interface InfoProject {
  readonly root: string;
  readonly config: RollupConfig;
  readonly artifacts: ArtifactManager;
}

/** Describes a circuit, which is compiled. No key is made. */
export async function readInfo(source: ProjectSource, project: InfoProject): Promise<CircuitInfo> {
  const { config } = project;
  const status = await readStatus(source, config, await readManifest(config));
  const { name, file, main = null, protocol, prime, optimization, key, circuit } = status;
  assert(circuit !== undefined, "the circuit was compiled just now");
  const { stats, inputs, outputs, unusedInputs, warnings } = circuit;
  const { constraints, wires, labels } = stats;
  return {
    ...{ name, file, main, protocol, prime, optimization },
    ...{ constraints, wires, labels, inputs, outputs },
    publicSignals: publicNames(circuit),
    ...{ unusedInputs, warnings, key },
    contract: { ...status.contract, codeBytes: await countCode(source, status, project) },
    files: await listFiles(status),
  };
}

/** Names the values of a proof in their order, outputs first: "product", "b[0]". */
export function publicNames(circuit: CompiledCircuit): string[] {
  const { nameOf } = readSignalTable(circuit);
  // Wire 0 is the constant 1.
  return Array.from({ length: publicCount(circuit.stats) }, (_, index) =>
    nameOf(index + 1).replace(/^main\./, ""),
  );
}

async function countCode(
  { contract, contractFile }: ProjectSource,
  { contract: { state } }: CircuitStatus,
  { root, config, artifacts }: InfoProject,
): Promise<number | null> {
  const fullName = fullContractName(contractFile, contract, root, config);
  if (state !== "fresh" || !(await artifacts.artifactExists(fullName))) return null;
  const { deployedBytecode } = await artifacts.readArtifact(fullName);
  return (deployedBytecode.length - "0x".length) / 2;
}

async function listFiles({ circuit, key }: CircuitStatus): Promise<CircuitFile[]> {
  const { path: zkey } = key;
  const paths = {
    r1cs: circuit!.r1csPath,
    wasm: circuit!.wasmPath,
    sym: circuit!.symPath,
    ...(zkey !== undefined && { zkey, vkey: verificationKeyPath(zkey) }),
  };
  const present = Object.entries(paths).filter(([, path]) => existsSync(path));
  return Promise.all(
    present.map(async ([kind, path]) => ({ kind, path, bytes: (await stat(path)).size })),
  );
}
