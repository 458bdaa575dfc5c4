/** Loads a proving key into shared memory, in the kernel's formats, for many proofs. */

import type { ZkeyHeader, ZkeyReader } from "../formats/zkey.ts";
import { assertLists } from "../formats/zkey-lists.ts";
import { power } from "../../crypto/field.ts";
import { buildBn254Module } from "../../kernel/bn254.ts";
import type { Bn254Module } from "../../kernel/bn254.ts";
import { importFactor } from "../../kernel/conversion.ts";
import {
  compileKernel,
  elementMemory,
  instantiateKernel,
  PAGE_BYTES,
} from "../../kernel/instance.ts";
import type { KernelFunctions } from "../../kernel/instance.ts";
import { ELEMENT_BYTES, FQ, FR, INTEGER_BYTES, invertModulo } from "../../kernel/limbs.ts";
import { digitOffset } from "../../kernel/scalars.ts";
import type { KernelThreads, Space, Task } from "../../kernel/threads.ts";
import { once } from "../../util/once.ts";
import { groth16Error } from "../errors.ts";
import { readCoefficients } from "./coefficients.ts";
import type { Coefficients, Matrix } from "./coefficients.ts";
import { planKey, QUERIES, QUERY_NAMES, STAGING_BYTES } from "./layout.ts";
import type { KeyLayout, MatrixArea, MatrixCounts, Query } from "./layout.ts";

/** Exponents of the power of 2 by which files multiply values. */
const FILE_SHIFT = { witness: 0, coordinate: 256, coefficient: 512 } as const;

/** Base of snarkjs's roots of unity: 5 is not a square. */
const NON_RESIDUE = 5n;

/** Maximum memory of 32-bit addresses. */
const PAGES_MAX = 1 << 16;

/** A key in memory, ready to prove. */
export interface LoadedKey {
  readonly header: ZkeyHeader;
  readonly layout: KeyLayout;
  readonly memory: WebAssembly.Memory;
  readonly module: Bn254Module;
  /** The module's functions in this thread. */
  readonly functions: KernelFunctions;
  readonly space: Space;
}

/** @throws BINARY_FORMAT, KERNEL_UNSUPPORTED, KERNEL_FORBIDDEN, PROVING_KEY_TOO_LARGE */
export async function loadKey(reader: ZkeyReader, threads: KernelThreads): Promise<LoadedKey> {
  planMemory(reader.header, NO_TERMS, threads); // before much of it is read
  assertLists(reader);
  const coefficients = readCoefficients(reader);
  const created = createMemory(reader.header, coefficients, threads);
  const { module, compiled, layout, memory } = created;
  const space = await threads.open({
    module: compiled,
    memory,
    counterAddress: layout.counter,
    scratchAddresses: layout.scratch,
  });
  const functions = instantiateKernel(compiled, memory);
  const key = { header: reader.header, layout, memory, module, functions, space };
  writeConstants(key);
  writeMatrix(memory, layout.matrixA, coefficients.a);
  writeMatrix(memory, layout.matrixB, coefficients.b);
  await importCoefficients(key, coefficients.values);
  for (const query of QUERY_NAMES) await importPoints(key, reader, query);
  return key;
}

const NO_TERMS: MatrixCounts = { termsA: 0, termsB: 0, coefficients: 0 };

/** Plans the memory of a key. @throws PROVING_KEY_TOO_LARGE, and as {@link compileKernel} */
function planMemory(
  header: ZkeyHeader,
  counts: MatrixCounts,
  { count, isShared }: KernelThreads,
): KeyLayout {
  const layout = planKey(header, counts, kernel(isShared).module, count);
  if (layout.end <= PAGES_MAX * PAGE_BYTES) return layout;
  const { domainSize } = header;
  throw groth16Error({ code: "PROVING_KEY_TOO_LARGE", domainSize });
}

function createMemory(header: ZkeyHeader, coefficients: Coefficients, threads: KernelThreads) {
  const counts = {
    termsA: coefficients.a.terms.length / 2,
    termsB: coefficients.b.terms.length / 2,
    coefficients: coefficients.values.length / INTEGER_BYTES,
  };
  const layout = planMemory(header, counts, threads);
  const pages = Math.ceil(layout.end / PAGE_BYTES);
  const shared = threads.isShared;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: PAGES_MAX, shared });
  return { ...kernel(shared), layout, memory };
}

/** The code of all keys; it does not depend on the size of the memory. */
function kernel(isShared: boolean) {
  return (isShared ? sharedKernel : ownKernel)();
}

const sharedKernel = once(() => buildKernel(true));
const ownKernel = once(() => buildKernel(false));

function buildKernel(shared: boolean) {
  const module = buildBn254Module({ initialPages: 1, maximumPages: PAGES_MAX, shared });
  return { module, compiled: compileKernel(module.bytes) };
}

