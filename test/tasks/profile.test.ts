/** `rollup:profile` in a project of its own. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { expectCode } from "../helpers/expect-code.ts";
import { type Printed, printedBy } from "../helpers/printed.ts";
import { createProject, type Project } from "../helpers/project.ts";

const DEFAULTS = {
  ...{ json: false, limit: 12, expand: false, time: false, tolerance: 0 },
  ...{ check: false, writeBaseline: false },
};

/** Squares an input `rounds` times, and by `copies` components. */
const circuit = (rounds: number, copies = 2) =>
  `pragma circom 2.0.0;
template Square() {
    signal input in;
    signal output out <== in * in;
}
template Chain(rounds, copies) {
    signal input in;
    signal output out;
    signal steps[rounds];
    component squares[copies];
    for (var i = 0; i < copies; i++) {
        squares[i] = Square();
        squares[i].in <== in;
    }
    steps[0] <== squares[copies - 1].out;
    for (var i = 1; i < rounds; i++) steps[i] <== steps[i - 1] * steps[i - 1] + 1;
    out <== steps[rounds - 1];
}
component main = Chain(${rounds}, ${copies});
`;

interface JsonProfile {
  readonly circuits: readonly {
    readonly circuit: string;
    readonly totals: { readonly constraints: number };
    readonly time: { readonly proofMs: number; readonly witnessMs: number } | null;
    readonly main: { readonly children: readonly { readonly label: string }[] };
  }[];
  readonly changes?: readonly { readonly circuit: string; readonly verdict: string }[];
}

