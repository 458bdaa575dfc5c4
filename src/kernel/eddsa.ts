/**
 * Verification of EdDSA signatures on the kernel, equal to `verify` of src/crypto/eddsa.ts: two
 * signatures at once, one per lane.
 *
 * S·B8 is a sum of entries from a table of multiples of B8. h·8A takes four doublings and one
 * addition per four bits of h, with a table of the first multiples of 8A.
 */

import { BASE8, COFACTOR, IDENTITY, SUBGROUP_ORDER } from "../crypto/baby-jubjub.ts";
import type { Point } from "../crypto/baby-jubjub.ts";
import type { Signature } from "../crypto/eddsa.ts";
import { FIELD_BITS, invert, isFieldElement, multiply } from "../crypto/field.ts";
import { storeIntegers } from "./conversion.ts";
import {
  defineGroup,
  GROUP,
  GROUP_MIN,
  type GroupMachine,
  laneBits,
  SLOTS_BYTES,
  verifyGroup,
  verifyPairs,
} from "./eddsa-batch.ts";
import { CACHED_BYTES, defineEdwards, POINTS_BYTES } from "./edwards.ts";
import type { EdwardsFunctions } from "./edwards.ts";
import { zeroLanes } from "./extension.ts";
import { createFieldMacros, loadPair, storePair } from "./field.ts";
import type { FieldMacros } from "./field.ts";
import { compileKernel, instantiateKernel, PAGE_BYTES } from "./instance.ts";
import type { KernelFunctions } from "./instance.ts";
import { INTEGER_WORDS, readInteger, writeInteger } from "./integers.ts";
import { FR, INTEGER_BYTES, PAIR_BYTES } from "./limbs.ts";
import {
  definePoseidon,
  importPair,
  poseidonStateBytes,
  poseidonTable,
  twoStates,
} from "./poseidon.ts";
import { createSubgroupCheck, prepareSubgroupCheck, SUBGROUP_BYTES } from "./subgroup.ts";
import { i32, v128 } from "./wasm/instructions.ts";
import type { I32, V128 } from "./wasm/instructions.ts";
import { createModule, POOL_END } from "./wasm/module.ts";
import type { FunctionBuilder, ModuleBuilder, WasmFunction } from "./wasm/module.ts";

/** A signature with its public key and message. */
export interface SignedMessage {
  readonly key: Point;
  readonly message: bigint;
  readonly signature: Signature;
}

/** Fast equivalents of functions of src/crypto: `verify`, and `multiplyBase` for signing. */
export interface EddsaKernel {
  /** Returns whether the signature is valid; never throws. */
  verify(key: Point, message: bigint, signature: Signature): boolean;
  /** Returns whether each signature is valid; takes half the time of `verify` per signature. */
  verifyBatch(signed: readonly SignedMessage[]): boolean[];
  /**
   * Verifies packed signatures, like {@link EddsaKernel.verifyBatch}.
   *
   * @param signed - From {@link packSigned}.
   * @returns For each signature 1 if it is valid, else 0.
   */
  verifyPacked(signed: BigUint64Array): Uint8Array<ArrayBuffer>;
  /** Returns two multiples of {@link BASE8}. @param scalars - Each in [0, 2^252). */
  multiplyBase(scalars: readonly [bigint, bigint]): [Point, Point];
}

/** The integers of one signature, in this order. */
const INPUTS = ["r8x", "r8y", "ax", "ay", "message", "s"] as const;
const INPUT_BYTES = INPUTS.length * INTEGER_BYTES;
const INPUT_WORDS = INPUTS.length * INTEGER_WORDS;
/** Inputs of the challenge: the first ones, which are R8, A and the message. */
const HASHED_INPUTS = 5;

