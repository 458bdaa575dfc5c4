/** `hardhat test --circuit-stats` in a project of its own, as a process. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, symlink, utimes } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";
import { collectUsage } from "../../src/plugin/profile/usage-report.ts";
import { createProject, type Project } from "../helpers/project.ts";

const HARDHAT = dirname(createRequire(import.meta.url).resolve("hardhat/package.json"));
const CLI = join(HARDHAT, "dist", "src", "cli.js");
const MOCHA_PLUGIN = "@nomicfoundation/hardhat-mocha";

/** Uses a circuit before the tests start, and in them. */
const tests = (name: string) => `import assert from "node:assert";
import hre from "hardhat";
const multiplier = await hre.circuits.get("multiplier");
await multiplier.calculateWitness({ a: 2, b: [3, 4] });
describe("${name}", () => {
  it("computes", async () => {
    for (let a = 1; a < 4; a++) await multiplier.calculateWitness({ a, b: [7, 8] });
    await assert.rejects(multiplier.calculateWitness({ a: 1 }));
  });
  it("proves", async () => {
    await multiplier.prove({ a: 6, b: [7, 8] });
  });
});
`;

interface Statistics {
  readonly circuits: readonly {
    readonly circuit: string;
    readonly constraints: number;
    readonly inputs: number;
    readonly witnesses: { readonly count: number; readonly medianMs: number } | null;
    readonly proofs: { readonly count: number } | null;
  }[];
}

describe("plugin: circuit statistics", () => {
  let project: Project;
  before(async () => {
    project = await createProject("circuits");
    const plugin = JSON.stringify(join(PACKAGE_ROOT, "src", "circuits.ts"));
    await project.write(
      "hardhat.config.ts",
      `import mocha from "${MOCHA_PLUGIN}";
import circuits from ${plugin};
const parallel = process.env["PARALLEL"] === "1";
export default { plugins: [mocha, circuits], test: { mocha: { parallel, jobs: 2 } } };
`,
    );
    await mkdir(join(project.root, "test"));
    await mkdir(join(project.root, "node_modules", "@nomicfoundation"));
    const modules = join(PACKAGE_ROOT, "node_modules");
    for (const name of ["hardhat", MOCHA_PLUGIN, "mocha", "chai"]) {
      await symlink(join(modules, name), join(project.root, "node_modules", name));
    }
    await project.write("test/one.ts", tests("one"));
    await project.write("test/two.ts", tests("two"));
  });
  after(() => project.remove());

  async function run(args: readonly string[], variables: object = {}): Promise<string> {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(HARDHAT|HH_|NODE_OPTIONS|MOCHA)/.test(name),
    );
    const env = { ...Object.fromEntries(inherited), NO_COLOR: "1", ...variables };
    const options = { cwd: project.root, env };
    const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args], options);
    return stdout;
  }

  async function statistics(): Promise<Statistics> {
    return JSON.parse(await readFile(join(project.root, "stats.json"), "utf8")) as Statistics;
  }

  const options = ["--no-compile", "--circuit-stats", "--circuit-stats-json", "stats.json"];

  it("reports witnesses and proofs after all test runners", async () => {
    const stdout = await run(["test", ...options]);
    expect(stdout)
      .to.match(/Circuit Statistics/)
      .and.match(/multiplier +│ 3 /);
    expect(stdout.match(/Circuit Statistics/g)).to.have.length(1);
    const { circuits } = await statistics();
    expect(circuits).to.have.length(1);
    const [{ circuit, inputs, witnesses, proofs }] = circuits as [Statistics["circuits"][0]];
    expect([circuit, inputs]).to.deep.equal(["multiplier", 3]);
    // In each file one before the tests, three in them and one for the proof; none is refused.
    expect([witnesses!.count, proofs!.count]).to.deep.equal([10, 2]);
    expect(witnesses!.medianMs).to.be.above(0);
    const left = join(project.root, "cache", "rollup", "usage");
    expect(await readdir(left)).to.deep.equal([]);
  });

  it("collects what parallel processes do", async () => {
    const stdout = await run(["test", "mocha", ...options], { PARALLEL: "1" });
    expect(stdout).to.include("Circuit Statistics");
    const { circuits } = await statistics();
    const [{ witnesses, proofs }] = circuits as [Statistics["circuits"][0]];
    // Mocha's own process loads each file, too, with the witness before the tests.
    expect([witnesses!.count, proofs!.count]).to.deep.equal([12, 2]);
  });

  it("says that no test has used a circuit, and records nothing unless it is asked to", async () => {
    await project.write("test/none.ts", `describe("none", () => it("passes", () => {}));`);
    const stdout = await run(["test", "mocha", "test/none.ts", ...options]);
    expect(stdout).to.include("No test has used a circuit.");
    const silent = await run(["test", "mocha", "--no-compile", "test/one.ts"]);
    expect(silent).to.include("2 passing").and.not.include("Circuit");
  });

  it("names a folder in which it cannot write", async () => {
    const args = ["test", "mocha", "--no-compile", "test/one.ts", "--circuit-stats-json"];
    const failure: unknown = await run([...args, "package.json/stats.json"]).catch(
      (error: unknown) => error,
    );
    expect((failure as { stderr: string }).stderr)
      .to.include("FOLDER_NOT_WRITABLE")
      .and.not.include("unexpected error");
  });

  it("reads records of processes that were killed, and removes what such runs have left", async () => {
    const folder = join(project.root, "records", "run");
    const [killed, running] = [join(folder, "../killed"), join(folder, "../running")];
    for (const path of [folder, killed, running]) await mkdir(path, { recursive: true });
    const old = new Date(Date.now() - 25 * 3_600_000);
    await utimes(killed, old, old);
    const used = { circuit: "a", protocol: "groth16", constraints: 1 };
    const lines = [
      { kind: "circuit", id: "1", used },
      ...[3, 1, 2, 10].map((ms) => ({ kind: "proof", id: "1", ms })),
    ].map((line) => JSON.stringify(line));
    await project.write("records/run/1.jsonl", `${lines.join("\n")}\n{"kind":"pro`);
    const usage = await collectUsage(folder);
    const proofs = { count: 4, minMs: 1, medianMs: 2.5, maxMs: 10 };
    expect(usage).to.deep.equal([{ ...used, witnesses: null, proofs }]);
    expect([folder, killed, running].map((path) => existsSync(path))).to.deep.equal([
      false,
      false,
      true,
    ]);
  });
});
