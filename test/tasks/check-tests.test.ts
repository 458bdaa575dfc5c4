/** `rollup:check --mutate --tests`: the tests of a project against each removed constraint. */
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { TestedMutants } from "../../src/plugin/checks/mutation-tests.ts";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";
import { printedBy } from "../helpers/printed.ts";
import { createProject, type Project } from "../helpers/project.ts";

/** Without public values, so that no contract has to be compiled. */
const CIRCUIT = `pragma circom 2.1.0;
template Flag() {
  signal input in;
  in * (in - 1) === 0;
}
template Main() {
  signal input flag;
  signal input a;
  signal input b;
  component check = Flag();
  flag ==> check.in;
  a * b === 42;
  flag * a * 0 === 0;
}
component main = Main();
`;
const CONFIG = `import circuits from ${JSON.stringify(join(PACKAGE_ROOT, "src/circuits.ts"))};
import mocha from "@nomicfoundation/hardhat-mocha";
export default { plugins: [circuits, mocha], rollup: { circuits: { patternWarnings: false } } };
`;
/** They refuse bad inputs, as the witness generator does also without what binds the flag. */
const TESTS = `import hre from "hardhat";
const refuses = async (inputs: object) =>
  (await hre.circuits.get("main")).compute(inputs).then(() => false, () => true);
describe("main", () => {
  it("refuses what is no flag, and other products", async () => {
    if (!(await refuses({ flag: 2, a: 6, b: 7 }))) throw new Error("no flag");
    if (!(await refuses({ flag: 1, a: 6, b: 8 }))) throw new Error("other product");
    if (await refuses({ flag: 1, a: 6, b: 7 })) throw new Error("refused");
  });
});
`;

/** They leave a file, with which they fail. */
const ONCE = `import { existsSync, writeFileSync } from "node:fs";
it("passes once", () => {
  if (existsSync("left")) throw new Error("not the first run");
  writeFileSync("left", "");
});
`;
/** Without a constraint, the run ends before a test has failed. */
const ENDING = `it("passes", () => {
  const { original, replacement } = JSON.parse(process.env.ROLLUP_SOURCE_CHANGE);
  if (original !== replacement) process.exit(1);
});
`;

describe("tasks: rollup:check --mutate --tests", () => {
  let project: Project;
  before(async () => {
    project = await createProject();
    await mkdir(join(project.root, "circuits"));
    await mkdir(join(project.root, "test"));
    for (const name of ["hardhat", "@nomicfoundation", "mocha"]) {
      await symlink(
        join(PACKAGE_ROOT, "node_modules", name),
        join(project.root, "node_modules", name),
      );
    }
    await project.write("circuits/main.circom", CIRCUIT);
    await project.write("hardhat.config.ts", CONFIG);
    await project.write("test/main.ts", TESTS);
    await project.write("test/once.ts", ONCE);
    await project.write("test/ending.ts", ENDING);
    await project.write("test/failing.ts", 'it("fails", () => { throw new Error("as always"); });');
  });
  after(() => project.remove());
  // Hardhat's own test run, which this is, names its config to the processes that it starts.
  const { HARDHAT_CONFIG } = process.env;
  beforeEach(() => {
    process.env["HARDHAT_CONFIG"] = join(project.root, "hardhat.config.ts");
  });
  afterEach(() => {
    if (HARDHAT_CONFIG === undefined) delete process.env["HARDHAT_CONFIG"];
    else process.env["HARDHAT_CONFIG"] = HARDHAT_CONFIG;
  });

  async function check(file: string, args: object = {}) {
    const hre = await project.createHre();
    const given = { circuits: ["main"], samples: 40, seed: 7, time: 0, mutate: true, json: false };
    const tests = join(project.root, "test", file);
    return printedBy(() => hre.tasks.getTask("rollup:check").run({ ...given, tests, ...args }));
  }

  it("lists the constraints that no test notices, and fails", async () => {
    const { stdout, exitCode } = await check("main.ts", { json: true });
    expect(exitCode).to.equal(1);
    const [report] = JSON.parse(stdout) as [TestedMutants];
    const { survivors, undecided, ...counts } = report;
    expect(undecided).to.deep.equal([]);
    expect(counts).to.deep.equal({
      circuit: "main",
      mutants: 4,
      noticed: 2,
      withoutEffect: 1,
      refusedByCircom: 0,
      isTimedOut: false,
    });
    expect(survivors.map(({ line, source, template }) => [line, source, template])).to.deep.equal([
      [11, "flag ==> check.in", "Main"],
    ]);
    expect(survivors[0]!.file).to.match(/\/circuits\/main\.circom$/);
  });

  it("takes nothing for noticed if the tests fail without a change, too", async () => {
    const error: unknown = await check("once.ts").catch((reason: unknown) => reason);
    expect((error as Error).message)
      .to.match(/^TESTS_NOT_REPEATABLE/)
      .and.include("not the first run");
  });

  it("takes nothing for noticed if the run ends for another reason", async () => {
    const { stdout, exitCode } = await check("ending.ts", { json: true });
    const [{ noticed, survivors, undecided }] = JSON.parse(stdout) as [TestedMutants];
    expect([noticed, survivors, exitCode]).to.deep.equal([0, [], 1]);
    expect(undecided.map(({ line }) => line)).to.deep.equal([4, 11, 12]);
  });

  it("removes nothing before the tests pass, or after the time limit", async () => {
    const error: unknown = await check("failing.ts").catch((reason: unknown) => reason);
    expect((error as Error).message)
      .to.match(/^TESTS_FAIL_UNCHANGED/)
      .and.include("as always");
    const { stdout, exitCode } = await check("main.ts", { time: 1 }).catch((reason: unknown) => ({
      stdout: (reason as Error).message,
      exitCode: 1,
    }));
    expect(exitCode).to.equal(1);
    expect(stdout).to.match(/time limit ended the run|TESTS_FAIL_UNCHANGED/);
  });
});
