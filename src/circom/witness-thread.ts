/**
 * Computes the witnesses of a large circuit in a thread of its own, so that this thread keeps
 * answering and another proof is made meanwhile. The thread starts at the first witness, belongs to
 * the circuit, and keeps no process alive while it is idle.
 */
import { groth16Error } from "../groth16/errors.ts";
import { createWorkerPool, workerUrl, type WorkerPool } from "../util/worker-pool.ts";
import type { CompiledCircuit } from "./compile.ts";
import { circomError } from "./errors.ts";
import { toWitnessFile } from "./witness-outcome.ts";
import type { FlatInput } from "./witness-inputs.ts";
import type { WitnessReply, WitnessWorkerData } from "./witness-worker.ts";

export interface WitnessThread {
  /**
   * Computes a witness after all earlier ones.
   *
   * @returns The bytes of a `.wtns` file.
   * @throws CIRCUIT_ASSERT_FAILED, WITNESS_GENERATOR_FAILED, PROVER_CLOSED
   */
  calculate(inputs: readonly FlatInput[]): Promise<Uint8Array>;
  /** Ends the thread; unfinished witnesses are rejected with PROVER_CLOSED. */
  close(): Promise<void>;
}

type Pool = WorkerPool<readonly FlatInput[], WitnessReply>;

/** @param log - Receives the lines that the circuit's `log()` statements print, at the end. */
export function createWitnessThread(
  { name, wasmPath, stats }: Pick<CompiledCircuit, "name" | "wasmPath" | "stats">,
  log: (line: string) => void,
): WitnessThread {
  let pool: Pool | undefined;
  let isClosed = false;
  const start = (): Pool => {
    const data: WitnessWorkerData = { wasmPath, prime: stats.prime };
    return createWorkerPool(workerUrl(import.meta.url, "witness-worker"), 1, data);
  };
  const assertOpen = (cause?: unknown) => {
    if (isClosed) throw groth16Error({ code: "PROVER_CLOSED", prover: "circuit's" }, { cause });
  };
  return {
    calculate: async (inputs) => {
      assertOpen();
      const current = (pool ??= start());
      const { outcome, lines } = await current.run(inputs).catch((cause: unknown) => {
        assertOpen(cause);
        // The thread has ended, for example because memory is short; the next one may do better.
        if (pool === current) pool = undefined;
        const reason = cause instanceof Error ? cause.message : String(cause);
        const facts = { circuit: name, reason, trace: [] };
        throw circomError({ code: "WITNESS_GENERATOR_FAILED", ...facts }, { cause });
      });
      lines.forEach(log);
      return toWitnessFile(name, outcome).file;
    },
    close: async () => {
      isClosed = true;
      await pool?.close();
    },
  };
}
