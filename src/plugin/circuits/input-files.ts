/**
 * Finds and reads the inputs of a circuit: JSON from a file, from the place where circomkit has it,
 * or from standard input.
 */
import { existsSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { parseInputs } from "../../circom/input-file.ts";
import type { InputValues } from "../../circom/witness-inputs.ts";
import { pluginError } from "../errors.ts";
import type { CircuitNames } from "./names.ts";

/** `--input` of standard input. */
const STANDARD_INPUT = "-";
/** What errors call it. */
const STANDARD_INPUT_NAME = "Standard input";
/** Folder of input files in a project, as circomkit has it. */
const INPUT_FOLDER = "inputs";
/** Name of the inputs of a circuit that has several. */
const USUAL_INPUTS = "default";
/** What may be such a name instead of a path. */
const NAME = /^[^./\\][^/\\]*(?<!\.json)$/;
/** Maximum bytes of inputs: three million numbers of the field. */
export const INPUT_BYTES_MAX = 1 << 28;

/** The inputs of one proof, and where they come from. */
export interface ReadInputs {
  readonly inputs: InputValues;
  /** Absolute path, or "Standard input". */
  readonly file: string;
}

/**
 * Reads the inputs of one proof.
 *
 * @param given - A path from the working directory; the name of a file of `inputs/CIRCUIT/` without
 *   `.json`; "-" for standard input; undefined for the first of the {@link usualInputFiles}.
 * @param root - Root folder of the project.
 * @throws INPUT_FILE_MISSING, INPUT_FILE_INVALID
 */
export async function readInputs(
  given: string | undefined,
  circuit: Pick<CircuitNames, "name" | "path">,
  root: string,
): Promise<ReadInputs> {
  const file = locateInputs(given, circuit, root);
  const [inputs, ...others] = await readInputList(file);
  if (inputs !== undefined && others.length === 0) return { inputs, file };
  const reason = "it has the inputs of more or less than one proof";
  throw pluginError({ code: "INPUT_FILE_INVALID", file, reason });
}

/** The places in which the inputs of a circuit are looked up, the first one first. */
export function usualInputFiles({ path }: Pick<CircuitNames, "path">, root: string): string[] {
  const folder = join(root, INPUT_FOLDER, ...path.split("/"));
  const beside = join(root, ...path.split("/"));
  return [`${folder}.json`, join(folder, `${USUAL_INPUTS}.json`), `${beside}.json`];
}

function locateInputs(
  given: string | undefined,
  circuit: Pick<CircuitNames, "name" | "path">,
  root: string,
): string {
  if (given === STANDARD_INPUT) return STANDARD_INPUT;
  const places = given === undefined ? usualInputFiles(circuit, root) : [resolve(given)];
  if (given !== undefined && NAME.test(given)) {
    places.push(join(root, INPUT_FOLDER, ...circuit.path.split("/"), `${given}.json`));
  }
  // A folder may have the name of inputs.
  const found = places.find(isNoFolder) ?? places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  const searched = places.map((place) => relative(process.cwd(), place));
  throw pluginError({ code: "INPUT_FILE_MISSING", circuit: circuit.name, searched });
}

/** Reads the inputs of several proofs, which {@link readInputs} would find in the same places. */
export type InputReader = (
  given: string,
  circuit: Pick<CircuitNames, "name" | "path">,
) => Promise<InputValues[]>;

/** Makes a reader for several circuits; it reads standard input, and each file, once. */
export function createInputReader(root: string): InputReader {
  const lists = new Map<string, Promise<InputValues[]>>();
  return async (given, circuit) => {
    const file = locateInputs(given, circuit, root);
    const list = lists.get(file) ?? readInputList(file);
    lists.set(file, list);
    return list;
  };
}

function isNoFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
}

/**
 * Reads a JSON file of a circuit's inputs: an object of signals, or an array of such objects.
 *
 * @param given - A path, or "-" for standard input.
 * @throws INPUT_FILE_INVALID
 */
export async function readInputList(given: string): Promise<InputValues[]> {
  const isStandard = given === STANDARD_INPUT;
  const file = isStandard ? STANDARD_INPUT_NAME : resolve(given);
  const invalid = (reason: string) => pluginError({ code: "INPUT_FILE_INVALID", file, reason });
  const source = isStandard ? standardInput() : fileChunks(file);
  const text = await collectText(source).catch((error: unknown) => {
    throw invalid((error as Error).message);
  });
  let json: unknown;
  try {
    json = parseInputs(text);
  } catch (error) {
    throw invalid((error as Error).message);
  }
  const list: unknown[] = Array.isArray(json) ? json : [json];
  const isInputs = (value: unknown): value is InputValues =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!list.every(isInputs)) throw invalid("it has something other than objects of signals");
  return list;
}

function standardInput(): AsyncIterable<Uint8Array> {
  const { stdin, stderr } = process;
  if (stdin.isTTY) stderr.write("Reading the inputs as JSON from the terminal, up to Ctrl-D…\n");
  return stdin;
}

async function* fileChunks(file: string): AsyncGenerator<Uint8Array> {
  await using handle = await open(file);
  assertSize((await handle.stat()).size);
  yield* handle.createReadStream({ autoClose: false });
}

async function collectText(source: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    assertSize(bytes);
    chunks.push(chunk);
  }
  // A decoder leaves out the mark that some editors write first.
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function assertSize(bytes: number): void {
  if (bytes > INPUT_BYTES_MAX) throw new Error(`it has more than ${INPUT_BYTES_MAX} bytes`);
}
