/**
 * Compares ways to multiply in Fq in WebAssembly, as the basis of the decision in docs/kernel.md.
 *
 * All ways compute arrays of independent products, which are checked against bigints.
 */

import { loadCurve } from "../../src/groth16/setup/ffjavascript.ts";
import { createFieldMacros, loadPair, storePair } from "../../src/kernel/field.ts";
import { compileKernel, instantiateKernel } from "../../src/kernel/instance.ts";
import {
  FQ,
  fromLimbs,
  invertModulo,
  modulo,
  PAIR_BYTES,
  toLimbs,
} from "../../src/kernel/limbs.ts";
import { i32, i64, i64x2, v128 } from "../../src/kernel/wasm/instructions.ts";
import type { Expression, I32, I64, V128 } from "../../src/kernel/wasm/instructions.ts";
import { createModule, POOL_END } from "../../src/kernel/wasm/module.ts";
import type { FunctionBuilder, ModuleBuilder } from "../../src/kernel/wasm/module.ts";
import { createRandom } from "../helpers/random.ts";
import { bestOf } from "../../src/bench/measure.ts";

export interface FieldMultiplicationResult {
  /** Nanoseconds per product, by way. */
  readonly nanoseconds: Readonly<Record<string, number>>;
}

const COUNT = 512;
const PAGES = 16;
const AREA = 1 << 18;

/** Multiplies COUNT elements at the first address by those at the second. */
interface Way {
  readonly elementsPerStep: number;
  readonly stepBytes: number;
  /** Emits one step, at three addresses: result, a, b. */
  emit(module: ModuleBuilder): (fn: FunctionBuilder, r: I32, a: I32, b: I32) => void;
  write(doubles: DataView, address: number, lane: number, value: bigint): void;
  read(doubles: DataView, address: number, lane: number): bigint;
  /** The Montgomery radix. */
  readonly radix: bigint;
}

export async function run(): Promise<FieldMultiplicationResult> {
  const ways = Object.entries(createWays()).map(([name, way]) => ({ name, step: prepare(way) }));
  ways.push({ name: "8 limbs of 32 bits, i64 (ffjavascript)", step: await prepareFfJavascript() });
  const seconds = bestOf(
    20,
    ways.map(({ step }) => step),
  );
  const entries = ways.map(({ name }, i) => [name, (seconds[i]! * 1e9) / COUNT] as const);
  return { nanoseconds: Object.fromEntries(entries) };
}

function createWays(): Readonly<Record<string, Way>> {
  return {
    "5 limbs of 51 bits, FMA, 2 lanes": fusedWay(),
    "9 limbs of 29 bits, i64": integerWay(29, 1),
    "9 limbs of 30 bits, i64": integerWay(30, 1),
    "9 limbs of 29 bits, i64x2, 2 lanes": integerWay(29, 2),
  };
}

/** Checks a way, and returns a function that computes COUNT products. */
function prepare(way: Way): () => void {
  const module = createModule({ initialPages: PAGES, maximumPages: PAGES, shared: false });
  const emit = way.emit(module);
  const steps = COUNT / way.elementsPerStep;
  module.function("run", 3, (fn, r, a, b) => {
    fn.for(i32.const(0), i32.const(steps * way.stepBytes), (offset) => {
      const [x, y, z] = [r, a, b].map((base) => fn.let(i32.add(base, offset)));
      emit(fn, x!, y!, z!);
    }, way.stepBytes); // prettier-ignore
  });
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
  const functions = instantiateKernel(compileKernel(module.build()), memory);
  const view = new DataView(memory.buffer);
  const random = createRandom();
  const [r, a, b] = [POOL_END, POOL_END + AREA, POOL_END + 2 * AREA];
  const element = () => random.bigint(320) % FQ.modulus;
  const values = Array.from({ length: COUNT }, () => [element(), element()] as const);
  const place = (i: number) => Math.floor(i / way.elementsPerStep) * way.stepBytes;
  values.forEach(([x, y], i) => {
    way.write(view, a + place(i), i % way.elementsPerStep, x);
    way.write(view, b + place(i), i % way.elementsPerStep, y);
  });
  const step = () => void functions["run"]!(r, a, b);
  step();
  const inverse = invertModulo(way.radix, FQ.modulus);
  values.forEach(([x, y], i) => {
    const result = way.read(view, r + place(i), i % way.elementsPerStep);
    if (modulo(result - x * y * inverse, FQ.modulus) !== 0n) throw new Error("a wrong product");
  });
  return step;
}

function fusedWay(): Way {
  return {
    elementsPerStep: 2,
    stepBytes: PAIR_BYTES,
    radix: 1n << 255n,
    emit: (module) => {
      const fq = createFieldMacros(module, FQ);
      return (fn, r, a, b) => storePair(fn, r, fq.multiply(fn, loadPair(fn, a), loadPair(fn, b)));
    },
    write: (view, address, lane, value) =>
      toLimbs(value).forEach((limb, i) => view.setFloat64(address + 16 * i + 8 * lane, limb, true)),
    read: (view, address, lane) =>
      fromLimbs([0, 1, 2, 3, 4].map((i) => view.getFloat64(address + 16 * i + 8 * lane, true))),
  };
}

/** The instructions that differ between one and two lanes. */
interface Integers {
  load(address: I32, offset: number): Expression;
  store(fn: FunctionBuilder, address: I32, value: Expression, offset: number): void;
  constant(value: bigint): Expression;
  add(a: Expression, b: Expression): Expression;
  /** Multiplies factors from `load`, `constant` and `factor`. */
  multiply(a: Expression, b: Expression): Expression;
  and(a: Expression, mask: bigint): Expression;
  shiftRight(a: Expression, bits: number): Expression;
  /** Converts a sum below 2^32 to a factor. */
  factor(a: Expression): Expression;
}