/** Window of the scalar multiplication of 8A. */
const KEY_WINDOW_BITS = 4;
const KEY_WINDOWS = Math.ceil(FIELD_BITS / KEY_WINDOW_BITS);
/** Window of multiples of B8: 42 tables of 64 entries take 430 KB, which fits an L2 cache. */
const BASE_WINDOW_BITS = 6;
const BASE_WINDOW_SIZE = 1 << BASE_WINDOW_BITS;
const BASE_WINDOWS = Math.ceil(SUBGROUP_ORDER.toString(2).length / BASE_WINDOW_BITS);

interface Layout {
  /** The inputs of two signatures. */
  readonly inputs: number;
  /** The challenges of both, 32 bytes each, and padding for reads beyond them. */
  readonly challenges: number;
  readonly state: number;
  readonly hashTable: number;
  readonly key: number;
  readonly nonce: number;
  readonly left: number;
  readonly right: number;
  readonly keyTable: number;
  readonly baseTable: number;
  /** Memory of the subgroup check. */
  readonly subgroup: number;
  /** Memory of a group that is verified together. */
  readonly slots: number;
  readonly end: number;
}

function planLayout(hashTableBytes: number): Layout {
  let end = POOL_END;
  const allocate = (bytes: number): number => {
    const address = end;
    end += bytes;
    return address;
  };
  const layout = {
    inputs: allocate(2 * INPUT_BYTES),
    challenges: allocate(4 * INTEGER_BYTES),
    state: allocate(poseidonStateBytes(HASHED_INPUTS + 1)),
    hashTable: allocate(hashTableBytes),
    key: allocate(POINTS_BYTES),
    nonce: allocate(POINTS_BYTES),
    left: allocate(POINTS_BYTES),
    right: allocate(POINTS_BYTES),
    keyTable: allocate(POINTS_BYTES << KEY_WINDOW_BITS),
    baseTable: allocate(CACHED_BYTES * BASE_WINDOW_SIZE * BASE_WINDOWS),
    subgroup: allocate(SUBGROUP_BYTES),
    slots: allocate(SLOTS_BYTES),
  };
  return { ...layout, end };
}

/** Builds the module and its tables. @throws KERNEL_UNSUPPORTED */
export function createEddsaKernel(): EddsaKernel {
  const hashTable = poseidonTable(HASHED_INPUTS + 1, twoStates(HASHED_INPUTS + 1));
  const layout = planLayout(hashTable.byteLength);
  const pages = Math.ceil(layout.end / PAGE_BYTES);
  const module = createModule({ initialPages: pages, maximumPages: pages, shared: false });
  defineVerify(module, layout);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const functions = instantiateKernel(compileKernel(module.build()), memory);
  const words = new BigUint64Array(memory.buffer);
  new Float64Array(memory.buffer).set(hashTable, layout.hashTable / 8);
  fillBaseTable(functions, words, layout);
  prepareSubgroupCheck(words, layout.subgroup);

  const verifyOne = (signed: SignedMessage): boolean => {
    if (!isInRange(signed)) return false;
    writeInputs(words, layout.inputs, signed);
    writeInputs(words, layout.inputs + INPUT_BYTES, NOTHING);
    return (functions["verify"]!() & 1) !== 0;
  };
  const verifyPacked = createPackedVerifier(words, functions, layout);
  return {
    verify: (key, message, signature) => verifyOne({ key, message, signature }),
    verifyBatch: (signed) => Array.from(verifyPacked(packSigned(signed)), Boolean),
    verifyPacked,
    multiplyBase: (scalars) => {
      scalars.forEach((scalar, lane) => {
        const input = layout.inputs + lane * INPUT_BYTES + INPUTS.indexOf("s") * INTEGER_BYTES;
        writeInteger(words, input, scalar);
      });
      functions["multiplyBase"]!();
      const read = (lane: number, coordinate: number) =>
        readInteger(words, layout.inputs + lane * INPUT_BYTES + coordinate * INTEGER_BYTES);
      const toPoint = (lane: number): Point => {
        const inverse = invert(read(lane, 2));
        return { x: multiply(read(lane, 0), inverse), y: multiply(read(lane, 1), inverse) };
      };
      return [toPoint(0), toPoint(1)];
    },
  };
}

