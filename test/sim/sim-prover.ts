/** A prover of seals for `contracts/mocks/SealVerifier.sol`, which is late or wrong at times. */
import { AbiCoder, keccak256 } from "ethers";
import type { ProofJob, Prover } from "../../src/prover/prover.ts";
import type { Random } from "../helpers/random.ts";

/** Fault of the next proof: it fails, is invalid, or users and L1 act while it is made. */
export type ProverFault = "late" | "wrong" | "slow";
export const PROVER_FAULTS = ["late", "wrong", "slow"] as const;

export class SimProver implements Prover {
  readonly name = "simulation";
  readonly capacity: number = 1;
  /** Called while a slow proof is made. */
  meanwhile: () => Promise<void> = () => Promise.resolve();
  jobs = 0;
  readonly #random: Random;
  readonly #look: (job: ProofJob) => Promise<void>;
  #armed: ProverFault[] = [];

  /** @param look - Called with every job; may throw. */
  constructor(random: Random, look: (job: ProofJob) => Promise<void>) {
    this.#random = random;
    this.#look = look;
  }

  arm(fault: ProverFault): void {
    this.#armed.push(fault);
  }

  disarm(): void {
    this.#armed = [];
  }

  async prove(job: ProofJob) {
    this.jobs++;
    const fault = this.#armed.shift();
    if (fault === "late") throw new Error("the proof is late, as the simulation wants");
    if (fault === "slow") await this.meanwhile();
    await this.#look(job);
    const { keyId, publicInputs } = job;
    const first = fault === "wrong" ? this.#random.bigint(256) : sealOf(keyId, publicInputs);
    return { proof: [first, ...new Array<bigint>(7).fill(0n)], publicInputs };
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
