/** `rollup:compile`, `setup` and `verifier`: which circuits they are about, and `--watch`. */
import type { ChildProcess } from "node:child_process";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { type Printed, printedBy } from "../helpers/printed.ts";
import { installHardhat, runInProject, startInProject } from "../helpers/project-cli.ts";
import { createProject, type Project } from "../helpers/project.ts";

const SQUARE = `pragma circom 2.1.0;
template Square() {
    signal input in;
    signal output out <== in * in;
}
`;
const CUBE = `${SQUARE.replaceAll("Square", "Cube")
  .replace("in * in", "square * in")
  .replace(
    "signal output",
    "signal square <== in * in;\n    signal output",
  )}component main = Cube();
`;
/** Its hint is assigned without a constraint. */
const LOOSE = `pragma circom 2.1.6;
template Loose() {
    signal input in;
    signal hint <-- in;
    signal output out <== in * in;
}
component main = Loose();
`;

interface Row {
  readonly name: string;
  readonly cached: boolean;
  readonly r1cs: string;
}

describe("tasks: steps of the build", () => {
  let project: Project;
  before(async () => {
    project = await createProject("circuits");
    await project.write("circuits/cube.circom", CUBE);
  });
  after(() => project.remove());

  async function run(name: string, args: object = {}, rollup: object = {}): Promise<Printed> {
    const hre = await project.createHre({ rollup: { prover: "mock", ...rollup } });
    return printedBy(() => hre.tasks.getTask(`rollup:${name}`).run(args));
  }
  const compile = async (args: object = {}) =>
    JSON.parse((await run("compile", { json: true, ...args })).stdout) as Row[];
  const namesOf = async (args: object) => (await compile(args)).map(({ name }) => name);
  const refusal = async (name: string, args: object, rollup = {}) =>
    String(await run(name, args, rollup).catch((error: unknown) => error));

  it("takes circuits from the cache, and compiles them again by --force", async () => {
    await compile();
    const [first] = await compile({ circuit: "cube" });
    expect(first!.cached).to.equal(true);
    const { ino } = await stat(first!.r1cs);
    const [forced] = await compile({ circuit: "cube", force: true });
    expect(forced).to.include({ name: "cube", cached: false, r1cs: first!.r1cs });
    expect((await stat(first!.r1cs)).ino).to.not.equal(ino);
    expect((await compile()).map(({ cached }) => cached)).to.deep.equal([true, true]);
  });

  it("is about the circuits of --circuit without those of --skip", async () => {
    expect(await namesOf({})).to.deep.equal(["cube", "multiplier"]);
    expect(await namesOf({ skip: "cube" })).to.deep.equal(["multiplier"]);
    expect(await namesOf({ circuit: "cube, multiplier", skip: "multiplier" })).to.deep.equal([
      "cube",
    ]);
    const none = await run("compile", { skip: "cube,multiplier" });
    expect(none.stdout).to.equal("There is nothing to do for these circuits.\n");
    expect(await refusal("compile", { skip: "none" })).to.include("CIRCUIT_UNKNOWN: ");
    // As of a variable of the shell that is not set.
    expect(await refusal("compile", { circuit: "" })).to.include("CIRCUIT_UNKNOWN: ");
  });

  it("leaves the contracts of skipped circuits as they are", async () => {
    const contracts = join(project.root, "cache/rollup/contracts");
    await run("verifier");
    await writeFile(join(contracts, "CubeVerifier.sol"), "// mine");
    const { stdout } = await run("verifier", { skip: "cube" });
    expect(stdout).to.include("MultiplierVerifier verifies multiplier").and.not.include("Cube");
    expect(await readFile(join(contracts, "CubeVerifier.sol"), "utf8")).to.equal("// mine");
    await run("verifier");
    expect(await readFile(join(contracts, "CubeVerifier.sol"), "utf8")).to.include("contract Cube");
  });

  it("prints nothing by --quiet, and paths from the working directory else", async () => {
    for (const name of ["compile", "setup", "verifier"]) {
      expect((await run(name, { quiet: true })).stdout).to.equal("");
    }
    const { stdout } = await run("compile");
    const { r1cs } = (await compile())[0]!;
    expect(stdout).to.include("cube: 2 constraints, cached\n").and.not.include(`  ${r1cs}`);
  });

  it("makes dev keys again by --force, and they are the same", async () => {
    const keysOf = async (args: object) =>
      JSON.parse((await run("setup", { json: true, circuit: "cube", ...args })).stdout) as {
        zkey: string;
      }[];
    const [{ zkey }] = (await keysOf({})) as [{ zkey: string }];
    const [before, { ino }] = [await readFile(zkey), await stat(zkey)];
    const [again] = await keysOf({ force: true });
    expect(again!.zkey).to.equal(zkey);
    expect((await stat(zkey)).ino).to.not.equal(ino);
    expect((await readFile(zkey)).equals(before)).to.equal(true);
  });

  it("never makes keys of a ceremony again", async () => {
    const setup = { type: "ceremony", keysDir: "keys" };
    for (const args of [{}, { contribute: "Ada" }, { circuit: "cube", ptau: "some.ptau" }]) {
      const text = await refusal("setup", { force: true, ...args }, { setup });
      expect(text).to.include("CEREMONY_KEYS_KEPT: ").and.include("cube");
    }
    // PLONK's keys follow from powers of tau, whoever makes them.
    const plonk = { setup, circuits: { protocol: "plonk" } };
    expect(await refusal("setup", { force: true }, plonk)).to.include("PTAU_NOT_CONFIGURED: ");
  });

  it("shows the circuits that compile before it says which do not", async () => {
    await project.write("circuits/broken.circom", "pragma circom 2.0.0;\ncomponent main = No();\n");
    const hre = await project.createHre({ rollup: { prover: "mock" } });
    let failure: unknown;
    const { stdout } = await printedBy(() =>
      hre.tasks
        .getTask("rollup:compile")
        .run({})
        .catch((error: unknown) => {
          failure = error;
        }),
    );
    expect(stdout).to.include("cube: 2 constraints").and.include("multiplier: 3 constraints");
    expect(String(failure)).to.include("CIRCUIT_SYNTAX: ");
    await project.delete("circuits/broken.circom");
  });

  it("refuses --watch with options that make no sense with it", async () => {
    for (const option of ["json", "force"]) {
      const text = await refusal("compile", { watch: true, [option]: true });
      expect(text).to.include("OPTIONS_EXCLUSIVE: ").and.include(`--${option}`);
    }
  });
});

