/**
 * Values as text: JSON, in which bigints and bytes are strings with a mark. The text of a value
 * does not depend on where or when it is encoded.
 */

/** Begins a string that stands for something else; another string with it has it twice. */
const MARK = "~";
const BIGINT = "n";
const BYTES = "b";

/**
 * Writes a value of plain objects, lists, strings, numbers, booleans, null, bigints from 0 on and
 * bytes. Undefined properties are left out.
 */
export function encode(value: unknown): string {
  return JSON.stringify(toPlain(value));
}

/** The inverse of {@link encode}. @throws Error for any other text */
export function decode(text: string): unknown {
  return fromPlain(JSON.parse(text));
}

function toPlain(value: unknown): unknown {
  switch (typeof value) {
    case "bigint":
      return `${MARK}${BIGINT}${value.toString(16)}`;
    case "string":
      return value.startsWith(MARK) ? MARK + value : value;
    case "object":
      break;
    default:
      return value;
  }
  if (value === null) return null;
  if (Array.isArray(value)) return value.map(toPlain);
  if (value instanceof Uint8Array) {
    return `${MARK}${BYTES}${Buffer.from(value).toString("base64")}`;
  }
  const plain: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    plain[name] = toPlain((value as Record<string, unknown>)[name]);
  }
  return plain;
}

/** Replaces marked strings, in the place where they are. */
function fromPlain(value: unknown): unknown {
  if (typeof value === "string") return value.startsWith(MARK) ? fromMarked(value) : value;
  if (typeof value !== "object" || value === null) return value;
  const parts = value as Record<string, unknown>;
  for (const name of Object.keys(parts)) {
    const part = parts[name];
    if (typeof part === "string" || typeof part === "object") parts[name] = fromPlain(part);
  }
  return value;
}

function fromMarked(marked: string): unknown {
  const rest = marked.slice(MARK.length + 1);
  switch (marked[MARK.length]) {
    case BIGINT:
      return BigInt(`0x${rest}`);
    case BYTES:
      return new Uint8Array(Buffer.from(rest, "base64"));
    case MARK:
      return MARK + rest;
    default:
      throw new Error("a string has an unknown mark");
  }
}
