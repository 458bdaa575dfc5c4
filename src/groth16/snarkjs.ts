/** The one place that touches snarkjs, which has no types. */

import type { Worker } from "node:worker_threads";
// @ts-expect-error: the package has no types
import * as untyped from "snarkjs";
import { encodeWitness, type Witness } from "./formats/wtns.ts";

/** A proof in snarkjs's JSON form: coordinates in decimal, the last one of each point is 1. */
export interface Groth16Proof {
  readonly pi_a: readonly string[];
  readonly pi_b: readonly (readonly string[])[];
  readonly pi_c: readonly string[];
  readonly protocol: string;
  readonly curve: string;
}

/** A verification key in snarkjs's JSON form. */
export interface VerificationKey {
  readonly protocol: string;
  readonly curve: string;
  readonly nPublic: number;
  readonly vk_alpha_1: readonly string[];
  readonly vk_beta_2: readonly (readonly string[])[];
  readonly vk_gamma_2: readonly (readonly string[])[];
  readonly vk_delta_2: readonly (readonly string[])[];
  readonly vk_alphabeta_12: readonly (readonly (readonly string[])[])[];
  readonly IC: readonly (readonly string[])[];
}

/** A proof with the public values it proves, in decimal: outputs, then public inputs. */
export interface ProofWithSignals {
  readonly proof: Groth16Proof;
  readonly publicSignals: readonly string[];
}

interface SnarkJs {
  readonly groth16: {
    prove(zkey: string, witness: { type: "mem"; data: Uint8Array }): Promise<ProofWithSignals>;
    verify(
      key: VerificationKey,
      publicSignals: readonly string[],
      proof: Groth16Proof,
    ): Promise<boolean>;
  };
  /** Phase 2 of a ceremony. Keys and files are given by their paths. */
  readonly zKey: {
    newZKey(r1cs: string, ptau: string, zkey: string): Promise<unknown>;
    /** @returns The hash of the contribution. */
    contribute(from: string, to: string, name: string, entropy: string): Promise<Uint8Array>;
    /** @returns The hash of the contribution. */
    beacon(
      from: string,
      to: string,
      name: string,
      beaconHex: string,
      iterationsExponent: number,
    ): Promise<Uint8Array>;
    verifyFromR1cs(r1cs: string, ptau: string, zkey: string, logger: Logger): Promise<boolean>;
  };
}

/** Receives what snarkjs reports, at the levels at which it does. */
export type Logger = Readonly<Record<"debug" | "info" | "warn" | "error", (line: string) => void>>;

const snarkjs = untyped as SnarkJs;

/** The multi-threaded curve that snarkjs builds at its first use and shares from then on. */
interface SharedCurve {
  readonly tm: { readonly workers: readonly object[] };
  terminate(): Promise<void>;
}
/** Where the package web-worker, which ffjavascript starts its threads with, keeps the thread. */
const THREAD = Symbol.for("worker");

/** Calls of snarkjs that have not ended. */
let running = 0;

function sharedCurve(): SharedCurve | undefined {
  return (globalThis as { curve_bn128?: SharedCurve | null }).curve_bn128 ?? undefined;
}

/**
 * Lets the threads of snarkjs keep the process alive while it computes, and only then. They are
 * started by its first call and stay for the next one.
 */
async function whileRunning<T>(work: () => Promise<T>): Promise<T> {
  running++;
  setThreadsAlive("ref");
  try {
    return await work();
  } finally {
    running--;
    if (running === 0) setThreadsAlive("unref");
  }
}

function setThreadsAlive(method: "ref" | "unref"): void {
  for (const worker of sharedCurve()?.tm.workers ?? []) {
    (Reflect.get(worker, THREAD) as Worker | undefined)?.[method]();
  }
}

/** snarkjs's functions for proving keys. */
export const zKey: SnarkJs["zKey"] = {
  newZKey: (...args) => whileRunning(() => snarkjs.zKey.newZKey(...args)),
  contribute: (...args) => whileRunning(() => snarkjs.zKey.contribute(...args)),
  beacon: (...args) => whileRunning(() => snarkjs.zKey.beacon(...args)),
  verifyFromR1cs: (...args) => whileRunning(() => snarkjs.zKey.verifyFromR1cs(...args)),
};

/** Proves a witness. snarkjs does not check it: a proof of a wrong one just does not verify. */
export function prove(options: { zkeyPath: string; witness: Witness }): Promise<ProofWithSignals> {
  return proveEncoded(options.zkeyPath, encodeWitness(options.witness));
}

/** As {@link prove}. @param witness - The bytes of a .wtns file. */
export function proveEncoded(zkeyPath: string, witness: Uint8Array): Promise<ProofWithSignals> {
  return whileRunning(() => snarkjs.groth16.prove(zkeyPath, { type: "mem", data: witness }));
}

/** Whether a proof is valid for its public values under a key. */
export function verify(key: VerificationKey, proven: ProofWithSignals): Promise<boolean> {
  return whileRunning(() => snarkjs.groth16.verify(key, proven.publicSignals, proven.proof));
}

/**
 * Ends snarkjs's worker threads, to free their memory; the next call starts new ones. They do not
 * keep the process alive, so nobody has to. Does nothing while a call is running.
 */
export async function releaseProver(): Promise<void> {
  if (running === 0) await sharedCurve()?.terminate();
}
