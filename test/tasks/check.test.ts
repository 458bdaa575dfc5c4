/** `rollup:check` in a project of its own. */
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";
import { type Printed, printedBy } from "../helpers/printed.ts";
import { createProject, type Project } from "../helpers/project.ts";

const PUBLISHED = join(PACKAGE_ROOT, "test/circom/fixtures/published");
const DEFAULTS = { json: false, samples: 40, seed: 7, time: 60, mutate: false };

interface JsonReport {
  readonly circuit: string;
  readonly verdict: string;
  readonly passed: boolean;
  readonly counterExamples: readonly {
    readonly inputs: object;
    readonly differences: object[];
    readonly constraints: readonly { readonly line: number; readonly source: string }[];
  }[];
}

describe("tasks: rollup:check", () => {
  let project: Project;
  before(async () => {
    project = await createProject("circuits");
    const copied = ["gadgets", "is-zero-faulty", "is-zero-fixed", "sponge-faulty"];
    for (const name of copied) {
      const file = `${name}.circom`;
      await cp(join(PUBLISHED, file), join(project.root, "circuits", file));
    }
  });
  after(() => project.remove());

  async function check(args: object): Promise<Printed> {
    const hre = await project.createHre();
    const task = hre.tasks.getTask("rollup:check");
    return printedBy(() => task.run({ ...DEFAULTS, circuits: [], ...args }));
  }

  it("prints two witnesses, and fails", async () => {
    const { stdout, exitCode } = await check({ circuits: ["is-zero-faulty"] });
    expect(exitCode).to.equal(1);
    expect(stdout).to.include("is-zero-faulty: UNDER-CONSTRAINED: a prover can choose outputs");
    expect(stdout)
      .to.include("Two witnesses for {in: ")
      .and.match(/main\.out = \d or \d/);
    expect(stdout).to.include("(seed 7)");
    expect(stdout).to.match(/main\.out = \d or \d {2}\(\S+is-zero-faulty\.circom:\d+\)/);
    expect(stdout).to.match(
      /which leave the choice:\n.*is-zero-faulty\.circom:\d+ in main: out <==/,
    );
  });

  it("passes a circuit whose inputs determine its outputs", async () => {
    const { stdout, exitCode } = await check({ circuits: ["is-zero-fixed"] });
    expect(exitCode).to.equal(undefined);
    expect(stdout).to.include("the inputs determine every output, whatever they are");
    expect(stdout).to.include("Free without effect on an output: main.inverse");
  });

  it("calls no signal free without effect that changes an output", async () => {
    const hinted = "signal input a; signal output b; signal hint <-- a; b <== hint * hint;";
    const text = `pragma circom 2.1.0; template A() { ${hinted} } component main = A();`;
    await project.write("circuits/hinted.circom", text);
    const { stdout } = await check({ circuits: ["hinted"] });
    await project.delete("circuits/hinted.circom");
    expect(stdout).to.match(/main\.hint = \d+ or \d+/);
    expect(stdout).to.not.include("Free without effect");
  });

  it("checks all circuits, and prints JSON for programs", async () => {
    const { stdout, exitCode } = await check({ json: true });
    expect(exitCode).to.equal(1);
    const reports = JSON.parse(stdout) as JsonReport[];
    expect(reports.map(({ circuit, passed }) => [circuit, passed])).to.deep.equal([
      ["is-zero-faulty", false],
      ["is-zero-fixed", true],
      ["multiplier", true],
      ["sponge-faulty", false],
    ]);
    const [faulty] = reports;
    const [example] = faulty!.counterExamples;
    expect(example).to.have.keys(["inputs", "differences", "reachesOutput", "constraints"]);
    const [difference] = example!.differences as [{ signal: string; place: object }];
    expect(difference.signal).to.equal("main.out");
    expect(difference.place).to.include({ line: 5, component: "main" });
    expect(example!.constraints.map(({ line, source }) => [line, source])).to.deep.equal([
      [8, "out <== 1 - in * inverse"],
    ]);
  });

  it("names places in the sources that have often been faults", async () => {
    const { stdout } = await check({ circuits: ["sponge-faulty"] });
    expect(stdout).to.match(/sponge-faulty\.circom:10: unchecked-hint: out is assigned by <--/);
  });

  it("lists constraints that nobody would miss", async () => {
    const circuits = ["multiplier"];
    const { stdout, exitCode } = await check({ circuits, mutate: true });
    expect(exitCode).to.equal(undefined);
    expect(stdout).to.include("multiplier: 0 of 3 constraints would not be missed");
    const json = await check({ circuits, mutate: true, json: true });
    expect(JSON.parse(json.stdout)).to.deep.equal([
      {
        circuit: "multiplier",
        constraints: 3,
        freeSignal: 3,
        refusal: 0,
        generatedRefusal: [],
        unmissed: [],
        seed: 7,
        isTimedOut: false,
      },
    ]);
  });

  it("finds inputs by a name, in the folder of each circuit", async () => {
    const folder = (name: string) => join(project.root, "inputs", name);
    await mkdir(folder("is-zero-faulty"), { recursive: true });
    await mkdir(folder("is-zero-fixed"));
    await project.write("inputs/is-zero-faulty/some.json", '{"in": 5}');
    await project.write("inputs/is-zero-fixed/some.json", '[{"in": 1}, {"in": 2}]');
    const circuits = ["is-zero-faulty", "is-zero-fixed"];
    const { stdout } = await check({ circuits, input: "some", given: "", samples: 0, json: true });
    const reports = JSON.parse(stdout) as { samples: { tried: number } }[];
    expect(reports.map(({ samples }) => samples.tried)).to.deep.equal([1, 2]);
  });

  it("starts from the inputs of a file", async () => {
    await project.write("inputs.json", '[{"in": 0}, {"in": "5"}]');
    const input = join(project.root, "inputs.json");
    const { stdout } = await check({ circuits: ["is-zero-faulty"], input, samples: 0, json: true });
    const [report] = JSON.parse(stdout) as { samples: object }[];
    expect(report!.samples).to.deep.equal({ tried: 2, accepted: 2 });
  });

  for (const [code, args] of [
    ["CIRCUIT_UNKNOWN", { circuits: ["cube"] }],
    ["OPTION_OUT_OF_RANGE", { time: 86_401 }],
    ["OPTION_OUT_OF_RANGE", { samples: -1 }],
    ["INPUT_FILE_MISSING", { input: "no-such-file.json" }],
    ["INPUT_FILE_MISSING", { input: "no-such-name" }],
    ["INPUT_FILE_MISSING", { mutate: true, refused: "no-such-name" }],
    ["INPUT_FILE_INVALID", { input: join(PACKAGE_ROOT, "README.md") }],
    ["INPUT_UNKNOWN", { circuits: ["multiplier"], given: "x" }],
  ] as const) {
    it(`refuses ${JSON.stringify(args)}: ${code}`, async () => {
      const refusal: unknown = await check(args).catch((error: unknown) => error);
      expect(String(refusal)).to.include(`${code}: `);
    });
  }
});
