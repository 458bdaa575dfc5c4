import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { defineConfig, overrideTask } from "hardhat/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import zkrollup from "./src/index.ts";

/**
 * Tests that compile large circuits, prove, start processes or search at random: most of the time of
 * `npm test`, and `npm run test:quick` leaves them out. They start first and in this order, the
 * longest files before all others, so that no processor waits for a long one in the end.
 */
const SLOW_TESTS = [
  "test/tasks/bench.test.ts",
  "test/circuits/block/constraints.test.ts",
  "test/soundness/**",
  "test/operations/worked-example.test.ts",
  "test/{bench,e2e,equivalence,faults,fuzz,sim,tasks}/**",
  "test/attacks/{balances,blocks,exits,fees}.test.ts",
  "test/circuits/{block,exit}/**",
  "test/{circom,groth16,plonk,portable,prover,farm}/**",
  "test/docs/{api,examples}.test.ts",
  "test/{exit,sdk}/page.test.ts",
  "test/plugin/{broken-circuits,ceremony,coverage,endings,files,operator-node}.test.ts",
  "test/plugin/circuit{-names,-settings,-statistics,s-alone}.test.ts",
  "test/plugin/{protocols,solidity}.test.ts",
];

/** Tests are the *.test.ts files: not their helpers, nor the projects that serve as fixtures. */
function testFiles(): string[] {
  const all = globSync("test/**/*.test.ts", { exclude: ["test/fixture-projects"] }).sort();
  const slow = new Set(SLOW_TESTS.flatMap((pattern) => globSync(pattern).sort()));
  const quick = all.filter((file) => !slow.has(file));
  if (process.env["ROLLUP_TESTS"] === "quick") return quick;
  return [...[...slow].filter((file) => all.includes(file)), ...quick];
}

/** One more than processors: many tests wait for other processes, for a lease or for a time limit. */
const TEST_PROCESSES = availableParallelism() + 1;
/** For a test that hangs, not for one that is slow: machines differ, and share their processors. */
const TEST_TIMEOUT_MS = 300_000;

/** Lets the hundreds of processes and threads of the tests share what Node compiles. */
function shareCompiledScripts(): void {
  process.env["NODE_COMPILE_CACHE"] ??= join(import.meta.dirname, "cache/node");
}

/**
 * Restores the options of Node that Hardhat replaces for parallel tests: its loader of TypeScript
 * would start in every process and thread of the tests, and Node needs none.
 */
function leaveTypesToNode({ hooks }: HardhatRuntimeEnvironment): void {
  const { NODE_OPTIONS: options } = process.env;
  hooks.registerHandlers("test", {
    onTestRunStart: (context, id, next) => {
      if (options === undefined) delete process.env["NODE_OPTIONS"];
      else process.env["NODE_OPTIONS"] = options;
      return next(context, id);
    },
  });
}

const testMocha = overrideTask(["test", "mocha"])
  .setInlineAction((args, hre, runSuper) => {
    shareCompiledScripts();
    leaveTypesToNode(hre);
    const named = args["testFiles"] as string[];
    // Workers know no `.only`, which is for those who name the files that they work on.
    if (named.length > 0) hre.config.test.mocha.parallel = false;
    return runSuper({ ...args, testFiles: named.length > 0 ? named : testFiles() });
  })
  .build();

export default defineConfig({
  plugins: [toolbox, zkrollup],
  tasks: [testMocha],
  typechain: { outDir: "types/ethers-contracts", tsNocheck: true },
  test: { mocha: { timeout: TEST_TIMEOUT_MS, parallel: true, jobs: TEST_PROCESSES } },
});
