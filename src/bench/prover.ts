/** Compares Groth16 provers on the same key and witness; snarkjs verifies each proof. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type ProofWithSignals,
  type Snarkjs,
  type VerificationKey,
  withSnarkjs,
} from "../groth16/snarkjs.ts";
import { withTemporaryFolder } from "../groth16/files/files.ts";
import { readVerificationKey } from "../groth16/formats/verification-key.ts";
import { proveExternally } from "../groth16/provers/external-prover.ts";
import { createKernelProver } from "../groth16/provers/kernel-prover.ts";
import { assert } from "../util/errors.ts";
import { type ChildUsage, measureChild } from "./child-usage.ts";
import { measure, measureProcess, type ProcessUsage, type Usage } from "./measure.ts";
import type { ProveTask } from "./prove-process.ts";
import { makeKey } from "./setup.ts";

export interface ProverBenchOptions {
  /** Base-2 logarithm of the size of the key's domain, from 5 to 22. */
  readonly power: number;
  /** Command of an external prover to measure as well. */
  readonly external?: string;
}

/** The best of all rounds of one prover. */
export interface ProverTimes {
  readonly wallSeconds: number;
  /** CPU time of all threads; of an external program on Linux only. */
  readonly cpuSeconds?: number;
  /** Ratio of its time to the kernel's. */
  readonly wallRatio: number;
  readonly cpuRatio?: number;
  /** Peak of a process that loads the key and makes one proof; of an external one on Linux only. */
  readonly peakMemoryBytes?: number;
  /** Ratio of its peak memory to the kernel's, with Node's own in those that run in Node. */
  readonly memoryRatio?: number;
  /**
   * One proof of a process that loads the key first. An external program does that for each proof,
   * so its times are the same.
   */
  readonly withKey: Pick<Usage, "wallSeconds"> & Partial<Usage>;
}

/** The provers on one key and witness. */
export interface ProverComparison {
  readonly rounds: number;
  /** Loading a key, once for all its proofs and not part of the kernel's times. */
  readonly kernelLoadSeconds: number;
  /** Memory for the key and for making a proof. */
  readonly kernelMemoryBytes: number;
  readonly provers: Readonly<Record<string, ProverTimes>>;
}

export interface ProverBench extends ProverComparison {
  readonly constraints: number;
}

/** What to compare on. */
export interface ProverSubject {
  /** Path of the proving key. */
  readonly zkeyPath: string;
  /** The bytes of a .wtns file. */
  readonly witness: Uint8Array;
  /** Command of an external prover to measure as well. */
  readonly external?: string;
  /** Verifies each proof in addition to snarkjs. */
  readonly judge?: Judge;
}

type Make = () => Promise<ProofWithSignals>;

/** The best times of a prover, and the peak memory where each of its proofs is a process. */
type BestUsage = Partial<ChildUsage> & Pick<ChildUsage, "wallSeconds">;
type FirstProof = Omit<ProcessUsage<unknown>, "result">;
type Measure = (make: Make) => Promise<BestUsage & { readonly result: ProofWithSignals }>;

/** Verifies a proof, in addition to snarkjs; rejects if the proof is invalid. */
export type Judge = (proven: ProofWithSignals) => Promise<void>;

type Check = (name: string, proven: ProofWithSignals) => Promise<void>;

const ROUNDS = 3;

/** Measures the provers. @param createJudge - Creates a second verifier for the proofs of a key. */
export async function benchProver(
  { power, external }: ProverBenchOptions,
  createJudge: (key: VerificationKey) => Promise<Judge>,
): Promise<ProverBench> {
  return withTemporaryFolder("bench", async (folder) => {
    const { circuit, constraints, zkeyPath } = await makeKey(folder, power);
    const judge = await createJudge(await readVerificationKey(zkeyPath));
    const { witness } = circuit;
    const subject = { zkeyPath, witness, judge, ...(external !== undefined && { external }) };
    return { constraints, ...(await compareProvers(subject)) };
  });
}

/** Measures the provers on a key and a witness; snarkjs verifies each proof. */
export async function compareProvers(subject: ProverSubject): Promise<ProverComparison> {
  return withSnarkjs((snarkjs) =>
    withTemporaryFolder("bench", (folder) => compareIn(folder, subject, snarkjs)),
  );
}

