/** A prover of seals for `contracts/mocks/SealVerifier.sol`, which is late or wrong at times. */
import { AbiCoder, keccak256 } from "ethers";
import type { JobProof, ProofJob, Prover } from "../../src/prover/prover.ts";
import type { Random } from "../helpers/random.ts";

/**
 * Fault of the next proof: it fails, is invalid, users and L1 act while it is made, or the prover
 * dies and loses all the proofs that it is making.
 */
export const PROVER_FAULTS = ["late", "wrong", "slow", "dies"] as const;
export type ProverFault = (typeof PROVER_FAULTS)[number];

/** Turns of the event loop that a proof takes, so that several are made at a time. */
const TURNS = 3;

export class SimProver implements Prover {
  readonly name = "simulation";
  readonly capacity: number;
  /** Called while a slow proof is made. */
  meanwhile: () => Promise<void> = () => Promise.resolve();
  jobs = 0;
  /** Proofs that were lost because the prover died. */
  lost = 0;
  readonly #random: Random;
  readonly #look: (job: ProofJob) => Promise<void>;
  /** Rejects the proofs that are being made. */
  readonly #making = new Set<(error: Error) => void>();
  #armed: ProverFault[] = [];

  /**
   * @param look - Called with every job; may throw.
   * @param capacity - Proofs at a time.
   */
  constructor(random: Random, look: (job: ProofJob) => Promise<void>, capacity = 1) {
    this.#random = random;
    this.#look = look;
    this.capacity = capacity;
  }

  arm(fault: ProverFault): void {
    this.#armed.push(fault);
  }

  disarm(): void {
    this.#armed = [];
  }

  prove(job: ProofJob): Promise<JobProof> {
    return new Promise((resolve, reject) => {
      this.#making.add(reject);
      const done = this.#make(job).finally(() => this.#making.delete(reject));
      done.then(resolve, reject);
    });
  }

  async #make(job: ProofJob): Promise<JobProof> {
    this.jobs++;
    const fault = this.#armed.shift();
    if (fault === "late") throw new Error("the proof is late, as the simulation wants");
    if (fault === "slow") await this.meanwhile();
    for (let turn = 0; turn < TURNS; turn++) await new Promise((next) => setImmediate(next));
    if (fault === "dies") throw this.#die();
    await this.#look(job);
    const { keyId, publicInputs } = job;
    const first = fault === "wrong" ? this.#random.bigint(256) : sealOf(keyId, publicInputs);
    return { proof: [first, ...new Array<bigint>(7).fill(0n)], publicInputs };
  }

  /** @returns Why all proofs that are being made fail. */
  #die(): Error {
    this.lost += this.#making.size;
    const death = new Error("the prover has died, as the simulation wants");
    for (const fail of this.#making) fail(death);
    return death;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** First word of a proof that the verifier accepts. */
export function sealOf(keyId: number, publicInputs: readonly bigint[]): bigint {
  const types = ["uint256", "uint256[]"];
  return BigInt(keccak256(AbiCoder.defaultAbiCoder().encode(types, [keyId, publicInputs])));
}
