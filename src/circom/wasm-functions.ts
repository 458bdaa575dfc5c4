/**
 * Replaces functions of a WebAssembly binary by their names in its name section.
 *
 * @see https://webassembly.github.io/spec/core/binary/modules.html
 */
import { unsigned } from "../kernel/wasm/encoding.ts";
import { joinBytes } from "../util/bytes.ts";

/** What takes the place of a function, if its type is the expected one. */
export interface Replacement {
  /** Codes of the types of its parameters and results. */
  readonly parameters: readonly number[];
  readonly results: readonly number[];
  /** The whole new function: locals and instructions. */
  readonly code?: () => Uint8Array;
  /** Instructions to be put before its own. */
  readonly prologue?: Uint8Array;
}

const HEADER_BYTES = 8;
const CUSTOM_SECTION = 0;
const TYPE_SECTION = 1;
const IMPORT_SECTION = 2;
const FUNCTION_SECTION = 3;
const CODE_SECTION = 10;
const FUNCTION_NAMES = 1;
const IMPORTED_FUNCTION = 0;

interface Section {
  readonly id: number;
  /** Position of the section's id, of its content, and after its content. */
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

/** Reads a binary from a position on. */
class Cursor {
  readonly #bytes: Uint8Array;
  position: number;

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.position = position;
  }

  byte(): number {
    return this.#bytes[this.position++]!;
  }

  unsigned(): number {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      factor *= 128;
      if (byte < 0x80) return value;
    }
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: this.unsigned() }, read);
  }

  take(length: number): Uint8Array {
    return this.#bytes.subarray(this.position, (this.position += length));
  }

  name(): string {
    return new TextDecoder().decode(this.take(this.unsigned()));
  }
}

/**
 * @param wasm - A valid module.
 * @param replacements - By name. A name that the module lacks, or has with another type, is left.
 */
export function replaceFunctions(
  wasm: Uint8Array,
  replacements: Readonly<Record<string, Replacement>>,
): Uint8Array<ArrayBuffer> {
  const sections = listSections(wasm);
  const code = sections.find(({ id }) => id === CODE_SECTION);
  const wanted = findReplacements(wasm, sections, replacements);
  if (code === undefined || wanted.size === 0) return new Uint8Array(wasm);
  const cursor = new Cursor(wasm, code.content);
  const entries = cursor.list(() => cursor.take(cursor.unsigned()));
  const changed = entries.map((entry, index) => {
    const replacement = wanted.get(index);
    return replacement === undefined ? entry : change(entry, replacement);
  });
  const parts = changed.flatMap((entry) => [Uint8Array.from(unsigned(entry.length)), entry]);
  const content = [Uint8Array.from(unsigned(entries.length)), ...parts];
  const length = content.reduce((sum, part) => sum + part.length, 0);
  return joinBytes([
    wasm.subarray(0, code.start),
    Uint8Array.from([CODE_SECTION, ...unsigned(length)]),
    ...content,
    wasm.subarray(code.end),
  ]);
}

function listSections(wasm: Uint8Array): Section[] {
  const cursor = new Cursor(wasm, HEADER_BYTES);
  const sections: Section[] = [];
  while (cursor.position < wasm.length) {
    const start = cursor.position;
    const id = cursor.byte();
    const length = cursor.unsigned();
    const content = cursor.position;
    cursor.position += length;
    sections.push({ id, start, content, end: cursor.position });
  }
  return sections;
}

function cursorAt(wasm: Uint8Array, sections: readonly Section[], id: number): Cursor | undefined {
  const section = sections.find((each) => each.id === id);
  return section && new Cursor(wasm, section.content);
}

/** @returns Undefined for a module that imports anything but functions: it is none of circom's. */
function countImportedFunctions(
  wasm: Uint8Array,
  sections: readonly Section[],
): number | undefined {
  const cursor = cursorAt(wasm, sections, IMPORT_SECTION);
  if (cursor === undefined) return 0;
  const count = cursor.unsigned();
  for (let left = count; left > 0; left--) {
    cursor.name();
    cursor.name();
    if (cursor.byte() !== IMPORTED_FUNCTION) return undefined;
    cursor.unsigned();
  }
  return count;
}

/** Finds the replacement of each entry of the code section. */
function findReplacements(
  wasm: Uint8Array,
  sections: readonly Section[],
  replacements: Readonly<Record<string, Replacement>>,
): Map<number, Replacement> {
  const imported = countImportedFunctions(wasm, sections);
  const types = cursorAt(wasm, sections, TYPE_SECTION);
  const functions = cursorAt(wasm, sections, FUNCTION_SECTION);
  const found = new Map<number, Replacement>();
  if (imported === undefined || types === undefined || functions === undefined) return found;
  const signatures = types.list(() => {
    types.byte(); // the mark of a function type
    return [types.list(() => types.byte()), types.list(() => types.byte())];
  });
  const typeOf = functions.list(() => functions.unsigned());
  for (const [index, name] of readNames(wasm, sections)) {
    const replacement = replacements[name];
    const signature = signatures[typeOf[index - imported]!];
    if (replacement === undefined || signature === undefined) continue;
    const { parameters, results } = replacement;
    if (JSON.stringify(signature) !== JSON.stringify([parameters, results])) continue;
    found.set(index - imported, replacement);
  }
  return found;
}

/** Reads the names of functions, by index. */
function readNames(wasm: Uint8Array, sections: readonly Section[]): [number, string][] {
  for (const { id, content, end } of sections) {
    const cursor = new Cursor(wasm, content);
    if (id !== CUSTOM_SECTION || cursor.name() !== "name") continue;
    while (cursor.position < end) {
      const kind = cursor.byte();
      const next = cursor.unsigned() + cursor.position;
      if (kind === FUNCTION_NAMES) return cursor.list(() => [cursor.unsigned(), cursor.name()]);
      cursor.position = next;
    }
  }
  return [];
}

function change(entry: Uint8Array, { code, prologue }: Replacement): Uint8Array {
  if (code !== undefined) return code();
  const cursor = new Cursor(entry, 0);
  cursor.list(() => [cursor.unsigned(), cursor.byte()]); // locals: a count and a type each
  const { position } = cursor;
  return joinBytes([entry.subarray(0, position), prologue!, entry.subarray(position)]);
}
