/** Encodes numbers, lists and sections of a WebAssembly binary. */

export type Bytes = readonly number[];

/** Encodes as unsigned LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest = Math.floor(rest / 128);
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

/** Encodes as signed LEB128. */
export function signed(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (;;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    const done = rest === (low & 0x40 ? -1n : 0n);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}

/** Encodes a 64-bit word, little-endian; a negative one modulo 2^64. */
export function word64(value: bigint): number[] {
  const word = BigInt.asUintN(64, value);
  return Array.from({ length: 8 }, (_, i) => Number((word >> BigInt(8 * i)) & 0xffn));
}

/** Encodes a length-prefixed list. */
export function vector(items: readonly Bytes[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

/** Encodes a name as length-prefixed UTF-8. */
export function name(text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  return [...unsigned(bytes.length), ...bytes];
}

/** Encodes a section: its number, its length, its content. */
export function section(id: number, content: Bytes): number[] {
  return [id, ...unsigned(content.length), ...content];
}
