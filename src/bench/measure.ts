/** Timing that a loaded machine disturbs little: alternate, repeat, and keep the best. */

import { fork } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { workerUrl } from "../util/worker-pool.ts";

/**
 * Seconds of CPU time per call of each action, the best of `rounds`: waiting for a core that others
 * use does not count. All actions run in every round, so that a slow phase of the machine meets all
 * of them; ratios hold even where seconds do not.
 */
export function bestOf(rounds: number, actions: readonly (() => unknown)[]): number[] {
  const best = actions.map(() => Infinity);
  for (const action of actions) repeat(action, WARM_UP_SECONDS);
  for (let round = 0; round < rounds; round++) {
    actions.forEach((action, i) => {
      best[i] = Math.min(best[i]!, repeat(action, ROUND_SECONDS));
    });
  }
  return best;
}

const WARM_UP_SECONDS = 0.2;
const ROUND_SECONDS = 0.01;

/** Calls `action` ever more often until that takes `seconds`; answers the seconds per call. */
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
  /** Of all threads of the process, system calls included. */
  readonly cpuSeconds: number;
}

/** Runs `action` once. */
export async function measure<T>(action: () => Promise<T>): Promise<Usage & { result: T }> {
  const [start, usage] = [performance.now(), process.cpuUsage()];
  const result = await action();
  const { user, system } = process.cpuUsage(usage);
  const wallSeconds = (performance.now() - start) / 1000;
  return { wallSeconds, cpuSeconds: (user + system) / 1e6, result };
}

/** What a process of its own took for something. */
export interface ProcessUsage<T> extends Usage {
  /** The most memory that it had at a time, Node's own included. */
  readonly peakMemoryBytes: number;
  readonly result: T;
}

/**
 * Has a process of its own do something, so that its memory can be told from ours.
 *
 * @param module - Of bench/: calls {@link runInProcess}.
 * @param task - What that module takes.
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

/** The side of {@link measureProcess} that does it. */
export function runInProcess<Task extends object, T>(action: (task: Task) => Promise<T>): void {
  process.on("message", (task: Task) => {
    void measure(() => action(task)).then((usage) => {
      const peakMemoryBytes = 1024 * readPeakKilobytes();
      process.send!({ ...usage, peakMemoryBytes } satisfies ProcessUsage<T>, () => process.exit());
    });
  });
}

/**
 * The most memory that this process has had. What the system calls its largest resident set begins
 * with that of the process which has forked it, so Linux is asked for that of the program alone.
 */
function readPeakKilobytes(): number {
  const status = "/proc/self/status";
  const mark = existsSync(status) && /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(status, "utf8"));
  return mark ? Number(mark[1]) : process.resourceUsage().maxRSS;
}
