import { writeFile } from "node:fs/promises";
import { relative } from "node:path";
import { expect } from "chai";
import { type Circuit, loadCircuit } from "../../src/circom/circuit.ts";
import { createCircuitSource } from "../../src/circom/diagnosis/circuit-source.ts";
import { circomError } from "../../src/circom/errors.ts";
import type { RollupError } from "../../src/util/errors.ts";
import type { OptimizationLevel } from "../../src/circom/compilation.ts";
import type { SourcePlace } from "../../src/circom/diagnosis/trace.ts";
import { createWorkspace, expectRejection, type Workspace } from "./workspace.ts";

describe("circom: diagnosis", () => {
  let workspace: Workspace;
  let circuit: Circuit;
  const good = { ages: [30, 25, 7], index: 2 };
  const quiet = { log: () => undefined };
  before(async () => {
    workspace = await createWorkspace();
    circuit = await loadCircuit({ ...workspace.options("ages"), ...quiet });
  });
  after(async () => {
    await circuit.close();
    await workspace.remove();
  });

  /** Lines of the error for some inputs, with file names from the folder of the circuits on. */
  async function explain(changes: object, code = "CIRCUIT_ASSERT_FAILED"): Promise<string[]> {
    const inputs = { ...good, ...changes };
    const error = await expectRejection(code, () => circuit.calculateWitness(inputs));
    return error.sentence
      .replaceAll(/\S*\/circuits\//g, "circuits/")
      .split("\n")
      .slice(1);
  }

  it("names file, line, component, values and input of a failed constraint", async () => {
    expect(await explain({ ages: [30, 250, 7] })).to.deep.equal([
      "circuits/lib/range.circom:21 in main.ranges[1]: sum === difference",
      "  both sides differ",
      "  sum = 207",
      "  difference = -50  (main.ranges[1].difference)",
      "from the input main.ages[1] = 250",
      "  → main.ranges[1].value = 250, circuits/ages.circom:14: ranges[i].value <== ages[i]",
      "  → main.ranges[1].difference = -50, circuits/lib/range.circom:12: " +
        "signal difference <== max - value",
      "circom: Error in template InRange_0 line: 21",
    ]);
  });

  it("explains a failed assert, also one in a function", async () => {
    expect(await explain({ ages: [13, 25, 7] })).to.deep.equal([
      "circuits/ages.circom:16 in main: assert(ages[0] != 13)",
      "  the condition is false",
      "  ages[0] = 13  (main.ages[0])",
      "from the input main.ages[0] = 13",
      "circom: Error in template Ages_1 line: 16",
    ]);
    const lines = await explain({ ages: [12, 7, 7] });
    expect(lines.slice(0, 3)).to.deep.equal([
      "circuits/lib/range.circom:4 in main, in the function half: assert(value != 26)",
      "  the condition is false",
      "  value = 26",
    ]);
    expect(lines.filter((line) => line.startsWith("from the input"))).to.have.length(3);
  });

  it("explains an index beyond an array", async () => {
    const lines = await explain({ index: 3 }, "WITNESS_GENERATOR_FAILED");
    expect(lines.slice(0, 3)).to.deep.equal([
      "circuits/ages.circom:22 in main: picked <-- ages[index]",
      "  index 3 is beyond an array of 3",
      "  index = 3  (main.index)",
    ]);
  });

  it("keeps circom's text, with the file, for what the evaluator does not know", async () => {
    const file = workspace.fixture("unknown");
    await writeFile(
      file,
      `pragma circom 2.0.0;
      template Unknown() { signal input a;
        var unused[3] = [1, 2, 3];
        assert(a != 1); }
      component main = Unknown();`,
    );
    const options = { ...workspace.options("unknown"), ...quiet };
    await using unknown = await loadCircuit(options);
    // The source changes after the compilation to one that the evaluator does not know.
    await writeFile(file, "template Unknown() { nonsense\n\n } component main = Unknown();");
    const error = await expectRejection("CIRCUIT_ASSERT_FAILED", () =>
      unknown.calculateWitness({ a: 1 }),
    );
    const [first, second] = error.facts["details"] as string[];
    expect(first).to.match(/unknown\.circom:4 in the template Unknown$/);
    expect(second).to.match(
      /^\(no values: The diagnostics cannot follow the circuit at .*unknown\.circom:\d+:/,
    );
  });

  it("stops explaining after many statements, and keeps circom's text then", async () => {
    const source = createCircuitSource(workspace.fixture("ages"), {}, "bn128", 100);
    const traces = [1, 2].map(() => {
      const facts = { circuit: "ages", trace: ["Error in template InRange_0 line: 21"] };
      const error = circomError({ code: "CIRCUIT_ASSERT_FAILED", ...facts });
      const explained = source.explain(error, { ...good, ages: [30, 250, 7] });
      return (explained as RollupError).facts["details"] as string[];
    });
    expect(traces[0]![0]).to.match(/range\.circom:21 in main\.ranges\[1\]/);
    expect(traces[1]![0]).to.match(/range\.circom:21 in the template InRange$/);
    expect(traces[1]![1]).to.include("no values");
  });

  for (const optimization of [0, 1, 2] as OptimizationLevel[]) {
    it(`locates a violated constraint in the source with --O${optimization}`, async () => {
      const options = { ...workspace.options("ages", optimization), ...quiet };
      await using loaded = await loadCircuit(options);
      const honest = await loaded.witness(good);
      expect(honest.violations()).to.deep.equal([]);
      const forged = honest.with({ "main.ranges[2].bits[3]": 5n });
      const [violation] = forged.violations(1);
      expect(violation?.place?.component).to.equal("main.ranges[2]");
      expect(violation?.place?.line).to.be.oneOf([17, 21]);
      const error = await expectRejection("CONSTRAINT_VIOLATED", () =>
        loaded.proveWitness(forged.values),
      );
      expect(error.message).to.match(/lib\/range\.circom:\d+ in main\.ranges\[2\]: /);
      expect(error.message).to.include("main.ranges[2].bits[3] = 5");
    });
  }

  it("attributes the lines of log() to components, if asked to", async () => {
    const lines: [string, SourcePlace | undefined][] = [];
    const log = (line: string, place?: SourcePlace) => lines.push([line, place]);
    const options = { ...workspace.options("ages"), log, logPlaces: true };
    await using loaded = await loadCircuit(options);
    await loaded.calculateWitness(good);
    const shown = lines.map(([line, place]) => [line, place?.component, place?.line]);
    expect(shown).to.deep.equal([
      ["value 30", "main.ranges[0]", 20],
      ["value 25", "main.ranges[1]", 20],
      ["value 7", "main.ranges[2]", 20],
      ["product 930", "main", 24],
    ]);
    const file = relative(process.cwd(), workspace.fixture("ages"));
    expect(lines[3]![1]?.file).to.equal(file.startsWith("..") ? workspace.fixture("ages") : file);
    lines.length = 0;
    await expectRejection("CIRCUIT_ASSERT_FAILED", () =>
      loaded.calculateWitness({ ...good, ages: [30, 250, 7] }),
    );
    expect(lines.map(([, place]) => place?.component)).to.deep.equal([
      "main.ranges[0]",
      "main.ranges[1]",
    ]);
  });
});
