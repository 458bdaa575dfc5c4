import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createExternalProver } from "../../../src/groth16/provers/external-prover.ts";
import { withSnarkjs } from "../../../src/groth16/snarkjs.ts";
import { expectRejection } from "../../helpers/expect-code.ts";
import { createRandom } from "../../helpers/random.ts";
import { createSyntheticKey } from "../synthetic-key.ts";

const random = createRandom();
const SCRIPT = join(import.meta.dirname, "../../helpers/external-prover.mjs");
const FILES = "{zkey} {wtns} {proof} {public}";
const PROGRAM = `"${process.execPath}" "${SCRIPT}" ${FILES}`;

describe(`groth16: external prover (${random.title})`, () => {
  let key: Awaited<ReturnType<typeof createSyntheticKey>>;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "a folder; with $(spaces) "));
    key = await createSyntheticKey(folder, "key", { constraints: 50, bitEvery: 0, random });
  });
  after(() => rm(folder, { recursive: true }));

  async function failureOf(external: string, timeoutMs = 120_000): Promise<string> {
    const prover = createExternalProver({ external, timeoutMs });
    const failed = prover.prove(key.zkeyPath, key.witness);
    const error = await expectRejection("EXTERNAL_PROVER_FAILED", failed);
    await prover.close();
    return error.sentence;
  }

  it("proves with the program, and leaves no file behind", async () => {
    const left = async () =>
      (await readdir(tmpdir())).filter((name) => name.startsWith("hardhat-zkrollup-prover."));
    const before = await left();
    const prover = createExternalProver({ external: PROGRAM });
    expect(prover.name).to.equal("external");
    const proven = await prover.prove(key.zkeyPath, key.witness);
    expect(await withSnarkjs(({ verify }) => verify(key.verificationKey, proven))).to.equal(true);
    expect(await left()).to.deep.equal(before);
    await prover.close();
  });

  it("passes each path as one word, which no shell reads", async () => {
    const zkeyPath = join(folder, "a key; touch harm.zkey");
    await symlink(key.zkeyPath, zkeyPath);
    const prover = createExternalProver({ external: `${PROGRAM} ; touch "${folder}/harm"` });
    expect((await prover.prove(zkeyPath, key.witness)).publicSignals).to.have.length(2);
    expect(existsSync(join(folder, "harm"))).to.equal(false);
    await prover.close();
  });

  it("EXTERNAL_PROVER_FAILED: reports the program's output, or why it did not run", async () => {
    expect(await failureOf(`${PROGRAM} crash`)).to.include("with 3: out of memory");
    expect(await failureOf(`${PROGRAM} silence`)).to.include("has not written a Groth16 proof");
    expect(await failureOf(`no-such-program ${FILES}`)).to.include("ENOENT");
    expect(await failureOf(`${PROGRAM} hang`, 1_500)).to.include("no proof within 1500 ms");
  });

  it("EXTERNAL_PROVER_FAILED: a proof that does not verify", async () => {
    expect(await failureOf(`${PROGRAM} forge`)).to.include("does not verify");
  });

  it("EXTERNAL_COMMAND_INVALID: a command without a placeholder", async () => {
    const prover = createExternalProver({ external: "rapidsnark {zkey} {wtns} {proof}" });
    const failed = prover.prove(key.zkeyPath, key.witness);
    const error = await expectRejection("EXTERNAL_COMMAND_INVALID", failed);
    expect(error.facts["missing"]).to.deep.equal(["{public}"]);
  });

  it("PROVER_CLOSED: ends the program when it is closed", async () => {
    const prover = createExternalProver({ external: `${PROGRAM} hang` });
    const failed = expectRejection("PROVER_CLOSED", prover.prove(key.zkeyPath, key.witness));
    await prover.close();
    await failed;
    await expectRejection("PROVER_CLOSED", prover.prove(key.zkeyPath, key.witness));
  });
});
