/**
 * How long an answer may take on a machine that is busy with other things. A piece of work is done
 * again and again: the time it takes beyond that of the processor is time in which others had the
 * processor, and the operator, too, had only such a share of it.
 */
import { keccak_256 } from "@noble/hashes/sha3.js";

/** Time for an answer on a machine with nothing else to do. */
export const ANSWER_MS = 20_000;
/** However busy the machine is: an answer that takes longer never comes. */
const SLOWDOWN_MAX = 10;
const PROBE_MS = 500;
const PROBE_HASHES = 300;
/** Probes that are kept: those of the longest patience. */
const PROBES_MAX = (SLOWDOWN_MAX * ANSWER_MS) / PROBE_MS;

/** Times of one piece of work, in milliseconds. */
export interface Probe {
  readonly atMs: number;
  readonly wallMs: number;
  readonly cpuMs: number;
}

export class Patience {
  readonly #probes: Probe[] = [];
  readonly #probing: NodeJS.Timeout;

  /** @param measure - Does a piece of work. */
  constructor(measure: () => Probe = measureWork) {
    this.#probing = setInterval(() => this.note(measure()), PROBE_MS).unref();
  }

  note(probe: Probe): void {
    this.#probes.push(probe);
    if (this.#probes.length > PROBES_MAX) this.#probes.shift();
  }

  /** Time that a request of a moment has for its answer, as far as is known by now. */
  limitMs(sinceMs: number): number {
    return ANSWER_MS * this.#slowdown(sinceMs);
  }

  close(): void {
    clearInterval(this.#probing);
  }

  /** How many times as long as alone work has taken since a moment. */
  #slowdown(sinceMs: number): number {
    const probes = this.#probes.filter(({ atMs }) => atMs >= sinceMs);
    const wallMs = probes.reduce((sum, probe) => sum + probe.wallMs, 0);
    const cpuMs = probes.reduce((sum, probe) => sum + probe.cpuMs, 0);
    return cpuMs === 0 ? 1 : Math.min(SLOWDOWN_MAX, Math.max(1, wallMs / cpuMs));
  }
}

function measureWork(): Probe {
  const atMs = performance.now();
  const before = process.cpuUsage();
  let bytes: Uint8Array = new Uint8Array(136);
  for (let count = 0; count < PROBE_HASHES; count++) bytes = keccak_256(bytes);
  const { user, system } = process.cpuUsage(before);
  return { atMs, wallMs: performance.now() - atMs, cpuMs: (user + system) / 1_000 };
}
