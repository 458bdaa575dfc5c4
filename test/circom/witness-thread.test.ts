import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { loadCircuit, type LoadCircuitOptions } from "../../src/circom/circuit.ts";
import { compileCircuit, type CompiledCircuit } from "../../src/circom/compile.ts";
import { createCircuitGenerator } from "../../src/circom/circuit-generator.ts";
import { createFileCalculator } from "../../src/circom/witness-generator.ts";
import { createWitnessThread } from "../../src/circom/witness-thread.ts";
import { createWorkspace, expectRejection, type Workspace } from "./workspace.ts";

const WIRES = 1 << 14;
const ROWS = 128;

/** Takes enough inputs to count as large, and does work that takes some 50 ms. */
const SOURCE = `pragma circom 2.1.0;
template Large(rows, n) {
    signal input start;
    signal input limit;
    signal input padding[rows][n];
    signal output end <== start * start;
    signal products[rows];
    for (var row = 0; row < rows; row++) {
        var sum = 0;
        for (var i = 0; i < n; i++) sum += padding[row][i];
        products[row] <== start * sum;
    }
    assert(start < limit);
    var busy = start;
    for (var i = 0; i < 100000; i++) busy = busy * busy + 1;
    log("busy", busy - busy, start);
}
component main = Large(${ROWS}, ${WIRES / ROWS});
`;
const padding = Array.from({ length: ROWS }, () => Array<bigint>(WIRES / ROWS).fill(0n));
const inputs = (start: bigint, limit = 1_000n) => [
  { name: "start", values: [start] },
  { name: "limit", values: [limit] },
  { name: "padding", values: padding.flat() },
];
type Inputs = Record<"start" | "limit", bigint> & { padding: readonly bigint[][] };
const silent = () => undefined;

describe("circom: witnesses in a thread", () => {
  let workspace: Workspace;
  let options: LoadCircuitOptions<"groth16">;
  let compiled: CompiledCircuit;
  before(async () => {
    workspace = await createWorkspace();
    options = { ...workspace.options("large"), log: silent };
    await writeFile(options.file, SOURCE);
    compiled = await compileCircuit(options);
  });
  after(() => workspace.remove());

  it("computes the same file as this thread, and passes on what the circuit prints", async () => {
    const lines: string[] = [];
    const thread = createWitnessThread(compiled, (line) => lines.push(line));
    const here = await createFileCalculator(compiled, silent);
    for (const start of [3n, 4n]) {
      const file = await thread.calculate(inputs(start));
      expect(Buffer.compare(file, here(inputs(start)).file)).to.equal(0);
    }
    expect(lines).to.deep.equal(["busy 0 3", "busy 0 4"]);
    await thread.close();
  });

  it("leaves this thread free meanwhile", async () => {
    const generator = createCircuitGenerator(compiled, options, silent);
    await generator.calculateFile(inputs(3n)); // starts the thread
    let turns = 0;
    const counting = setInterval(() => turns++, 0);
    await generator.calculateFile(inputs(4n));
    clearInterval(counting);
    expect(turns).to.be.above(5);
    await generator.close();
  });

  it("explains a refusal as this thread does, and continues", async () => {
    await using circuit = await loadCircuit<Inputs>(options);
    const refused = { start: 9n, limit: 5n, padding };
    const here = await expectRejection("CIRCUIT_ASSERT_FAILED", () =>
      circuit.calculateWitness(refused),
    );
    const there = await expectRejection("CIRCUIT_ASSERT_FAILED", () => circuit.prove(refused));
    expect(there.message).to.equal(here.message);
    expect(there.message).to.match(/large\.circom:13\b/);
    const proven = await circuit.prove({ start: 2n, limit: 5n, padding });
    expect(await circuit.verify(proven)).to.equal(true);
  });

  it("computes one witness ahead of the proof, and no more", async () => {
    let [witnesses, proofs, ahead] = [0, 0, 0];
    const meter = {
      witness: () => (ahead = Math.max(ahead, ++witnesses - proofs)),
      proof: () => proofs++,
    };
    await using circuit = await loadCircuit<Inputs>({
      ...options,
      meter,
    });
    const starts = [1n, 2n, 3n, 4n, 5n];
    const proven = await Promise.all(
      starts.map((start) => circuit.prove({ start, limit: 9n, padding })),
    );
    expect([witnesses, proofs]).to.deep.equal([starts.length, starts.length]);
    expect(ahead).to.equal(2);
    expect(new Set(proven.map(({ publicSignals }) => publicSignals[0])).size).to.equal(5);
  });

  it("starts another thread after one has ended, and none after it is closed", async () => {
    const elsewhere = join(workspace.folder, "elsewhere.wasm");
    const thread = createWitnessThread(compiled, silent);
    await rename(compiled.wasmPath, elsewhere);
    const calculate = () => thread.calculate(inputs(3n));
    const failed = await expectRejection("WITNESS_GENERATOR_FAILED", calculate);
    expect(failed.message).to.include("no such file");
    await rename(elsewhere, compiled.wasmPath);
    const file = await calculate();
    expect(file.length).to.be.above(32 * WIRES);
    const unfinished = expectRejection("PROVER_CLOSED", calculate);
    await thread.close();
    await unfinished;
    await expectRejection("PROVER_CLOSED", calculate);
  });
});
