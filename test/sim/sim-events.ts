/** Counts what happens in a simulation, which shows that it was not idle. */
import type { Logger } from "../../src/operator/logger.ts";
import type { Operator } from "../../src/operator/operator.ts";
import { blockKindName } from "../../src/protocol/kinds.ts";

/** Log messages of the operator that the report counts. */
const LOGGED: readonly (readonly [RegExp, string])[] = [
  [/^revert: block/, "operator: reverts a predecessor's blocks"],
  [/^pay out: /, "operator: pays out"],
  [/is removed \(authorization\)/, "operator: removes a consent that L1 refuses"],
  [/is removed \(stale\)/, "operator: rebuilds blocks that are too old for L1"],
  [/is removed \(size\)/, "operator: splits blocks that are too large"],
  [/is removed \(changed\)/, "operator: commits again after L1 has changed"],
];

export class SimEvents {
  readonly #counts = new Map<string, number>();
  #countedBlocks = 0;

  /** Number of times of each event, by name. */
  get counts(): ReadonlyMap<string, number> {
    return new Map([...this.#counts].sort());
  }

  of(event: string): number {
    return this.#counts.get(event) ?? 0;
  }

  /** Counts an event. */
  readonly note = (event: string): void => {
    this.#counts.set(event, this.of(event) + 1);
  };

  /** Counts the reactions of an operator that logs here. */
  get logger(): Logger {
    const log = (message: string) => {
      const event = LOGGED.find(([pattern]) => pattern.test(message))?.[1];
      if (event !== undefined) this.note(event);
    };
    return { debug: () => {}, info: log, error: log };
  }

  /** Counts the blocks that are new, their kinds and operations. */
  countBlocks({ blocks }: Operator): void {
    for (const { applied } of blocks) {
      const { blockNumber, kind, operations } = applied.block;
      if (blockNumber <= this.#countedBlocks) continue;
      this.#countedBlocks = blockNumber;
      this.note("blocks");
      this.note(`block ${blockKindName(kind)}`);
      for (const { type } of operations) this.note(`executed ${type}`);
    }
  }
}

/** Whether the simulation has caused this failure. */
export function isWanted(error: unknown): boolean {
  return error instanceof Error && /as the simulation wants$/.test(error.message);
}

export function isBrokenInvariant(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("Broken invariant");
}
