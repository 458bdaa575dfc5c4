/** Shapes of signals: the length of each dimension, outermost first. */

/** Counts the signals of a shape. */
export function signalCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
