/**
 * Branch coverage of the contracts, which Hardhat's `--coverage` does not report: it counts
 * statements. In a copy of the project every condition (of an if, a loop, `?:`, and each operand of
 * `&&` and `||`) goes through its own function with one statement for true and one for false, which
 * Hardhat counts. Exits with 1 if an outcome never happens.
 *
 * Branches in assembly are not counted; docs/security.md lists them with their tests.
 */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const solc = createRequire(import.meta.url)("solc") as {
  compile(input: string, callbacks: { import(path: string): { contents: string } }): string;
};

/** Contracts whose branches are counted: all except those for tests. */
const SOURCES = "contracts/{*,governance/*,libraries/*,generated/*,receipts/*}.sol";
/** Tests that reach the contracts, without real proofs because the copy has no circuits. */
const TESTS = [
  "test/contracts/*.test.ts",
  "test/attacks/{availability,contract,payouts}.test.ts",
  "test/l1/{client,deploy}.test.ts",
  "test/receipts/*.test.ts",
];
const CONFIG = `import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { defineConfig } from "hardhat/config";
import zkrollup from "./src/index.ts";

export default defineConfig({
  plugins: [toolbox, zkrollup],
  rollup: { prover: "mock" },
  test: { mocha: { timeout: 120_000 } },
});
`;