describe("tasks: rollup:compile --watch", () => {
  let project: Project;
  const started: { readonly child: ChildProcess; readonly exit: Promise<unknown> }[] = [];
  before(async () => {
    project = await createProject("circuits");
    await installHardhat(project, { prover: "mock" });
  });
  afterEach(async () => {
    for (const { child, exit } of started.splice(0)) {
      child.kill("SIGKILL");
      await exit;
    }
  });
  after(() => project.remove());

  /** Starts the task. `printed` waits for text on either stream after the last text found. */
  function watch(...args: string[]) {
    const child = startInProject(project, ["rollup:compile", "--watch", ...args]);
    let output = "";
    let seen = 0;
    const checks = new Set<() => void>();
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on("data", (data: Buffer) => {
        output += data.toString();
        for (const check of checks) check();
      });
    }
    const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
    started.push({ child, exit });
    const printed = (pattern: RegExp) =>
      new Promise<string>((resolve, reject) => {
        const check = () => {
          const found = pattern.exec(output.slice(seen));
          if (found === null) return;
          checks.delete(check);
          const before = output.slice(seen, seen + found.index + found[0].length);
          seen += found.index + found[0].length;
          resolve(before);
        };
        checks.add(check);
        void exit.then(() => {
          reject(new Error(`It never printed ${String(pattern)}: ${output}`));
        });
        check();
      });
    return { child, exit, printed };
  }

  it("compiles again what an included file changes, shows errors, and ends by Ctrl-C", async () => {
    const { child, exit, printed } = watch();
    await printed(/multiplier: 3 constraints, compiled\n.*\n/);
    // The included file gets a constraint more.
    await project.write(
      "circuits/lib/square.circom",
      SQUARE.replace("<== in * in", "<== twice * in").replace(
        "signal output",
        "signal twice <== in * in;\n    signal output",
      ),
    );
    const round = await printed(/multiplier: 4 constraints, compiled\n.*\n/);
    expect(round).to.match(/circuits\/lib\/square\.circom has changed\n/);
    await project.write("circuits/lib/square.circom", "template Square( {");
    await printed(/CIRCUIT_SYNTAX: [^]*Fix: .*\n/);
    await rm(join(project.root, "circuits/lib/square.circom"));
    await printed(/INCLUDE_NOT_FOUND: [^]*Fix: .*\n/);
    await project.write("circuits/lib/square.circom", SQUARE);
    await printed(/multiplier: 3 constraints, (?:compiled|cached)\n/);
    child.kill("SIGINT");
    expect(await exit).to.equal(0);
  });

  it("finds new circuits in new folders, and prints what has changed only", async () => {
    await project.write("circuits/lib/square.circom", SQUARE);
    const { child, exit, printed } = watch();
    await printed(/multiplier: 3 constraints.*\n.*\n/);
    await mkdir(join(project.root, "circuits/v1.0"));
    await project.write("circuits/v1.0/cube.circom", CUBE);
    const round = await printed(/cube: 2 constraints, compiled\n.*\n/);
    expect(round).to.not.include("multiplier");
    await project.write("circuits/v1.0/cube.circom", CUBE.replace("in * in;", "in * in + 1;"));
    const next = await printed(/cube: 2 constraints, compiled\n.*\n/);
    expect(next).to.include("circuits/v1.0/cube.circom has changed").and.not.include("multiplier");
    child.kill("SIGTERM");
    expect(await exit).to.equal(0);
  });

  it("finds folders again that were gone, and others in their place", async () => {
    await project.write("circuits/lib/square.circom", SQUARE);
    const [circuits, inner, aside] = ["circuits", "circuits/inner", "aside"].map((name) =>
      join(project.root, name),
    ) as [string, string, string];
    const write = async (addend: number) => {
      await mkdir(inner, { recursive: true });
      await writeFile(join(inner, "sum.circom"), CUBE.replace("in * in;", `in * in + ${addend};`));
    };
    await write(1);
    const { child, exit, printed } = watch("--circuit", "sum");
    await printed(/sum: 2 constraints.*\n.*\n/);
    await rename(circuits, aside);
    await printed(/CIRCUIT_UNKNOWN: [^]*Fix: .*\n/);
    await rename(aside, circuits);
    await printed(/circuits has changed\n/);
    // Another folder at once takes the place of the watched one.
    await rename(inner, aside);
    await write(2);
    await printed(/sum: 2 constraints, compiled\n.*\n/);
    await write(3);
    await printed(/sum: 2 constraints, compiled\n.*\n/);
    child.kill("SIGINT");
    expect(await exit).to.equal(0);
  });

  it("shows what --inspect finds in each round", async () => {
    await project.write("circuits/loose.circom", LOOSE);
    const { child, exit, printed } = watch("--inspect", "--circuit", "loose");
    await printed(/loose\.circom:\d+: warning\[/);
    child.kill("SIGINT");
    expect(await exit).to.equal(0);
  });

  it("ends well without --watch if nobody reads its output any more", async () => {
    const child = startInProject(project, ["rollup:compile", "--json", "--circuit", "multiplier"]);
    const exit = new Promise<number | null>((resolve) => child.once("close", resolve));
    child.stdout!.destroy();
    expect(await text(child.stderr!)).to.equal("");
    expect(await exit).to.equal(0);
  });

  it("refuses a circuit that is not there, and ends", async () => {
    const { exitCode, stderr } = await runInProject(project, [
      "rollup:compile",
      "--watch",
      "--circuit",
      "none",
    ]);
    expect(exitCode).to.equal(1);
    expect(stderr).to.include("CIRCUIT_UNKNOWN: ");
  });
});
