/** Rules about the source itself: module order, sizes, fresh generated files, no dead exports. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { format, resolveConfig } from "prettier";
import ts from "typescript";
import { GENERATED_FILES } from "../src/generate/generated-files.ts";
import {
  findExportedValues,
  findImportCircles,
  findImports,
  measureBraces,
  measureFunctions,
  PROJECT_ROOT,
  readSources,
  type SourceFile,
} from "./helpers/source-files.ts";

/**
 * The modules of `src`, lowest first: a module imports only from itself and from those before it.
 */
const MODULE_ORDER = [
  "util",
  "crypto",
  "kernel",
  "groth16",
  "plonk",
  "circom",
  "portable",
  "testing",
  "protocol",
  "state",
  "operations",
  "block",
  "prover",
  "l1",
  "receipts",
  "restore",
  "api",
  "operator",
  "logs",
  "metrics",
  "lease",
  "farm",
  "store",
  "server",
  "pages",
  "fees",
  "generate",
  "sdk",
  "matchers",
  "multisig",
  "exit",
  "bench",
  "plugin",
];
/** The first table of the words that docs/glossary.md does not use. */
const BANNED_WORDS =
  /\b(?:go(?:es|ing)? back|gone back|went back|anew|so (?:many|much|long)|tells|for ?ever|can not)\b/i;
const FUNCTION_LINES_MAX = 70;
const LINE_COLUMNS_MAX = 100;

const sources = readSources(["src"], [".ts"]);
const allTypeScript = [...sources, ...readSources(["tasks", "scripts", "test"], [".ts"])];

function moduleOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

/** Every file of `src` that a file reaches through relative imports, itself included. */
function reachable(start: readonly SourceFile[]): SourceFile[] {
  const byPath = new Map(sources.map((file) => [file.path, file]));
  const seen = new Set<SourceFile>(start);
  for (const file of seen) {
    for (const { path } of findImports(file)) {
      const target = path === undefined ? undefined : byPath.get(path);
      if (target !== undefined) seen.add(target);
    }
  }
  return [...seen];
}

describe("tidy: modules", () => {
  it("knows every module of src", () => {
    const modules = new Set(sources.flatMap(({ path }) => moduleOf(path) ?? []));
    expect(MODULE_ORDER).to.include.members([...modules]);
  });

  it("imports only from modules below", () => {
    const upward = sources.flatMap((file) => {
      const own = moduleOf(file.path);
      if (own === undefined) return [];
      return findImports(file)
        .map(({ path }) => (path === undefined ? undefined : moduleOf(path)))
        .filter((other) => other !== undefined)
        .filter((other) => MODULE_ORDER.indexOf(other) > MODULE_ORDER.indexOf(own))
        .map((other) => `${file.path} imports ${other}`);
    });
    expect(upward).to.deep.equal([]);
  });

  it("has no circle of imports, not even of types", () => {
    expect(findImportCircles(sources)).to.deep.equal([]);
  });

  it("imports Hardhat only in plugin and tasks", () => {
    const importing = sources
      .filter(({ path }) => moduleOf(path) !== undefined && moduleOf(path) !== "plugin")
      .filter((file) =>
        findImports(file).some(({ specifier }) =>
          /^(hardhat|@nomicfoundation)(\/|$)/.test(specifier),
        ),
      );
    expect(importing.map(({ path }) => path)).to.deep.equal([]);
  });

  it("keeps the entry points without Hardhat free of it and of the plugin", () => {
    const entries = sources.filter(({ path }) =>
      /^src\/(groth16|groth16-browser|circom|assert|chai|compat|core|node|sdk|multisig|exit)\.ts$/.test(
        path,
      ),
    );
    expect(entries).to.have.length(11);
    const faults = reachable(entries).flatMap((file) =>
      findImports(file)
        .filter(({ specifier, path }) =>
          path === undefined
            ? /^(hardhat|@nomicfoundation)(\/|$)/.test(specifier)
            : moduleOf(path) === "plugin" || !path.startsWith("src/"),
        )
        .map(({ specifier }) => `${file.path} imports ${specifier}`),
    );
    expect(faults).to.deep.equal([]);
  });

  it("keeps sdk, multisig and api free of Node and of the operator", () => {
    const forBrowsers = /^src\/(sdk|multisig|api)(\/|\.ts$)/;
    const closure = reachable(sources.filter(({ path }) => forBrowsers.test(path)));
    const faults = closure.flatMap((file) =>
      findImports(file)
        .filter(({ specifier }) => specifier.startsWith("node:"))
        .map(({ specifier }) => `${file.path} imports ${specifier}`)
        .concat(moduleOf(file.path) === "operator" ? [`${file.path} is reached`] : []),
    );
    expect(faults).to.deep.equal([]);
  });
});

