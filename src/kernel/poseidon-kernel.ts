/** Poseidon on the kernel: one module per number of inputs, built on first use. */

import { POSEIDON_MAX_INPUTS } from "../crypto/poseidon-constants.ts";
import { cryptoError } from "../crypto/errors.ts";
import { assertFieldElement } from "../crypto/field.ts";
import { storeIntegers } from "./conversion.ts";
import { createFieldMacros, loadPair, storePair } from "./field.ts";
import { compileKernel, instantiateKernel, PAGE_BYTES } from "./instance.ts";
import { INTEGER_WORDS, readInteger, writeInteger } from "./integers.ts";
import { FR, INTEGER_BYTES, PAIR_BYTES } from "./limbs.ts";
import {
  definePoseidon,
  importPair,
  oneState,
  poseidonStateBytes,
  poseidonTable,
  twoStates,
} from "./poseidon.ts";
import { i32 } from "./wasm/instructions.ts";
import { createModule, POOL_END } from "./wasm/module.ts";

/** An implementation of Poseidon, equal to `poseidon` of src/crypto. */
export interface PoseidonHasher {
  /** Hashes one list. @throws POSEIDON_INPUT_COUNT, FIELD_ELEMENT_OUT_OF_RANGE */
  hash(inputs: readonly bigint[]): bigint;
  /** Hashes many lists; the kernel takes two neighbors of the same length at once. */
  hashMany(lists: readonly (readonly bigint[])[]): bigint[];
  /**
   * Hashes lists of `count` elements each.
   *
   * @param lists - Consecutive lists. An element is an integer in [0, r), which is not checked, in
   * four words, lowest first.
   * @returns One such integer per list.
   */
  hashPacked(count: number, lists: BigUint64Array): BigUint64Array<ArrayBuffer>;
}

/** Hashes lists in a memory. */
interface Hasher {
  /** The memory. A hash replaces the first element of its list. */
  readonly words: BigUint64Array;
  /** Index of the first list in `words`; lists are consecutive. */
  readonly inputs: number;
  readonly run: () => void;
}

/** Number of lists that a hasher takes at once. */
type Lanes = 1 | 2;

/** Creates the kernel's hasher. @throws KERNEL_UNSUPPORTED when it first hashes. */
export function createPoseidonKernel(): PoseidonHasher {
  const hashers: Record<Lanes, Hasher[]> = { 1: [], 2: [] };
  const hasherOf = (count: number, lanes: Lanes) =>
    (hashers[lanes][count] ??= createHasher(count, lanes));
  const hashTogether = (count: number, lists: readonly (readonly bigint[])[]): bigint[] => {
    const { words, inputs, run } = hasherOf(count, lists.length as Lanes);
    lists.forEach((list, lane) => writeList(words, inputs + lane * count * INTEGER_WORDS, list));
    run();
    return lists.map((_, lane) =>
      readInteger(words, (inputs + lane * count * INTEGER_WORDS) * WORD_BYTES),
    );
  };
  return {
    hash: (inputs) => {
      assertInputs(inputs);
      return hashTogether(inputs.length, [inputs])[0]!;
    },
    hashMany: (lists) => {
      lists.forEach(assertInputs);
      const hashes: bigint[] = [];
      for (let i = 0; i < lists.length;) {
        const [first, second] = [lists[i]!, lists[i + 1]];
        const group = second?.length === first.length ? [first, second] : [first];
        hashes.push(...hashTogether(first.length, group));
        i += group.length;
      }
      return hashes;
    },
    hashPacked: (count, lists) => {
      const listWords = count * INTEGER_WORDS;
      const length = lists.length / listWords;
      const hashes = new BigUint64Array(length * INTEGER_WORDS);
      for (let i = 0; i < length;) {
        const lanes: Lanes = i + 1 < length ? 2 : 1;
        const { words, inputs, run } = hasherOf(count, lanes);
        words.set(lists.subarray(i * listWords, (i + lanes) * listWords), inputs);
        run();
        for (let lane = 0; lane < lanes; lane++, i++) {
          const start = inputs + lane * listWords;
          hashes.set(words.subarray(start, start + INTEGER_WORDS), i * INTEGER_WORDS);
        }
      }
      return hashes;
    },
  };
}

const WORD_BYTES = BigUint64Array.BYTES_PER_ELEMENT;

function writeList(words: BigUint64Array, start: number, list: readonly bigint[]): void {
  for (let i = 0; i < list.length; i++) {
    writeInteger(words, (start + i * INTEGER_WORDS) * WORD_BYTES, list[i]!);
  }
}

function assertInputs(inputs: readonly bigint[]): void {
  const count = inputs.length;
  if (count < 1 || count > POSEIDON_MAX_INPUTS) {
    throw cryptoError({ code: "POSEIDON_INPUT_COUNT", count, maximum: POSEIDON_MAX_INPUTS });
  }
  inputs.forEach(assertFieldElement);
}

/** Builds a module for lists of `count` elements. */
function createHasher(count: number, lanes: Lanes): Hasher {
  const width = count + 1;
  const shape = lanes === 1 ? oneState(width) : twoStates(width);
  // Distances between lanes and between vectors: one list fills both lanes, or each list has one.
  const [lane, step] =
    lanes === 1 ? [INTEGER_BYTES, 2 * INTEGER_BYTES] : [INTEGER_BYTES * count, INTEGER_BYTES];
  const inputs = POOL_END;
  // A list of odd length is read one element too far; that element stays zero.
  const state = inputs + 2 * INTEGER_BYTES * POSEIDON_MAX_INPUTS;
  const table = state + poseidonStateBytes(width);
  const constants = poseidonTable(width, shape);
  const pages = Math.ceil((table + constants.byteLength) / PAGE_BYTES);
  const module = createModule({ initialPages: pages, maximumPages: pages, shared: false });
  const fr = createFieldMacros(module, FR);
  const permute = definePoseidon(module, fr, width, shape);
  module.function("hash", 0, (fn) => {
    const sources = [i32.const(inputs), i32.const(inputs + lane)] as const;
    storePair(fn, i32.const(state), fr.constant([0, 0, 0, 0, 0]));
    for (let unit = 1; unit < shape.units; unit++) {
      const element = importPair(fn, fr, sources, (unit - 1) * step);
      storePair(fn, i32.const(state), element, unit * PAIR_BYTES);
    }
    fn.call(permute, i32.const(state), i32.const(table));
    // A single list has its hash in both lanes.
    const targets = lanes === 1 ? ([sources[0], sources[0]] as const) : sources;
    storeIntegers(fn, module, fr, targets, loadPair(fn, i32.const(state)));
  });
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  new Float64Array(memory.buffer).set(constants, table / 8);
  const words = new BigUint64Array(memory.buffer);
  const { hash } = instantiateKernel(compileKernel(module.build()), memory);
  return { words, inputs: inputs / WORD_BYTES, run: hash as () => number };
}
