/** Circuits of templates, without a file that declares the main component. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { loadCircuit } from "../../src/circom/circuit.ts";
import type { MainComponent } from "../../src/circom/main-component.ts";
import { createWorkspace, expectRejection, type Workspace } from "./workspace.ts";

const LIBRARY = `pragma circom 2.1.0;
include "inner.circom";

template Sum(n, weights) {
    signal input values[n];
    signal input offset;
    signal output total;
    var sum = offset;
    for (var i = 0; i < n; i++) sum += weights[i][0] * values[i];
    total <== sum;
}
`;
const INNER = "template Inner() { signal input a; signal output b <== a * a; }\n";
const ORDER = 2n ** 200n;

describe("circom: main component of a template", () => {
  let workspace: Workspace;
  const options = (main: Partial<MainComponent>) => ({
    file: join(workspace.folder, "templates/sum.circom"),
    cacheDir: join(workspace.folder, "cache"),
    optimization: 1 as const,
    template: "Sum",
    params: [2, [[3], [ORDER]]] as const,
    ...main,
  });
  before(async () => {
    workspace = await createWorkspace();
    await mkdir(join(workspace.folder, "templates"));
    await writeFile(join(workspace.folder, "templates/sum.circom"), LIBRARY);
    await writeFile(join(workspace.folder, "templates/inner.circom"), INNER);
  });
  after(() => workspace.remove());

  it("takes numbers, bigints and nested arrays, and makes inputs public", async () => {
    await using circuit = await loadCircuit(options({ public: ["offset"] }));
    const inputs = { values: [5, 7], offset: 1 };
    expect(await circuit.compute(inputs)).to.deep.equal({ total: 1n + 15n + 7n * ORDER });
    const offset = circuit.inputs.find(({ name }) => name === "offset");
    expect(offset?.public).to.equal(true);
    expect(circuit.stats.publicInputs).to.equal(1);
    const proven = await circuit.prove(inputs);
    expect(await circuit.verify(proven)).to.equal(true);
    expect(proven.publicSignals[1]).to.equal("1");
  });

  it("finds templates of included files, and leaves parameters and public inputs out", async () => {
    await using circuit = await loadCircuit(options({ template: "Inner", params: [] }));
    expect(circuit.name).to.equal("Inner");
    expect(await circuit.compute({ a: 3 })).to.deep.equal({ b: 9n });
    expect(circuit.stats.publicInputs).to.equal(0);
  });

  it("names the circuit after template and parameters, or as given", async () => {
    await using short = await loadCircuit(options({ params: [1, [[-2]]] }));
    expect(short.name).to.equal("Sum-1-minus-2");
    expect(await short.compute({ values: [3], offset: 10 })).to.deep.equal({ total: 4n });
    await using long = await loadCircuit(options({}));
    expect(long.name).to.match(/^Sum-[0-9a-f]{8}$/);
    await using named = await loadCircuit(options({ name: "my-sum" }));
    expect(named.name).to.equal("my-sum");
    for (const name of ["", "../a", "a/b", "a b"]) {
      await expectRejection("MAIN_NAME_INVALID", () => loadCircuit(options({ name })));
    }
  });

  it("compiles once for the same content, and again when the template changes", async () => {
    await using circuit = await loadCircuit(options({}));
    expect(circuit.cached).to.equal(true);
    const file = join(workspace.folder, "templates/sum.circom");
    await writeFile(file, LIBRARY.replace("var sum = offset", "var sum = 2 * offset"));
    await using changed = await loadCircuit(options({}));
    expect(changed.cached).to.equal(false);
    expect(changed.file).to.equal(circuit.file);
    expect(await readFile(changed.file, "utf8")).to.include("component main = Sum(2, [[3], [");
    await writeFile(file, LIBRARY);
  });

  it("MAIN_TEMPLATE_UNKNOWN, MAIN_PARAMETER_COUNT, MAIN_PUBLIC_UNKNOWN: name what there is", async () => {
    const refuse = async (code: string, main: Partial<MainComponent>) =>
      expect((await expectRejection(code, () => loadCircuit(options(main)))).message);
    (await refuse("MAIN_TEMPLATE_UNKNOWN", { template: "Summe" })).to.include("Sum, Inner");
    (await refuse("MAIN_PARAMETER_COUNT", { params: [2] })).to.include(
      "2 parameters (n, weights), but 1 are given",
    );
    (await refuse("MAIN_PARAMETER_COUNT", { template: "Inner" })).to.include("but 2 are given");
    for (const signal of ["value", "total", "sum"]) {
      (await refuse("MAIN_PUBLIC_UNKNOWN", { public: ["offset", signal] })).to.include(
        `no input ${signal}; its inputs are values, offset`,
      );
    }
  });

  it("MAIN_PARAMETER_INVALID: takes integers only", async () => {
    for (const value of [0.5, NaN, 2 ** 60, "3", null, {}, [1, [undefined]]]) {
      const params = [2, value] as never;
      await expectRejection("MAIN_PARAMETER_INVALID", () => loadCircuit(options({ params })));
    }
  });

  it("CIRCUIT_NOT_FOUND, INCLUDE_NOT_FOUND: rejects a missing file of the template", async () => {
    const file = join(workspace.folder, "templates/none.circom");
    const { message } = await expectRejection("INCLUDE_NOT_FOUND", () =>
      loadCircuit(options({ file })),
    );
    expect(message).to.include("none.circom");
  });
});