/** A condition and its place in the source, in bytes. */
interface Condition {
  readonly file: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

interface AstNode {
  readonly nodeType: string;
  readonly src: string;
  readonly [child: string]: unknown;
}

function isNode(value: unknown): value is AstNode {
  return typeof value === "object" && value !== null && "nodeType" in value;
}

/** Reads the syntax trees of all sources, by file. */
function parse(files: readonly string[]): Map<string, AstNode> {
  const read = (path: string) => readFileSync(join(root, path), "utf8");
  const sources = Object.fromEntries(files.map((file) => [file, { content: read(file) }]));
  const settings = { evmVersion: "cancun", outputSelection: { "*": { "": ["ast"] } } };
  const input = JSON.stringify({ language: "Solidity", sources, settings });
  const contents = (path: string) =>
    path.startsWith("@") ? read(join("node_modules", path)) : read(path);
  const output = JSON.parse(
    solc.compile(input, { import: (path) => ({ contents: contents(path) }) }),
  ) as { sources: Record<string, { ast: AstNode }> };
  return new Map(files.map((file) => [file, output.sources[file]!.ast]));
}

/** Finds the conditions of one node, without those of its children. */
function conditionsOf(node: AstNode): AstNode[] {
  const decides = ["IfStatement", "Conditional", "ForStatement", "WhileStatement"];
  if (decides.includes(node.nodeType)) return [node["condition"]].filter(isNode);
  const isLogical =
    node.nodeType === "BinaryOperation" && /^(&&|\|\|)$/.test(String(node["operator"]));
  return isLogical ? [node["leftExpression"], node["rightExpression"]].filter(isNode) : [];
}

function* walk(node: AstNode): Generator<AstNode> {
  yield node;
  for (const child of Object.values(node).flat()) if (isNode(child)) yield* walk(child);
}

function findConditions(file: string, ast: AstNode): Condition[] {
  const bytes = readFileSync(join(root, file));
  const ranges = new Set([...walk(ast)].flatMap(conditionsOf).map(({ src }) => src));
  return [...ranges].map((src) => {
    const [start = 0, length = 0] = src.split(":").map(Number);
    const line = bytes.subarray(0, start).toString().split("\n").length;
    return { file, line, start, end: start + length };
  });
}

const outcomeLines = (index: number) => ({ true: 3 + 4 * index + 1, false: 3 + 4 * index + 2 });

/** Renders `Branches.b<i>(condition)`, which returns the condition, with a line for each value. */
function renderProbes(count: number): string {
  const functions = Array.from({ length: count }, (_, index) => [
    `    function b${index}(bool value) internal pure returns (bool outcome) {`,
    "        if (value) outcome = true;",
    "        else outcome = false;",
    "    }",
  ]);
  return ["pragma solidity ^0.8.24;", "library Branches {", ...functions.flat(), "}", ""].join(
    "\n",
  );
}

/** Returns the source of a file with its conditions passed through the probes. */
function instrument(file: string, conditions: readonly Condition[]): string {
  const bytes = readFileSync(join(root, file));
  const edits = conditions
    .flatMap(({ file: owner, start, end }, index) =>
      owner === file
        ? [
            { at: start, order: start - end, text: `Branches.b${index}(` },
            { at: end, order: end - start - bytes.length, text: ")" },
          ]
        : [],
    )
    .sort((a, b) => a.at - b.at || a.order - b.order);
  const text = (from: number, to?: number) => bytes.subarray(from, to).toString();
  const parts = edits.map((edit, i) => text(edits[i - 1]?.at ?? 0, edit.at) + edit.text);
  const up = "../".repeat(file.split("/").length - 2);
  const probes = `\nimport {Branches} from "./${up}Branches.sol";\n`;
  return [...parts, text(edits.at(-1)?.at ?? 0), probes].join("");
}

/**
 * Lets the copy's client send the maximum gas of L1: contracts with probes need more than
 * `src/l1/gas.ts` computes.
 */
function liftGasLimits(project: string): void {
  const file = join(project, "src/l1/client.ts");
  const source = readFileSync(file, "utf8");
  const lifted = source.replace("BigInt(Math.min(gas, gasMax))", "BigInt(Math.max(gas, gasMax))");
  if (lifted === source) throw new Error("src/l1/client.ts computes its gas limits in another way");
  writeFileSync(file, lifted);
}

/** Returns the lines of the probes that ran. */
function readHits(project: string): Set<number> {
  const lcov = readFileSync(join(project, "coverage/lcov.info"), "utf8");
  const record = lcov.split("end_of_record").find((text) => /SF:.*Branches\.sol/.test(text)) ?? "";
  const lines = [...record.matchAll(/^DA:(\d+),(\d+)/gm)];
  return new Set(lines.filter(([, , hits]) => hits !== "0").map(([, line]) => Number(line)));
}

const files = globSync(SOURCES, { cwd: root }).sort();
const conditions = [...parse(files)].flatMap(([file, ast]) => findConditions(file, ast));
const project = mkdtempSync(join(tmpdir(), "zkrollup-branches-"));
try {
  for (const name of ["contracts", "src", "tasks", "test", "circuits", "package.json"]) {
    cpSync(join(root, name), join(project, name), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
  writeFileSync(join(project, "hardhat.config.ts"), CONFIG);
  writeFileSync(join(project, "contracts/Branches.sol"), renderProbes(conditions.length));
  for (const file of files) writeFileSync(join(project, file), instrument(file, conditions));
  liftGasLimits(project);
  const tests = globSync(TESTS, { cwd: project }).sort();
  const hardhat = join(root, "node_modules/.bin/hardhat");
  execFileSync(hardhat, ["test", "mocha", "--coverage", ...tests], {
    cwd: project,
    stdio: "inherit",
  });
  const hits = readHits(project);
  const missed = conditions.flatMap(({ file, line, start, end }, index) => {
    const source = readFileSync(join(root, file)).subarray(start, end).toString();
    const lines = Object.entries(outcomeLines(index)).filter(([, at]) => !hits.has(at));
    return lines.map(([outcome]) => `${file}:${line}: never ${outcome}: ${source}`);
  });
  const outcomes = 2 * conditions.length;
  console.log([...missed, `${outcomes - missed.length} of ${outcomes} branches`].join("\n"));
  if (missed.length > 0) process.exitCode = 1;
} finally {
  rmSync(project, { recursive: true, force: true });
}