/** Verifies packed signatures in groups; few are verified in pairs. */
function createPackedVerifier(
  words: BigUint64Array,
  { verify, prepare, sum }: KernelFunctions,
  { inputs, slots, challenges }: Layout,
): EddsaKernel["verifyPacked"] {
  const machine: GroupMachine = {
    words,
    prepare: prepare!,
    sum: sum!,
    verifyPair: verify as () => number,
    inputs,
    inputBytes: INPUT_BYTES,
    slots,
    challenges,
  };
  // Whoever sends invalid signatures makes equations fail, so the next group is spared them.
  let wasValid = true;
  return (signed) => {
    const results = new Uint8Array(signed.length / INPUT_WORDS);
    for (let from = 0; from < results.length; from += GROUP) {
      const part = results.subarray(from, from + GROUP);
      const group = signed.subarray(from * INPUT_WORDS, (from + part.length) * INPUT_WORDS);
      if (wasValid && part.length >= GROUP_MIN) verifyGroup(machine, group, part);
      else verifyPairs(machine, group, part);
      wasValid = part.every((valid) => valid === 1);
    }
    return results;
  };
}

/** Fills an unused lane; invalid, because the key is of small order. */
const NOTHING: SignedMessage = {
  key: IDENTITY,
  message: 0n,
  signature: { r8: IDENTITY, s: 0n },
};

function writeInputs(words: BigUint64Array, address: number, signed: SignedMessage): void {
  const { key, message, signature } = signed;
  const { r8, s } = signature;
  [r8.x, r8.y, key.x, key.y, message, s].forEach((value, i) =>
    writeInteger(words, address + i * INTEGER_BYTES, value),
  );
}

/** Packs signatures for `verifyPacked`; one with numbers out of range becomes an invalid one. */
export function packSigned(signed: readonly SignedMessage[]): BigUint64Array<ArrayBuffer> {
  const words = new BigUint64Array(signed.length * INPUT_WORDS);
  signed.forEach((item, i) =>
    writeInputs(words, i * INPUT_BYTES, isInRange(item) ? item : NOTHING),
  );
  return words;
}

/** Returns whether all numbers are canonical; the kernel checks the other rules of `verify`. */
function isInRange({ key, message, signature: { r8, s } }: SignedMessage): boolean {
  const elements = [key.x, key.y, message, r8.x, r8.y];
  return elements.every(isFieldElement) && s >= 0n && s < SUBGROUP_ORDER;
}

/**
 * Exports `verify()`, which returns a bit per lane, `multiplyBase()`, which leaves projective
 * coordinates in the first inputs, and the functions that {@link fillBaseTable} calls.
 */
