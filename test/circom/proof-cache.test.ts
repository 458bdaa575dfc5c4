/** Proofs that tests keep in the cache. */
import { existsSync, readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { loadCircuit, type LoadCircuitOptions } from "../../src/circom/circuit.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

describe("circom: cache of proofs", () => {
  let workspace: Workspace;
  const folder = () => join(workspace.options("squarer").cacheDir, "proofs");
  const files = () => (existsSync(folder()) ? readdirSync(folder()) : []);
  const prove = async (root: number, options: Partial<LoadCircuitOptions> = {}) => {
    const all = { ...workspace.options("squarer"), cacheProofs: true, ...options };
    await using circuit = await loadCircuit(all);
    const proven = await circuit.prove({ root });
    expect(await circuit.verify(proven)).to.equal(true);
    expect(proven.publicSignals).to.deep.equal([String(root * root)]);
    return proven;
  };
  before(async () => {
    workspace = await createWorkspace();
  });
  after(() => workspace.remove());

  it("is off by default", async () => {
    expect(await prove(3, { cacheProofs: false })).to.not.deep.equal(
      await prove(3, { cacheProofs: false }),
    );
    expect(files()).to.deep.equal([]);
  });

  it("returns the proof of the same witness, and of no other witness, key or circuit", async () => {
    const first = await prove(3);
    expect(await prove(3)).to.deep.equal(first);
    expect(files()).to.have.length(1);
    await prove(4);
    expect(files()).to.have.length(2);
    const other = await prove(3, { setup: { type: "dev", seed: "other" } });
    expect(other).to.not.deep.equal(first);
    expect(files()).to.have.length(3);
  });

  it("proves again when a kept proof is damaged, of other values, or not valid", async () => {
    const [first, other] = [await prove(3), await prove(4)];
    const contents = await Promise.all(
      files().map(async (name) => [name, await readFile(join(folder(), name), "utf8")] as const),
    );
    const [name] = contents.find(([, text]) => text === JSON.stringify(first))!;
    const path = join(folder(), name);
    const forged = { ...other, publicSignals: first.publicSignals };
    for (const text of ["", "{", "null", "{}", JSON.stringify(other), JSON.stringify(forged)]) {
      await writeFile(path, text);
      const again = await prove(3);
      expect(await readFile(path, "utf8")).to.equal(JSON.stringify(again));
    }
  });
});
