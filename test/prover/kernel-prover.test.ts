import { expect } from "chai";
import type { Circuit } from "../../src/circom/circuit.ts";
import { releaseProver } from "../../src/groth16/snarkjs.ts";
import type { BlockWithProof } from "../../src/operator/ledger/blocks.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createKernelProver } from "../../src/prover/kernel-prover.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createFundedUser, createOperatorWorld } from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";
import { loadBlockCircuit } from "../helpers/template-circuit.ts";

const random = createRandom();

describe(`prover: kernel (${random.title})`, function () {
  this.timeout(300_000);
  let circuit: Circuit;
  before(async () => {
    circuit = await loadBlockCircuit(PRESETS.minimal, 2);
  });
  after(() => releaseProver());

  it("proves the blocks of an operator, and snarkjs verifies them", async () => {
    const prover = createKernelProver({ circuitOf: () => Promise.resolve(circuit), threads: 2 });
    const world = await createOperatorWorld({ prover });
    await createFundedUser(world, random);
    await world.operator.processBlocks();
    const { proof, commitment } = world.operator.blocks[0] as BlockWithProof;
    expect(proof.publicInputs).to.deep.equal(commitment.publicInputs);
    const [ax, ay, bxi, bxr, byi, byr, cx, cy] = proof.proof.map(String) as Words;
    const proven = {
      proof: {
        pi_a: [ax, ay, "1"],
        pi_b: [
          [bxr, bxi],
          [byr, byi],
          ["1", "0"],
        ],
        pi_c: [cx, cy, "1"],
        protocol: "groth16",
        curve: "bn128",
      },
      publicSignals: proof.publicInputs.map(String),
    };
    expect(await circuit.verify(proven)).to.equal(true);
    await prover.close();
  });

  it("tries a key again that could not be loaded", async () => {
    const paths = ["/nowhere.zkey", await circuit.zkeyPath()];
    const prover = createKernelProver({
      circuitOf: () =>
        Promise.resolve({ ...circuit, zkeyPath: () => Promise.resolve(paths.shift()!) }),
    });
    const world = await createOperatorWorld();
    await createFundedUser(world, random);
    await world.operator.processBlocks();
    const job = world.prover.jobs[0]!;
    let failed = false;
    await prover.prove(job).catch(() => (failed = true));
    expect(failed).to.equal(true);
    paths.push(paths[0]!);
    expect((await prover.prove(job)).publicInputs).to.deep.equal(job.publicInputs);
    const publicInputs = job.publicInputs.with(1, 0n);
    await expectRejection("PROOF_PUBLIC_INPUTS_MISMATCH", prover.prove({ ...job, publicInputs }));
    await prover.close();
  });
});

type Words = [string, string, string, string, string, string, string, string];
