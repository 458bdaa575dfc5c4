/** Names the signals that had the same value for all inputs of a test run. */
import { cellName, type Component, walkComponents, type Wire } from "../evaluation/design.ts";
import { lineOf } from "../language/source-text.ts";
import type { SignalChanges } from "./signal-changes.ts";

/** Signals of one name but for its indices, that never changed. */
export interface ConstantSignals {
  /** Full names, with ranges of indices: ["main.ranges[0..2].bits[5..7]"]. */
  readonly names: readonly string[];
  /** Number of these signals, and of all that differ from them in indices only. */
  readonly count: number;
  readonly total: number;
  /** The value that all of them had; undefined if they had different ones. */
  readonly value: bigint | undefined;
  readonly file: string;
  /** Line of the declaration. */
  readonly line: number;
}

/** Whether the signals of a file are reported. */
export type SignalFilter = (file: string) => boolean;

/** Signals of one declaration, in components whose names differ in indices only. */
interface Group {
  readonly wire: Wire;
  /** Name without indices: "main.ranges[].bits[]". */
  readonly pattern: string;
  /** The indices of each signal that never changed. */
  readonly indices: number[][];
  readonly values: Set<bigint>;
  total: number;
}

/** Maximum signals that are named; a circuit of which more never change was hardly tested. */
const NAMED_MAX = 100_000;
/** Maximum names of a group. */
const RANGES_MAX = 100;

/** Lists the signals that never changed. */
export function constantSignals(
  main: Component,
  changes: SignalChanges,
  isReported: SignalFilter,
): ConstantSignals[] {
  const groups = new Map<string, Group>();
  let named = 0;
  for (const component of walkComponents(main)) {
    const path = component.path.replaceAll(INDEX, "[]");
    for (const wire of component.instance.wireOrder) {
      if (!isReported(wire.span.source.file)) continue;
      for (let cell = 0; cell < wire.size; cell++) {
        const group = groupOf(groups, `${path}.${patternOf(wire, cell)}`, wire);
        group.total++;
        const signal = component.firstSignal + wire.offset + cell;
        if (changes.hasChanged(signal) || named === NAMED_MAX) continue;
        group.indices.push(indicesIn(`${component.path}.${cellName(wire, cell)}`));
        group.values.add(changes.valueOf(signal));
        named++;
      }
    }
  }
  return [...groups.values()].filter(({ indices }) => indices.length > 0).map(describeGroup);
}

const INDEX = /\[(\d+)\]/g;

function indicesIn(name: string): number[] {
  return Array.from(name.matchAll(INDEX), ([, index]) => Number(index));
}

/** Name of a signal in a wire without indices; the fields of a bus have names of their own. */
function patternOf(wire: Wire, cell: number): string {
  if (wire.bus !== undefined) return cellName(wire, cell).replaceAll(INDEX, "[]");
  return wire.name + "[]".repeat(wire.dimensions.length);
}

function groupOf(groups: Map<string, Group>, pattern: string, wire: Wire): Group {
  const key = `${pattern} ${wire.span.start} ${wire.span.source.file}`;
  const known = groups.get(key);
  if (known !== undefined) return known;
  const made = { wire, pattern, indices: [], values: new Set<bigint>(), total: 0 };
  groups.set(key, made);
  return made;
}

function describeGroup({ wire, pattern, indices, values, total }: Group): ConstantSignals {
  const { file } = wire.span.source;
  const [only] = values;
  const parts = pattern.split("[]");
  const names = joinRanges(indices)
    .slice(0, RANGES_MAX)
    .map((ranges) => parts.map((part, index) => part + (ranges[index] ?? "")).join(""));
  const value = values.size === 1 ? only : undefined;
  return { names, count: indices.length, total, value, file, line: lineOf(wire.span) };
}

/** Joins lists of indices to one range for each dimension: [[0], [1], [4]] to "[0..1]", "[4]". */
function joinRanges(indices: readonly (readonly number[])[]): string[][] {
  if (indices[0] === undefined || indices[0].length === 0) return [[]];
  const inner = new Map<number, (readonly number[])[]>();
  for (const [first, ...rest] of indices) {
    const known = inner.get(first!);
    if (known === undefined) inner.set(first!, [rest]);
    else known.push(rest);
  }
  const joined: { from: number; to: number; blocks: string[][]; key: string }[] = [];
  for (const first of [...inner.keys()].sort((a, b) => a - b)) {
    const blocks = joinRanges(inner.get(first)!);
    const key = JSON.stringify(blocks);
    const last = joined.at(-1);
    if (last?.to === first - 1 && last.key === key) last.to = first;
    else joined.push({ from: first, to: first, blocks, key });
  }
  return joined.flatMap(({ from, to, blocks }) =>
    blocks.map((ranges) => [from === to ? `[${from}]` : `[${from}..${to}]`, ...ranges]),
  );
}
