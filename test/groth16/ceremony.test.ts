import { copyFile, readdir, readFile, rm, truncate } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect } from "chai";
import {
  applyBeaconToKey,
  assertIntactKey,
  ceremonyKeyPath,
  contributeToKey,
  findCeremonyKey,
  startCeremony,
  verifyCeremony,
} from "../../src/groth16/setup/ceremony.ts";
import { withSections } from "../../src/groth16/formats/section-file.ts";
import { compileCircuit, type CompiledCircuit } from "../../src/circom/compile.ts";
import { createDevSetup, isInsecureZkey } from "../../src/groth16/setup/dev-setup.ts";
import { openSnarkjs, type VerificationKey } from "../../src/groth16/snarkjs.ts";
import { readVerificationKey } from "../../src/groth16/formats/verification-key.ts";
import { encodeWitness } from "../../src/groth16/formats/wtns.ts";
import { generateVerifier } from "../../src/groth16/verifier/verifier.ts";
import { calculateWitness } from "../../src/circom/witness-generator.ts";
import { readZkeyVerifierPart } from "../../src/groth16/formats/zkey-file.ts";
import { findZkeyDamage } from "../../src/groth16/setup/zkey-check.ts";
import type { RollupError } from "../../src/util/errors.ts";
import { cutOff, flipBit } from "../helpers/damage.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createPowersOfTau } from "../helpers/powers-of-tau.ts";
import { createRandom } from "../helpers/random.ts";
import { createWorkspace, expectRejection, type Workspace } from "../circom/workspace.ts";

const random = createRandom();
const BEACON = "0x0102030405060708090a0b0c0d0e0f10";

