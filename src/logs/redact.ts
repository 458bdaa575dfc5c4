/**
 * Log lines without secrets: URLs keep scheme and host, fields with the name of a secret lose their
 * value, and texts that are known to be secret are removed wherever they stand.
 */
import { bigintToJson } from "../util/json.ts";

export const REDACTED = "[…]";

/** A URL may hold the key of an L1 provider or a password, in any part but scheme and host. */
const URL_PATTERN =
  /\b([a-z][a-z0-9+.-]{1,20}:\/\/)([^\s"'`<>/?#]*@)?([^\s"'`<>/?#@]*)([/?#][^\s"'`<>]*)?/gi;
/** Names of fields whose value is no one's business. */
const SECRET_NAME =
  /private|secret|passw|mnemonic|seed|credential|bearer|api_?key|^(?:signing|l2)?key$|^authorization$/i;
/** A shorter text would be found in harmless places. */
const SECRET_CHARACTERS_MIN = 8;
const DEPTH_MAX = 6;
const ITEMS_MAX = 100;
const TEXT_CHARACTERS_MAX = 16_384;

/** Removes secrets of a kind of log. */
export class Redactor {
  readonly #secrets = new Set<string>();

  /** Removes a text from all later lines, in any case and with or without `0x`. */
  hide(secret: string): void {
    const bare = secret.replace(/^0x/i, "");
    if (bare.length >= SECRET_CHARACTERS_MIN) this.#secrets.add(bare);
  }

  /** A text without secrets, of bounded length. */
  text(text: string): string {
    const cut = text.length > TEXT_CHARACTERS_MAX ? `${text.slice(0, TEXT_CHARACTERS_MAX)}…` : text;
    const withoutUrls = cut.replaceAll(
      URL_PATTERN,
      (_, scheme: string, user: string | undefined, host: string, rest: string | undefined) =>
        scheme +
        (user === undefined ? "" : `${REDACTED}@`) +
        host +
        (rest === undefined || rest === "/" ? "" : `/${REDACTED}`),
    );
    return [...this.#secrets].reduce(withoutText, withoutUrls);
  }

  /** A value as JSON carries it, with its texts redacted and its size bounded. */
  value(value: unknown, depth = 0): unknown {
    if (typeof value === "string") return this.text(value);
    if (typeof value === "bigint") return bigintToJson(value);
    if (typeof value === "function" || typeof value === "symbol") return undefined;
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof Error) return this.text(String(value));
    if (depth >= DEPTH_MAX) return REDACTED;
    if (Array.isArray(value)) {
      return value.slice(0, ITEMS_MAX).map((item) => this.value(item, depth + 1));
    }
    const entries = Object.entries(value).slice(0, ITEMS_MAX);
    return Object.fromEntries(
      entries.map(([name, field]) => [
        name,
        SECRET_NAME.test(name) && field !== undefined ? REDACTED : this.value(field, depth + 1),
      ]),
    );
  }
}

function withoutText(text: string, secret: string): string {
  const place = text.toLowerCase().indexOf(secret.toLowerCase());
  if (place < 0) return text;
  const rest = text.slice(place + secret.length);
  return `${text.slice(0, place)}${REDACTED}${withoutText(rest, secret)}`;
}
