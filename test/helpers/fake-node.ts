/** A JSON-RPC node on loopback that misbehaves on demand. */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** How a node answers. */
export type Mood =
  | "well"
  | "hangs"
  | "garbage"
  | "empty"
  | "tooMany"
  | "badGateway"
  | "redirects"
  | "floods"
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: string } };

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

export class FakeNode {
  mood: Mood = "well";
  /** Methods that the mood affects; default: all. */
  moody: readonly string[] | undefined;
  head = 100;
  /** Height that it claims for its latest block, without having it. */
  claims: number | undefined;
  chainId = 1;
  /** First hex digit of every block's hash: nodes with the same are of the same chain. */
  chain = "a";
  /** Methods in the order in which they were asked. */
  readonly asked: string[] = [];
  /** Signed transactions that it has accepted. */
  readonly taken: unknown[] = [];
  readonly #server: Server;
  url = "";
  /** Header of the last request. */
  authorization: string | undefined;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.authorization = request.headers.authorization;
      void text(request).then((body) => this.#answer(JSON.parse(body) as Request, response));
    });
  }

  static async start(): Promise<FakeNode> {
    const node = new FakeNode();
    await new Promise<void>((resolve) => node.#server.listen(0, "127.0.0.1", resolve));
    node.url = `http://127.0.0.1:${(node.#server.address() as AddressInfo).port}/v3/SECRET`;
    return node;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer({ id, method, params }: Request, response: ServerResponse): void {
    this.asked.push(method);
    const isMoody = this.moody?.includes(method) ?? true;
    const mood = isMoody ? this.mood : "well";
    const send = (status: number, body: string, headers = {}) =>
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
    if (typeof mood === "object") {
      send(200, JSON.stringify({ jsonrpc: "2.0", id, error: mood.error }));
      return;
    }
    switch (mood) {
      case "hangs":
        return;
      case "garbage":
        return void send(200, "<html>welcome</html>");
      case "empty":
        return void send(200, JSON.stringify({ jsonrpc: "2.0", id }));
      case "tooMany":
        return void send(429, "slow down");
      case "badGateway":
        return void send(502, "<html>bad gateway</html>");
      case "redirects":
        return void send(307, "", { location: "http://127.0.0.1:9/" });
      case "floods":
        return void send(200, " ".repeat(1_000_000));
      case "well":
        send(200, JSON.stringify({ jsonrpc: "2.0", id, result: this.#result(method, params) }));
    }
  }

  #result(method: string, params: readonly unknown[]): unknown {
    switch (method) {
      case "eth_chainId":
        return `0x${this.chainId.toString(16)}`;
      case "eth_blockNumber":
        return `0x${(this.claims ?? this.head).toString(16)}`;
      case "eth_getBlockByNumber": {
        const isLatest = params[0] === "latest";
        const number = isLatest ? (this.claims ?? this.head) : Number(params[0]);
        if (!isLatest && number > this.head) return null;
        const hash = `0x${this.chain}${number.toString(16).padStart(63, "0")}`;
        return { number: `0x${number.toString(16)}`, hash };
      }
      case "eth_sendRawTransaction":
        this.taken.push(params[0]);
        return `0x${"1".repeat(64)}`;
      default:
        return method;
    }
  }
}
