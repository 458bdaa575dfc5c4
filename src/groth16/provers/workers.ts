/**
 * The threads that prove and verify. They have one owner: their creator closes them. Threads start
 * at their first use, and idle threads never keep the process alive.
 */
import { inspect } from "node:util";
import { groth16Error } from "../errors.ts";
import {
  assertProof,
  assertPublicCount,
  assertVerificationKey,
  isCanonical,
} from "../formats/proof-shape.ts";
import { openSnarkjs, type ProofWithSignals, type VerificationKey } from "../snarkjs.ts";
import { createExternalProver } from "./external-prover.ts";
import { createKernelProver, type KernelProverOptions } from "./kernel-prover.ts";
import {
  type ExternalChoice,
  type Groth16Prover,
  PROVER_CHOICES,
  type ProverChoice,
} from "./prover.ts";
import { createSnarkjsProver } from "./snarkjs-prover.ts";

/** The threads of all provers in one place, for many circuits. */
export interface Groth16Workers {
  /**
   * Proves a witness with the chosen prover.
   *
   * @param choice - The prover: `"kernel"`, `"snarkjs"` or `{ external: command }`.
   * @param zkeyPath - Path of the proving key in snarkjs's format, from any setup.
   * @param witness - The bytes of a `.wtns` file.
   * @returns The proof in snarkjs's form, with the public values.
   * @throws PROVER_UNKNOWN, PROVER_CLOSED, and the codes of the prover
   */
  prove(choice: ProverChoice, zkeyPath: string, witness: Uint8Array): Promise<ProofWithSignals>;
  /**
   * Whether a proof is valid for its public values under a key. snarkjs answers.
   *
   * @param key - From {@link readVerificationKey}.
   * @param proven - The proof with all its public values.
   * @throws PROOF_MALFORMED, VERIFICATION_KEY_MALFORMED
   */
  verify(key: VerificationKey, proven: ProofWithSignals): Promise<boolean>;
  /**
   * Frees the memory of a key, if the kernel has loaded it.
   *
   * @param zkeyPath - Path that the key was used with.
   */
  releaseKey(zkeyPath: string): Promise<void>;
  /** Ends all threads and programs. Pending work is rejected with PROVER_CLOSED. */
  close(): Promise<void>;
}

/**
 * Creates one place for all provers and for verification. Threads start at the first use.
 *
 * @param options - For the kernel: threads, and how many keys stay in memory.
 * @returns The provers; `close()` ends their threads.
 *
 * @example
 * const workers = createGroth16Workers();
 * const zkeyPath = await multiplier.zkeyPath();
 * const witness = encodeWitness(await multiplier.calculateWitness({ a: 6n, b: 7n }));
 * const proven = await workers.prove("kernel", zkeyPath, witness);
 * await workers.verify(await readVerificationKey(zkeyPath), proven); // true
 * await workers.prove("fast", zkeyPath, witness); // throws PROVER_UNKNOWN
 * await workers.close();
 */
export function createGroth16Workers(options: KernelProverOptions = {}): Groth16Workers {
  const kernel = createKernelProver(options);
  const provers = new Map<string, Groth16Prover>([["kernel", kernel]]);
  const snarkjs = openSnarkjs();
  let isClosed = false;
  const proverOf = (choice: ProverChoice): Groth16Prover => {
    const name = nameOf(choice);
    if (isClosed) throw groth16Error({ code: "PROVER_CLOSED", prover: inspect(choice) });
    const known = provers.get(name);
    if (known !== undefined) return known;
    const made = typeof choice === "string" ? createSnarkjsProver() : createExternalProver(choice);
    provers.set(name, made);
    return made;
  };
  return {
    prove: async (choice, zkeyPath, witness) => proverOf(choice).prove(zkeyPath, witness),
    verify: async (key, proven) => {
      assertVerificationKey(key);
      assertProof(proven);
      assertPublicCount(key, proven.publicSignals);
      const isValid = await snarkjs.verify(key, proven);
      return isValid && isCanonical(proven);
    },
    releaseKey: kernel.releaseKey,
    close: async () => {
      isClosed = true;
      await Promise.all([...provers.values(), snarkjs].map((each) => each.close()));
    },
  };
}

/** Names a choice; choices with one name share a prover. @throws PROVER_UNKNOWN */
function nameOf(choice: ProverChoice): string {
  const { external, timeoutMs } = Object(choice) as Partial<ExternalChoice>;
  if (typeof external === "string") return JSON.stringify([external, timeoutMs]);
  if (PROVER_CHOICES.some((name) => name === choice)) return choice as string;
  const [prover, known] = [inspect(choice), [...PROVER_CHOICES, "{ external: command }"]];
  throw groth16Error({ code: "PROVER_UNKNOWN", prover, known });
}
