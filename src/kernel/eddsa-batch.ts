/**
 * Verifies many signatures by one equation: a random linear combination of theirs.
 *
 * With D = R8 + h·8A − S·B8, a signature is valid if D = O. For coefficients z, random in
 * [0, 2^128) and unknown to the signers, Σ z·D = O holds with a probability of at most 2^−128 if
 * some D is not O: provided that l, prime, is the order of all D. Points of small order would
 * cancel for one z in eight, so R8 is in the subgroup (subgroup.ts), as in every valid signature;
 * 8A and B8 are. Doublings are shared by all points, so a signature takes two additions per four
 * bits, and half of them only for h.
 *
 * Each lane is a batch of its own: even signatures in one, odd ones in the other.
 */
import { IDENTITY, SUBGROUP_ORDER } from "../crypto/baby-jubjub.ts";
import { POINTS_BYTES } from "./edwards.ts";
import type { EdwardsFunctions } from "./edwards.ts";
import { readInteger, writeInteger } from "./integers.ts";
import { INTEGER_BYTES } from "./limbs.ts";
import { i32, i64x2, v128 } from "./wasm/instructions.ts";
import type { I32, V128 } from "./wasm/instructions.ts";
import type { FunctionBuilder, ModuleBuilder, WasmFunction } from "./wasm/module.ts";

/** Signatures per equation: two lanes of {@link SLOTS}. */
export const GROUP = 64;
/** With fewer signatures, the doublings cost more than they save. */
export const GROUP_MIN = 6;
const SLOTS = GROUP / 2;
/** Pairs that are checked again together when an equation does not hold, and then one by one. */
const PART = 8;

const WINDOW_BITS = 4;
const WINDOW_SIZE = 1 << WINDOW_BITS;
const COEFFICIENT_BITS = 128;
const COEFFICIENT_WINDOWS = COEFFICIENT_BITS / WINDOW_BITS;
/** Multiples of 8A are taken modulo l. */
const KEY_WINDOWS = Math.ceil(SUBGROUP_ORDER.toString(2).length / WINDOW_BITS);

const TABLE_BYTES = WINDOW_SIZE * POINTS_BYTES;
/** A slot: tables of 8A and of R8, then their factors, one per lane. */
const FACTORS = 2 * TABLE_BYTES;
const SLOT_BYTES = FACTORS + 4 * INTEGER_BYTES;
export const SLOTS_BYTES = SLOTS * SLOT_BYTES;

const plus = (base: I32, offset: I32): I32 => i32.add(base, offset);
const times = (index: I32, bytes: number): I32 => i32.multiply(index, i32.const(bytes));

/** Addresses of {@link defineGroup}: points of two signatures, and {@link SLOTS_BYTES}. */
export interface GroupLayout {
  readonly key: number;
  readonly nonce: number;
  readonly left: number;
  readonly right: number;
  readonly slots: number;
}

export interface GroupParts {
  readonly edwards: EdwardsFunctions;
  /** `tabulate(table, points)`: the first multiples of two points. */
  readonly tabulate: WasmFunction;
  /** left ← s · B8, with s from the inputs. */
  readonly multiplyBase: WasmFunction;
  /** Emits the checks of both signatures, and stores 8A, R8 and h; returns a mask. */
  readonly readPoints: (fn: FunctionBuilder) => V128;
  /** Emits the check that R8 is in the subgroup, and not O; returns a mask. */
  readonly isNonceInSubgroup: (fn: FunctionBuilder) => V128;
}

/** Returns a bit per lane of a mask. */
export function laneBits(fn: FunctionBuilder, mask: V128): I32 {
  const value = fn.let(mask);
  const bits = ([0, 1] as const).map((lane) =>
    i32.and(i32.fromI64(i64x2.extract(value, lane)), i32.const(1 << lane)),
  );
  return i32.or(bits[0]!, bits[1]!);
}

/**
 * Exports `prepare(slot)`, which reads the inputs into a slot and returns a bit for each lane that
 * can be summed, and `sum(from, to)`, which returns a bit for each lane whose equation holds.
 */
