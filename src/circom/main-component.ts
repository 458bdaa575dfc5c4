/** Writes the main component of a template, for a circuit without a file of its own. */
import { createHash } from "node:crypto";
import { dirname, join, relative, resolve, sep } from "node:path";
import { writeIfChanged } from "../groth16/files/files.ts";
import { isRollupError } from "../util/errors.ts";
import { circomError } from "./errors.ts";
import { loadPrograms } from "./language/load-programs.ts";
import type { Definition, Program, Statement } from "./language/syntax.ts";
import type { SourceFolders } from "./sources.ts";

/** A parameter of a template: an integer, or a nested array of integers. */
export type TemplateParameter = bigint | number | readonly TemplateParameter[];

/** The main component of a circuit. */
export interface MainComponent {
  /** Path of the `.circom` file with the template, or one that includes it. */
  readonly file: string;
  /** Name of the template. */
  readonly template: string;
  /** Its parameters in order. Default: none. */
  readonly params?: readonly TemplateParameter[];
  /** Public inputs; the others are private. Default: none. */
  readonly public?: readonly string[];
  /** Name of the circuit. Default: the template's with its parameters, as "Multiplier-3". */
  readonly name?: string;
}

/** Maximum characters of a name that is made of parameters. */
const NAME_LENGTH_MAX = 40;

/**
 * Names the circuit of a main component: "Multiplier-3" for `Multiplier(3)`.
 *
 * @throws MAIN_NAME_INVALID, MAIN_PARAMETER_INVALID
 */
export function mainName({ name, template, params = [] }: MainComponent): string {
  if (name !== undefined) {
    if (/^\w[\w.-]*$/.test(name)) return name;
    throw circomError({ code: "MAIN_NAME_INVALID", name });
  }
  const full = [template, ...params.flatMap(flatten)].join("-").replaceAll("--", "-minus-");
  if (full.length <= NAME_LENGTH_MAX) return full;
  return `${template}-${createHash("sha256").update(renderParameters(params)).digest("hex").slice(0, 8)}`;
}

/**
 * Writes a circuit with the main component into the cache, under its content, and checks it.
 *
 * @returns The absolute path of the circuit.
 * @throws MAIN_PARAMETER_INVALID, MAIN_TEMPLATE_UNKNOWN, MAIN_PARAMETER_COUNT, MAIN_PUBLIC_UNKNOWN,
 *   CIRCUIT_NOT_FOUND, INCLUDE_NOT_FOUND, FOLDER_NOT_WRITABLE
 */
export async function writeMainComponent(
  main: MainComponent,
  cacheDir: string,
  folders: SourceFolders,
): Promise<string> {
  const name = mainName(main);
  const library = resolve(main.file);
  const instance = renderMain(main);
  const signals = main.public ?? [];
  const visibility = signals.length === 0 ? "" : ` {public [${signals.join(", ")}]}`;
  const end = `component main${visibility} = ${instance};\n`;
  const place = relative(resolve(cacheDir), library);
  const key = createHash("sha256")
    .update(JSON.stringify([place, end]))
    .digest("hex");
  const file = join(resolve(cacheDir), "mains", key.slice(0, 16), `${name}.circom`);
  const include = relative(dirname(file), library).split(sep).join("/");
  await writeIfChanged(
    file,
    `pragma circom 2.0.0;\n\ninclude ${JSON.stringify(include)};\n\n${end}`,
  );
  checkMain(main, file, folders);
  return file;
}

/** Writes a template with its parameters: "Merkle(20)". @throws MAIN_PARAMETER_INVALID */
export function renderMain({ template, params = [] }: MainComponent): string {
  return `${template}(${renderParameters(params)})`;
}

/** Writes parameters as circom reads them. @throws MAIN_PARAMETER_INVALID */
function renderParameters(params: readonly TemplateParameter[]): string {
  return params.map(renderParameter).join(", ");
}

function renderParameter(value: TemplateParameter): string {
  if (Array.isArray(value)) return `[${renderParameters(value as readonly TemplateParameter[])}]`;
  if (typeof value === "bigint" || Number.isSafeInteger(value)) return String(value);
  throw circomError({ code: "MAIN_PARAMETER_INVALID", value: String(value) });
}

function flatten(value: TemplateParameter): string[] {
  return Array.isArray(value)
    ? (value as readonly TemplateParameter[]).flatMap(flatten)
    : [renderParameter(value)];
}

/** Compares a main component with the declaration of its template, so that errors are clear. */
function checkMain(main: MainComponent, file: string, folders: SourceFolders): void {
  const { template } = main;
  const definitions = parseAll(file, folders)?.flatMap((program) => program.definitions);
  if (definitions === undefined) return; // circom reads what our parser does not
  const templates = definitions.filter(({ kind }) => kind === "template");
  const found = templates.find(({ name }) => name === template);
  if (found === undefined) {
    const known = templates.map(({ name }) => name);
    throw circomError({ code: "MAIN_TEMPLATE_UNKNOWN", file: main.file, template, known });
  }
  const { parameters } = found;
  const actual = main.params?.length ?? 0;
  if (parameters.length !== actual) {
    throw circomError({ code: "MAIN_PARAMETER_COUNT", template, parameters, actual });
  }
  const known = inputsOf(found);
  const signal = main.public?.find((name) => !known.includes(name));
  if (signal !== undefined) {
    throw circomError({ code: "MAIN_PUBLIC_UNKNOWN", template, signal, known });
  }
}

/** @returns Undefined for sources that only circom understands. */
function parseAll(file: string, folders: SourceFolders): Program[] | undefined {
  try {
    return loadPrograms(file, folders);
  } catch (error) {
    if (isRollupError(error) && error.code === "CIRCUIT_NOT_UNDERSTOOD") return undefined;
    throw error;
  }
}

function inputsOf({ body }: Definition): string[] {
  return body.statements.flatMap(listInputs);
}

/** Inputs may be declared in a block of a condition that parameters decide. */
function listInputs(statement: Statement): string[] {
  if (statement.kind === "declaration") {
    return statement.direction === "input" ? statement.names.map(({ name }) => name) : [];
  }
  if (statement.kind === "block") return statement.statements.flatMap(listInputs);
  if (statement.kind !== "if") return [];
  const branches = [statement.whenTrue, statement.whenFalse];
  return branches.flatMap((branch) => (branch ? listInputs(branch) : []));
}

/** Whether options have a main component instead of a file with one. */
export function hasMain<T extends object>(options: T): options is T & MainComponent {
  return "template" in options && options.template !== undefined;
}