function defineVerify(module: ModuleBuilder, layout: Layout): void {
  const fr = createFieldMacros(module, FR);
  const edwards = defineEdwards(module, fr);
  const permute = definePoseidon(module, fr, HASHED_INPUTS + 1, twoStates(HASHED_INPUTS + 1));
  defineTableStep(module, fr, edwards, layout);
  const [inputs, challenges, state] = [layout.inputs, layout.challenges, layout.state];
  const lanes = [i32.const(inputs), i32.const(inputs + INPUT_BYTES)] as const;
  const element = (fn: FunctionBuilder, name: (typeof INPUTS)[number]) =>
    importPair(fn, fr, lanes, INPUTS.indexOf(name) * INTEGER_BYTES);

  const hash = module.function(null, 0, (fn) => {
    storePair(
      fn,
      i32.const(state),
      Array.from({ length: 5 }, () => v128.splat64(0n)),
    );
    INPUTS.slice(0, HASHED_INPUTS).forEach((name, i) =>
      storePair(fn, i32.const(state), element(fn, name), (i + 1) * PAIR_BYTES),
    );
    fn.call(permute, i32.const(state), i32.const(layout.hashTable));
    const targets = [i32.const(challenges), i32.const(challenges + INTEGER_BYTES)] as const;
    storeIntegers(fn, module, fr, targets, loadPair(fn, i32.const(state)));
  });
  const tabulate = defineTabulate(module, edwards, layout);
  const multiplyKey = defineMultiplyKey(module, edwards, layout, tabulate);
  const multiplyBase = defineMultiplyBase(module, edwards, layout);
  module.function("multiplyBase", 0, (fn) => {
    fn.call(multiplyBase);
    edwards.loadProjective(fn, i32.const(layout.left)).forEach((coordinate, i) => {
      const targets = [inputs, inputs + INPUT_BYTES].map((at) => i32.const(at + i * INTEGER_BYTES));
      storeIntegers(fn, module, fr, [targets[0]!, targets[1]!], coordinate);
    });
  });
  const readPoints = (fn: FunctionBuilder): V128 => {
    const [key, nonce] = [i32.const(layout.key), i32.const(layout.nonce)];
    const keyOnCurve = edwards.storeAffine(fn, key, element(fn, "ax"), element(fn, "ay"));
    const nonceOnCurve = edwards.storeAffine(fn, nonce, element(fn, "r8x"), element(fn, "r8y"));
    for (let i = 1; i < COFACTOR; i *= 2) fn.call(edwards.doubleFully, key);
    // 8A has odd order, so its x is zero only for the neutral element.
    const isSmall = zeroLanes(fn, loadPair(fn, key));
    fn.call(hash);
    return v128.andNot(v128.and(keyOnCurve, nonceOnCurve), isSmall);
  };
  const isInSubgroup = createSubgroupCheck(module, fr, layout.subgroup);
  const isNonceInSubgroup = (fn: FunctionBuilder) =>
    isInSubgroup(fn, element(fn, "r8x"), element(fn, "r8y"));
  defineGroup(module, layout, { edwards, tabulate, multiplyBase, readPoints, isNonceInSubgroup });
  module.function(
    "verify",
    0,
    (fn) => {
      const nonce = i32.const(layout.nonce);
      const [left, right] = [i32.const(layout.left), i32.const(layout.right)];
      const isValid = fn.let(readPoints(fn));
      fn.call(multiplyKey);
      fn.call(edwards.cache, nonce, nonce);
      fn.call(edwards.addPairs, right, nonce, nonce);
      fn.call(multiplyBase);
      fn.return(laneBits(fn, v128.and(isValid, edwards.equalLanes(fn, left, right))));
    },
    "i32",
  );
}

const plus = (base: I32, offset: I32): I32 => i32.add(base, offset);
const times = (index: I32, bytes: number): I32 => i32.multiply(index, i32.const(bytes));

/** `tabulate(table, points)`: the first multiples of two points, cached. */
function defineTabulate(
  module: ModuleBuilder,
  { addPairs, cache, storeIdentity }: EdwardsFunctions,
  layout: Layout,
) {
  const multiple = i32.const(layout.right);
  return module.function(null, 2, (fn, table, points) => {
    const entry = fn.let(table);
    const first = fn.let(plus(table, i32.const(POINTS_BYTES)));
    fn.call(cache, first, points);
    storeIdentity(fn, multiple);
    fn.for(i32.const(0), i32.const(1 << KEY_WINDOW_BITS), () => {
      fn.call(cache, entry, multiple);
      fn.call(addPairs, multiple, first, first);
      fn.set(entry, plus(entry, i32.const(POINTS_BYTES)));
    });
  });
}