const ONE_LANE: Integers = {
  load: (address, offset) => i64.load32(address, offset),
  store: (fn, address, value, offset) => fn.do(i64.store32(address, value as I64, offset)),
  constant: i64.const,
  add: (a, b) => i64.add(a as I64, b as I64),
  multiply: (a, b) => i64.multiply(a as I64, b as I64),
  and: (a, mask) => i64.and(a as I64, i64.const(mask)),
  shiftRight: (a, bits) => i64.shiftRight(a as I64, i64.const(BigInt(bits))),
  factor: (a) => a,
};

/** Two lanes: factors are packed in the 32-bit lanes 0 and 1, products fill the 64-bit lanes. */
function twoLanes(module: ModuleBuilder): Integers {
  const pack = (a: V128): V128 => i64x2.packLow(a);
  return {
    load: (address, offset) => v128.loadLow(address, offset),
    store: (fn, address, value, offset) =>
      fn.do(v128.storeLane(address, pack(value as V128), 0, offset)),
    constant: (value) => module.constant(value | (value << 32n)),
    add: (a, b) => i64x2.add(a as V128, b as V128),
    multiply: (a, b) => i64x2.multiplyLow32(a as V128, b as V128),
    and: (a, mask) => v128.and(a as V128, module.constant(mask)),
    shiftRight: (a, bits) => i64x2.shiftRight(a as V128, i32.const(bits)),
    factor: (a) => pack(a as V128),
  };
}

const INTEGER_LIMBS = 9;

function integerWay(bits: number, lanes: 1 | 2): Way {
  const limbBytes = 4 * lanes;
  const mask = (1n << BigInt(bits)) - 1n;
  return {
    elementsPerStep: lanes,
    stepBytes: limbBytes * INTEGER_LIMBS,
    radix: 1n << BigInt(bits * INTEGER_LIMBS),
    emit: (module) => {
      const integers = lanes === 1 ? ONE_LANE : twoLanes(module);
      return (fn, r, a, b) => emitIntegerProduct(fn, integers, bits, limbBytes, [r, a, b]);
    },
    write: (view, address, lane, value) => {
      for (let i = 0; i < INTEGER_LIMBS; i++) {
        const limb = Number((value >> BigInt(bits * i)) & mask);
        view.setUint32(address + limbBytes * i + 4 * lane, limb, true);
      }
    },
    read: (view, address, lane) => {
      let value = 0n;
      for (let i = INTEGER_LIMBS - 1; i >= 0; i--) {
        const limb = view.getUint32(address + limbBytes * i + 4 * lane, true);
        value = (value << BigInt(bits)) + BigInt(limb);
      }
      return value;
    },
  };
}

/** Emits Montgomery's product by columns; two sums for 30 bits, where 18 products overflow. */
function emitIntegerProduct(
  fn: FunctionBuilder,
  integers: Integers,
  bits: number,
  limbBytes: number,
  [r, a, b]: readonly [I32, I32, I32],
): void {
  const { load, store, constant, add, multiply, and, shiftRight, factor } = integers;
  const mask = (1n << BigInt(bits)) - 1n;
  const indices = Array.from({ length: INTEGER_LIMBS }, (_, i) => i);
  const [x, y] = [a, b].map((base) => indices.map((i) => fn.let(load(base, limbBytes * i))));
  const p = indices.map((i) => constant((FQ.modulus >> BigInt(bits * i)) & mask));
  const inverse = constant(modulo(-invertModulo(FQ.modulus, mask + 1n), mask + 1n));
  const quotients: Expression[] = [];
  let carry = null as Expression | null;
  for (let column = 0; column < 2 * INTEGER_LIMBS - 1; column++) {
    const products = (left: readonly Expression[], right: readonly Expression[]) =>
      left.flatMap((limb, i) => {
        const other = right[column - i];
        return other === undefined ? [] : [multiply(limb, other)];
      });
    const carried: Expression[] = carry === null ? [] : [carry];
    const sums: Expression[][] = [products(x!, y!), [...products(quotients, p), ...carried]];
    const parts: Expression[] = (bits < 30 ? [sums.flat()] : sums)
      .filter((terms) => terms.length > 0)
      .map((terms) => fn.let(terms.reduce(add)));
    // With two sums, their high parts are split off before the low parts are added.
    let low: Expression = parts[0]!;
    let high: Expression | null = null;
    if (parts.length === 2) {
      low = fn.let(add(and(parts[0]!, mask), and(parts[1]!, mask)));
      high = fn.let(add(shiftRight(parts[0]!, bits), shiftRight(parts[1]!, bits)));
    }
    if (column < INTEGER_LIMBS) {
      const digit = factor(and(low, mask));
      const quotient = fn.let(factor(and(multiply(digit, inverse), mask)));
      quotients.push(quotient);
      low = fn.let(add(low, multiply(quotient, p[0]!)));
    } else {
      store(fn, r, and(low, mask), limbBytes * (column - INTEGER_LIMBS));
    }
    const up = shiftRight(low, bits);
    carry = fn.let(high === null ? up : add(up, high));
  }
  store(fn, r, carry!, limbBytes * (INTEGER_LIMBS - 1));
}

async function prepareFfJavascript(): Promise<() => void> {
  const { tm } = await loadCurve();
  const module = await WebAssembly.compile(tm.code);
  const memory = new WebAssembly.Memory({ initial: 100 });
  const { f1m_mul: multiply } = instantiateKernel(module, memory);
  const start = 1 << 20;
  return () => {
    for (let i = 0; i < COUNT; i++) multiply!(start, start + 32, start + 64 + 32 * i);
  };
}
