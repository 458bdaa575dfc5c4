/** `hardhat test --coverage` of a project with circuits and contracts. */
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import type { WatchedCircuit } from "../../src/circom/witness-watch.ts";
import { temporaryPath } from "../../src/groth16/files/files.ts";
import { createInputLog, loadInputs } from "../../src/plugin/coverage/input-log.ts";
import { evaluateRun } from "../../src/plugin/coverage/evaluate-run.ts";
import { belowMinimum } from "../../src/plugin/coverage/report.ts";
import { createScope } from "../../src/plugin/coverage/scope.ts";
import { showLines } from "../../src/plugin/coverage/table.ts";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";
import { totalsOf } from "../../src/circom/coverage/totals.ts";
import { type Outcome, startHardhatIn } from "../helpers/hardhat-cli.ts";
import { createProject, type Project } from "../helpers/project.ts";

const urlOf = (path: string) => JSON.stringify(pathToFileURL(join(PACKAGE_ROOT, path)).href);

const config = (rollup: string, rest = "") => `import mocha from "@nomicfoundation/hardhat-mocha";
import zkrollup from ${urlOf("src/circuits.ts")};
import ethers from "@nomicfoundation/hardhat-ethers";
export default {
  plugins: [mocha, ethers, zkrollup],
  ${rest}
  rollup: { circuits: { ${rollup} } },
  test: { mocha: { timeout: 100_000, parallel: process.env.PARALLEL === "yes" } },
};`;

