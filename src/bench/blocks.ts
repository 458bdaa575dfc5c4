/** Measures the circuit of one kind of block, from its source to a proof. */

import { statSync } from "node:fs";
import { join } from "node:path";
import { appendOperation, openBlock, sealBlock } from "../block/block.ts";
import { blockCircuitName } from "../block/circuit.ts";
import { commitBlock } from "../block/commitment.ts";
import { createBlockWitnessInput } from "../block/witness-input.ts";
import { loadCircuit, type LoadCircuitOptions } from "../circom/circuit.ts";
import { createCircuitGenerator } from "../circom/circuit-generator.ts";
import type { CompileOptions } from "../circom/compilation.ts";
import { compileCircuit, type CompiledCircuit } from "../circom/compile.ts";
import { flattenInputs, type InputValues } from "../circom/witness-inputs.ts";
import { createDevSetup } from "../groth16/setup/dev-setup.ts";
import { createKernelProver } from "../groth16/provers/kernel-prover.ts";
import { readVerificationKey } from "../groth16/formats/verification-key.ts";
import { withTemporaryFolder } from "../groth16/files/files.ts";
import { type ProofWithSignals, type VerificationKey, withSnarkjs } from "../groth16/snarkjs.ts";
import { toOperation } from "../operations/to-operation.ts";
import { GENESIS_FEE_ACCOUNT_ID } from "../protocol/constants.ts";
import { type BlockKind, blockKindName } from "../protocol/kinds.ts";
import { type Preset, type PresetName, PRESETS } from "../protocol/presets.ts";
import { createGenesisState } from "../state/rollup-state.ts";
import { assert } from "../util/errors.ts";
import type { CompileResult } from "./compile-process.ts";
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
  /** Whether the package brought the compiled circuit, so that nothing was compiled. */
  readonly cached: boolean;
}

export interface BlockBench {
  readonly preset: PresetName;
  /** Name of the kind. */
  readonly kind: string;
  readonly slots: number;
  readonly constraints: number;
  readonly compile: CompileBench;
  readonly setup: Usage & { readonly zkeyBytes: number };
  /** Computation of all wires from the block's operations, in a thread. */
  readonly witness: Usage;
  /** The best of {@link PROOFS} proofs, verified by snarkjs, without the loading of the key. */
  readonly proof: Usage;
  /** Of one prover that proves block after block, and computes the next witness meanwhile. */
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
  const { result, ...usage } = await measureProcess<CompileOptions, CompileResult>(
    "compile-process",
    options,
  );
  const { constraints, wires, cached } = result;
  return { name, constraints, wires, cached, ...usage };
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
    const compiled = await compileCircuit(options);
    const { r1csPath } = compiled;
    const setup = await measure(() => createDevSetup({ r1csPath, seed: "bench", zkeyPath }));
    const { applied, commitment } = createBlock(preset, kind);
    const input = { ...createBlockWitnessInput(applied, commitment) };
    const witness = await measureWitness(compiled, options, input);
    const verificationKey = await readVerificationKey(zkeyPath);
    const proving = await proveRepeatedly(zkeyPath, witness.result, verificationKey);
    const row = await proveInARow({ ...options, zkeyPath }, input, verificationKey);
    const bench: BlockBench = {
      preset: presetName,
      kind: blockKindName(kind),
      slots: kind.slots,
      constraints: compile.constraints,
      compile,
      setup: { ...usageOf(setup), zkeyBytes: statSync(zkeyPath).size },
      witness: usageOf(witness),
      proof: usageOf(proving.best),
      transfersPerMinute: Math.round((SECONDS_PER_MINUTE * kind.slots) / row.blockSeconds),
      proverMemoryBytes: proving.memoryBytes,
    };
    return { bench, verificationKey, proofs: [...proving.proofs, ...row.proofs] };
  });
}

/** Measures the second witness of a block: the first one compiles the generator. */
async function measureWitness(
  compiled: CompiledCircuit,
  options: CompileOptions,
  input: InputValues,
): Promise<Usage & { result: Uint8Array }> {
  const { name, inputs } = compiled;
  const generator = createCircuitGenerator(compiled, options, () => undefined);
  try {
    const calculate = () => generator.calculateFile(flattenInputs(name, inputs, input));
    await calculate();
    return await measure(calculate);
  } finally {
    await generator.close();
  }
}

/** Proves a block several times as the operator's prover does; the first proof loads the key. */
async function proveInARow(
  options: LoadCircuitOptions<"groth16">,
  input: InputValues,
  key: VerificationKey,
): Promise<{ blockSeconds: number; proofs: ProofWithSignals[] }> {
  await using circuit = await loadCircuit(options);
  const ends: number[] = [];
  const proofs = await Promise.all(
    Array.from({ length: 1 + PROOFS }, async () => {
      const proof = await circuit.prove(input);
      ends.push(performance.now());
      return proof;
    }),
  );
  for (const proof of proofs) {
    assert(await withSnarkjs((snarkjs) => snarkjs.verify(key, proof)), "snarkjs accepts the proof");
  }
  return { blockSeconds: (ends.at(-1)! - ends[0]!) / 1000 / PROOFS, proofs };
}

function usageOf({ wallSeconds, cpuSeconds }: Usage): Usage {
  return { wallSeconds, cpuSeconds };
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