describe("tasks: rollup:profile", () => {
  let project: Project;
  const write = (name: string, text: string) => project.write(`circuits/${name}.circom`, text);
  beforeEach(async () => {
    project = await createProject("circuits");
    await write("chain", circuit(20));
  });
  afterEach(() => project.remove());

  async function profile(args: object): Promise<Printed> {
    const hre = await project.createHre();
    const task = hre.tasks.getTask("rollup:profile");
    return printedBy(() => task.run({ ...DEFAULTS, circuits: [], ...args }));
  }

  async function refuse(code: string, args: object): Promise<string> {
    const error = await profile(args).catch((thrown: unknown) => thrown);
    return expectCode(code, () => {
      throw (error as Error).cause ?? error;
    }).message;
  }

  it("prints the largest templates, components and lines", async () => {
    const { stdout } = await profile({ circuits: ["chain"] });
    expect(stdout).to.include("chain: 21 constraints at --O1, 25 in the source");
    expect(stdout).to.match(/Chain +19 +90\.5 % +21 /);
    expect(stdout).to.match(/main\.squares\[0\.\.1\] +2 +9\.5 % .* Square\(\)/);
    expect(stdout).to.match(/circuits\/chain\.circom:16 +19 .* steps\[i\] <== steps/);
    const short = await profile({ circuits: ["chain"], limit: 1 });
    expect(short.stdout).to.match(/… \d more: --limit/);
  });

  it("counts constraints, wires and signals as rollup:info does", async () => {
    const { stdout } = await profile({ circuits: ["chain"] });
    const counts = /; (?<wires>\d+) wires for (?<signals>\d+) signals\n/.exec(stdout)!.groups!;
    const hre = await project.createHre();
    const info = hre.tasks.getTask("rollup:info");
    const printed = await printedBy(() => info.run({ circuit: "chain", json: false }));
    expect(printed.stdout).to.include(`  ${counts["wires"]} for ${counts["signals"]} signals\n`);
    await write("chain", circuit(1, 1));
    const smallest = await profile({ circuits: ["chain"] });
    expect(smallest.stdout).to.match(/^chain: 1 constraint at --O1/);
  });

  it("prints all circuits as JSON, and arrays one by one if asked", async () => {
    const { stdout } = await profile({ json: true, expand: true });
    const { circuits, changes } = JSON.parse(stdout) as JsonProfile;
    expect(changes).to.equal(undefined);
    expect(circuits.map(({ circuit: name }) => name)).to.deep.equal(["chain", "multiplier"]);
    const [chain] = circuits;
    expect(chain).to.deep.include({ time: null }).and.nested.include({ "totals.constraints": 21 });
    expect(chain!.main.children.map(({ label }) => label)).to.include("squares[1]");
  });

  it("writes a flamegraph and a page", async () => {
    const output = join(project.root, "pictures");
    const { stdout } = await profile({ circuits: ["chain"], output });
    expect(stdout).to.match(/Wrote .*chain\.svg\nWrote .*chain\.html/);
    expect(await readFile(join(output, "chain.svg"), "utf8")).to.include("main.squares[0..1]: 2 ");
    const page = await readFile(join(output, "chain.html"), "utf8");
    expect(page).to.include("template Chain(rounds, copies) {");
  });

  it("measures a proof, and shares its time out", async () => {
    const { stdout } = await profile({ circuits: ["chain"], time: true, json: true });
    const [{ time }] = (JSON.parse(stdout) as JsonProfile).circuits as [JsonProfile["circuits"][0]];
    expect(time!.proofMs).to.be.above(0);
    expect(time!.witnessMs).to.be.above(0);
    await write("chain", circuit(2).replace("signal steps[", "in === 12345678901; signal steps["));
    const message = await refuse("PROFILE_INPUTS_MISSING", { circuits: ["chain"], time: true });
    expect(message).to.include("chain");
    const input = join(project.root, "input.json");
    await writeFile(input, `{ "in": 12345678901 }`);
    const given = await profile({ circuits: ["chain"], time: true, input });
    expect(given.stdout).to.match(/a proof takes [\d.]+ ms by the kernel/);
  });

  it("fails only if a circuit has grown since its baseline", async () => {
    await refuse("PROFILE_BASELINE_MISSING", { check: true });
    await profile({ writeBaseline: true });
    const same = await profile({ check: true });
    expect(same.stdout).to.include("chain: as in the baseline, 21 constraints");
    await write("chain", circuit(22));
    const message = await refuse("PROFILE_GROWN", { check: true });
    expect(message).to.include("chain").and.not.include("multiplier");
    const tolerated = await profile({ check: true, tolerance: 10 });
    expect(tolerated.stdout).to.include("chain: CHANGED, +9.5 % constraints (+2)");
    expect(tolerated.stdout).to.match(/chain\.circom:16 +19 +21 +\+2 +for \(var/);
    await write("chain", circuit(10));
    const smaller = await profile({ check: true });
    expect(smaller.stdout).to.include("chain: SHRUNK, -47.6 % constraints (-10)");
    expect(smaller.stdout).to.include("Write the baseline again");
    await profile({ circuits: ["chain"], writeBaseline: true });
    const { stdout } = await profile({ check: true, json: true });
    const { changes } = JSON.parse(stdout) as JsonProfile;
    expect(changes!.map(({ verdict }) => verdict)).to.deep.equal(["same", "same"]);
  });

  it("reports circuits that are new or gone, and fails for neither", async () => {
    await profile({ writeBaseline: true, baseline: "base.json" });
    await write("other", circuit(3));
    await project.delete("circuits/chain.circom");
    const { stdout } = await profile({ check: true, baseline: "base.json" });
    expect(stdout).to.include("other: NEW").and.include("chain: in the baseline, but no circuit");
  });

  it("profiles the others if a circuit is broken, and fails", async () => {
    await write("chain", "template A() { component main = A();");
    await write("zone", circuit(3));
    const hre = await project.createHre();
    let error: unknown;
    const { stdout } = await printedBy(async () => {
      const run = hre.tasks.getTask("rollup:profile").run({ ...DEFAULTS, circuits: [] });
      error = await run.catch((thrown: unknown) => thrown);
    });
    expect(stdout).to.include("multiplier: ").and.include("zone: 4 constraints");
    expect((error as Error).message).to.match(/CIRCUIT_|NO_MAIN_COMPONENT/);
  });

  it("refuses options and circuits by their codes", async () => {
    await refuse("CIRCUIT_UNKNOWN", { circuits: ["nothing"] });
    await refuse("OPTION_OUT_OF_RANGE", { limit: 0 });
    await refuse("PROFILE_TOLERANCE_INVALID", { tolerance: -1 });
    await refuse("PRESET_UNKNOWN", { preset: "huge" });
    await project.write("circuit-baseline.json", "[]");
    await refuse("PROFILE_BASELINE_INVALID", { check: true });
    await refuse("PROFILE_BASELINE_INVALID", { check: true, baseline: project.root });
    const input = join(project.root, "no.json");
    await refuse("INPUT_FILE_MISSING", { circuits: ["chain"], time: true, input });
    await write("chain", "template A() { signal input a; a * a === a; }");
    await project.delete("circuits/multiplier.circom");
    await project.delete("circuits/chain.circom");
    await refuse("CIRCUITS_NONE", {});
  });
});
