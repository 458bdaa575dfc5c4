/** Inputs that no constraint binds, at each level of circom's simplification. */
import { writeFile } from "node:fs/promises";
import { expect } from "chai";
import type { OptimizationLevel } from "../../src/circom/compilation.ts";
import { compileCircuit } from "../../src/circom/compile.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

describe("circom: unused inputs", () => {
  let workspace: Workspace;
  before(async () => {
    workspace = await createWorkspace();
  });
  after(() => workspace.remove());

  async function unusedInputs(
    name: string,
    body: string,
    optimization: OptimizationLevel,
    publics = "",
  ): Promise<readonly string[]> {
    const templates =
      "template Ignore() { signal input x; signal input y; signal output z <== x * x; }";
    const source = `pragma circom 2.1.0; ${templates} template A() { ${body} } component main ${publics} = A();`;
    await writeFile(workspace.fixture(name), source);
    return (await compileCircuit(workspace.options(name, optimization))).unusedInputs;
  }

  for (const optimization of [0, 1, 2] as const) {
    const name = `level-${optimization}`;
    it(`names inputs in no constraint at --O${optimization}, also elements of arrays`, async () => {
      const body =
        "signal input a; signal input b; signal input c[2][2]; signal input d; signal output e; " +
        "e <== a * c[0][1]; c[1][0] === a * a;";
      expect(await unusedInputs(name, body, optimization, "{public [d]}")).to.have.members([
        "d",
        "b",
        "c[0][0]",
        "c[1][1]",
      ]);
    });

    it(`finds an input that only flows into one that is unused at --O${optimization}`, async () => {
      const body =
        "signal input a; signal input b; signal s <== b + 1; component ignore = Ignore(); " +
        "ignore.x <== a; ignore.y <== 3 * s; signal output e <== ignore.z;";
      expect(await unusedInputs(`flow-${name}`, body, optimization)).to.include("b");
    });

    it(`names no public input that equals a private one at --O${optimization}`, async () => {
      const body =
        "signal input a; signal input b; signal s <== a - b; s === 0; signal output c <== 1;";
      const publics = "{public [a]}";
      expect(await unusedInputs(`equal-${name}`, body, optimization, publics)).to.deep.equal([]);
      const direct = "signal input a; signal input b; a === b;";
      expect(await unusedInputs(`same-${name}`, direct, optimization, publics)).to.deep.equal([]);
    });

    it(`names no input that circom has merged with another signal at --O${optimization}`, async () => {
      const body =
        "signal input a; signal input b; signal input c; signal output d <== a; b === c; " +
        "signal output e <== b * b;";
      expect(await unusedInputs(`merged-${name}`, body, optimization)).to.deep.equal([]);
    });
  }

  it("takes the square of an input for a use, as of a recipient against replay", async () => {
    const body =
      "signal input recipient; signal input a; signal square <== recipient * recipient; " +
      "signal output b <== a * a;";
    expect(await unusedInputs("square", body, 1, "{public [recipient]}")).to.deep.equal([]);
  });

  it("keeps the names in the cache", async () => {
    const options = workspace.options("kept");
    const source = "template A() { signal input a; signal input b; signal output c <== a * a; }";
    await writeFile(options.file, `pragma circom 2.1.0; ${source} component main = A();`);
    expect((await compileCircuit(options)).unusedInputs).to.deep.equal(["b"]);
    const again = await compileCircuit(options);
    expect([again.cached, again.unusedInputs]).to.deep.equal([true, ["b"]]);
  });
});
