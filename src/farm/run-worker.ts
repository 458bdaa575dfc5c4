/** Runs a worker until a signal ends it. */
import { hostname } from "node:os";
import type { Logger } from "../operator/logger.ts";
import { isWorkerName } from "./answer.ts";
import { farmError } from "./errors.ts";
import { type FarmWorker, startWorker, type WorkerOptions } from "./worker.ts";

/** Time for jobs to be given back after a second signal. */
const RETURN_MS_MAX = 5_000;
const CONCURRENCY_MAX = 64;

/** The name of a worker that is given none: of its machine and process. */
export function defaultWorkerName(): string {
  const name = `${hostname()
    .replaceAll(/[^\w.-]/g, "-")
    .slice(0, 40)}-${process.pid}`;
  return isWorkerName(name) ? name : `worker-${process.pid}`;
}

/** @throws FARM_WORKER_INVALID */
export function assertWorkerOptions({
  name,
  concurrency,
  prover,
}: {
  readonly name: string;
  readonly concurrency: number;
  readonly prover: string;
}): void {
  const refuse = (problem: string) => farmError({ code: "FARM_WORKER_INVALID", problem });
  if (prover === "mock") throw refuse("the mock prover proves nothing");
  if (!isWorkerName(name)) throw refuse(`"${name}" is no name for a worker`);
  if (Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= CONCURRENCY_MAX) return;
  throw refuse(`${concurrency} jobs at a time are not between 1 and ${CONCURRENCY_MAX}`);
}

/**
 * Joins a queue, and proves until SIGINT or SIGTERM. After the first signal the worker finishes its
 * jobs; after the second it gives them back.
 *
 * @param announce - Prints that the worker runs.
 * @throws FARM_URL_INVALID, FARM_PACKAGE_MISSING, FARM_UNREACHABLE
 */
export async function runWorker(
  options: WorkerOptions & { readonly logger: Logger },
  announce: (worker: FarmWorker) => void,
): Promise<FarmWorker> {
  const { logger } = options;
  const worker = await startWorker(options);
  const stopped = new Promise<void>((resolve) => {
    let isStopping = false;
    const onSignal = () => {
      if (isStopping) setTimeout(resolve, RETURN_MS_MAX).unref();
      else logger.info("The worker finishes its job; another signal gives it back at once");
      void worker.stop(isStopping ? "return" : "finish").then(resolve);
      isStopping = true;
    };
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, onSignal);
  });
  announce(worker);
  await stopped;
  const { provenCount, provingSeconds } = worker;
  const mean = provenCount === 0 ? "" : `, in ${(provingSeconds / provenCount).toFixed(1)} s each`;
  logger.info(`${worker.name} has proven ${provenCount} jobs${mean}`);
  return worker;
}