export function defineGroup(module: ModuleBuilder, layout: GroupLayout, parts: GroupParts): void {
  const { edwards, tabulate, multiplyBase, readPoints, isNonceInSubgroup } = parts;
  const [left, right] = [i32.const(layout.left), i32.const(layout.right)];
  const slotAt = (slot: I32) => plus(i32.const(layout.slots), times(slot, SLOT_BYTES));
  module.function(
    "prepare",
    1,
    (fn, slot) => {
      const table = fn.let(slotAt(slot));
      const isValid = fn.let(readPoints(fn));
      fn.call(tabulate, table, i32.const(layout.key));
      fn.call(tabulate, plus(table, i32.const(TABLE_BYTES)), i32.const(layout.nonce));
      fn.return(laneBits(fn, v128.and(isValid, isNonceInSubgroup(fn))));
    },
    "i32",
  );
  const addMultiples = defineAddMultiples(module, edwards, right);
  module.function(
    "sum",
    2,
    (fn, from, to) => {
      edwards.storeIdentity(fn, right);
      const window = fn.let(i32.const(KEY_WINDOWS));
      const [end, hasCoefficient] = [fn.let(slotAt(to)), fn.local("i32")];
      fn.while(
        () => window,
        () => {
          fn.set(window, i32.subtract(window, i32.const(1)));
          fn.set(hasCoefficient, i32.less(window, i32.const(COEFFICIENT_WINDOWS)));
          for (let i = 1; i < WINDOW_BITS; i++) fn.call(edwards.double, right);
          fn.call(edwards.doubleFully, right);
          fn.for(
            slotAt(from),
            end,
            (slot) => {
              const factors = plus(slot, i32.const(FACTORS));
              fn.call(addMultiples, slot, factors, window);
              fn.if(hasCoefficient, () => {
                const coefficients = plus(slot, i32.const(FACTORS + 2 * INTEGER_BYTES));
                fn.call(addMultiples, plus(slot, i32.const(TABLE_BYTES)), coefficients, window);
              });
            },
            SLOT_BYTES,
          );
        },
      );
      fn.call(multiplyBase);
      fn.return(laneBits(fn, edwards.equalLanes(fn, left, right)));
    },
    "i32",
  );
}

/** `addMultiples(table, factors, window)`: adds the multiple that each lane's digit names. */
function defineAddMultiples(module: ModuleBuilder, edwards: EdwardsFunctions, sum: I32) {
  return module.function(null, 3, (fn, table, factors, window) => {
    const byte = plus(factors, i32.shiftRight(window, i32.const(1)));
    const shift = fn.let(i32.shiftLeft(i32.and(window, i32.const(1)), i32.const(2)));
    const entries = [0, INTEGER_BYTES].map((offset) => {
      const digits = i32.load8(plus(byte, i32.const(offset)));
      const digit = i32.and(i32.shiftRight(digits, shift), i32.const(WINDOW_SIZE - 1));
      return plus(table, times(digit, POINTS_BYTES));
    });
    fn.call(edwards.addPairs, sum, entries[0]!, entries[1]!);
  });
}

/** The functions of a module with {@link defineGroup}, and its memory. */
export interface GroupMachine {
  readonly words: BigUint64Array;
  readonly prepare: (slot: number) => number;
  readonly sum: (from: number, to: number) => number;
  /** Verifies the signatures in the inputs one by one; returns a bit for each valid one. */
  readonly verifyPair: () => number;
  /** Address of the inputs of both signatures; R8 is the first, and s the last of each. */
  readonly inputs: number;
  readonly inputBytes: number;
  readonly slots: number;
  /** Address of the challenges of both signatures. */
  readonly challenges: number;
}

/** What an equation of a slot's signature needs besides its tables. */
interface Weighted {
  /** z·S modulo l, or undefined if the signature is in no equation. */
  readonly product: bigint | undefined;
}

/**
 * Verifies up to {@link GROUP} packed signatures.
 *
 * @param signed - Their integers, in range.
 * @param results - Gets 1 for each valid signature; all 0 before.
 */
