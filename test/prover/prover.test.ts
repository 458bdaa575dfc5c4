import { expect } from "chai";
import type { Circuit } from "../../src/circom/circuit.ts";
import { releaseProver } from "../../src/groth16/snarkjs.ts";
import type { BlockWithProof } from "../../src/operator/ledger/blocks.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createMockProver } from "../../src/prover/mock-prover.ts";
import type { ProofJob } from "../../src/prover/prover.ts";
import { createSnarkjsProver } from "../../src/prover/snarkjs-prover.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createFundedUser, createOperatorWorld, submit } from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";
import { loadBlockCircuit } from "../helpers/template-circuit.ts";

const random = createRandom();

describe("prover: mock", () => {
  it("says that it is one, and proves nothing", async () => {
    const prover = createMockProver();
    const job = { keyId: 2, input: {}, publicInputs: [1n, 2n] };
    expect(prover.name).to.equal("mock");
    expect(await prover.prove(job)).to.deep.equal({
      proof: new Array(8).fill(0n),
      publicInputs: [1n, 2n],
    });
    await prover.close();
  });
});

describe(`prover: snarkjs (${random.title})`, function () {
  this.timeout(300_000);
  let circuit: Circuit;
  let job: ProofJob;
  before(async () => {
    circuit = await loadBlockCircuit(PRESETS.minimal, 2);
    job = await createJob();
  });
  after(() => releaseProver());

  /** The job of a block with a transfer to a new account. */
  async function createJob(): Promise<ProofJob> {
    const world = await createOperatorWorld();
    const alice = await createFundedUser(world, random);
    submit(world, alice, { type: "transfer", tokenId: 0, recipient: 5n, amount: 7n, fee: 1n });
    await world.operator.processBlocks();
    return world.prover.jobs.at(-1)!;
  }

  it("proves the blocks of an operator", async () => {
    const prover = createSnarkjsProver({ circuitOf: () => Promise.resolve(circuit) });
    const world = await createOperatorWorld({ prover });
    await createFundedUser(world, random);
    await world.operator.processBlocks();
    const { proof, commitment } = world.operator.blocks[0] as BlockWithProof;
    expect(proof.proof).to.have.length(8);
    expect(proof.publicInputs).to.deep.equal(commitment.publicInputs);
    expect(proof.proofMs).to.be.greaterThan(0);
  });

  it("writes proofs in the order of EIP-197", async () => {
    const proven = await circuit.prove(job.input);
    expect(await circuit.verify(proven)).to.equal(true);
    const prover = createSnarkjsProver({
      circuitOf: () => Promise.resolve({ prove: () => Promise.resolve(proven) }),
    });
    const { pi_a: a, pi_b: b, pi_c: c } = proven.proof;
    const words = [a[0], a[1], b[0]![1], b[0]![0], b[1]![1], b[1]![0], c[0], c[1]];
    expect((await prover.prove(job)).proof).to.deep.equal(words.map((word) => BigInt(word!)));
  });

  it("CIRCUIT_ASSERT_FAILED: an input that breaks a rule", async () => {
    const prover = createSnarkjsProver({ circuitOf: () => Promise.resolve(circuit) });
    const input = { ...job.input, validUntil: [0n, 0n] };
    await expectRejection("CIRCUIT_ASSERT_FAILED", prover.prove({ ...job, input }));
  });

  it("PROOF_PUBLIC_INPUTS_MISMATCH: a job whose input is that of another block", async () => {
    const prover = createSnarkjsProver({ circuitOf: () => Promise.resolve(circuit) });
    const publicInputs = job.publicInputs.with(1, 0n);
    const failed = prover.prove({ ...job, publicInputs });
    const error = await expectRejection("PROOF_PUBLIC_INPUTS_MISMATCH", failed);
    expect(error.facts["index"]).to.equal(1);
  });
});
