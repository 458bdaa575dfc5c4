/** Prices from a JSON document over HTTP. */
import { isRollupError, type RollupError } from "../../util/errors.ts";
import { parseDecimal } from "../../util/decimals.ts";
import { feeError } from "../errors.ts";
import type { PriceSource } from "./price-source.ts";

/** A price is some bytes; a longer answer is a mistake or an attack. */
const ANSWER_BYTES_MAX = 64 * 1024;
const ETH_DECIMALS = 18;

/** Where the price is. */
export interface HttpPriceOptions {
  /** `https:`, or `http:` on this machine; it may contain a key, so nothing shows it. */
  readonly url: string;
  /** Keys and indices that lead to the price in the answer, separated by points. */
  readonly path: string;
}

/**
 * Reads the price of a token in ETH, a number or a decimal text, from the answer to a GET.
 *
 * @throws PRICE_SOURCE_INVALID
 */
export function httpPrice({ url, path }: HttpPriceOptions): PriceSource {
  const target = parseUrl(url);
  const name = `${target.protocol}//${target.hostname}`;
  return {
    name,
    async read(deadlineMs) {
      const refuse = (reason: string) => feeError({ code: "PRICE_INVALID", source: name, reason });
      const text = await fetchText(target, deadlineMs, refuse);
      let answer: unknown;
      try {
        answer = JSON.parse(text);
      } catch {
        throw refuse("the answer is not JSON");
      }
      const value = path.split(".").reduce(member, answer);
      if (typeof value !== "string" && typeof value !== "number") {
        throw refuse(`there is no number at ${path}`);
      }
      const wei = parseDecimal(String(value), ETH_DECIMALS);
      if (wei === undefined) throw refuse(`what is at ${path} is no decimal number`);
      if (wei < 1n) throw refuse("it is less than 1 wei a token");
      return wei;
    },
  };
}

/** A key of an object or an index of a list, of its own. */
function member(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.hasOwn(value, key) ? (Reflect.get(value, key) as unknown) : undefined;
}

/** Others on the way could change what comes without encryption. */
function parseUrl(text: string): URL {
  const refuse = (reason: string) =>
    feeError({ code: "PRICE_SOURCE_INVALID", source: "http", reason });
  if (!URL.canParse(text)) throw refuse("its url is none");
  const url = new URL(text);
  const isOnThisMachine = /^(localhost|\[::1\]|127(\.\d{1,3}){3})$/.test(url.hostname);
  if (url.protocol === "https:" || (url.protocol === "http:" && isOnThisMachine)) return url;
  throw refuse("its url must start with https://, or be http:// on this machine");
}

/** Errors say nothing of the URL. */
async function fetchText(
  url: URL,
  deadlineMs: number,
  refuse: (reason: string) => RollupError,
): Promise<string> {
  const signal = AbortSignal.timeout(deadlineMs);
  try {
    // A redirect could lead anywhere.
    const response = await fetch(url, { signal, redirect: "error" });
    if (!response.ok) {
      await response.body?.cancel();
      throw refuse(`the status of the answer is ${response.status}`);
    }
    return await readBounded(response, refuse);
  } catch (error) {
    if (isRollupError(error)) throw error;
    throw refuse(signal.aborted ? `no answer within ${deadlineMs} ms` : "it cannot be reached");
  }
}

async function readBounded(
  { body }: Response,
  refuse: (reason: string) => RollupError,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += (chunk as Uint8Array).length;
    // Leaving the loop cancels the rest.
    if (bytes > ANSWER_BYTES_MAX) throw refuse(`the answer exceeds ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString("utf8");
}