export function verifyGroup(
  machine: GroupMachine,
  signed: BigUint64Array,
  results: Uint8Array,
): void {
  const { words, inputs, inputBytes, prepare, sum } = machine;
  const slots = Math.ceil(results.length / 2);
  const random = crypto.getRandomValues(new BigUint64Array(4 * slots));
  const weighted: Weighted[] = [];
  const exact = new Set<number>();
  for (let slot = 0; slot < slots; slot++) {
    loadSlot(machine, signed, slot);
    const usable = prepare(slot);
    for (const lane of LANES) {
      const isUsed = 2 * slot + lane < results.length;
      const isSummed = isUsed && ((usable >> lane) & 1) !== 0;
      const coefficients = random.subarray(4 * slot + 2 * lane, 4 * slot + 2 * lane + 2);
      weighted.push(weigh(machine, slot, lane, isSummed ? coefficients : undefined));
      if (isUsed && isNonceIdentity(machine, lane)) exact.add(slot);
    }
  }
  /** Settles the lanes whose equation over some slots holds; returns whether both do. */
  const settle = (from: number, to: number): boolean => {
    for (const lane of LANES) {
      const products = weighted.slice(2 * from, 2 * to).filter((_, i) => i % 2 === lane);
      const s = products.reduce((total, { product = 0n }) => total + product, 0n);
      writeInteger(words, inputs + (lane + 1) * inputBytes - INTEGER_BYTES, s % SUBGROUP_ORDER);
    }
    const holds = sum(from, to);
    for (let index = 2 * from; index < 2 * to; index++) {
      const isValid = weighted[index]!.product !== undefined && ((holds >> (index % 2)) & 1) !== 0;
      if (isValid) results[index] = 1;
    }
    return holds === 3;
  };
  if (!settle(0, slots)) {
    for (let from = 0; from < slots; from += PART) {
      const to = Math.min(from + PART, slots);
      if (settle(from, to)) continue;
      for (let slot = from; slot < to; slot++) exact.add(slot);
    }
  }
  for (const slot of exact) verifySlot(machine, signed, results, slot);
}

/** Verifies packed signatures in pairs. @param results - As of {@link verifyGroup}. */
export function verifyPairs(
  machine: GroupMachine,
  signed: BigUint64Array,
  results: Uint8Array,
): void {
  for (let slot = 0; 2 * slot < results.length; slot++) verifySlot(machine, signed, results, slot);
}

/** With an odd count, the second of the last two is of an earlier pair, and ignored. */
function loadSlot(machine: GroupMachine, signed: BigUint64Array, slot: number): void {
  const { words, inputs, inputBytes } = machine;
  const pairWords = (2 * inputBytes) / 8;
  words.set(signed.subarray(slot * pairWords, (slot + 1) * pairWords), inputs / 8);
}

function verifySlot(
  machine: GroupMachine,
  signed: BigUint64Array,
  results: Uint8Array,
  slot: number,
): void {
  loadSlot(machine, signed, slot);
  const valid = machine.verifyPair();
  for (const lane of LANES) {
    if (2 * slot + lane < results.length) results[2 * slot + lane] = (valid >> lane) & 1;
  }
}

const LANES = [0, 1] as const;
type Lane = (typeof LANES)[number];

/** Writes the factors of a signature: z·h modulo l for 8A and z for R8, or 0 without a z. */
function weigh(
  { words, inputs, inputBytes, slots, challenges }: GroupMachine,
  slot: number,
  lane: Lane,
  coefficient: BigUint64Array | undefined,
): Weighted {
  const factors = slots + slot * SLOT_BYTES + FACTORS + lane * INTEGER_BYTES;
  const z = coefficient === undefined ? 0n : coefficient[0]! | (coefficient[1]! << 64n);
  const h = readInteger(words, challenges + lane * INTEGER_BYTES);
  writeInteger(words, factors, (z * h) % SUBGROUP_ORDER);
  writeInteger(words, factors + 2 * INTEGER_BYTES, z);
  if (coefficient === undefined) return { product: undefined };
  const s = readInteger(words, inputs + (lane + 1) * inputBytes - INTEGER_BYTES);
  return { product: z * s };
}

/** R8 = O is in the subgroup, but the pairing does not show it. */
function isNonceIdentity({ words, inputs, inputBytes }: GroupMachine, lane: Lane): boolean {
  const address = inputs + lane * inputBytes;
  const [x, y] = [readInteger(words, address), readInteger(words, address + INTEGER_BYTES)];
  return x === IDENTITY.x && y === IDENTITY.y;
}
