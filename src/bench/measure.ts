/** Timing that a loaded machine disturbs little: alternate, repeat, and keep the best. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

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

/** Runs `action` with a folder that is gone afterwards. */
export async function withTemporaryFolder<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "rollup-bench-"));
  try {
    return await action(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
