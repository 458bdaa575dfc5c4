/**
 * A memory with the prover's module in this thread, and an allocator.
 */

import { buildBn254Module } from "../../src/kernel/bn254.ts";
import { compileKernel, instantiateKernel } from "../../src/kernel/instance.ts";
import { POOL_END } from "../../src/kernel/wasm/module.ts";

const PAGES = 512;

const built = buildBn254Module({ initialPages: PAGES, maximumPages: PAGES, shared: true });
const compiled = compileKernel(built.bytes);

export function createSpace() {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true });
  let end = POOL_END;
  return {
    ...built,
    memory,
    functions: instantiateKernel(compiled, memory),
    allocate: (bytes: number): number => {
      const address = end;
      end += Math.ceil(bytes / 64) * 64;
      if (end > memory.buffer.byteLength) throw new Error("the test's memory is full");
      return address;
    },
  };
}
