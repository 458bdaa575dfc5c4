/** Compares the values of signals from input to input. */

/** By the number of the signal; undefined for those that were not assigned. */
export type SignalValuesByNumber = readonly (bigint | undefined)[];

/** Which signals have had several values. */
export interface SignalChanges {
  /** Whether a signal has changed, by its number. */
  hasChanged(signal: number): boolean;
  /** The first value of a signal; one that is not assigned is 0. */
  valueOf(signal: number): bigint;
}

export function watchChanges(): SignalChanges & { add(values: SignalValuesByNumber): void } {
  let first: SignalValuesByNumber | undefined;
  let changed = new Uint8Array(0);
  return {
    hasChanged: (signal) => changed[signal] === 1,
    valueOf: (signal) => first?.[signal] ?? 0n,
    add: (values) => {
      if (first === undefined) {
        first = values;
        changed = new Uint8Array(values.length);
        return;
      }
      for (let signal = 0; signal < values.length; signal++) {
        if (values[signal] !== first[signal]) changed[signal] = 1;
      }
    },
  };
}