describe(`groth16: ceremony ${random.title}`, () => {
  const snarkjs = openSnarkjs();
  let workspace: Workspace;
  let circuit: CompiledCircuit;
  let keysDir: string;
  let ptauPath: string;
  const path = (name: string) => join(workspace.folder, name);
  before(async () => {
    workspace = await createWorkspace();
    circuit = await compileCircuit(workspace.options("squarer"));
    keysDir = path("keys");
    ptauPath = await createPowersOfTau(workspace.folder, 4);
  });
  after(async () => {
    await snarkjs.close();
    await workspace.remove();
  });

  it("allows batches of proofs for keys of one phase 1, and refuses keys of two", async () => {
    const other = await compileCircuit(workspace.options("cuber"));
    const otherPtau = await createPowersOfTau(path("other"), 4);
    const keyOf = async (of: CompiledCircuit, ptau: string, folder: string) => {
      const { zkeyPath } = await startCeremony(of, ptau, path(folder));
      await contributeToKey(zkeyPath, "Alice");
      return readVerificationKey(zkeyPath);
    };
    const first = {
      id: 1,
      name: "squarer",
      verificationKey: await keyOf(circuit, ptauPath, "one"),
    };
    const generate = (verificationKey: VerificationKey) => {
      const keys = [first, { id: 2, name: "cuber", verificationKey }];
      return generateVerifier({ contractName: "Verifier", keys, insecure: false });
    };
    expect(generate(await keyOf(other, ptauPath, "one"))).to.include("verifyProofs");
    const mixed = await keyOf(other, otherPtau, "two");
    expectCode("VERIFIER_KEYS_MIXED", () => generate(mixed));
  });

  /** Creates a separate key with the given contributors. */
  async function createKey(name: string, ...contributors: string[]): Promise<string> {
    const { zkeyPath } = await startCeremony(circuit, ptauPath, path(name));
    for (const contributor of contributors) await contributeToKey(zkeyPath, contributor);
    return zkeyPath;
  }

  it("makes a secure key that proves from powers of tau", async () => {
    expectCode("CEREMONY_KEY_MISSING", () => findCeremonyKey(circuit, keysDir));
    const { zkeyPath, started } = await startCeremony(circuit, ptauPath, keysDir);
    expect(started).to.equal(true);
    expect(findCeremonyKey(circuit, keysDir)).to.equal(zkeyPath);
    expect(isInsecureZkey(zkeyPath), "nobody has contributed").to.equal(true);
    await expectRejection("CEREMONY_KEY_INVALID", () =>
      verifyCeremony(circuit, ptauPath, zkeyPath),
    );

    const hashes = [
      await contributeToKey(zkeyPath, "Alice"),
      await contributeToKey(zkeyPath, "Bob"),
      await applyBeaconToKey(zkeyPath, BEACON),
    ];
    expect(readZkeyVerifierPart(zkeyPath).contributions).to.deep.equal([
      { name: "Alice", isBeacon: false },
      { name: "Bob", isBeacon: false },
      { name: "final beacon", isBeacon: true },
    ]);
    expect(isInsecureZkey(zkeyPath)).to.equal(false);
    const report = (await verifyCeremony(circuit, ptauPath, zkeyPath)).join("").replace(/\s/g, "");
    for (const hash of hashes) expect(report).to.include(hash);

    const witness = await calculateWitness(circuit, { root: 12 });
    const proven = await snarkjs.prove(zkeyPath, encodeWitness(witness));
    expect(await snarkjs.verify(await readVerificationKey(zkeyPath), proven)).to.equal(true);
    const files = [basename(zkeyPath), `${basename(zkeyPath)}.sha256`];
    expect((await readdir(keysDir)).sort(), "no half-made files").to.deep.equal(files);
  });

  it("keeps an existing key, and makes another for another circuit", async () => {
    const zkeyPath = await createKey("kept", "Alice");
    const before = await readFile(zkeyPath);
    const again = await startCeremony(circuit, ptauPath, path("kept"));
    expect(again).to.deep.equal({ zkeyPath, started: false });
    expect((await readFile(zkeyPath)).equals(before)).to.equal(true);
    const changed = { ...circuit, digest: circuit.digest.replace(/^./, "x") };
    expect(ceremonyKeyPath(changed, path("kept"))).to.not.equal(zkeyPath);
  });

  it("makes another key in every ceremony", async () => {
    const keys = [await createKey("one", "Alice"), await createKey("two", "Alice")];
    const [one, two] = await Promise.all(keys.map(readVerificationKey));
    expect(one!.vk_delta_2).to.not.deep.equal(two!.vk_delta_2);
    expect(one!.vk_alpha_1).to.deep.equal(two!.vk_alpha_1);
  });

  it("rejects unusable powers of tau", async () => {
    const small = await createPowersOfTau(path("small"), 1);
    const start = (ptau: string) => () => startCeremony(circuit, ptau, path("refused"));
    await expectRejection("PTAU_NOT_USABLE", start(small));
    await expectRejection("PTAU_NOT_USABLE", start(path("small/contributed.ptau")));
    await expectRejection("BINARY_FORMAT", start(circuit.r1csPath));
  });

  it("names missing or damaged powers of tau, and makes no key from them", async () => {
    const start = () => startCeremony(circuit, path("damaged.ptau"), path("none"));
    await expectRejection("PTAU_NOT_USABLE", start);
    const { length } = await readFile(ptauPath);
    for (const size of [0, 11, 100, length - 1]) {
      await copyFile(ptauPath, path("damaged.ptau"));
      await truncate(path("damaged.ptau"), size);
      const error = await expectRejection("BINARY_FORMAT", start);
      expect(error.message).to.include(path("damaged.ptau"));
    }
    // The points of Lagrange's base that the smallest key takes stand in the last sections.
    const sections = withSections(ptauPath, "ptau", (file) =>
      [12, 13, 14, 15].map((id) => file.read(id, file.size(id) / 2, 64)),
    );
    const content = await readFile(ptauPath);
    for (const section of sections) {
      await copyFile(ptauPath, path("damaged.ptau"));
      await flipBit(path("damaged.ptau"), random, content.indexOf(section) + random.int(64));
      const outcome = await start().then(
        () => "made",
        (error: unknown) => (error as RollupError).code,
      );
      if (outcome === "made") {
        // This circuit does not use the damaged part, so the key is valid.
        const { zkeyPath } = await start();
        expect(await findZkeyDamage(zkeyPath, circuit.r1csPath)).to.equal(null);
        await rm(path("none"), { recursive: true });
      } else {
        expect(outcome).to.equal("PTAU_NOT_USABLE");
        expect(await readdir(path("none"))).to.deep.equal([]);
      }
    }
  });

  it("names a damaged key, with or without its digest, and keeps it", async () => {
    const zkeyPath = await createKey("damaged", "Alice");
    await assertIntactKey(circuit, zkeyPath);
    await copyFile(zkeyPath, path("good.zkey"));
    const { length } = await readFile(zkeyPath);
    const contributions = withSections(zkeyPath, "zkey", (key) => key.size(10));
    const damages = [
      () => cutOff(zkeyPath, random),
      ...Array.from({ length: 12 }, () => () => {
        // Up to the last section, whose transcript only `verifyCeremony` can judge.
        return flipBit(zkeyPath, random, 250 + random.int(length - contributions - 263));
      }),
    ];
    for (const damage of damages) {
      await copyFile(path("good.zkey"), zkeyPath);
      await damage();
      const damaged = await readFile(zkeyPath);
      for (const digest of ["with", "without"]) {
        if (digest === "without") await rm(`${zkeyPath}.sha256`, { force: true });
        const error = await expectRejection("CEREMONY_KEY_DAMAGED", () =>
          assertIntactKey(circuit, zkeyPath),
        );
        expect(error.message).to.include(zkeyPath);
      }
      expect((await readFile(zkeyPath)).equals(damaged)).to.equal(true);
    }
  });

  it("accepts a key with contributions from elsewhere, and rejects one of another circuit", async () => {
    const zkeyPath = await createKey("travelling");
    await snarkjs.contribute(zkeyPath, path("back.zkey"), "Bob", "entropy");
    await copyFile(path("back.zkey"), zkeyPath);
    await assertIntactKey(circuit, zkeyPath);
    const other = await compileCircuit(workspace.options("cuber"));
    await rm(`${zkeyPath}.sha256`);
    await expectRejection("CEREMONY_KEY_DAMAGED", () => assertIntactKey(other, zkeyPath));
  });

  it("rejects contributions that would spoil the key", async () => {
    const zkeyPath = await createKey("spoiled");
    const refuses = (action: () => Promise<string>) =>
      expectRejection("CONTRIBUTION_NOT_POSSIBLE", action);
    await refuses(() => applyBeaconToKey(zkeyPath, BEACON)); // a secret that everybody knows
    await contributeToKey(zkeyPath, "Alice");
    for (const name of ["", "x".repeat(65)]) await refuses(() => contributeToKey(zkeyPath, name));
    for (const beacon of ["", "0x", "123", "xyz!", "ab".repeat(256)]) {
      await refuses(() => applyBeaconToKey(zkeyPath, beacon));
    }
    await applyBeaconToKey(zkeyPath, BEACON);
    await refuses(() => contributeToKey(zkeyPath, "Mallory"));
    await refuses(() => applyBeaconToKey(zkeyPath, BEACON));
  });

  it("rejects keys that do not come from the ceremony", async () => {
    const refuses = (zkey: string, from: CompiledCircuit = circuit) =>
      expectRejection("CEREMONY_KEY_INVALID", () => verifyCeremony(from, ptauPath, zkey));
    const { r1csPath } = circuit;
    await createDevSetup({ r1csPath, seed: "tests", zkeyPath: path("dev.zkey") });
    await refuses(path("dev.zkey"));
    const zkeyPath = await createKey("genuine", "Alice");
    await refuses(zkeyPath, await compileCircuit(workspace.options("multiplier")));
    const ptau = await createPowersOfTau(path("other"), 4);
    await expectRejection("CEREMONY_KEY_INVALID", () => verifyCeremony(circuit, ptau, zkeyPath));
  });

  it("does not count a beacon as a secret", async () => {
    const zkeyPath = await createKey("beacon");
    await snarkjs.beacon(zkeyPath, path("beacon.zkey"), "beacon", BEACON.slice(2), 10);
    await copyFile(path("beacon.zkey"), zkeyPath);
    expect(isInsecureZkey(zkeyPath)).to.equal(true);
  });
});
