/** Says what to do about a circuit that compiles for long. */
import type { CircuitsConfig } from "../config/types.ts";
import { printWarning } from "../progress.ts";

/** Time of compiling after which the hint is shown. */
const PATIENCE_MS = 60_000;

interface Slow {
  /** Name of the circuit. */
  readonly name: string;
  readonly optimization: CircuitsConfig["optimization"];
  /** Receives the hint; default: standard error. */
  readonly warn?: ((text: string) => void) | undefined;
  readonly patienceMs?: number;
}

/** Shows a hint if `compile` takes longer than a minute. */
export async function hintIfSlow<T>(
  { name, optimization, warn = printWarning, patienceMs = PATIENCE_MS }: Slow,
  compile: () => Promise<T>,
): Promise<T> {
  const timer = setTimeout(() => warn(describeSlow(name, optimization)), patienceMs);
  try {
    return await compile();
  } finally {
    clearTimeout(timer);
  }
}

function describeSlow(name: string, optimization: CircuitsConfig["optimization"]): string {
  const start = `The circuit ${name} is still compiling, at --O${optimization}.`;
  const entry = `rollup.circuits.overrides: { ${JSON.stringify(name)}: { optimization: 1 } }`;
  return optimization === 2
    ? `${start} --O1 is many times as fast, for some more constraints and another key: ${entry}`
    : `${start} Its time grows with its constraints: try smaller parameters first. The result is ` +
        "kept, so the next build takes it from the cache.";
}
