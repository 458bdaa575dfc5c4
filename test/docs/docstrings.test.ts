/** The docstrings of the public surface are complete: meaning, parameters, results, errors. */
import { join } from "node:path";
import { expect } from "chai";
import ts from "typescript";
import { ENTRY_POINTS } from "../../scripts/render-api-report.ts";
import { readCompilerOptions } from "../../scripts/compiler.ts";
import { loadErrorModules } from "../../src/generate/error-docs.ts";
import {
  readSurface,
  type Surface,
  withoutExample,
  withoutMeaning,
  withoutMeaningInOptions,
  withoutReturns,
  wrongParameters,
  wrongThrows,
} from "../helpers/docstrings.ts";
import { PROJECT_ROOT } from "../helpers/source-files.ts";

/** What users import, and what the plugin adds to a connection. */
const MODULES = [
  ...ENTRY_POINTS.map((entry) => `src/${entry}.ts`),
  "src/types.ts",
  "src/plugin/rollup/types.ts",
];

/** Every rule, by its title; each lists what breaks it. */
const RULES: Readonly<
  Record<string, (surface: Surface, codes: ReadonlySet<string>) => readonly string[]>
> = {
  "say what each function, class, method and field of a class is for": withoutMeaning,
  "describe every parameter, and no other": wrongParameters,
  "describe every field of options": withoutMeaningInOptions,
  "say what is returned": withoutReturns,
  "name the codes that are thrown, and only existing ones": wrongThrows,
  "show every exported function and class in an example": withoutExample,
};

/** Libraries are read once. */
const libraries = new Map<string, ts.SourceFile | undefined>();

/** Reads the surface of modules; `texts` has those that are not on disk. */
function surfaceOf(modules: readonly string[], texts: ReadonlyMap<string, string> = new Map()) {
  const options = { ...readCompilerOptions(PROJECT_ROOT), types: ["node"] };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.getSourceFile = (path, ...how) => {
    if (!path.includes("/node_modules/")) return getSourceFile(path, ...how);
    if (!libraries.has(path)) libraries.set(path, getSourceFile(path, ...how));
    return libraries.get(path);
  };
  const files = modules.map((path) => join(PROJECT_ROOT, path));
  return readSurface(ts.createProgram(files, options, host), modules);
}

describe("docs: docstrings of the public surface", () => {
  let surface: Surface;
  let codes: ReadonlySet<string>;
  before(async () => {
    surface = surfaceOf(MODULES);
    codes = new Set((await loadErrorModules(PROJECT_ROOT)).flatMap((module) => module.codes));
  });

  it("belong to functions of all entry points", () => {
    const places = surface.callables.map(({ place }) => place);
    expect(places).to.include.members([
      "src/block/block.ts: applyBlock",
      "src/circom/circuit.ts: Circuit.prove",
      "src/groth16/verifier/verifier.ts: generateVerifier",
      "src/operator/operator.ts: Operator.submit",
      "src/operator/operator.ts: Operator.create",
      "src/plugin/rollup/types.ts: ConnectionRollup.deploy",
      "src/sdk/wallet.ts: RollupWallet.transfer",
    ]);
  });

  for (const [title, rule] of Object.entries(RULES)) {
    it(title, () => expect(rule(surface, codes)).to.deep.equal([]));
  }
});

describe("docs: rules of docstrings", () => {
  const path = "src/example.ts";
  /** What a module breaks, by rule. */
  const faultsOf = (text: string) => {
    const surface = surfaceOf([path], new Map([[join(PROJECT_ROOT, path), text]]));
    const codes = new Set(["KNOWN_CODE", "OTHER_CODE"]);
    const places = Object.values(RULES).map((rule) => rule(surface, codes));
    return places.map((lines) => lines.map((line) => line.replace(`${path}: `, "")));
  };
  const EXAMPLE = " * @example\n * f(); // 1\n";

  it("accept a complete docstring", () => {
    const text = `interface Options {
  /** A number. */
  readonly a?: number;
}
/**
 * Adds one.
 *
 * @param options - Options.
 * @returns The sum.
 * @throws KNOWN_CODE
 *
${EXAMPLE} */
export function f({ a = 1 }: Options = {}): number {
  if (a > 1) throw makeError({ code: "KNOWN_CODE" });
  return a + 1;
}
declare function makeError(facts: object): Error;`;
    expect(faultsOf(text)).to.deep.equal([[], [], [], [], [], []]);
  });

  it("refuse an export without a docstring", () => {
    const text = "export function f(a: number): number { return a; }";
    const expected = [["f"], ["f: no @param for a"], [], ["f"], [], ["f"]];
    expect(faultsOf(text)).to.deep.equal(expected);
  });

  it("refuse a @param without words, and one of no parameter", () => {
    const text = `/**
 * Does it.
 *
 * @param a
 * @param b - What was a parameter once.
${EXAMPLE} */
export function f(a: number): void {}`;
    const [, parameters] = faultsOf(text);
    expect(parameters).to.deep.equal(["f: no @param for a", "f: no parameter for @param b"]);
  });

  it("refuse options with a field that only has a name", () => {
    const text = `interface Options {
  readonly a?: number;
  /** A number. */
  readonly b: number;
}
/**
 * Does it.
 *
 * @param options - Options.
${EXAMPLE} */
export function f(options: Partial<Options>): void {}`;
    expect(faultsOf(text)).to.deep.equal([[], [], ["a (Options)"], [], [], []]);
  });

  it("refuse codes of helpers that are not named, and names that are no codes", () => {
    const text = `/**
 * Does it.
 *
 * @throws KNOWN_CODE, UNKNOWN_CODE
${EXAMPLE} */
export function f(): void { check(); }
function check() { throw Object.assign(new Error(), { code: "OTHER_CODE" }); }`;
    const faults = faultsOf(text)[4];
    expect(faults).to.deep.equal(["f: unknown UNKNOWN_CODE", "f: @throws lacks OTHER_CODE"]);
  });

  it("ask classes for one example, and all their public members for a meaning", () => {
    const text = `/** Counts. */
export class Counter {
  count = 0;
  #secret = 1;
  get double() { return 2 * this.count; }
  /** Counts up. */
  up(): void { this.count += this.#secret; }
  private down(): void {}
}`;
    const expected = [["Counter.count", "Counter.double"], [], [], [], [], ["Counter"]];
    expect(faultsOf(text)).to.deep.equal(expected);
    const shown = text.replace("/** Counts up. */", `/**\n * Counts up.\n${EXAMPLE} */`);
    expect(faultsOf(shown)[5]).to.deep.equal([]);
  });
});
