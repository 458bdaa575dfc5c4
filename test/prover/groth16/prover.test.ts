import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createDevSetup } from "../../../src/groth16/setup/dev-setup.ts";
import { releaseProver, verify } from "../../../src/groth16/snarkjs.ts";
import { readVerificationKey } from "../../../src/groth16/formats/verification-key.ts";
import { decodeWitness, encodeWitness } from "../../../src/groth16/formats/wtns.ts";
import { createGroth16Prover } from "../../../src/groth16/kernel/prover.ts";
import { expectCode, expectRejection } from "../../helpers/expect-code.ts";
import { createRandom } from "../../helpers/random.ts";
import {
  createSyntheticCircuit,
  writeSyntheticR1cs,
} from "../../../src/bench/synthetic-circuit.ts";

const random = createRandom();

describe(`Groth16 prover on the kernel (${random.title})`, function () {
  this.timeout(120_000);
  const directory = mkdtempSync(join(tmpdir(), "groth16-"));
  const prover = createGroth16Prover({ threads: 2 });
  after(async () => {
    await prover.close();
    await releaseProver();
    rmSync(directory, { recursive: true });
  });

  async function createKey(name: string, constraints: number, bitEvery: number) {
    const circuit = createSyntheticCircuit({ constraints, bitEvery, random });
    const [r1csPath, zkeyPath] = ["r1cs", "zkey"].map((ending) =>
      join(directory, `${name}.${ending}`),
    ) as [string, string];
    writeSyntheticR1cs(r1csPath, circuit);
    await createDevSetup({ r1csPath, seed: name, zkeyPath });
    const verificationKey = await readVerificationKey(zkeyPath);
    return { zkeyPath, verificationKey, witness: circuit.witness };
  }

  for (const [constraints, bitEvery] of [
    [1, 0],
    [2, 0],
    [13, 2],
    [500, 0],
    [3000, 3],
  ] as const) {
    it(`makes proofs of ${constraints} constraints that snarkjs accepts`, async () => {
      const { zkeyPath, verificationKey, witness } = await createKey(
        `size${constraints}`,
        constraints,
        bitEvery,
      );
      const key = await prover.loadKey(zkeyPath);
      const proven = await prover.prove(key, witness);
      expect(await verify(verificationKey, proven)).to.equal(true);
      const again = await prover.prove(key, witness);
      expect(again.proof).to.not.deep.equal(proven.proof);
      expect(await verify(verificationKey, again)).to.equal(true);
      expect(again.publicSignals).to.deep.equal(decodeWitness(witness).slice(1, 3).map(String));
      await key.release();
    });
  }

  it("takes keys from bytes, several at once, and proofs in turn", async () => {
    const circuits = [await createKey("first", 50, 0), await createKey("second", 90, 4)];
    const keys = await Promise.all(
      circuits.map(({ zkeyPath }) => prover.loadKey(new Uint8Array(readFileSync(zkeyPath)))),
    );
    const jobs = [0, 1, 0, 1];
    const proofs = await Promise.all(
      jobs.map((index) => prover.prove(keys[index]!, circuits[index]!.witness)),
    );
    for (const [i, index] of jobs.entries()) {
      expect(await verify(circuits[index]!.verificationKey, proofs[i]!)).to.equal(true);
    }
    expect(await verify(circuits[1]!.verificationKey, proofs[0]!)).to.equal(false);
  });

  it("makes a proof that nobody accepts of a witness that breaks a constraint", async () => {
    const { zkeyPath, verificationKey, witness } = await createKey("forged", 40, 0);
    const key = await prover.loadKey(zkeyPath);
    const forged = decodeWitness(witness).with(20, 12345n);
    const proven = await prover.prove(key, encodeWitness(forged));
    expect(await verify(verificationKey, proven)).to.equal(false);
  });

  it("refuses what does not fit", async () => {
    const { zkeyPath, witness } = await createKey("misfit", 20, 0);
    const key = await prover.loadKey(zkeyPath);
    const short = encodeWitness(decodeWitness(witness).slice(1));
    await expectRejection("WITNESS_LENGTH_MISMATCH", prover.prove(key, short));
    await expectRejection("BINARY_FORMAT", prover.prove(key, witness.slice(0, 50)));
    await expectRejection("BINARY_FORMAT", prover.loadKey(witness));
    await key.release();
    expectCode("PROVING_KEY_RELEASED", () => prover.prove(key, witness));
  });
});