async function compareIn(
  folder: string,
  { zkeyPath, witness, external, judge }: ProverSubject,
  snarkjs: Snarkjs,
): Promise<ProverComparison> {
  const verificationKey = await readVerificationKey(zkeyPath);
  const check = async (name: string, proven: ProofWithSignals) => {
    assert(await snarkjs.verify(verificationKey, proven), `snarkjs accepts the proof of ${name}`);
    await judge?.(proven);
  };
  const kernel = createKernelProver();
  try {
    const { result: key, wallSeconds } = await measure(() => kernel.loadKey(zkeyPath));
    const ways: Readonly<Record<string, Make>> = {
      kernel: () => kernel.prove(zkeyPath, witness),
      snarkjs: () => snarkjs.prove(zkeyPath, witness),
      ...(external !== undefined && {
        external: () => proveExternally({ external, zkeyPath, witness }),
      }),
    };
    const usages = await takeTurns(ways, check);
    const witnessPath = join(folder, "a.wtns");
    await writeFile(witnessPath, witness);
    const first = await measureFirstProofs({ zkeyPath, witnessPath }, check);
    return {
      rounds: ROUNDS,
      kernelLoadSeconds: wallSeconds,
      kernelMemoryBytes: key.memoryBytes,
      provers: compare(usages, first),
    };
  } finally {
    await kernel.close();
  }
}

/** Measures the provers in turns, so that a slow phase of the machine affects all of them. */
async function takeTurns(
  ways: Readonly<Record<string, Make>>,
  check: Check,
): Promise<Map<string, BestUsage>> {
  const best = new Map<string, BestUsage>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, make] of Object.entries(ways)) {
      const measureOne: Measure = name === "external" ? measureChild : measure;
      const { result, ...usage } = await measureOne(make);
      await check(name, result);
      best.set(name, bestOfBoth(best.get(name) ?? usage, usage));
    }
  }
  return best;
}

function bestOfBoth(one: BestUsage, other: BestUsage): BestUsage {
  return {
    wallSeconds: Math.min(one.wallSeconds, other.wallSeconds),
    cpuSeconds: pick(Math.min, one.cpuSeconds, other.cpuSeconds),
    peakMemoryBytes: pick(Math.max, one.peakMemoryBytes, other.peakMemoryBytes),
  };
}

function pick(
  choose: (one: number, other: number) => number,
  one: number | undefined,
  other: number | undefined,
): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : choose(one, other);
}

/** Measures the provers of Node in processes that load the key and make one proof. */
async function measureFirstProofs(
  files: Omit<ProveTask, "prover">,
  check: Check,
): Promise<Map<string, FirstProof>> {
  const first = new Map<string, FirstProof>();
  for (const prover of ["kernel", "snarkjs"] as const) {
    const task: ProveTask = { ...files, prover };
    const usage = await measureProcess<ProveTask, ProofWithSignals>("prove-process", task);
    const { result, ...measured } = usage;
    await check(prover, result);
    first.set(prover, measured);
  }
  return first;
}

function compare(
  usages: ReadonlyMap<string, BestUsage>,
  firstProofs: ReadonlyMap<string, FirstProof>,
): Record<string, ProverTimes> {
  const kernel = usages.get("kernel")!;
  const kernelPeak = firstProofs.get("kernel")!.peakMemoryBytes;
  const times = Array.from(usages, ([name, usage]): [string, ProverTimes] => {
    const { wallSeconds, cpuSeconds } = usage;
    const first = firstProofs.get(name) ?? usage;
    const { peakMemoryBytes } = first;
    const withKey = {
      wallSeconds: first.wallSeconds,
      ...(first.cpuSeconds !== undefined && { cpuSeconds: first.cpuSeconds }),
    };
    const ofWall = { wallSeconds, wallRatio: wallSeconds / kernel.wallSeconds };
    const ofCpu =
      cpuSeconds === undefined ? {} : { cpuSeconds, cpuRatio: cpuSeconds / kernel.cpuSeconds! };
    const ofMemory =
      peakMemoryBytes === undefined
        ? {}
        : { peakMemoryBytes, memoryRatio: peakMemoryBytes / kernelPeak };
    return [name, { ...ofWall, ...ofCpu, ...ofMemory, withKey }];
  });
  return Object.fromEntries(times);
}
