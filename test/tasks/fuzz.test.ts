/** `rollup:fuzz` in a project of its own. */
import { join } from "node:path";
import { expect } from "chai";
import { type Printed, printedBy } from "../helpers/printed.ts";
import { createProject, type Project } from "../helpers/project.ts";

const DEFAULTS = { circuit: "multiplier", json: false, runs: 100, seed: 3, time: 60 };

const RIGHT = `const r = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
export default ({ a, b }) => ({ product: (a * a * b[0] * b[1]) % r });
`;
const WRONG = `${RIGHT.split("\n")[0]}
export default ({ a, b }) => (a > 5n ? null : { product: (a * a * b[0] * b[1]) % r });
`;

describe("tasks: rollup:fuzz", () => {
  let project: Project;
  before(async () => {
    project = await createProject("circuits");
    await project.write("right.ts", RIGHT);
    await project.write("wrong.ts", WRONG);
    await project.write("none.ts", "export const model = 1;\n");
  });
  after(() => project.remove());

  async function fuzz(args: { model?: string; [option: string]: unknown }): Promise<Printed> {
    const hre = await project.createHre();
    const model = args.model && join(project.root, args.model);
    return printedBy(() => hre.tasks.getTask("rollup:fuzz").run({ ...DEFAULTS, ...args, model }));
  }

  it("agrees with a right model", async () => {
    const { stdout, exitCode } = await fuzz({ model: "right.ts" });
    expect(exitCode).to.equal(undefined);
    expect(stdout).to.include("multiplier: agrees with the model on 100 inputs");
  });

  it("prints inputs on which a wrong model disagrees, and how to repeat them", async () => {
    const { stdout, exitCode } = await fuzz({ model: "wrong.ts" });
    expect(exitCode).to.equal(1);
    expect(stdout).to.match(
      /^multiplier: DISAGREES with the model on \{.*\bb: \[\d+n, \d+n\].*\}$/m,
    );
    expect(stdout).to.include("The circuit accepts them").and.include("the model returns null");
    const [, path] = /--seed 3 --path ([\d:]+)/.exec(stdout)!;
    const again = await fuzz({ model: "wrong.ts", path, json: true });
    const report = JSON.parse(again.stdout) as { runs: number; counterExample: object };
    expect(report.runs).to.equal(1);
    expect(report.counterExample).to.have.nested.property("inputs.a").that.match(/^0x/);
  });

  for (const [code, args] of [
    ["OPTION_MISSING", {}],
    ["MODEL_FILE_INVALID", { model: "nowhere.ts" }],
    ["MODEL_FILE_INVALID", { model: "none.ts" }],
    ["CIRCUIT_UNKNOWN", { model: "right.ts", circuit: "cube" }],
    ["OPTION_OUT_OF_RANGE", { model: "right.ts", runs: 0 }],
  ] as const) {
    it(`refuses ${JSON.stringify(args)}: ${code}`, async () => {
      const refusal: unknown = await fuzz(args).catch((error: unknown) => error);
      expect(String(refusal)).to.include(`${code}: `);
    });
  }
});
