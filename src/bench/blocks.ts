/** Measures the circuit of one kind of block, from its source to a proof. */

import { statSync } from "node:fs";
import { join } from "node:path";
import { appendOperation, openBlock, sealBlock } from "../block/block.ts";
import { blockCircuitName } from "../block/circuit.ts";
import { commitBlock } from "../block/commitment.ts";
import { createBlockWitnessInput } from "../block/witness-input.ts";
import { loadCircuit } from "../circom/circuit.ts";
import type { CompileOptions } from "../circom/compilation.ts";
import { compileCircuit } from "../circom/compile.ts";
import { createDevSetup } from "../groth16/setup/dev-setup.ts";
import { createKernelProver } from "../groth16/provers/kernel-prover.ts";
import { withTemporaryFolder } from "../groth16/files/files.ts";
import type { R1csHeader } from "../groth16/formats/r1cs.ts";
import { type ProofWithSignals, type VerificationKey, withSnarkjs } from "../groth16/snarkjs.ts";
import { encodeWitness } from "../groth16/formats/wtns.ts";
import { toOperation } from "../operations/to-operation.ts";
import { GENESIS_FEE_ACCOUNT_ID } from "../protocol/constants.ts";
import { type BlockKind, blockKindName } from "../protocol/kinds.ts";
import { type Preset, type PresetName, PRESETS } from "../protocol/presets.ts";
import { createGenesisState } from "../state/rollup-state.ts";
import { assert } from "../util/errors.ts";
import { measure, measureProcess, type Usage } from "./measure.ts";
import { createSeededRandom } from "./random.ts";
import { createLoad, createUsers, FEE_ACCOUNT_ADDRESS, fund } from "./transfers.ts";

/** The file of a circuit's main component, and the options of its compilation. */
export type BenchSource = Omit<CompileOptions, "cacheDir" | "onProgress">;

/** A compilation in a process of its own. */
export interface CompileBench extends Omit<Usage, "result"> {
  readonly name: string;
  readonly constraints: number;
  readonly wires: number;
  readonly peakMemoryBytes: number;
}

export interface BlockBench {
  readonly preset: PresetName;
  /** Name of the kind. */
  readonly kind: string;
  readonly slots: number;
  readonly constraints: number;
  readonly compile: CompileBench;
  readonly setup: Usage & { readonly zkeyBytes: number };
  /** Computation of all wires from the block's operations. */
  readonly witness: Usage;
  /** The best of {@link PROOFS} proofs, verified by snarkjs, without the loading of the key. */
  readonly proof: Usage;
  /** Of one prover that computes the witness and proves, block after block. */
  readonly transfersPerMinute: number;
  readonly proverMemoryBytes: number;
}

/** A measured block with its proofs and their key, for verification on L1. */
export interface ProvenBlockBench {
  readonly bench: BlockBench;
  readonly verificationKey: VerificationKey;
  readonly proofs: readonly ProofWithSignals[];
}

const PROOFS = 3;
const SECONDS_PER_MINUTE = 60;
const DOMAIN = 5n;
const HEADER = { blockNumber: 1, timestamp: 1n, feeAccountId: GENESIS_FEE_ACCOUNT_ID };

/** Compiles a circuit without a cache. */
export async function benchCompile(source: BenchSource, name: string): Promise<CompileBench> {
  return withTemporaryFolder("bench", (cacheDir) => compileIn({ ...source, cacheDir }, name));
}

async function compileIn(options: CompileOptions, name: string): Promise<CompileBench> {
  const { result, ...usage } = await measureProcess<CompileOptions, R1csHeader>(
    "compile-process",
    options,
  );
  return { name, constraints: result.constraints, wires: result.wires, ...usage };
}

/** Compiles the circuit of a kind, sets it up, and proves a block full of transfers. */
export async function benchBlock(
  presetName: PresetName,
  kind: BlockKind,
  source: BenchSource,
): Promise<ProvenBlockBench> {
  return withTemporaryFolder("bench", async (folder) => {
    const options = { ...source, cacheDir: folder };
    const preset: Preset = { ...PRESETS[presetName], blockKinds: [kind] };
    const compile = await compileIn(options, blockCircuitName(preset, kind));
    const zkeyPath = join(folder, "block.zkey");
    const { r1csPath } = await compileCircuit(options);
    const setup = await measure(() => createDevSetup({ r1csPath, seed: "bench", zkeyPath }));
    const circuit = await loadCircuit({ ...options, zkeyPath });
    const { applied, commitment } = createBlock(preset, kind);
    const witness = await measure(() =>
      circuit.calculateWitness({ ...createBlockWitnessInput(applied, commitment) }),
    );
    const verificationKey = await circuit.verificationKey();
    const proving = await proveRepeatedly(zkeyPath, encodeWitness(witness.result), verificationKey);
    const bench: BlockBench = {
      preset: presetName,
      kind: blockKindName(kind),
      slots: kind.slots,
      constraints: compile.constraints,
      compile,
      setup: { ...usageOf(setup), zkeyBytes: statSync(zkeyPath).size },
      witness: usageOf(witness),
      proof: usageOf(proving.best),
      transfersPerMinute: rateOf(kind, witness.wallSeconds + proving.best.wallSeconds),
      proverMemoryBytes: proving.memoryBytes,
    };
    return { bench, verificationKey, proofs: proving.proofs };
  });
}

function usageOf({ wallSeconds, cpuSeconds }: Usage): Usage {
  return { wallSeconds, cpuSeconds };
}

function rateOf({ slots }: BlockKind, blockSeconds: number): number {
  return Math.round((SECONDS_PER_MINUTE * slots) / blockSeconds);
}

/** Creates a block full of transfers. @param preset - With this kind of block. */
function createBlock(preset: Preset, kind: BlockKind) {
  const { slots, levels } = kind;
  const accounts = preset.treeArity ** levels;
  const users = createUsers(Math.min(2 * slots, accounts - 1), createSeededRandom("bench"));
  const genesis = createGenesisState(preset, { feeAccountAddress: FEE_ACCOUNT_ADDRESS });
  const load = createLoad(users, DOMAIN);
  const state = fund(
    genesis,
    users.map((user) => ({ ...user })),
  );
  const open = load(slots).reduce(
    (block, transaction) => appendOperation(block, toOperation(block.state, transaction)),
    openBlock(state, HEADER),
  );
  const applied = sealBlock(open, kind);
  return { applied, commitment: commitBlock(applied, DOMAIN) };
}

async function proveRepeatedly(zkeyPath: string, witness: Uint8Array, key: VerificationKey) {
  const prover = createKernelProver();
  try {
    const { memoryBytes } = await prover.loadKey(zkeyPath);
    const proofs = await withSnarkjs(async (snarkjs) => {
      const made = [];
      for (let round = 0; round < PROOFS; round++) {
        const proof = await measure(() => prover.prove(zkeyPath, witness));
        assert(await snarkjs.verify(key, proof.result), "snarkjs accepts the proof");
        made.push(proof);
      }
      return made;
    });
    const best = proofs.reduce((one, other) => (other.wallSeconds < one.wallSeconds ? other : one));
    return { best, proofs: proofs.map(({ result }) => result), memoryBytes };
  } finally {
    await prover.close();
  }
}
