/** ffjavascript's WebAssembly arithmetic, called directly: operands are addresses in its memory. */

const PAGE_BYTES = 65536;
const INITIAL_PAGES = 25; // of the generated module
/** The module keeps the address of free memory in its first word. */
const FREE_POINTER = 0;

export type Unary = (input: number, output: number) => void;
type Binary = (left: number, right: number, output: number) => void;
type BatchUnary = (input: number, count: number, output: number) => void;
type BatchInverse = (
  input: number,
  inputStep: number,
  count: number,
  output: number,
  outputStep: number,
) => void;

/** Arithmetic of Fr ("frm"), Fq ("f1m") or Fq² ("f2m"), on elements in Montgomery form. */
export interface FieldFunctions {
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly square: Unary;
  readonly copy: Unary;
  /** Needs `count` + 1 elements of free memory, see {@link Kernel.reserve}. */
  readonly batchInverse: BatchInverse;
}

export interface Kernel {
  field(prefix: "frm" | "f1m" | "f2m"): FieldFunctions;
  /** Any other export, by its full name. */
  unary(name: string): Unary;
  batchUnary(name: string): BatchUnary;
  /** Allocates memory until it is released. */
  allocate(bytes: number): number;
  /** Ensures free memory of `bytes` beyond what is allocated. */
  reserve(bytes: number): void;
  /** The address from which memory is free. */
  freeMark(): number;
  /** Frees everything that was allocated since {@link freeMark} returned `mark`. */
  release(mark: number): void;
  read(address: number, length: number): Uint8Array<ArrayBuffer>;
  write(address: number, bytes: Uint8Array): void;
}

/** @param module The compiled code of ffjavascript's curve. */
export function instantiateKernel(module: WebAssembly.Module): Kernel {
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const pointer = () => new Uint32Array(memory.buffer, FREE_POINTER, 1);
  const reserve = (bytes: number) => {
    const missing = pointer()[0]! + bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  };
  return {
    field: (prefix) => ({
      add: exports[`${prefix}_add`] as Binary,
      sub: exports[`${prefix}_sub`] as Binary,
      mul: exports[`${prefix}_mul`] as Binary,
      square: exports[`${prefix}_square`] as Unary,
      copy: exports[`${prefix}_copy`] as Unary,
      batchInverse: exports[`${prefix}_batchInverse`] as BatchInverse,
    }),
    unary: (name) => exports[name] as Unary,
    batchUnary: (name) => exports[name] as BatchUnary,
    allocate: (bytes) => {
      reserve(bytes + 8);
      const address = ((pointer()[0]! + 7) & ~7) >>> 0; // unsigned also above 2 GiB
      pointer()[0] = address + bytes;
      return address;
    },
    reserve,
    freeMark: () => pointer()[0]!,
    release: (mark) => {
      pointer()[0] = mark;
    },
    read: (address, length) => new Uint8Array(memory.buffer.slice(address, address + length)),
    write: (address, bytes) => new Uint8Array(memory.buffer).set(bytes, address),
  };
}
