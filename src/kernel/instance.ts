/**
 * Instantiates kernel modules over a memory, and reads and writes field elements there.
 */

import { kernelError } from "./errors.ts";
import { LIMBS, fromLimbs, fromMontgomery, toLimbs, toMontgomery } from "./limbs.ts";
import type { PrimeField } from "./limbs.ts";
import { f64x2, v128 } from "./wasm/instructions.ts";
import { POOL_END, createModule } from "./wasm/module.ts";

export const PAGE_BYTES = 1 << 16;

/** The exported functions of a kernel module; all take and return 32-bit integers. */
export type KernelFunctions = Readonly<Record<string, (...args: number[]) => number>>;

/**
 * Compiles a module.
 *
 * @throws KERNEL_FORBIDDEN if a page's security policy forbids WebAssembly, KERNEL_UNSUPPORTED if
 * {@link isKernelSupported} is false for another reason
 */
export function compileKernel(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  assertWebAssemblyAllowed();
  if (!isKernelSupported()) throw kernelError({ code: "KERNEL_UNSUPPORTED" });
  return new WebAssembly.Module(bytes);
}

/** The smallest module: the magic word and the version. */
const EMPTY_MODULE = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);

/** @throws KERNEL_FORBIDDEN if a page's security policy lacks `'wasm-unsafe-eval'` */
export function assertWebAssemblyAllowed(): void {
  try {
    compileEmptyModule();
  } catch (cause) {
    throw kernelError({ code: "KERNEL_FORBIDDEN" }, { cause });
  }
}

/** Instantiates a module over a memory; threads share the memory, each with its own instance. */
export function instantiateKernel(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): KernelFunctions {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  return instance.exports as unknown as KernelFunctions;
}

/** Elements in a memory, by address. Values are in [0, p); the memory holds Montgomery form. */
export interface ElementMemory {
  /** Reads limbs `stride` doubles apart: 1 for a single element, 2 for a lane of a pair. */
  read(address: number, stride?: 1 | 2): bigint;
  write(address: number, value: bigint, stride?: 1 | 2): void;
}

export function elementMemory(memory: WebAssembly.Memory, field: PrimeField): ElementMemory {
  const doubles = new Float64Array(memory.buffer);
  return {
    read: (address, stride = 1) => {
      const limb = (i: number) => doubles[address / 8 + stride * i]!;
      return fromMontgomery(field, fromLimbs(Array.from({ length: LIMBS }, (_, i) => limb(i))));
    },
    write: (address, value, stride = 1) => {
      toLimbs(toMontgomery(field, value)).forEach((limb, i) => {
        doubles[address / 8 + stride * i] = limb;
      });
    },
  };
}

/** Encodes `values` as consecutive single elements in Montgomery form. */
export function encodeElements(field: PrimeField, values: readonly bigint[]): Float64Array {
  return Float64Array.from(values.flatMap((value) => toLimbs(toMontgomery(field, value))));
}

let supported: boolean | undefined;

/**
 * Returns whether the kernel works here. Without a fused instruction, relaxed SIMD rounds a
 * multiply-add twice, and the kernel's products would be wrong. A page's security policy may forbid
 * WebAssembly as a whole.
 */
export function isKernelSupported(): boolean {
  supported ??= isWebAssemblyAllowed() && isMultiplyAddFused();
  return supported;
}

/** Returns it, so that no compiler drops the call. */
function compileEmptyModule(): WebAssembly.Module {
  return new WebAssembly.Module(EMPTY_MODULE);
}

function isWebAssemblyAllowed(): boolean {
  try {
    assertWebAssemblyAllowed();
    return true;
  } catch {
    return false;
  }
}

/** Tests a multiply-add with (2^52 + 1)², which has more bits than a double. */
function isMultiplyAddFused(): boolean {
  const module = createModule({ initialPages: 1, maximumPages: 1, shared: false });
  module.function("multiplyAdd", 1, (fn, address) => {
    const [a, c] = [v128.load(address), v128.load(address, 16)];
    fn.do(v128.store(address, f64x2.multiplyAdd(a, a, c), 32));
  });
  const bytes = module.build();
  if (!WebAssembly.validate(bytes)) return false;
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const { multiplyAdd } = instantiateKernel(new WebAssembly.Module(bytes), memory);
  const doubles = new Float64Array(memory.buffer, POOL_END, 6);
  const a = 2 ** 52 + 1;
  doubles.set([a, a, -(a ** 2), -(a ** 2)]);
  multiplyAdd!(POOL_END);
  return doubles[4] === 1 && doubles[5] === 1;
}
