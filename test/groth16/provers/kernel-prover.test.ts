import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { decodeWitness, encodeWitness } from "../../../src/groth16/formats/wtns.ts";
import { createKernelProver } from "../../../src/groth16/provers/kernel-prover.ts";
import { openSnarkjs } from "../../../src/groth16/snarkjs.ts";
import { expectRejection } from "../../helpers/expect-code.ts";
import { createRandom } from "../../helpers/random.ts";
import { createSyntheticKey } from "../synthetic-key.ts";

const random = createRandom();

describe(`groth16: kernel prover (${random.title})`, () => {
  const directory = mkdtempSync(join(tmpdir(), "groth16-"));
  const prover = createKernelProver({ threads: 2 });
  const { verify, close } = openSnarkjs();
  after(async () => {
    await prover.close();
    await close();
    rmSync(directory, { recursive: true });
  });

  const createKey = (name: string, constraints: number, bitEvery: number) =>
    createSyntheticKey(directory, name, { constraints, bitEvery, random });

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
      const proven = await prover.prove(zkeyPath, witness);
      expect(await verify(verificationKey, proven)).to.equal(true);
      const again = await prover.prove(zkeyPath, witness);
      expect(again.proof).to.not.deep.equal(proven.proof);
      expect(await verify(verificationKey, again)).to.equal(true);
      expect(again.publicSignals).to.deep.equal(decodeWitness(witness).slice(1, 3).map(String));
      await prover.releaseKey(zkeyPath);
    });
  }

  it("loads several keys from bytes, and makes proofs in turn", async () => {
    const circuits = [await createKey("first", 50, 0), await createKey("second", 90, 4)];
    const keys = circuits.map(({ zkeyPath }) => new Uint8Array(readFileSync(zkeyPath)));
    const jobs = [0, 1, 0, 1];
    const proofs = await Promise.all(
      jobs.map((index) => prover.prove(keys[index]!, circuits[index]!.witness)),
    );
    for (const [i, index] of jobs.entries()) {
      expect(await verify(circuits[index]!.verificationKey, proofs[i]!)).to.equal(true);
    }
    expect(await verify(circuits[1]!.verificationKey, proofs[0]!)).to.equal(false);
  });

  it("reads a key once, up to its limits, and again when its file has changed", async () => {
    const small = createKernelProver({ threads: 1, keysMax: 1 });
    const [one, other] = [await createKey("one", 30, 0), await createKey("other", 60, 0)];
    const path = join(directory, "changing.zkey");
    copyFileSync(one.zkeyPath, path);
    expect(await small.loadKey(path)).to.include({ wires: 32, publicCount: 2, domainSize: 64 });
    copyFileSync(other.zkeyPath, path);
    expect(await verify(other.verificationKey, await small.prove(path, other.witness))).to.equal(
      true,
    );
    for (const { zkeyPath, witness, verificationKey } of [one, other, one]) {
      expect(await verify(verificationKey, await small.prove(zkeyPath, witness))).to.equal(true);
    }
    await small.close();
  });

  it("makes an invalid proof from a witness that violates a constraint", async () => {
    const { zkeyPath, verificationKey, witness } = await createKey("forged", 40, 0);
    const forged = decodeWitness(witness).with(20, 12345n);
    const proven = await prover.prove(zkeyPath, encodeWitness(forged));
    expect(await verify(verificationKey, proven)).to.equal(false);
  });

  it("rejects a witness of another circuit, and continues", async () => {
    const { zkeyPath, witness } = await createKey("misfit", 20, 0);
    const short = encodeWitness(decodeWitness(witness).slice(1));
    await expectRejection("WITNESS_LENGTH_MISMATCH", prover.prove(zkeyPath, short));
    await expectRejection("BINARY_FORMAT", prover.prove(zkeyPath, witness.slice(0, 50)));
    await expectRejection("BINARY_FORMAT", prover.loadKey(witness));
    expect((await prover.prove(zkeyPath, witness)).publicSignals).to.have.length(2);
  });

  it("reads a key that could not be read before", async () => {
    const { zkeyPath, witness } = await createKey("late", 20, 0);
    const path = join(directory, "copied.zkey");
    let failed = false;
    await prover.prove(path, witness).catch(() => (failed = true));
    expect(failed).to.equal(true);
    copyFileSync(zkeyPath, path);
    expect((await prover.prove(path, witness)).publicSignals).to.have.length(2);
  });

  it("PROVING_KEY_TOO_LARGE: rejects a key beyond 4 GiB before reading it, and names snarkjs", async () => {
    const { zkeyPath } = await createKey("large", 20, 0);
    const bytes = readFileSync(zkeyPath);
    const header = Buffer.from(Uint32Array.of(22, 2, 32).buffer); // wires, public, domain
    const at = bytes.indexOf(header);
    expect(at).to.be.greaterThan(0);
    bytes.writeUInt32LE(2 ** 24, at + 8);
    const path = join(directory, "too-large.zkey");
    writeFileSync(path, bytes);
    const error = await expectRejection("PROVING_KEY_TOO_LARGE", prover.loadKey(path));
    expect(error.fix).to.include("snarkjs");
  });

  it("PROVER_CLOSED: rejects pending proofs and later ones", async () => {
    const { zkeyPath, witness } = await createKey("closing", 3000, 0);
    const closed = createKernelProver({ threads: 1 });
    await closed.loadKey(zkeyPath);
    const underWay = [0, 1].map(() =>
      expectRejection("PROVER_CLOSED", closed.prove(zkeyPath, witness)),
    );
    await closed.close();
    await Promise.all(underWay);
    await expectRejection("PROVER_CLOSED", closed.prove(zkeyPath, witness));
  });
});