/** The addresses of the constants that functions take by address. */
export function constantAddresses({ constants }: KeyLayout) {
  return {
    witnessFactor: constants,
    coordinateFactor: constants + 64,
    coefficientFactor: constants + 128,
    root: constants + 192,
  };
}

/** Returns ω with ω^size = 1, as snarkjs chooses it. */
function rootOfUnity(size: number): bigint {
  return power(NON_RESIDUE, (FR.modulus - 1n) / BigInt(size));
}

function writeConstants({ layout, memory, header, functions }: Omit<LoadedKey, "space">): void {
  const doubles = new Float64Array(memory.buffer);
  const addresses = constantAddresses(layout);
  doubles.set(importFactor(FR, FILE_SHIFT.witness), addresses.witnessFactor / 8);
  doubles.set(importFactor(FQ, FILE_SHIFT.coordinate), addresses.coordinateFactor / 8);
  doubles.set(importFactor(FR, FILE_SHIFT.coefficient), addresses.coefficientFactor / 8);
  const elements = elementMemory(memory, FR);
  const size = header.domainSize;
  const inverseSize = invertModulo(BigInt(size), FR.modulus);
  elements.write(addresses.root, rootOfUnity(size));
  elements.write(layout.roots, 1n);
  functions["powers"]!(layout.roots, 0, size / 2, addresses.root);
  elements.write(layout.shiftFactors, inverseSize, 2);
  elements.write(layout.shiftFactors + 8, inverseSize * rootOfUnity(2 * size), 2);
  for (const area of [layout.witnessScalars, layout.quotientScalars]) {
    new BigUint64Array(memory.buffer, area.offset).set(digitOffset(area.windowBits));
  }
}

function writeMatrix(memory: WebAssembly.Memory, area: MatrixArea, matrix: Matrix): void {
  const words = new Uint32Array(memory.buffer);
  words.set(matrix.rows, area.rows / 4);
  words.set(matrix.terms, area.terms / 4);
}

/** Creates a task for each thread's share of `count` items; all shares but the last are even. */
export function shareOut(
  count: number,
  threads: number,
  task: (from: number, to: number) => Task,
): Task[] {
  const share = 2 * Math.ceil(count / (2 * threads));
  const starts = Array.from({ length: Math.ceil(count / share) }, (_, i) => i * share);
  return starts.map((from) => task(from, Math.min(count, from + share)));
}

/** Copies integers to the staging area, and imports them from there. */
async function importIntegers(
  { layout, memory, space }: LoadedKey,
  name: "importFq" | "importFr",
  bytes: Uint8Array,
  target: number,
  factor: number,
): Promise<void> {
  new Uint8Array(memory.buffer).set(bytes, layout.staging);
  const tasks = shareOut(bytes.length / INTEGER_BYTES, layout.scratch.length, (from, to) => ({
    name,
    args: [layout.staging, target, from, to, factor],
  }));
  await space.run(tasks);
}

async function importCoefficients(key: LoadedKey, values: Uint8Array): Promise<void> {
  const { coefficientFactor } = constantAddresses(key.layout);
  for (let offset = 0; offset < values.length; offset += STAGING_BYTES) {
    const piece = values.subarray(offset, offset + STAGING_BYTES);
    const target = key.layout.coefficients + (offset / INTEGER_BYTES) * ELEMENT_BYTES;
    await importIntegers(key, "importFr", piece, target, coefficientFactor);
  }
}

async function importPoints(key: LoadedKey, reader: ZkeyReader, query: Query): Promise<void> {
  const { count, points, present } = key.layout.queries[query];
  const fileBytes = INTEGER_BYTES * (QUERIES[query] === "G1" ? 2 : 4);
  const flags = new Uint8Array(key.memory.buffer, present, count);
  const { coordinateFactor } = constantAddresses(key.layout);
  for (let offset = 0; offset < count * fileBytes; offset += STAGING_BYTES) {
    const length = Math.min(STAGING_BYTES, count * fileBytes - offset);
    const bytes = reader.read(query, offset, length);
    flags.set(presenceFlags(bytes, fileBytes), offset / fileBytes);
    const target = points + (offset / INTEGER_BYTES) * ELEMENT_BYTES;
    await importIntegers(key, "importFq", bytes, target, coordinateFactor);
  }
}

/** Returns 1 for each point that is not all zeros, the form of infinity in files. */
function presenceFlags(bytes: Uint8Array, pointBytes: number): Uint8Array {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const pointWords = pointBytes / 4;
  return Uint8Array.from({ length: bytes.length / pointBytes }, (_, point) => {
    const start = point * pointWords;
    for (let i = start; i < start + pointWords; i++) if (words[i] !== 0) return 1;
    return 0;
  });
}
