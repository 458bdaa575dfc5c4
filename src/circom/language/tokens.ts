/** Splits circom source into tokens. */
import { circomError } from "../errors.ts";
import { createSourceText, locate, type SourceText, type Span } from "./source-text.ts";

export type TokenKind = "name" | "number" | "string" | "symbol" | "end";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

// The longest symbols first: "<==" is one token, and "<=" another.
const SYMBOLS =
  /\*\*=|<<=|>>=|===|<==|==>|<--|-->|\*\*|\\=|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|\+\+|--|&&|\|\||==|!=|<=|>=|<<|>>|\/(?!\*)|[-+*\\%!~<>=?:;,.(){}[\]&|^]/
    .source;
const TOKEN = new RegExp(
  [
    /(?<blank>\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)/.source,
    /(?<name>[$_]*[a-zA-Z][a-zA-Z$_0-9]*)/.source,
    /(?<number>0x[0-9A-Fa-f]*|[0-9]+)/.source,
    /(?<string>"[^"\n]*")/.source,
    `(?<symbol>_|${SYMBOLS})`,
  ].join("|"),
  "y",
);

/** Reads tokens one after the other, with any number of them in advance. */
export class TokenStream {
  readonly source: SourceText;
  readonly #tokens: readonly Token[];
  #next = 0;

  /** @throws CIRCUIT_NOT_UNDERSTOOD at a character that begins no token. */
  constructor(file: string, text: string) {
    this.source = createSourceText(file, text);
    this.#tokens = [...splitTokens(this.source)];
  }

  /** Returns a token without reading it. @param ahead - 0 is the next one. */
  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)]!;
  }

  /** Returns whether the next token is one of these symbols or keywords. */
  isAt(...texts: readonly string[]): boolean {
    const { kind, text } = this.peek();
    return kind !== "string" && texts.includes(text);
  }

  read(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.#next++;
    return token;
  }

  /** Reads the next token if it is this symbol or keyword. */
  accept(text: string): boolean {
    if (!this.isAt(text)) return false;
    this.read();
    return true;
  }

  /** @throws CIRCUIT_NOT_UNDERSTOOD */
  expect(text: string): Token {
    if (!this.isAt(text)) this.fail(JSON.stringify(text));
    return this.read();
  }

  /** @throws CIRCUIT_NOT_UNDERSTOOD */
  expectKind(kind: TokenKind, what: string): Token {
    if (this.peek().kind !== kind) this.fail(what);
    return this.read();
  }

  /** Returns the span from a token up to the last one that was read. */
  spanFrom(start: number): Span {
    return { source: this.source, start, end: this.#tokens[Math.max(this.#next - 1, 0)]!.end };
  }

  /** @throws CIRCUIT_NOT_UNDERSTOOD, at the next token */
  fail(expected: string): never {
    const { kind, text, start, end } = this.peek();
    const found = kind === "end" ? "the end of the file" : JSON.stringify(text);
    throw notUnderstood({ source: this.source, start, end }, `${expected} expected, but ${found}`);
  }
}

/** Creates the error of everything that the parser and the evaluator do not know. */
export function notUnderstood(span: Span, problem: string) {
  const { file, line, column } = locate(span);
  return circomError({ code: "CIRCUIT_NOT_UNDERSTOOD", file, line, column, problem });
}

function* splitTokens(source: SourceText): Generator<Token> {
  const { text } = source;
  let start = 0;
  while (start < text.length) {
    TOKEN.lastIndex = start;
    const groups = TOKEN.exec(text)?.groups;
    if (groups === undefined) {
      const what = text.startsWith("/*", start) ? "a comment without an end" : "no circom";
      throw notUnderstood({ source, start, end: start + 1 }, `${text[start]!} begins ${what}`);
    }
    const end = TOKEN.lastIndex;
    const kind = (["name", "number", "string", "symbol"] as const).find(
      (name) => groups[name] !== undefined,
    );
    if (kind !== undefined) yield { kind, text: text.slice(start, end), start, end };
    start = end;
  }
  yield { kind: "end", text: "", start, end: start };
}
