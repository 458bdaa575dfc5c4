/** Measures programs that this process starts, which needs Linux. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";

/** What a program took. */
export interface ChildUsage {
  readonly wallSeconds: number;
  /** CPU time of its threads and of what it started, in steps of 10 ms; unknown outside Linux. */
  readonly cpuSeconds: number | undefined;
  /** The largest memory of the program that was seen; unknown outside Linux. */
  readonly peakMemoryBytes: number | undefined;
}

/** Clock ticks a second in /proc, the same on all processors that Node runs on. */
const TICKS_PER_SECOND = 100;
/** Milliseconds between two looks at the memory of the program, whose peak the system keeps. */
const LOOK_MS = 5;
const STAT = "/proc/self/stat";
const TASKS = "/proc/self/task";

/** Measures a program that `action` starts and waits for. Nothing else may start programs then. */
export async function measureChild<T>(
  action: () => Promise<T>,
): Promise<ChildUsage & { result: T }> {
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, ...childProcesses().map(readPeakBytes));
  }, LOOK_MS);
  try {
    const [start, ticks] = [performance.now(), readChildTicks()];
    const result = await action();
    const wallSeconds = (performance.now() - start) / 1000;
    const cpuSeconds =
      ticks === undefined ? undefined : (readChildTicks()! - ticks) / TICKS_PER_SECOND;
    return { wallSeconds, cpuSeconds, peakMemoryBytes: peak === 0 ? undefined : peak, result };
  } finally {
    clearInterval(timer);
  }
}

/** CPU time of all programs that have ended. @see proc(5): cutime and cstime */
function readChildTicks(): number | undefined {
  if (!existsSync(STAT)) return undefined;
  const text = readFileSync(STAT, "utf8");
  // The name of the process, in brackets, may contain spaces.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [user, system] = fields.slice(13, 15).map(Number) as [number, number];
  return user + system;
}

function childProcesses(): string[] {
  if (!existsSync(TASKS)) return [];
  return readdirSync(TASKS).flatMap((task) => {
    const children = `${TASKS}/${task}/children`;
    return existsSync(children)
      ? readFileSync(children, "utf8")
          .split(" ")
          .filter((id) => id !== "")
      : [];
  });
}

function readPeakBytes(id: string): number {
  try {
    const status = readFileSync(`/proc/${id}/status`, "utf8");
    return 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
  } catch {
    return 0; // it has ended
  }
}