describe("tidy: sizes", () => {
  it(`keeps functions and templates within ${FUNCTION_LINES_MAX} lines`, () => {
    const written = readSources(["src", "tasks", "scripts"], [".ts"]);
    const long = [
      ...written.flatMap(measureFunctions),
      ...readSources(["circuits"], [".circom"])
        .filter(({ path }) => !path.includes("/generated/"))
        .flatMap((file) => measureBraces(file, /^(?:template|function) (\w+)/)),
      ...readSources(["contracts"], [".sol"])
        .filter(({ path }) => !path.includes("/generated/"))
        .flatMap((file) => measureBraces(file, /^ *function (\w+)/)),
    ].filter(({ lines }) => lines > FUNCTION_LINES_MAX);
    expect(long).to.deep.equal([]);
  });

  it(`keeps lines within ${LINE_COLUMNS_MAX} columns`, () => {
    // Prettier breaks the code of TypeScript, and leaves only its comments and long texts to us.
    const written = [
      ...allTypeScript.map((file) => ({ ...file, isChecked: /^ *(\/\/|\/\*|\*)/ })),
      ...readSources(["circuits", "contracts"], [".circom", ".sol"]).map((file) => ({
        ...file,
        isChecked: /^(?!import )/,
      })),
    ].filter(({ path }) => !path.includes("/generated/"));
    const long = written.flatMap(({ path, text, isChecked }) =>
      text
        .split("\n")
        .map((line, index) => ({ line, place: `${path}:${index + 1}` }))
        .filter(({ line }) => isChecked.test(line) && Array.from(line).length > LINE_COLUMNS_MAX),
    );
    expect(long.map(({ place }) => place)).to.deep.equal([]);
  });
});

describe("tidy: words", () => {
  it("uses no word that docs/glossary.md bans", () => {
    const folders = [
      "src",
      "tasks",
      "scripts",
      "test",
      "contracts",
      "circuits",
      "docs",
      "examples",
    ];
    const endings = [".ts", ".mjs", ".sol", ".circom", ".md"];
    const excepted = /^(?:docs\/glossary\.md|test\/tidy\.test\.ts|docs\/\.vitepress\/.*)$/;
    const documents = globSync("*.md", { cwd: PROJECT_ROOT }).map((path) => ({
      path,
      text: readFileSync(join(PROJECT_ROOT, path), "utf8"),
    }));
    const files = [...readSources(folders, endings), ...documents];
    const found = files
      .filter(({ path }) => !excepted.test(path))
      .flatMap(({ path, text }) =>
        text.split("\n").flatMap((line, index) => {
          const word = BANNED_WORDS.exec(line)?.[0];
          return word === undefined ? [] : [`${path}:${index + 1}: ${word}`];
        }),
      );
    expect(files.length).to.be.above(300);
    expect(found).to.deep.equal([]);
  });
});

describe("tidy: the build", () => {
  it("emits no dynamic import of a TypeScript file, which the package does not have", () => {
    const { config } = ts.readConfigFile(join(PROJECT_ROOT, "tsconfig.json"), ts.sys.readFile) as {
      config: { compilerOptions: object };
    };
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, PROJECT_ROOT);
    const imports = [...sources, ...readSources(["tasks"], [".ts"])]
      .filter(({ text }) => /\bawait import\("\./.test(text))
      .flatMap(({ path, text }) => {
        const { outputText } = ts.transpileModule(text, {
          fileName: join(PROJECT_ROOT, path),
          compilerOptions: { ...options, noEmit: false },
        });
        return (outputText.match(/\bimport\("\.[^"]*"\)/g) ?? []).map(
          (found) => `${path}: ${found}`,
        );
      });
    expect(imports.filter((found) => found.includes('.ts"'))).to.deep.equal([]);
    expect(imports.filter((found) => found.includes('.js"')).length).to.be.above(50);
  });
});

describe("tidy: generated files and exports", () => {
  for (const { path, render } of GENERATED_FILES) {
    it(`${path} is fresh`, async function () {
      const file = join(PROJECT_ROOT, path);
      const options = { ...(await resolveConfig(file)), filepath: file };
      const rendered = await render(PROJECT_ROOT);
      if (rendered === undefined) return this.skip();
      const text = path.endsWith(".circom") ? rendered : await format(rendered, options);
      expect(readFileSync(file, "utf8") === text, "run `npm run generate`").to.equal(true);
    });
  }

  it("exports nothing that no other file uses", () => {
    const entry = /^src\/(index|types)\.ts$|\/type-extensions\.ts$/;
    const published = reachable(sources.filter(({ path }) => entry.test(path)));
    const dead = sources
      .filter((file) => !published.includes(file))
      .flatMap((file) =>
        findExportedValues(file)
          .filter((name) => {
            const word = new RegExp(`\\b${name}\\b`);
            return !allTypeScript.some((other) => other !== file && word.test(other.text));
          })
          .map((name) => `${file.path}: ${name}`),
      );
    expect(dead).to.deep.equal([]);
  });
});
