/** The worker of witness-thread.ts: computes the witnesses of one circuit, one after the other. */
import { readFile } from "node:fs/promises";
import { parentPort, workerData } from "node:worker_threads";
import type { PrimeName } from "../crypto/primes.ts";
import { once } from "../util/once.ts";
import { type GeneratorOutcome, loadWasmGenerator } from "./wasm-generator.ts";
import type { FlatInput } from "./witness-inputs.ts";

/** The circuit of the worker. */
export interface WitnessWorkerData {
  readonly wasmPath: string;
  readonly prime: PrimeName;
}

export interface WitnessReply {
  readonly outcome: GeneratorOutcome;
  /** What the circuit's `log()` statements printed. */
  readonly lines: readonly string[];
}

const generator = once(async () => {
  const { wasmPath, prime } = workerData as WitnessWorkerData;
  return loadWasmGenerator(await readFile(wasmPath), prime);
});

parentPort?.on("message", (inputs: readonly FlatInput[]) => {
  void generator().then(({ run }) => {
    const lines: string[] = [];
    const outcome = run(inputs, (line) => lines.push(line));
    const moved = "failure" in outcome ? [] : [outcome.file.buffer];
    parentPort?.postMessage({ outcome, lines } satisfies WitnessReply, moved);
  });
});
