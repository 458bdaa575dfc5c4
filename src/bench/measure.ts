/** Robust timing on a loaded machine: actions alternate, repeat, and the best time counts. */

import { fork } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { workerUrl } from "../util/worker-pool.ts";

/**
 * Measures the CPU seconds per call of each action, the best of `rounds`; waiting for a busy core
 * does not count. All actions run in every round, so that a slow phase of the machine affects all
 * of them; ratios are more reliable than seconds.
 */
export function bestOf(rounds: number, actions: readonly (() => unknown)[]): number[] {
  const best = actions.map(() => Infinity);
  const warmUpSeconds = Math.min(WARM_UP_SECONDS_MAX, rounds * WARM_UP_SECONDS_PER_ROUND);
  for (const action of actions) repeat(action, warmUpSeconds);
  for (let round = 0; round < rounds; round++) {
    actions.forEach((action, i) => {
      best[i] = Math.min(best[i]!, repeat(action, ROUND_SECONDS));
    });
  }
  return best;
}

const WARM_UP_SECONDS_MAX = 0.2;
const WARM_UP_SECONDS_PER_ROUND = 0.02;
const ROUND_SECONDS = 0.01;

/** Doubles the number of calls until they take `seconds`; returns the seconds per call. */
function repeat(action: () => unknown, seconds: number): number {
  for (let calls = 1; ; calls *= 2) {
    const start = process.cpuUsage();
    for (let call = 0; call < calls; call++) action();
    const { user, system } = process.cpuUsage(start);
    const elapsed = (user + system) / 1e6;
    if (elapsed >= seconds) return elapsed / calls;
  }
}

export interface Usage {
  readonly wallSeconds: number;
  /** CPU time of all threads of the process, including system calls. */
  readonly cpuSeconds: number;
}

/** Measures one call of `action`. */
export async function measure<T>(action: () => Promise<T>): Promise<Usage & { result: T }> {
  const [start, usage] = [performance.now(), process.cpuUsage()];
  const result = await action();
  const { user, system } = process.cpuUsage(usage);
  const wallSeconds = (performance.now() - start) / 1000;
  return { wallSeconds, cpuSeconds: (user + system) / 1e6, result };
}

/** The resources of a task in a process of its own. */
export interface ProcessUsage<T> extends Usage {
  /** Peak memory of the process, including Node's own. */
  readonly peakMemoryBytes: number;
  readonly result: T;
}

/**
 * Runs a task in a process of its own, so that its memory is measured separately.
 *
 * @param module - File name, without extension, of a module beside this one that calls
 *   {@link runInProcess}.
 * @param task - The argument of that module's action.
 */
export function measureProcess<Task extends object, T>(
  module: string,
  task: Task,
): Promise<ProcessUsage<T>> {
  const child = fork(workerUrl(import.meta.url, module), { serialization: "advanced" });
  return new Promise((resolve, reject) => {
    child.on("message", resolve);
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`${module} has ended with ${code}`)));
    child.send(task);
  });
}

/** Runs and measures the task of {@link measureProcess} in its process. */
export function runInProcess<Task extends object, T>(action: (task: Task) => Promise<T>): void {
  process.on("message", (task: Task) => {
    void measure(() => action(task)).then((usage) => {
      const peakMemoryBytes = 1024 * readPeakKilobytes();
      process.send!({ ...usage, peakMemoryBytes } satisfies ProcessUsage<T>, () => process.exit());
    });
  });
}

/**
 * Reads the peak memory of this process. `maxRSS` includes the memory of the parent process at the
 * fork, so on Linux the peak of the program alone is read.
 */
function readPeakKilobytes(): number {
  const status = "/proc/self/status";
  const mark = existsSync(status) && /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(status, "utf8"));
  return mark ? Number(mark[1]) : process.resourceUsage().maxRSS;
}
