/** What workers have answered, and which are trusted. */
import type { ProverWorker } from "../prover/prover.ts";

/** Wrong proofs after which a worker's answers are refused. */
export const WRONG_PROOFS_MAX = 3;
/** Workers that are remembered at a time; those whose last answer is the oldest are forgotten. */
const WORKERS_MAX = 10_000;

/** What an answer was: a right proof, a wrong one, or that the worker has failed. */
type Verdict = "proofs" | "wrong" | "failures";

export class Workers {
  readonly #known = new Map<string, ProverWorker>();

  /** @param worker - Its name with the fingerprint. @returns What is known of it now. */
  note(worker: string, verdict: Verdict): ProverWorker {
    const before = this.#known.get(worker) ?? { name: worker, proofs: 0, wrong: 0, failures: 0 };
    const after = { ...before, [verdict]: before[verdict] + 1, lastAnswerMs: Date.now() };
    const isTrusted = after.wrong < WRONG_PROOFS_MAX;
    this.#known.delete(worker);
    this.#known.set(worker, { ...after, isTrusted });
    if (this.#known.size > WORKERS_MAX) this.#known.delete(this.#known.keys().next().value!);
    return { ...after, isTrusted };
  }

  isTrusted(worker: string): boolean {
    return this.#known.get(worker)?.isTrusted ?? true;
  }

  /** The one that has answered last comes first. */
  get all(): readonly ProverWorker[] {
    return [...this.#known.values()].reverse();
  }
}
