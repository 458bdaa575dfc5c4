import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { compileCircuit, type CompiledCircuit } from "../../src/circom/compile.ts";
import {
  createDevSetup,
  ensureDevKey,
  INSECURE_CONTRIBUTION,
  isInsecureZkey,
  type SetupProgress,
} from "../../src/groth16/setup/dev-setup.ts";
import { openSnarkjs } from "../../src/groth16/snarkjs.ts";
import { readVerificationKey } from "../../src/groth16/formats/verification-key.ts";
import { encodeWitness } from "../../src/groth16/formats/wtns.ts";
import { calculateWitness } from "../../src/circom/witness-generator.ts";
import { readZkeyVerifierPart } from "../../src/groth16/formats/zkey-file.ts";
import { cutOff, emptyOut, flipBit } from "../helpers/damage.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createWorkspace, runSnarkJs, type Workspace } from "../circom/workspace.ts";
import { writeKnownPtau } from "../helpers/known-ptau.ts";
import { createRandom } from "../helpers/random.ts";

const SEED = "tests";

const random = createRandom();

describe(`groth16: dev setup ${random.title}`, () => {
  const snarkjs = openSnarkjs();
  let workspace: Workspace;
  let circuit: CompiledCircuit;
  let zkeyPath: string;
  const path = (name: string) => join(workspace.folder, name);
  const ptauPath = () => path("known.ptau");
  before(async () => {
    workspace = await createWorkspace();
    circuit = await compileCircuit(workspace.options("squarer"));
    zkeyPath = path("squarer.zkey");
    await createDevSetup({ r1csPath: circuit.r1csPath, seed: SEED, zkeyPath });
    await writeKnownPtau(ptauPath(), SEED, 5);
  });
  after(async () => {
    await snarkjs.close();
    await workspace.remove();
  });

  it("makes keys that snarkjs proves and verifies with", async () => {
    const witness = await calculateWitness(circuit, { root: 12 });
    const proven = await snarkjs.prove(zkeyPath, encodeWitness(witness));
    const key = await readVerificationKey(zkeyPath);
    expect(proven.publicSignals).to.deep.equal(["144"]);
    expect(await snarkjs.verify(key, proven)).to.equal(true);
    expect(await snarkjs.verify(key, { ...proven, publicSignals: ["145"] })).to.equal(false);
  });

  it("makes keys that snarkjs's command line accepts", async () => {
    const witness = await calculateWitness(circuit, { root: 12 });
    const { proof, publicSignals } = await snarkjs.prove(zkeyPath, encodeWitness(witness));
    await runSnarkJs("zkey", "export", "verificationkey", zkeyPath, path("key.json"));
    await writeFile(path("proof.json"), JSON.stringify(proof));
    await writeFile(path("public.json"), JSON.stringify(publicSignals));
    const files = ["key.json", "public.json", "proof.json"].map(path);
    expect(await runSnarkJs("groth16", "verify", ...files)).to.include("OK!");
    const exported: unknown = JSON.parse(await readFile(path("key.json"), "utf8"));
    expect(await readVerificationKey(zkeyPath)).to.deep.equal(exported);
  });

  for (const name of ["squarer", "multiplier", "seven-inputs"]) {
    it(`makes the same key of ${name} as a ceremony with these secrets`, async () => {
      const { r1csPath } = await compileCircuit(workspace.options(name));
      const key = path(`${name}-verified.zkey`);
      await createDevSetup({ r1csPath, seed: SEED, zkeyPath: key });
      const printed = await runSnarkJs("zkey", "verify", r1csPath, ptauPath(), key);
      expect(printed).to.include("ZKey Ok!");
    });
  }

  it("makes a key that snarkjs rejects for other secrets", async () => {
    const { r1csPath } = circuit;
    await createDevSetup({ r1csPath, seed: "other", zkeyPath: path("other.zkey") });
    const verify = runSnarkJs("zkey", "verify", r1csPath, ptauPath(), path("other.zkey"));
    expect(await verify.then(() => "accepted").catch(() => "rejected")).to.equal("rejected");
  });

  it("makes the same key from the same seed, and different keys from different seeds", async () => {
    const { r1csPath } = circuit;
    await mkdir(path("again"));
    await createDevSetup({ r1csPath, seed: SEED, zkeyPath: path("again/a.zkey") });
    await createDevSetup({ r1csPath, seed: "other", zkeyPath: path("again/b.zkey") });
    const [first, same, other] = await Promise.all(
      [zkeyPath, path("again/a.zkey"), path("again/b.zkey")].map((file) => readFile(file)),
    );
    expect(same!.equals(first!)).to.equal(true);
    expect(other!.equals(first!)).to.equal(false);
  });

  it("shares alpha, beta and gamma among circuits, but not delta", async () => {
    const { r1csPath } = await compileCircuit(workspace.options("multiplier"));
    await createDevSetup({ r1csPath, seed: SEED, zkeyPath: path("multiplier.zkey") });
    const [one, two] = [
      await readVerificationKey(zkeyPath),
      await readVerificationKey(path("multiplier.zkey")),
    ];
    for (const part of ["vk_alpha_1", "vk_beta_2", "vk_gamma_2"] as const) {
      expect(one[part]).to.deep.equal(two[part]);
    }
    expect(one.vk_delta_2).to.not.deep.equal(two.vk_delta_2);
    expect(one.vk_delta_2).to.not.deep.equal(one.vk_gamma_2);
  });

  it("marks keys as insecure, unlike contributed ones", async () => {
    expect(readZkeyVerifierPart(zkeyPath).contributions).to.deep.equal([
      { name: INSECURE_CONTRIBUTION, isBeacon: false },
    ]);
    expect(isInsecureZkey(zkeyPath)).to.equal(true);
    const [initial, contributed] = [path("initial.zkey"), path("contributed.zkey")];
    await snarkjs.newZKey(circuit.r1csPath, ptauPath(), initial);
    expect(isInsecureZkey(initial), "nobody has contributed").to.equal(true);
    await snarkjs.contribute(initial, contributed, "Alice", "entropy");
    expect(isInsecureZkey(contributed)).to.equal(false);
    expectCode("BINARY_FORMAT", () => isInsecureZkey(circuit.r1csPath));
  });

  it("keeps keys by circuit and seed, and reports its progress", async () => {
    const progress: SetupProgress[] = [];
    const options = {
      circuit,
      cacheDir: path("keys"),
      seed: SEED,
      onProgress: (step: SetupProgress) => progress.push(step),
    };
    const first = await ensureDevKey(options);
    expect(first.cached).to.equal(false);
    expect(progress.at(-1)?.done).to.equal(progress.at(-1)?.total);
    expect(await ensureDevKey(options)).to.deep.equal({ ...first, cached: true });
    const other = await ensureDevKey({ ...options, seed: "other" });
    expect(other.zkeyPath).to.not.equal(first.zkeyPath);
  });

  it("remakes a damaged key unchanged", async () => {
    const options = { circuit, cacheDir: path("damaged-keys"), seed: SEED };
    const { zkeyPath } = await ensureDevKey(options);
    const good = await readFile(zkeyPath);
    const damages = [flipBit, cutOff, emptyOut, (file: string) => rm(file)];
    for (const damage of damages) {
      await damage(zkeyPath, random);
      expect((await ensureDevKey(options)).cached).to.equal(false);
      expect((await readFile(zkeyPath)).equals(good)).to.equal(true);
      expect((await ensureDevKey(options)).cached).to.equal(true);
    }
    await emptyOut(`${zkeyPath}.sha256`);
    expect((await ensureDevKey(options)).cached).to.equal(false);
  });
});
