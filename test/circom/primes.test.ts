/** Circuits for circom's other primes: constraints, witnesses and ranges of inputs. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { type Circuit, loadCircuit } from "../../src/circom/circuit.ts";
import { checkDeterminacy } from "../../src/circom/check-determinacy.ts";
import { createDeterminacyCheck } from "../../src/circom/determinacy.ts";
import { exportCircuit } from "../../src/circom/export-circuit.ts";
import { PRIME_NAMES, type PrimeName, PRIMES } from "../../src/crypto/primes.ts";
import { readR1cs } from "../../src/groth16/formats/r1cs.ts";
import { createWorkspace, expectRejection, runSnarkJs, type Workspace } from "./workspace.ts";

/** The inverse takes the whole field, and a substituted sum its reduction. */
const SOURCE = `pragma circom 2.1.0;
template A() {
    signal input a; signal input b[2]; signal output inverse; signal output sum;
    signal big <== 5 * a - 7 * b[0];
    inverse <-- 1 / a; inverse * a === 1;
    sum <== (big - b[1]) * a;
    log(inverse);
}
component main = A();`;

describe("circom: primes", () => {
  let workspace: Workspace;
  before(async () => {
    workspace = await createWorkspace();
    await writeFile(workspace.fixture("field"), SOURCE);
  });
  after(() => workspace.remove());

  async function load(prime: PrimeName, lines: string[] = []): Promise<Circuit> {
    const log = (line: string) => lines.push(line);
    return loadCircuit({ ...workspace.options("field", 2), prime, log });
  }

  for (const prime of PRIME_NAMES) {
    it(`computes and checks witnesses over ${prime}`, async () => {
      const { modulus } = PRIMES[prime];
      const lines: string[] = [];
      const circuit = await load(prime, lines);
      const reduce = (value: bigint) => ((value % modulus) + modulus) % modulus;
      const [a, b] = [modulus - 2n, [modulus - 1n, 11n]] as const;
      const witness = await circuit.calculateWitness({ a, b: [...b] });
      const inverse = witness[circuit.wire("main.inverse")]!;
      expect(reduce(inverse * a)).to.equal(1n);
      const sum = reduce((5n * a - 7n * b[0] - b[1]) * a);
      expect(witness[circuit.wire("main.sum")]).to.equal(sum);
      expect(lines).to.deep.equal([String(inverse)]);
      expect(circuit.checkWitness(witness)).to.equal(null);
      const forged = witness.with(circuit.wire("main.sum"), reduce(sum + 1n));
      expect(circuit.checkWitness(forged)).not.to.equal(null);
      // A signal that circom has substituted away, by name.
      const named = await circuit.witness({ a, b: [...b] });
      expect(named.signal("main.big")).to.equal(reduce(5n * a - 7n * b[0]));
      expect(named.with({ "main.sum": modulus - 1n }).isSatisfied()).to.equal(false);
      expect(circuit.stats.prime).to.equal(prime);
    });

    it(`takes inputs below ${prime}, and no others`, async () => {
      const circuit = await load(prime);
      const { modulus } = PRIMES[prime];
      for (const value of [modulus, modulus + 1n, -1n, 2n ** 256n]) {
        const inputs = { a: value, b: [0, 0] };
        await expectRejection("INPUT_OUT_OF_FIELD", () => circuit.calculateWitness(inputs));
      }
      expect(
        circuit.checkWitness(await circuit.calculateWitness({ a: 1, b: [0, modulus - 1n] })),
      ).to.equal(null);
    });
  }

  it("has no prover for other primes, and says so by name", async () => {
    const inputs = { a: 3, b: [1, 2] };
    for (const protocol of ["groth16", "plonk"] as const) {
      const options = { ...workspace.options("field"), prime: "goldilocks", protocol } as const;
      const circuit = await loadCircuit({ ...options, log: () => undefined });
      const error = await expectRejection("PRIME_WITHOUT_PROVER", () => circuit.prove(inputs));
      expect(error.message).to.include("goldilocks");
      await circuit.close();
    }
    const { r1csPath } = await load("pallas");
    await expectRejection("FIELD_NOT_SUPPORTED", async () => readR1cs(r1csPath));
  });

  it("keeps circom's own words where a constraint fails, without values of another prime", async () => {
    const circuit = await load("goldilocks");
    const error = await expectRejection("CIRCUIT_ASSERT_FAILED", () =>
      circuit.calculateWitness({ a: 0, b: [0, 0] }),
    );
    expect(error.message).to.include("field.circom:5").and.include("the prime goldilocks");
    const witness = await circuit.witness({ a: 2, b: [0, 0] });
    const [violation] = witness.with({ "main.sum": 5 }).violations();
    expect(violation!.signals).to.include({ "main.sum": 5n });
  });

  it("refuses checks that compute over BN254 only", async () => {
    const circuit = await load("goldilocks");
    const witness = await circuit.calculateWitness({ a: 1, b: [0, 0] });
    const constraints = circuit.constraints();
    await expectRejection("FIELD_NOT_SUPPORTED", async () =>
      createDeterminacyCheck(constraints, witness),
    );
    await expectRejection("FIELD_NOT_SUPPORTED", () => checkDeterminacy(circuit));
  });

  it("refuses a prime that circom has not", async () => {
    await expectRejection("PRIME_UNKNOWN", () => load("mersenne31" as PrimeName));
  });

  it("exports constraints and witnesses of other primes as snarkjs reads them", async () => {
    // Those that snarkjs knows.
    const circuit = await load("bls12381");
    const output = join(workspace.folder, "bls");
    const path = (name: string) => join(output, name);
    const inputs = { a: 3n, b: [PRIMES.bls12381.modulus - 1n, 2] };
    const files = await exportCircuit(circuit, { output, inputs });
    expect(files.some((file) => file.endsWith(".zkey"))).to.equal(false);
    await runSnarkJs("r1cs", "export", "json", path("field.r1cs"), path("their.json"));
    const parse = async (name: string) => JSON.parse(await readFile(path(name), "utf8")) as object;
    expect(await parse("field.json")).to.deep.equal(await parse("their.json"));
    const wasm = path("field_js/field.wasm");
    await runSnarkJs("wtns", "calculate", wasm, path("input.json"), path("their.wtns"));
    const [ours, theirs] = [await readFile(path("field.wtns")), await readFile(path("their.wtns"))];
    expect(ours.equals(theirs)).to.equal(true);
    const checked = await runSnarkJs("wtns", "check", path("field.r1cs"), path("field.wtns"));
    expect(checked).to.include("WITNESS IS CORRECT");
  });
});
