/**
 * Records what a test run does with circuits, for the report after it.
 *
 * Tests run in this process, in threads and in processes that runners start and end as they like.
 * So each of them appends a line to a file of its own at once, in one folder, which child processes
 * find in the environment.
 */
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { threadId } from "node:worker_threads";
import type { CircuitMeter } from "../../circom/meter.ts";
import type { CompiledCircuit } from "../../circom/compile.ts";
import type { Protocol } from "../../circom/protocols.ts";
import { signalCount } from "../../circom/shape.ts";
import type { RollupConfig } from "../config/types.ts";

/** What is known of a circuit of the run. */
export interface UsedCircuit {
  readonly circuit: string;
  readonly protocol: Protocol;
  /** SHA-256 of its r1cs. */
  readonly digest: string;
  readonly constraints: number;
  readonly wires: number;
  /** Input signals of the main component, the elements of arrays one by one. */
  readonly inputs: number;
  /** Public inputs and outputs. */
  readonly publicValues: number;
}

/** A line of a record: a circuit is loaded, or a time of it is measured. */
export type UsageLine =
  | { readonly kind: "circuit"; readonly id: string; readonly used: UsedCircuit }
  | { readonly kind: "witness" | "proof"; readonly id: string; readonly ms: number };

/** Folders of records by the config of the run. */
const folders = new WeakMap<RollupConfig, string>();
/** The folder that this process has made, and reports. */
let ownFolder: string | undefined;

/** Starts to record. @returns Whether this process makes the report. */
export function startUsage(config: RollupConfig): boolean {
  const inherited = process.env["HARDHAT_ZKROLLUP_USAGE"];
  const folder = inherited ?? join(config.paths.cache, "usage", `${Date.now()}-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  process.env["HARDHAT_ZKROLLUP_USAGE"] = folder;
  if (inherited === undefined) ownFolder = folder;
  folders.set(config, folder);
  return folder === ownFolder;
}

/** Stops to record. @returns The folder of the records, which the caller removes. */
export function endUsage(config: RollupConfig): string | undefined {
  const folder = folders.get(config);
  folders.delete(config);
  if (folder === undefined || folder !== ownFolder) return undefined;
  delete process.env["HARDHAT_ZKROLLUP_USAGE"];
  ownFolder = undefined;
  return folder;
}

/** A meter of a circuit that is loaded later. */
export interface UsageMeter extends CircuitMeter {
  /** Records the circuit before its first time. */
  describe(circuit: CompiledCircuit & { readonly protocol: Protocol }): void;
}

/** @returns Undefined if nothing is recorded. */
export function createUsageMeter(config: RollupConfig, name: string): UsageMeter | undefined {
  const folder = folders.get(config);
  if (folder === undefined) return undefined;
  const file = join(folder, `${process.pid}-${threadId}.jsonl`);
  let id = name;
  const append = (line: UsageLine) => {
    // A circuit may outlive the run, whose report has been made.
    if (folders.has(config)) appendFileSync(file, `${JSON.stringify(line)}\n`);
  };
  return {
    witness: (ms) => append({ kind: "witness", id, ms }),
    proof: (ms) => append({ kind: "proof", id, ms }),
    describe: ({ digest, protocol, stats, inputs }) => {
      id = [name, protocol, digest].join(" ");
      const used: UsedCircuit = {
        circuit: name,
        protocol,
        digest,
        constraints: stats.constraints,
        wires: stats.wires,
        inputs: inputs.reduce((sum, { shape }) => sum + signalCount(shape), 0),
        publicValues: stats.publicOutputs + stats.publicInputs,
      };
      append({ kind: "circuit", id, used });
    },
  };
}