const MAINS = `mains: { bounded: { file: "bounded", template: "Bounded", params: [4] } }`;
const BOUNDED = `pragma circom 2.1.0;
include "pack/square.circom";
template Bounded(max) {
    signal input in;
    signal output out;
    component square = PackSquare();
    square.in <== in;
    assert(in < max);
    if (max > 100) {
        out <== in;
    } else {
        out <== square.out;
    }
}
template Never() {
    signal input in;
    in === 1;
}
`;
const SQUARE = `pragma circom 2.1.0;
template PackSquare() {
    signal input in;
    signal output out;
    out <== in * in;
}
`;
const TALLY = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;
contract Tally {
    uint256 public count;
    function add() external {
        count += 1;
    }
}`;
const HEAD = `import hre from "hardhat";\nimport { expect } from "chai";\n`;
const FIRST = `${HEAD}it("computes", async () => {
  const circuit = await hre.circuits.get("bounded");
  expect(await circuit.compute({ in: 2 })).to.deep.equal({ out: 4n });
  const forged = (await circuit.witness({ in: 2n })).with({ "main.out": 5n });
  expect(forged.isSatisfied()).to.equal(false);
});`;
const SECOND = `${HEAD}it("refuses", async () => {
  const { ethers } = await hre.network.create();
  await (await ethers.deployContract("Tally")).add();
  const circuit = await hre.circuits.get("bounded");
  await circuit.calculateWitness({ in: "0x3" });
  await expect(circuit.witness({ in: 9 })).to.be.refused();
});`;

interface Json {
  readonly totals: Record<string, { covered: number; total: number }>;
  readonly files: readonly { file: string; checks: { source: string; refusals: number }[] }[];
  readonly circuits: readonly Record<string, unknown>[];
}

describe("plugin: coverage of circuits", () => {
  let project: Project;

  before(async () => {
    project = await createProject("circuits");
    const { write, root } = project;
    for (const folder of ["test", "node_modules/pack"]) await mkdir(join(root, folder));
    const modules = join(PACKAGE_ROOT, "node_modules");
    for (const name of ["hardhat", "@nomicfoundation", "ethers", "chai", "mocha", "tsx"]) {
      await symlink(join(modules, name), join(root, "node_modules", name));
    }
    await write("hardhat.config.ts", config(MAINS));
    await write("circuits/bounded.circom", BOUNDED);
    await write("node_modules/pack/package.json", '{ "name": "pack", "version": "1.0.0" }');
    await write("node_modules/pack/square.circom", SQUARE);
    await write("contracts/Tally.sol", TALLY);
    await write("test/first.test.ts", FIRST);
    await write("test/second.test.ts", SECOND);
  });
  after(() => project.remove());

  function run(task: readonly string[], variables: Readonly<Record<string, string>> = {}) {
    // As at a terminal, in the project, and not in a test.
    const options = ["--config", join(project.root, "hardhat.config.ts")];
    return startHardhatIn(project.root, { HH_TEST: "", ...variables }, ...options, ...task).outcome;
  }

  const report = (name: string) => readFile(join(project.root, "coverage/circuits", name), "utf8");
  const json = async () => JSON.parse(await report("coverage.json")) as Json;

  /** The row of a file in the table of circuits. */
  function rowOf({ stdout }: Outcome, file: string): string[] | undefined {
    const row = stdout.split("\n").find((line) => line.includes(` ${file} `));
    return row
      ?.split(/[║│]/)
      .map((cell) => cell.trim())
      .slice(1, -1);
  }

  it("prints a table after Solidity's, and writes lcov, JSON and a page", async () => {
    const outcome = await run(["test", "--coverage"]);
    const { stdout, stderr, exitCode } = outcome;
    expect(exitCode, stderr + stdout).to.equal(0);
    const [solidity, circuits] = [" Coverage Report ", "Circuit Coverage Report"].map((title) =>
      stdout.indexOf(title),
    );
    expect(solidity).to.be.within(1, circuits! - 1);
    const bounded = ["circuits/bounded.circom"];
    expect(rowOf(outcome, bounded[0]!)).to.deep.equal([
      ...bounded,
      ...["70.00", "50.00", "50.00", "50.00", "50.00", "10, 16-17"],
    ]);
    expect(rowOf(outcome, "circuits/multiplier.circom")!.slice(1, 3)).to.deep.equal(["0.00", "-"]);
    expect(stdout).to.include("circuits/bounded.circom:15  Never");
    expect(stdout).to.include("circuits/bounded.circom:17  in === 1");
    expect(stdout).to.include("bounded.circom:9  max > 100: never true; parameters");
    expect(stdout).to.not.include("pack/square.circom");
    expect(await report("index.html")).to.include('<h2 id="circuits/bounded.circom">');
    const lcov = await report("lcov.info");
    expect(lcov).to.include("SF:circuits/bounded.circom\nFN:3,Bounded\nFN:15,Never\n");
    expect(lcov).to.include("BRDA:9,0,0,0\nBRDA:9,0,1,2\n").and.not.include("node_modules");
    const both = await readFile(join(project.root, "coverage/lcov.info"), "utf8");
    expect(both).to.include("SF:contracts/Tally.sol").and.not.include("circom");
  });

  it("counts each input once, and no changed witness", async () => {
    const { circuits, files } = await json();
    expect(circuits).to.have.length(1);
    expect(circuits[0]).to.include({ name: "bounded", accepted: 2, refused: 1, leftOut: 0 });
    const { checks } = files.find(({ file }) => file.endsWith("bounded.circom"))!;
    expect(checks.map(({ refusals }) => refusals)).to.deep.equal([1, 0]);
  });

  it("joins the processes of parallel tests, and forgets earlier runs", async () => {
    const before = await json();
    const { exitCode, stdout, stderr } = await run(["test", "mocha", "--coverage"], {
      PARALLEL: "yes",
    });
    expect(exitCode, stderr + stdout).to.equal(0);
    expect(await json()).to.deep.equal(before);
  });

  it("fails below a minimum, skips files, and includes packages", async () => {
    const settings =
      'coverage: { packages: ["pack", "absent"], minimum: { checks: 60, lines: 1 } }';
    const skip = 'coverage: { skipFiles: ["circuits/multi*"] },';
    await project.write("hardhat.config.ts", config(`${MAINS}, ${settings}`, skip));
    const outcome = await run(["test", "mocha", "--coverage"]);
    expect(outcome.stdout).to.include("2 passing");
    expect(outcome.exitCode).to.equal(1);
    expect(outcome.stderr).to.include("checks: 50.00 %, at least 60 %").and.not.include("lines:");
    expect(outcome.stderr).to.include("absent is not installed");
    const { files } = await json();
    expect(files.map(({ file }) => file)).to.deep.equal([
      ...["circuits/bounded.circom", "circuits/lib/square.circom"],
      "node_modules/pack/square.circom",
    ]);
  });

  it("reports what it cannot cover, and fails no test for it", async () => {
    await project.write("hardhat.config.ts", config(`${MAINS}, coverage: { statements: 9 }`));
    await project.write("circuits/lib/broken.circom", "template Broken( {}");
    const { exitCode, stdout, stderr } = await run(["test", "mocha", "--coverage"]);
    expect(exitCode, stderr + stdout).to.equal(0);
    expect(stderr).to.include("lacks 3 of 3 inputs of bounded. Its share of 9 statements");
    expect(stderr).to.include("The coverage lacks a file.").and.include("broken.circom:1");
    // A file that cannot be written is no failure of a test either.
    await rm(join(project.root, "coverage"), { recursive: true });
    await mkdir(join(project.root, "coverage"));
    await writeFile(join(project.root, "coverage/circuits"), "a file in place of the folder");
    const blocked = await run(["test", "mocha", "--coverage"]);
    expect(blocked.stderr).to.include("The coverage of circuits is not known");
    expect(blocked.exitCode).to.equal(0);
    // But of a minimum nothing is known then.
    const minimum = "coverage: { minimum: { lines: 1 } }";
    await project.write("hardhat.config.ts", config(`${MAINS}, ${minimum}`));
    const unknown = await run(["test", "mocha", "--coverage"]);
    expect(unknown.stdout).to.include("2 passing");
    expect(unknown.exitCode).to.equal(1);
    await rm(join(project.root, "coverage"), { recursive: true });
    await project.delete("circuits/lib/broken.circom");
  });

  it("does nothing without --coverage, and says when no witness was computed", async () => {
    await project.write("hardhat.config.ts", config(MAINS));
    const plain = await run(["test", "mocha"]);
    expect(plain.stdout).to.not.include("Coverage");
    expect(await readdir(project.root)).to.not.include("coverage");
    const solidity = await run(["test", "solidity", "--coverage"]);
    expect(solidity.stdout).to.not.include("circuits");
    const none = "test/nothing.test.ts";
    await project.write(none, 'it("computes nothing", () => undefined);');
    const { stdout } = await run(["test", "mocha", none, "--coverage"]);
    expect(stdout).to.include("No test has computed a witness").and.not.include("Circuit Coverage");
    expect((await json()).totals["lines"]!.covered).to.equal(0);
  });
});

describe("plugin: inputs of a coverage run", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "coverage-"));
    await writeFile(join(folder, "a.circom"), "template A() {} component main = A();");
  });
  after(() => rm(folder, { recursive: true }));

  const circuit = (file = "a.circom"): WatchedCircuit => ({
    ...{ name: "a", file: join(folder, file), folders: {}, prime: "bn128" as const },
  });

  it("keeps equal inputs once, however they are written", async () => {
    const log = createInputLog(() => true);
    const written = [
      { x: 255, y: [true] },
      { x: 255n, y: [1n] },
      { x: "0xff", y: new Uint8Array([1]) },
    ];
    for (const inputs of written) log.watch(circuit(), inputs, true);
    log.watch(circuit(), { x: 254, y: [{ z: 1 }] }, false);
    await log.save(join(folder, "data"));
    await log.save(join(folder, "data"));
    await writeFile(temporaryPath(join(folder, "data", "killed.json")), "[{");
    const [loaded] = (await loadInputs([join(folder, "data"), join(folder, "none")])).values();
    expect([...loaded!.inputs]).to.deep.equal([
      ['{"x":"255","y":["1"]}', true],
      ['{"x":"254","y":[{"z":"1"}]}', false],
    ]);
  });

  it("counts what is beyond its limits, and ignores circuits of other projects", () => {
    const log = createInputLog((file) => file.endsWith("a.circom"), {
      ...{ inputsMax: 2, charactersMax: 18 },
    });
    for (const x of [1, 2, 3, 1]) log.watch(circuit(), { x }, true);
    log.watch(circuit("gone.circom"), { x: 1 }, true);
    const [logged, ...others] = log.circuits.values();
    expect(others).to.deep.equal([]);
    expect([logged!.inputs.size, logged!.dropped]).to.deep.equal([2, 1]);
    const short = createInputLog(() => true, { inputsMax: 9, charactersMax: 18 });
    for (const x of [1, 2, 3]) short.watch(circuit(), { x }, true);
    const [kept] = short.circuits.values();
    expect([kept!.inputs.size, kept!.dropped]).to.deep.equal([2, 1]);
  });
});

describe("plugin: evaluation of a coverage run", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "coverage-"));
    const loop = "var sum = 0; for (var i = 0; i < n; i++) { sum += i; }";
    for (const [name, n] of [
      ["small", 1],
      ["large", 100],
    ] as const) {
      const template = `template ${name}(n) { signal input x; ${loop} }`;
      await writeFile(
        join(folder, `${name}.circom`),
        `${template}\ncomponent main = ${name}(${n});`,
      );
    }
  });
  after(() => rm(folder, { recursive: true }));

  const scope = {
    ...{ isCovered: () => true, nameOf: (file: string) => file },
    ...{ ownFiles: () => [], missingPackages: [] },
  };

  /** Runs circuits on 10 inputs each. */
  function evaluate(statements: number, ...circuits: Partial<WatchedCircuit>[]) {
    const inputs = new Map(Array.from({ length: 10 }, (_, x) => [`{"x":"${x}"}`, true] as const));
    const logged = circuits.map(({ file = "", prime = "bn128" }) => {
      const circuit = { name: file, file: join(folder, `${file}.circom`), folders: {}, prime };
      return [`${file} ${prime}`, { circuit, inputs, dropped: 0 }] as const;
    });
    return evaluateRun(new Map(logged), scope, statements);
  }

  it("leaves small circuits their share of the statements, whatever large ones take", async () => {
    const { circuits } = await evaluate(900, { file: "large" }, { file: "small" });
    const [large, small] = circuits;
    expect(large).to.include({ name: "large", leftOut: 9, accepted: 1 });
    expect(large!.problems[0]).to.include("share of 900 statements");
    expect(small).to.include({ name: "small", leftOut: 0, accepted: 10 });
    const enough = await evaluate(1_000_000, { file: "large" }, { file: "small" });
    expect(enough.circuits.map(({ leftOut }) => leftOut)).to.deep.equal([0, 0]);
  });

  it("says what it cannot evaluate: another prime, sources that are gone", async () => {
    const { circuits, files } = await evaluate(
      1_000_000,
      { file: "small", prime: "goldilocks" },
      { file: "gone" },
      { file: "small" },
    );
    const problems = circuits.map(({ name, leftOut, problems: [first] }) => [name, leftOut, first]);
    expect(problems[0]!.slice(0, 2)).to.deep.equal(["gone", 10]);
    expect(problems[0]![2]).to.include("gone.circom");
    expect(problems.slice(1)).to.deep.equal([
      ["small", 10, "It is compiled for the prime goldilocks."],
      ["small", 0, undefined],
    ]);
    expect(files.map(({ routines }) => routines[0]!.runs)).to.deep.equal([10]);
  });
});

describe("plugin: scope and minimum of coverage", () => {
  it("leaves out packages, generated files and the rollup's own circuits", async () => {
    const project = await createProject("circuits");
    const { config: resolved } = await project.createHre();
    const { isCovered, nameOf, ownFiles } = createScope(resolved);
    const own = (path: string) => isCovered(join(project.root, path));
    expect(own("circuits/multiplier.circom")).to.equal(true);
    expect(own("lib/shared.circom")).to.equal(true);
    expect(own("node_modules/circomlib/circuits/bitify.circom")).to.equal(false);
    expect(own("circuits/node_modules/a/b.circom")).to.equal(false);
    expect(own("cache/rollup/circuits/main.circom")).to.equal(false);
    expect(isCovered("/elsewhere/a.circom")).to.equal(false);
    expect(isCovered(join(PACKAGE_ROOT, "circuits/lib/bits.circom"))).to.equal(false);
    expect(ownFiles().map(nameOf)).to.have.members([
      "circuits/multiplier.circom",
      "circuits/lib/square.circom",
    ]);
    await project.remove();
  });

  it("compares only what there is with a minimum", () => {
    const lines = new Map([1, 2, 3].map((line) => [line, line - 1] as const));
    const none = { routines: [], branches: [], constraints: [], checks: [] };
    const totals = totalsOf([{ file: "a.circom", lines, ...none }]);
    expect(belowMinimum(totals, { lines: 66, branches: 100 })).to.deep.equal([]);
    expect(belowMinimum(totals, { lines: 67 })).to.deep.equal(["lines: 66.67 %, at least 67 %"]);
  });

  it("joins uncovered lines across lines without statements", () => {
    const isCode = (line: number) => line !== 3;
    expect(showLines([2, 4, 6], isCode)).to.equal("2-4, 6");
    expect(showLines([], isCode)).to.equal("-");
    const odd = Array.from({ length: 20 }, (_, index) => 2 * index + 5);
    expect(showLines(odd, isCode)).to.match(/^5, 7, .*, 19, …$/);
  });
});
