/**
 * The only file that imports snarkjs, which has no types.
 *
 * snarkjs computes in threads that the whole process shares. Here they belong to their users: each
 * user opens and closes snarkjs, and the threads end with the last user. Between calls they never
 * keep the process alive.
 */

// @ts-expect-error: the package has no types
import * as untyped from "snarkjs";
import { groth16Error } from "./errors.ts";

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

/** Phase 2 of a ceremony. Keys and files are given by their paths. */
interface ZkeyFunctions {
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
}

interface SnarkjsModule {
  readonly groth16: {
    prove(zkey: string, witness: { type: "mem"; data: Uint8Array }): Promise<ProofWithSignals>;
    verify(
      key: VerificationKey,
      publicSignals: readonly string[],
      proof: Groth16Proof,
    ): Promise<boolean>;
  };
  readonly zKey: ZkeyFunctions;
  readonly curves: { getCurveFromName(name: "bn128"): Promise<SharedCurve> };
}

/** Log sink of snarkjs, with its levels. */
type Logger = Readonly<Record<"debug" | "info" | "warn" | "error", (line: string) => void>>;

/** The multi-threaded curve that all calls of snarkjs share. */
interface SharedCurve {
  readonly tm: { readonly workers: readonly object[] };
  terminate(): Promise<void>;
}

/** A user of snarkjs and of its threads, which start at the first call of any user. */
export interface Snarkjs extends ZkeyFunctions {
  /**
   * Proves a witness. snarkjs does not check it: the proof of a wrong witness does not verify.
   *
   * @param witness The bytes of a .wtns file.
   */
  prove(zkeyPath: string, witness: Uint8Array): Promise<ProofWithSignals>;
  /** Returns whether a proof is valid for its public values under a key. */
  verify(key: VerificationKey, proven: ProofWithSignals): Promise<boolean>;
  /** Runs other functions of snarkjs's module; a room above types those that it calls. */
  run<T>(work: (module: object) => Promise<T>): Promise<T>;
  /**
   * Rejects this user's calls with PROVER_CLOSED. The threads end with their last user, after the
   * running computation, which does not keep the process alive.
   */
  close(): Promise<void>;
}

const snarkjs = untyped as SnarkjsModule;

/** The used part of a worker of Node's. */
type NodeThread = Readonly<Record<"ref" | "unref", () => void>>;

/** Property in which the package web-worker, used by ffjavascript, keeps the Node thread. */
const THREAD = Symbol.for("worker");

/** State that all users in this process share. */
const shared = {
  /** Users that have made a call and have not closed. */
  users: new Set<object>(),
  /** Running calls, also of closed users, because snarkjs cannot be interrupted. */
  calls: 0,
  /** Running calls whose users still wait. */
  awaited: 0,
  curve: undefined as Promise<SharedCurve> | undefined,
  /** Resolves when earlier threads have ended; a curve that is built before would be lost. */
  ended: Promise.resolve() as Promise<unknown>,
};

function ensureThreads(): Promise<SharedCurve> {
  if (shared.curve !== undefined) return shared.curve;
  const curve = shared.ended.then(() => snarkjs.curves.getCurveFromName("bn128"));
  curve.catch(() => {
    if (shared.curve === curve) shared.curve = undefined;
  });
  shared.curve = curve;
  return curve;
}

/** Lets the threads keep the process alive only while a user waits for them. */
function keepAlive({ tm }: SharedCurve): void {
  const method = shared.awaited > 0 ? "ref" : "unref";
  for (const worker of tm.workers) {
    (Reflect.get(worker, THREAD) as NodeThread | undefined)?.[method]();
  }
}

async function endUnusedThreads(): Promise<void> {
  const { users, calls, curve } = shared;
  if (users.size > 0 || calls > 0 || curve === undefined) return;
  shared.curve = undefined;
  // Threads that never started emit no end.
  shared.ended = curve.then((started) => started.terminate()).catch(() => undefined);
  await shared.ended;
}

async function runCall<T>(work: () => Promise<T>): Promise<T> {
  shared.calls++;
  try {
    keepAlive(await ensureThreads());
    return await work();
  } finally {
    shared.calls--;
    await endUnusedThreads();
  }
}

/** Opens snarkjs for one user, who closes it. Nothing starts before the first call. */
export function openSnarkjs(): Snarkjs {
  const user = {};
  const waiting = new Set<(reason: unknown) => void>();
  const closed = () => groth16Error({ code: "PROVER_CLOSED", prover: "snarkjs" });
  let isClosed = false;
  const stopWaiting = (reject: (reason: unknown) => void) => {
    if (!waiting.delete(reject)) return;
    shared.awaited--;
    void shared.curve?.then(keepAlive, () => undefined);
  };
  const call = <T>(work: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      if (isClosed) {
        reject(closed());
        return;
      }
      shared.users.add(user);
      shared.awaited++;
      waiting.add(reject);
      void runCall(work)
        .then(resolve, reject)
        .finally(() => stopWaiting(reject));
    });
  const { groth16, zKey } = snarkjs;
  return {
    prove: (zkeyPath, witness) =>
      call(() => groth16.prove(zkeyPath, { type: "mem", data: witness })),
    verify: (key, { publicSignals, proof }) =>
      call(() => groth16.verify(key, publicSignals, proof)),
    newZKey: (...args) => call(() => zKey.newZKey(...args)),
    contribute: (...args) => call(() => zKey.contribute(...args)),
    beacon: (...args) => call(() => zKey.beacon(...args)),
    verifyFromR1cs: (...args) => call(() => zKey.verifyFromR1cs(...args)),
    run: (work) => call(() => work(snarkjs)),
    close: async () => {
      isClosed = true;
      shared.users.delete(user);
      for (const reject of waiting) {
        reject(closed());
        stopWaiting(reject);
      }
      await endUnusedThreads();
    },
  };
}

/** Opens snarkjs for one piece of work. */
export async function withSnarkjs<T>(work: (snarkjs: Snarkjs) => Promise<T>): Promise<T> {
  const opened = openSnarkjs();
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}
