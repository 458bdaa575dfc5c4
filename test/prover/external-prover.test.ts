import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Circuit } from "../../src/circom/circuit.ts";
import { releaseProver } from "../../src/groth16/snarkjs.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createExternalProver } from "../../src/prover/external-prover.ts";
import type { ProofJob } from "../../src/prover/prover.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createFundedUser, createOperatorWorld } from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";
import { loadBlockCircuit } from "../helpers/template-circuit.ts";

const random = createRandom();
const SCRIPT = join(import.meta.dirname, "../helpers/external-prover.mjs");
const FILES = "{zkey} {wtns} {proof} {public}";
const PROGRAM = `"${process.execPath}" "${SCRIPT}" ${FILES}`;

describe(`prover: external (${random.title})`, function () {
  this.timeout(300_000);
  let circuit: Circuit;
  let job: ProofJob;
  let folder: string;
  before(async () => {
    circuit = await loadBlockCircuit(PRESETS.minimal, 2);
    const world = await createOperatorWorld();
    await createFundedUser(world, random);
    await world.operator.processBlocks();
    job = world.prover.jobs[0]!;
    folder = await mkdtemp(join(tmpdir(), "a folder; with $(spaces) "));
  });
  after(async () => {
    await rm(folder, { recursive: true });
    await releaseProver();
  });

  function createProver(command: string, timeoutMs = 120_000) {
    return createExternalProver({ circuitOf: () => Promise.resolve(circuit), command, timeoutMs });
  }

  async function failureOf(command: string, timeoutMs?: number): Promise<string> {
    const failed = createProver(command, timeoutMs).prove(job);
    const error = await expectRejection("EXTERNAL_PROVER_FAILED", failed);
    return error.sentence;
  }

  it("proves a block with the program, and leaves no file behind", async () => {
    const left = async () =>
      (await readdir(tmpdir())).filter((name) => name.startsWith("hardhat-zkrollup-prover."));
    const before = await left();
    const prover = createProver(PROGRAM);
    expect(prover.name).to.equal("external");
    const { proof, publicInputs } = await prover.prove(job);
    expect(proof).to.have.length(8);
    expect(publicInputs).to.deep.equal(job.publicInputs);
    expect(await left()).to.deep.equal(before);
    await prover.close();
  });

  it("gives paths as one word each, and no shell reads them", async () => {
    const zkeyPath = join(folder, "a key; touch harm.zkey");
    await symlink(await circuit.zkeyPath(), zkeyPath);
    const prover = createExternalProver({
      circuitOf: () => Promise.resolve({ ...circuit, zkeyPath: () => Promise.resolve(zkeyPath) }),
      command: `${PROGRAM} ; touch "${folder}/harm"`,
    });
    expect((await prover.prove(job)).publicInputs).to.deep.equal(job.publicInputs);
    expect(existsSync(join(folder, "harm"))).to.equal(false);
    await prover.close();
  });

  it("EXTERNAL_PROVER_FAILED: says what the program said, or why it has not run", async () => {
    expect(await failureOf(`${PROGRAM} crash`)).to.include("with 3: out of memory");
    expect(await failureOf(`${PROGRAM} silence`)).to.include("has not written a Groth16 proof");
    expect(await failureOf(`no-such-program ${FILES}`)).to.include("ENOENT");
    expect(await failureOf(`${PROGRAM} hang`, 1_500)).to.include("no proof after 1500 ms");
  });

  it("EXTERNAL_PROVER_FAILED: a proof that does not verify", async () => {
    expect(await failureOf(`${PROGRAM} forge`)).to.include("does not verify");
  });

  it("EXTERNAL_COMMAND_INVALID: a command without a place for a file", async () => {
    const failed = createProver("rapidsnark {zkey} {wtns} {proof}").prove(job);
    const error = await expectRejection("EXTERNAL_COMMAND_INVALID", failed);
    expect(error.facts["missing"]).to.deep.equal(["{public}"]);
  });

  it("ends the program when it is closed", async () => {
    const prover = createProver(`${PROGRAM} hang`);
    const failed = expectRejection("EXTERNAL_PROVER_FAILED", prover.prove(job));
    await prover.close();
    await failed;
  });
});
