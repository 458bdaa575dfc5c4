/** JSON-RPC over HTTP with one L1 node, of which nothing is believed but its form. */
import type { Eip1193 } from "./eip1193.ts";

/** One of the L1 nodes that a {@link FailoverProvider} asks. */
export interface Upstream extends Eip1193 {
  /** For messages. A URL may contain a key, so it is no name. */
  readonly name: string;
}

/** Maximum bytes of an answer: logs of thousands of blocks, or a block with its transactions. */
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

export interface HttpUpstreamOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly bytesMax?: number;
}

/**
 * Creates the connection to a node. Its errors never contain the URL: an answer of the node keeps
 * its code and data, and every other failure is a plain error.
 *
 * @param url - `http://` or `https://`; user and password become a header.
 * @param name - For messages.
 */
export function createHttpUpstream(
  url: string,
  name: string,
  { headers = {}, bytesMax = ANSWER_BYTES_MAX }: HttpUpstreamOptions = {},
): Upstream {
  const { address, authorization } = splitUrl(url);
  let lastId = 0;
  return {
    name,
    request: async ({ method, params = [], signal }) => {
      const id = ++lastId;
      const response = await fetch(address, {
        method: "POST",
        headers: { ...headers, ...authorization, "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id, method, params }),
        // An answer from elsewhere is not one of this node.
        redirect: "error",
        ...(signal !== undefined && { signal }),
      }).catch((error: unknown) => {
        throw new Error(`the node is not reachable (${codeOf(error)})`);
      });
      const text = await readText(response, bytesMax);
      return toResult(text, response.status, id);
    },
  };
}

/** fetch refuses URLs with a password. */
function splitUrl(text: string): { address: string; authorization: Record<string, string> } {
  const url = new URL(text);
  const { username, password } = url;
  if (username === "" && password === "") return { address: url.href, authorization: {} };
  url.username = "";
  url.password = "";
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const bytes = new TextEncoder().encode(credentials);
  const encoded = btoa(String.fromCodePoint(...bytes));
  return { address: url.href, authorization: { authorization: `Basic ${encoded}` } };
}

function codeOf(error: unknown): string {
  const { cause, name } = error as { cause?: { code?: string }; name?: string };
  return cause?.code ?? name ?? "unknown reason";
}

async function readText(response: Response, bytesMax: number): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    // Leaving the loop ends the connection.
    if (bytes > bytesMax) throw new Error(`the node's answer has more than ${bytesMax} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

interface Envelope {
  readonly id?: unknown;
  readonly result?: unknown;
  readonly error?: {
    readonly message?: unknown;
    readonly code?: unknown;
    readonly data?: unknown;
  } | null;
}

/** Reads an answer. @throws With the code of JSON-RPC, or else the status of HTTP. */
function toResult(text: string, status: number, id: number): unknown {
  const answer = parse(text);
  const error = answer?.error;
  if (typeof error === "object" && error !== null) {
    const { message, code, data } = error;
    throw Object.assign(new Error(typeof message === "string" ? message : "no reason given"), {
      ...(typeof code === "number" && { code }),
      ...(data !== undefined && { data }),
      ...(status !== HTTP_OK && { statusCode: status }),
    });
  }
  if (status !== HTTP_OK) {
    throw Object.assign(new Error(`the node answers with HTTP ${status}`), { statusCode: status });
  }
  if (answer === undefined || answer.id !== id || !("result" in answer)) {
    throw new Error("the node's answer is no JSON-RPC");
  }
  return answer.result;
}

const HTTP_OK = 200;

function parse(text: string): Envelope | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
