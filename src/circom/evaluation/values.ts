/** Values of variables and signals: single ones, arrays and buses. */
import { type Scalar, UNKNOWN } from "./forms.ts";

/** An array, or the signals of a bus, with its values in the order of their indices. */
export class ArrayValue {
  readonly dimensions: readonly number[];
  readonly data: Scalar[];
  /** Set for buses: the order in which circom constrains the signals of each. */
  readonly busOrder: readonly number[] | undefined;

  constructor(dimensions: readonly number[], data: Scalar[], busOrder?: readonly number[]) {
    this.dimensions = dimensions;
    this.data = data;
    this.busOrder = busOrder;
  }
}

export type Value = Scalar | ArrayValue;

/** Something that cannot be evaluated, without its place: the caller adds it. */
export class ValueProblem extends Error {}

export function cellCount(dimensions: readonly number[]): number {
  return dimensions.reduce((product, length) => product * length, 1);
}

/** Creates a variable's first value: zeros. */
export function zeroValue(dimensions: readonly number[]): Value {
  if (dimensions.length === 0) return 0n;
  return new ArrayValue(dimensions, new Array<Scalar>(cellCount(dimensions)).fill(0n));
}

export function toScalar(value: Value): Scalar {
  if (!(value instanceof ArrayValue)) return value;
  if (value.data.length === 1) return value.data[0]!;
  throw new ValueProblem("an array is used as a single value");
}

/** Returns the values in the order of their indices. */
export function cellsOf(value: Value): readonly Scalar[] {
  return value instanceof ArrayValue ? value.data : [value];
}

/** Visits the indices of all cells, in the order in which circom makes constraints of them. */
export function forEachCell(value: Value, visit: (index: number) => void): void {
  const count = cellsOf(value).length;
  const order = value instanceof ArrayValue ? value.busOrder : undefined;
  if (order === undefined) {
    for (let index = 0; index < count; index++) visit(index);
    return;
  }
  for (let first = 0; first < count; first += order.length) {
    for (const index of order) visit(first + index);
  }
}

/** Returns a value of the same shape that depends on signals in an unknown way. */
export function unknownLike(value: Value): Value {
  if (!(value instanceof ArrayValue)) return UNKNOWN;
  return new ArrayValue(value.dimensions, new Array<Scalar>(value.data.length).fill(UNKNOWN));
}

/** A part of an array: its first cell, and the dimensions that are left. */
export interface Part {
  readonly offset: number;
  readonly dimensions: readonly number[];
}

/** @throws ValueProblem if an index is out of range. */
export function partAt(dimensions: readonly number[], indices: readonly number[]): Part {
  if (indices.length > dimensions.length) throw new ValueProblem("there are too many indices");
  let offset = 0;
  for (let axis = 0; axis < indices.length; axis++) {
    const [index, length] = [indices[axis]!, dimensions[axis]!];
    if (index >= length) throw new ValueProblem(`index ${index} is beyond an array of ${length}`);
    offset = offset * length + index;
  }
  const rest = dimensions.slice(indices.length);
  return { offset: offset * cellCount(rest), dimensions: rest };
}

/** Reads a part of an array. An array of cells is copied. */
export function readPart(value: Value, indices: readonly number[]): Value {
  if (indices.length === 0) return value;
  if (!(value instanceof ArrayValue)) throw new ValueProblem("a single value has no indices");
  const { offset, dimensions } = partAt(value.dimensions, indices);
  if (dimensions.length === 0) return value.data[offset]!;
  return new ArrayValue(dimensions, value.data.slice(offset, offset + cellCount(dimensions)));
}

/**
 * Writes a part of an array in place.
 *
 * @returns The array, or the new value of a single one.
 */
export function writePart(target: Value, indices: readonly number[], value: Value): Value {
  if (!(target instanceof ArrayValue)) {
    if (indices.length > 0) throw new ValueProblem("a single value has no indices");
    return value instanceof ArrayValue ? copyValue(value) : value;
  }
  const { offset, dimensions } = partAt(target.dimensions, indices);
  if (!(value instanceof ArrayValue)) {
    if (dimensions.length > 0 && cellCount(dimensions) > 1) {
      throw new ValueProblem("a single value is assigned to an array");
    }
    target.data[offset] = value;
    return target;
  }
  copyCells(value, target, offset, dimensions);
  return target;
}

export function copyValue(value: Value): Value {
  return value instanceof ArrayValue ? new ArrayValue(value.dimensions, value.data.slice()) : value;
}

/** A shorter array fills the beginning of each dimension, as in circom. */
function copyCells(
  source: ArrayValue,
  target: ArrayValue,
  offset: number,
  dimensions: readonly number[],
): void {
  const count = cellCount(dimensions);
  if (source.data.length === count) {
    for (let i = 0; i < count; i++) target.data[offset + i] = source.data[i]!;
    return;
  }
  const fits = source.dimensions.every((length, axis) => length <= (dimensions[axis] ?? 0));
  if (!fits || source.dimensions.length !== dimensions.length) {
    throw new ValueProblem(
      `an array [${source.dimensions.join("][")}] does not fit into [${dimensions.join("][")}]`,
    );
  }
  source.data.forEach((cell, index) => {
    let rest = index;
    let position = 0;
    let stride = 1;
    for (let axis = dimensions.length - 1; axis >= 0; axis--) {
      const length = source.dimensions[axis]!;
      position += (rest % length) * stride;
      rest = Math.floor(rest / length);
      stride *= dimensions[axis]!;
    }
    target.data[offset + position] = cell;
  });
}

/** Joins elements of an array literal. */
export function arrayOf(elements: readonly Value[]): ArrayValue {
  const [first] = elements;
  if (!(first instanceof ArrayValue)) {
    return new ArrayValue([elements.length], elements.map(toScalar));
  }
  const inner = first.dimensions.map((_, axis) =>
    Math.max(...elements.map((element) => (element as ArrayValue).dimensions[axis] ?? 0)),
  );
  const joined = zeroValue([elements.length, ...inner]) as ArrayValue;
  elements.forEach((element, index) => writePart(joined, [index], element));
  return joined;
}
