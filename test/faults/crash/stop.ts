/**
 * Where a process is killed: at a named point, before, during or after a call to the outside. From
 * outside, a kill is seen only by which of these calls have had their effect, so killing at each of
 * them covers every await between.
 */

/** `during`: the call is on its way when the process ends, so it has its effect or not. */
export const MOMENTS = ["before", "during", "after"] as const;
export type Moment = (typeof MOMENTS)[number];

/** One point of one run of a process. */
export interface Stop {
  /** Name of the call, as {@link SqlPoints} and `L1Points` name it. */
  readonly point: string;
  readonly moment: Moment;
  /** Which of the calls with this name, from 1. */
  readonly nth: number;
}

/** Counts calls until the one where the process is stopped. */
export class StopWatch {
  readonly seen = new Set<string>();
  #stop: Stop | undefined;
  #left = 0;

  arm(stop: Stop | undefined): void {
    this.#stop = stop;
    this.#left = stop?.nth ?? 0;
  }

  /** Notes a call. @returns When to stop the process, if it is this call. */
  meet(points: readonly string[]): Moment | undefined {
    for (const point of points) this.seen.add(point);
    const stop = this.#stop;
    if (stop === undefined || !points.includes(stop.point)) return undefined;
    return --this.#left === 0 ? stop.moment : undefined;
  }
}