/** right ← challenge · key. */
function defineMultiplyKey(
  module: ModuleBuilder,
  { double, doubleFully, addPairs, storeIdentity }: EdwardsFunctions,
  layout: Layout,
  tabulate: WasmFunction,
) {
  const [key, right, table] = [layout.key, layout.right, layout.keyTable].map((a) => i32.const(a));
  return module.function(null, 0, (fn) => {
    fn.call(tabulate, table!, key!);
    storeIdentity(fn, right!);
    const window = fn.let(i32.const(KEY_WINDOWS));
    fn.while(
      () => window,
      () => {
        fn.set(window, i32.subtract(window, i32.const(1)));
        for (let i = 1; i < KEY_WINDOW_BITS; i++) fn.call(double, right!);
        fn.call(doubleFully, right!);
        const lanes = [0, INTEGER_BYTES].map((offset) => {
          const byte = i32.shiftRight(window, i32.const(1));
          const address = plus(i32.const(layout.challenges + offset), byte);
          const shift = i32.shiftLeft(i32.and(window, i32.const(1)), i32.const(2));
          const digit = i32.and(i32.shiftRight(i32.load8(address), shift), i32.const(15));
          return plus(table!, times(digit, POINTS_BYTES));
        });
        fn.call(addPairs, right!, lanes[0]!, lanes[1]!);
      },
    );
  });
}

/** left ← s · B8. */
function defineMultiplyBase(
  module: ModuleBuilder,
  { addSingles, storeIdentity }: EdwardsFunctions,
  layout: Layout,
) {
  const left = i32.const(layout.left);
  const s = layout.inputs + INPUTS.indexOf("s") * INTEGER_BYTES;
  return module.function(null, 0, (fn) => {
    storeIdentity(fn, left);
    const table = fn.let(i32.const(layout.baseTable));
    fn.for(i32.const(0), i32.const(BASE_WINDOWS), (window) => {
      const bit = fn.let(times(window, BASE_WINDOW_BITS));
      const lanes = [s, s + INPUT_BYTES].map((start) => {
        const word = i32.load(plus(i32.const(start), i32.shiftRight(bit, i32.const(3))));
        const low = i32.shiftRight(word, i32.and(bit, i32.const(7)));
        return plus(table, times(i32.and(low, i32.const(BASE_WINDOW_SIZE - 1)), CACHED_BYTES));
      });
      fn.call(addSingles, left, lanes[0]!, lanes[1]!);
      fn.set(table, plus(table, i32.const(CACHED_BYTES * BASE_WINDOW_SIZE)));
    });
  });
}

/**
 * Exports `start()`, which sets `left` to B8 from the inputs, and `fill(window)`, which writes one
 * window of the table from the point 64^window·B8 in `left`, and sets `left` for the next window.
 */
function defineTableStep(
  module: ModuleBuilder,
  fr: FieldMacros,
  { storeAffine, storeIdentity, cacheSingle, addSingles }: EdwardsFunctions,
  layout: Layout,
): void {
  const [left, right] = [i32.const(layout.left), i32.const(layout.right)];
  const lanes = [i32.const(layout.inputs), i32.const(layout.inputs + INPUT_BYTES)] as const;
  module.function("start", 0, (fn) => {
    const [x, y] = [0, INTEGER_BYTES].map((offset) => importPair(fn, fr, lanes, offset));
    storeAffine(fn, left, x!, y!);
  });
  module.function("fill", 1, (fn, window) => {
    const bytes = CACHED_BYTES * BASE_WINDOW_SIZE;
    const entry = fn.let(plus(i32.const(layout.baseTable), times(window, bytes)));
    const first = fn.let(plus(entry, i32.const(CACHED_BYTES)));
    fn.call(cacheSingle, first, left);
    storeIdentity(fn, right);
    fn.for(i32.const(0), i32.const(BASE_WINDOW_SIZE), () => {
      fn.call(cacheSingle, entry, right);
      fn.call(addSingles, right, first, first);
      fn.set(entry, plus(entry, i32.const(CACHED_BYTES)));
    });
    storePair(fn, left, loadPair(fn, right, 0, 20));
  });
}

function fillBaseTable(functions: KernelFunctions, words: BigUint64Array, layout: Layout): void {
  for (const lane of [0, INPUT_BYTES]) {
    writeInteger(words, layout.inputs + lane, BASE8.x);
    writeInteger(words, layout.inputs + lane + INTEGER_BYTES, BASE8.y);
  }
  functions["start"]!();
  for (let window = 0; window < BASE_WINDOWS; window++) functions["fill"]!(window);
}
