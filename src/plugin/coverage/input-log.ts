/** Keeps the inputs that tests pass to circuits, until the end of the run. */
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { collectSources } from "../../circom/sources.ts";
import type { WatchedCircuit, WitnessWatcher } from "../../circom/witness-watch.ts";
import {
  type InputValue,
  type InputValues,
  toElements,
  toInteger,
} from "../../circom/witness-inputs.ts";
import { writeFileAtomically } from "../../groth16/files/files.ts";

/** The inputs of one circuit. */
export interface LoggedCircuit {
  readonly circuit: WatchedCircuit;
  /** Different inputs in JSON with decimal strings, and whether they were accepted. */
  readonly inputs: Map<string, boolean>;
  /** Inputs that were not kept, because there are too many. */
  dropped: number;
}

/** By what identifies a circuit: its file, and where its includes are found. */
export type LoggedCircuits = Map<string, LoggedCircuit>;

/** What is stored of a process. */
type StoredCircuit = Omit<LoggedCircuit, "inputs"> & {
  readonly inputs: readonly (readonly [text: string, isAccepted: boolean])[];
};

export interface InputLog {
  /** Notes inputs of a circuit that has covered files. */
  readonly watch: WitnessWatcher;
  readonly circuits: LoggedCircuits;
  clear(): void;
  /** Stores what was noted so far; a later call replaces it. */
  save(folder: string): Promise<void>;
}

export interface InputLogLimits {
  /** Maximum different inputs of a circuit. */
  readonly inputsMax: number;
  /** Maximum length of all inputs as text. */
  readonly charactersMax: number;
}

const LIMITS: InputLogLimits = { inputsMax: 2_000, charactersMax: 100_000_000 };

/** @param isCovered - Whether a file is in the scope of coverage. */
export function createInputLog(
  isCovered: (file: string) => boolean,
  { inputsMax, charactersMax }: InputLogLimits = LIMITS,
): InputLog {
  const id = randomUUID();
  const circuits: LoggedCircuits = new Map();
  const isOfProject = new Map<string, boolean>();
  let characters = 0;
  return {
    circuits,
    clear: () => {
      circuits.clear();
      characters = 0;
    },
    watch: (circuit, inputs, isAccepted) => {
      const key = keyOf(circuit);
      if (!isOfProject.has(key)) isOfProject.set(key, hasCoveredFiles(circuit, isCovered));
      if (isOfProject.get(key) !== true) return;
      const logged = loggedOf(circuits, key, circuit);
      const text = JSON.stringify(toPlain(inputs));
      if (logged.inputs.has(text)) return;
      if (logged.inputs.size >= inputsMax || characters + text.length > charactersMax) {
        logged.dropped++;
        return;
      }
      logged.inputs.set(text, isAccepted);
      characters += text.length;
    },
    save: async (folder) => {
      if (circuits.size === 0) return;
      const stored = [...circuits.values()].map(({ inputs, ...circuit }) =>
        JSON.stringify({ ...circuit, inputs: [...inputs] } satisfies StoredCircuit),
      );
      await mkdir(folder, { recursive: true });
      await writeFileAtomically(join(folder, `${id}.json`), [`[${stored.join(",\n")}]`]);
    },
  };
}

/** Reads what the processes of a run have stored, and joins it. */
export async function loadInputs(folders: readonly string[]): Promise<LoggedCircuits> {
  const circuits: LoggedCircuits = new Map();
  for (const folder of folders) {
    const stored = await readdir(folder).catch(() => []);
    // A process that was killed may leave a part of a file under a temporary name.
    for (const file of stored.filter((name) => name.endsWith(".json")).sort()) {
      const text = await readFile(join(folder, file), "utf8");
      for (const { circuit, inputs, dropped } of JSON.parse(text) as StoredCircuit[]) {
        const logged = loggedOf(circuits, keyOf(circuit), circuit);
        for (const [given, isAccepted] of inputs) logged.inputs.set(given, isAccepted);
        logged.dropped += dropped;
      }
    }
  }
  return circuits;
}

export async function removeInputs(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

function keyOf({ file, folders, prime }: WatchedCircuit): string {
  return JSON.stringify([file, folders, prime]);
}

function loggedOf(circuits: LoggedCircuits, key: string, circuit: WatchedCircuit): LoggedCircuit {
  const known = circuits.get(key);
  if (known !== undefined) return known;
  const made = { circuit, inputs: new Map<string, boolean>(), dropped: 0 };
  circuits.set(key, made);
  return made;
}

/** A circuit whose sources are gone is none of the project's. */
function hasCoveredFiles(
  { file, folders }: WatchedCircuit,
  isCovered: (file: string) => boolean,
): boolean {
  try {
    return collectSources(file, folders).files.some((source) => isCovered(source.file));
  } catch {
    return false;
  }
}

/** Inputs as JSON has them: equal ones have equal texts, however numbers are written. */
function toPlain(value: InputValue): unknown {
  const elements = toElements(value);
  if (elements !== undefined) return elements.map(toPlain);
  if (typeof value === "object") {
    const entries = Object.entries(value as InputValues);
    return Object.fromEntries(entries.map(([name, inner]) => [name, toPlain(inner)]));
  }
  return String(toInteger(value));
}
