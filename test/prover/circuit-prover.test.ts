import { join } from "node:path";
import { expect } from "chai";
import type { Circuit } from "../../src/circom/circuit.ts";
import type { ProverChoice } from "../../src/groth16/provers/prover.ts";
import { createGroth16Workers, type Groth16Workers } from "../../src/groth16/provers/workers.ts";
import type { BlockWithProof } from "../../src/operator/ledger/blocks.ts";
import type { BlockKind } from "../../src/protocol/kinds.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createCircuitProver } from "../../src/prover/circuit-prover.ts";
import { fromJobProof } from "../../src/prover/job-proof.ts";
import { createMockProver } from "../../src/prover/mock-prover.ts";
import type { ProofJob, Prover } from "../../src/prover/prover.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createFundedUser, createOperatorWorld, submit } from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";
import { loadBlockCircuit } from "../helpers/template-circuit.ts";

const random = createRandom();
const PROGRAM =
  `"${process.execPath}" "${join(import.meta.dirname, "../helpers/external-prover.mjs")}" ` +
  "{zkey} {wtns} {proof} {public}";

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

describe(`prover: jobs by circuits (${random.title})`, () => {
  let workers: Groth16Workers;
  let circuit: Circuit;
  let prover: Prover;
  let job: ProofJob;
  /** The operator's choice for blocks of ETH alone. */
  const [kind] = PRESETS.minimal.blockKinds as [BlockKind];
  before(async () => {
    workers = createGroth16Workers({ threads: 2 });
    circuit = await loadBlockCircuit(PRESETS.minimal, kind, { workers });
    prover = toProver(circuit);
    job = await createJob();
  });
  after(() => workers.close());

  function toProver({ prove }: Pick<Circuit, "prove">): Prover {
    return createCircuitProver({
      name: "kernel",
      capacity: 2,
      circuitOf: () => Promise.resolve({ prove, verify: circuit.verify }),
      close: () => Promise.resolve(),
    });
  }

  /** The job of a block with a transfer to a new account. */
  async function createJob(): Promise<ProofJob> {
    const world = await createOperatorWorld();
    const alice = await createFundedUser(world, random);
    submit(world, alice, { type: "transfer", tokenId: 0, recipient: 5n, amount: 7n, fee: 1n });
    await world.operator.processBlocks();
    return world.prover.jobs.at(-1)!;
  }

  const choices: readonly (readonly [name: string, choice: ProverChoice])[] = [
    ["the kernel", "kernel"],
    ["snarkjs", "snarkjs"],
    ["an external program", { external: PROGRAM }],
  ];
  for (const [name, choice] of choices) {
    it(`proves the blocks of an operator by ${name}, and snarkjs verifies them`, async () => {
      const chosen = await loadBlockCircuit(PRESETS.minimal, kind, { workers, prover: choice });
      const world = await createOperatorWorld({ prover: toProver(chosen) });
      await createFundedUser(world, random);
      await world.operator.processBlocks();
      const { proof, commitment } = world.operator.blocks[0] as BlockWithProof;
      expect(proof.proof).to.have.length(8);
      expect(proof.publicInputs).to.deep.equal(commitment.publicInputs);
      expect(proof.proofMs).to.be.greaterThan(0);
      expect(await circuit.verify(fromJobProof(proof))).to.equal(true);
    });
  }

  it("hands a block to the same prover, with the same key and witness, as a user's call", async () => {
    const calls: Parameters<Groth16Workers["prove"]>[] = [];
    const prove: Groth16Workers["prove"] = (...call) => {
      calls.push(call);
      return workers.prove(...call);
    };
    const spied = await loadBlockCircuit(PRESETS.minimal, kind, { workers: { ...workers, prove } });
    const proven = await spied.prove(job.input);
    const { publicInputs } = await toProver(spied).prove(job);
    expect(calls).to.have.length(2);
    expect(calls[1]).to.deep.equal(calls[0]);
    expect(publicInputs.map(String)).to.deep.equal(proven.publicSignals);
  });

  it("writes proofs in the order of EIP-197", async () => {
    const proven = await circuit.prove(job.input);
    expect(await circuit.verify(proven)).to.equal(true);
    const { pi_a: a, pi_b: b, pi_c: c } = proven.proof;
    const words = [a[0], a[1], b[0]![1], b[0]![0], b[1]![1], b[1]![0], c[0], c[1]];
    const { proof } = await toProver({ prove: () => Promise.resolve(proven) }).prove(job);
    expect(proof).to.deep.equal(words.map((word) => BigInt(word!)));
  });

  it("tries a job again that has failed", async () => {
    const failures = [new Error("no memory")];
    const flaky = toProver({
      prove: (input) => {
        const failure = failures.shift();
        return failure === undefined ? circuit.prove(input) : Promise.reject(failure);
      },
    });
    let failed = false;
    await flaky.prove(job).catch(() => (failed = true));
    expect(failed).to.equal(true);
    expect((await flaky.prove(job)).publicInputs).to.deep.equal(job.publicInputs);
  });

  it("CIRCUIT_ASSERT_FAILED: an input that breaks a rule", async () => {
    const input = { ...job.input, validUntil: [0n, 0n] };
    await expectRejection("CIRCUIT_ASSERT_FAILED", prover.prove({ ...job, input }));
  });

  it("PROOF_INVALID: a proof of the right public inputs that does not verify", async () => {
    const proven = await circuit.prove(job.input);
    const { pi_a: a } = proven.proof;
    const wrong = { ...proven, proof: { ...proven.proof, pi_a: [...proven.proof.pi_c] } };
    expect(wrong.proof.pi_a).not.to.deep.equal(a);
    const failed = toProver({ prove: () => Promise.resolve(wrong) }).prove(job);
    const error = await expectRejection("PROOF_INVALID", failed);
    expect(error.facts).to.include({ keyId: job.keyId, prover: "kernel" });
  });

  it("starts no proof of a job that is aborted", async () => {
    let calls = 0;
    const prove = () => Promise.reject(new Error(`call ${++calls}`));
    const reason = new Error("of no use any more");
    const failed = toProver({ prove }).prove(job, AbortSignal.abort(reason));
    expect(await failed.catch((error: unknown) => error)).to.equal(reason);
    expect(calls).to.equal(0);
  });

  it("PROOF_PUBLIC_INPUTS_MISMATCH: a job whose input is that of another block", async () => {
    const publicInputs = job.publicInputs.with(1, 0n);
    const failed = prover.prove({ ...job, publicInputs });
    const error = await expectRejection("PROOF_PUBLIC_INPUTS_MISMATCH", failed);
    expect(error.facts["index"]).to.equal(1);
  });
});
