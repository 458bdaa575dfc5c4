/** Values that programs do not expect, and changes of values that they do. */
import { FIELD_MODULUS } from "../../src/crypto/field.ts";
import type { Random } from "../helpers/random.ts";

/** Order of the group of EdDSA signatures. */
const SUBGROUP_ORDER =
  2736030358979909402780800718157159386076813972158567259200215660948447373041n;

export const WEIRD: readonly unknown[] = [
  ...[null, true, false, 0, -0, -1, 1.5, 1e308, -1e308, 1e21, 4095, 4096],
  ...[2 ** 31, 2 ** 32, 2 ** 53, 2 ** 53 + 2],
  ...["", "0x", "0x0", "0X1", "0xG", "-0x1", " 0x1 ", "0x1\n", "NaN", "Infinity", "latest"],
  ...["pending", "earliest", "safe", "finalized", "committed", "executed"],
  ...[`0x${"f".repeat(64)}`, `0x${"f".repeat(65)}`, `0x${"F".repeat(40)}`, `0x${"0".repeat(64)}`],
  ...["\u0000", "\ud800", "\u202e", "😀".repeat(50), "a".repeat(5_000), "__proto__"],
  ...[[], [[]], {}, [null], Array(50).fill(0), { length: 1e9 }, { then: 1 }, { toJSON: "x" }],
  ...[{ constructor: { prototype: 1 } }, { valueOf: null, toString: null }],
  ...[
    { fromBlock: "0x0", toBlock: "latest" },
    { to: `0x${"00".repeat(20)}`, data: "0x" },
  ],
];

/** A JSON value with one of its parts changed. */
export function mutate(random: Random, value: unknown): unknown {
  const copy = structuredClone(value);
  const paths = pathsOf(copy);
  if (paths.length === 0) return random.pick(WEIRD);
  const path = random.pick(paths);
  const holder = path.slice(0, -1).reduce(child, copy) as Record<string, unknown>;
  const key = path.at(-1)!;
  change(random, holder, key);
  return copy;
}

function child(value: unknown, key: string): unknown {
  return (value as Record<string, unknown>)[key];
}

function pathsOf(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => [
    [key],
    ...pathsOf(part).map((path) => [key, ...path]),
  ]);
}

function change(random: Random, holder: Record<string, unknown>, key: string): void {
  const old = holder[key];
  const isHex = typeof old === "string" && /^0x[0-9a-fA-F]+$/.test(old);
  const changes: (() => unknown)[] = [
    () => Reflect.deleteProperty(holder, key),
    () => (holder[key] = random.pick(WEIRD)),
    () => (holder[`x${key}`] = old),
    () => (holder[key] = [old]),
    () => (holder[key] = typeof old === "string" ? Number(old) : JSON.stringify(old)),
    ...(isHex ? hexChanges(random, old).map((text) => () => (holder[key] = text)) : []),
    ...(typeof old === "number" ? numberChanges(old).map((n) => () => (holder[key] = n)) : []),
    ...(key === "type" ? TYPES.map((type) => () => (holder[key] = type)) : []),
  ];
  random.pick(changes)();
}

const TYPES = ["transfer", "withdraw", "forcedExit", "changePubKey", "deposit", "fullExit", "noop"];

function hexChanges(random: Random, text: string): string[] {
  const value = BigInt(text);
  const digits = text.slice(2);
  const place = random.int(digits.length);
  const digit = random.int(16).toString(16);
  const changed = [
    value + 1n,
    value > 0n ? value - 1n : 1n,
    value + SUBGROUP_ORDER,
    value + FIELD_MODULUS,
    FIELD_MODULUS - (value % FIELD_MODULUS),
    SUBGROUP_ORDER - (value % SUBGROUP_ORDER),
    value === 0n ? 5n : 0n,
    value ^ (1n << BigInt(random.int(255))),
    value + 2n ** 32n,
  ];
  return [
    ...changed.map((integer) => `0x${integer.toString(16)}`),
    `0x${digits.slice(0, place)}${digit}${digits.slice(place + 1)}`,
    // The same integer in other encodings.
    `0x${digits.toUpperCase()}`,
    `0x${digits.padStart(64, "0")}`,
    `0X${digits}`,
    `-${text}`,
  ];
}

function numberChanges(value: number): number[] {
  return [value + 1, value - 1, value + 0.5, value + 2 ** 31, value + 2 ** 32, -value - 1];
}
