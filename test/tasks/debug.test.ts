import { expect } from "chai";
import { installHardhat, runInProject } from "../helpers/project-cli.ts";
import { createProject, type Project } from "../helpers/project.ts";

const CIRCUIT = `pragma circom 2.0.0;
template Below(max) {
    signal input value;
    assert(value < max);
}
template Limits() {
    signal input values[2];
    signal output sum <== values[0] + values[1];
    component below[2];
    for (var i = 0; i < 2; i++) {
        below[i] = Below(100);
        below[i].value <== values[i];
    }
}
component main = Limits();
`;

describe("task: rollup:debug", () => {
  let project: Project;
  before(async () => {
    project = await createProject("circuits");
    await project.write("circuits/limits.circom", CIRCUIT);
    await project.write("circuits/small.circom", CIRCUIT);
    await project.write("circuits/below.circom", CIRCUIT.split("template Limits")[0]!);
    const circuits = {
      mains: { "below-5": { file: "below", template: "Below", params: [5] } },
      overrides: { small: { prime: "goldilocks" } },
    };
    await installHardhat(project, { circuits });
    await project.write("limits.json", `{ "values": [7, 100] }`);
    await project.write("good.json", `{ "values": [7, 99] }`);
  });
  after(() => project.remove());

  /** Runs the task in a process of its own. @param commands - Its standard input. */
  async function debug(args: readonly string[], commands = ""): Promise<string> {
    const { stdout, stderr } = await runInProject(project, ["rollup:debug", ...args], commands);
    return stdout + stderr;
  }

  it("explains why a circuit rejects inputs, and says who has the last word", async () => {
    const output = await debug(["limits"]);
    expect(output).to.include("circuits/limits.circom:4 in main.below[1]: assert(value < max)");
    expect(output).to.include("from the input main.values[1] = 100");
    expect(output).to.include("circom's own generator has the last word");
    expect(await debug(["limits", "--input", "good.json"])).to.include("All statements hold.");
  });

  it("explains a circuit that is made of a template", async () => {
    await project.write("below-5.json", `{ "value": 7 }`);
    const output = await debug(["below-5"]);
    expect(output).to.include("circuits/below.circom:4 in main: assert(value < max)");
  });

  it("refuses a circuit of another prime, in whose field it does not compute", async () => {
    const output = await debug(["small", "--input", "good.json"]);
    expect(output).to.include("CIRCUIT_NOT_UNDERSTOOD").and.include("the prime goldilocks");
  });

  it("prints JSON with the place, the values and the chains", async () => {
    const { holds, failure } = JSON.parse(await debug(["limits", "--json"])) as {
      holds: boolean;
      failure: {
        place: { file: string; line: number; component: string };
        values: { name: string; values: string[] }[];
        chains: { signal: string }[][];
      };
    };
    expect(holds).to.equal(false);
    const { file, line, component } = failure.place;
    expect([file, line, component]).to.deep.equal(["circuits/limits.circom", 4, "main.below[1]"]);
    expect(failure.values.map(({ name, values }) => [name, values])).to.deep.equal([
      ["value", ["0x64"]],
      ["max", ["0x64"]],
    ]);
    expect(failure.chains[0]!.map(({ signal }) => signal)).to.deep.equal([
      "main.values[1]",
      "main.below[1].value",
    ]);
  });

  it("shows how a signal gets its value", async () => {
    const output = await debug(["limits", "--signal", "main.sum", "--input", "good.json"]);
    expect(output).to.include("main.sum = 106");
    expect(output).to.include("limits.circom:8 in main: signal output sum <== values[0]");
  });

  it("reads inputs from its standard input, unless it steps by commands there", async () => {
    const output = await debug(["limits", "--input", "-"], `{ "values": [1, "2"] }`);
    expect(output).to.include("All statements hold.");
    const both = await debug(["limits", "--input", "-", "--step"]);
    expect(both).to.include("OPTIONS_EXCLUSIVE");
  });

  it("steps by the commands of its standard input", async () => {
    const commands = "component main.below[1]\nprint max\nquit\n";
    const output = await debug(["limits", "--step"], commands);
    expect(output).to.include("help lists the commands.");
    expect(output).to.include("circuits/limits.circom:3 in main.below[1]");
    expect(output).to.include("max = 100");
  });

  it("rejects circuits and inputs that are not there", async () => {
    expect(await debug(["nothing"])).to.include("CIRCUIT_UNKNOWN");
    expect(await debug([])).to.include("CIRCUIT_NOT_NAMED");
    expect(await debug(["limits", "--input", "no.json"])).to.include("INPUT_FILE_MISSING");
    expect(await debug(["limits", "--signal", "main.no"])).to.include("SIGNAL_NOT_FOUND");
  });
});
