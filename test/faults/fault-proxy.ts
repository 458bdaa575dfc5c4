/** A proxy in front of an L1 node, with the faults that real nodes have. */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { keccak256 } from "ethers";
import type { Random } from "../helpers/random.ts";
import { sleep } from "../helpers/json-rpc.ts";

/** Calls that a fault hits: those of the named methods, each with a probability in percent. */
interface Target {
  readonly percent: number;
  /** Default: any method. */
  readonly methods?: readonly string[];
  /** Maximum number of calls that it hits; default: without bound. */
  times?: number;
}

export interface Faults {
  /** Resets the connection before the node gets the call. */
  readonly reset?: Target;
  /** Loses the answer of the node, which gets the call. */
  readonly loseAnswer?: Target;
  /** Never answers. */
  readonly hang?: Target;
  /** Answers with an HTTP error and a page. */
  readonly httpError?: Target & { readonly status: number };
  /** Answers null. */
  readonly nullAnswer?: Target;
  /** Answers that a raw transaction is accepted, and forgets it. */
  readonly forgetTransaction?: Target;
  /** Refuses `eth_getLogs` above these numbers of blocks or results. */
  readonly logs?: { readonly blocksMax?: number; readonly resultsMax?: number };
}

/** A call, as the node gets it. */
export interface ProxiedCall {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

export class FaultProxy {
  faults: Faults = {};
  /** Sees each call before the node gets it, and after it has answered; true holds it for good. */
  onCall: (call: ProxiedCall, moment: "before" | "after") => boolean = () => false;
  /** Number of calls that a fault has hit. */
  failed = 0;
  readonly #server: Server;
  readonly #target: string;
  readonly #random: Random;

  private constructor(target: string, random: Random) {
    this.#target = target;
    this.#random = random;
    this.#server = createServer((request, response) => {
      void text(request)
        .then((body) => this.#answer(body, response))
        .catch(() => response.destroy());
    });
  }

  static async start(target: string, random: Random): Promise<FaultProxy> {
    const proxy = new FaultProxy(target, random);
    // A client that is slow must not find its idle connection closed.
    proxy.#server.keepAliveTimeout = 0;
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #hits(target: Target | undefined, method: string): boolean {
    if (target === undefined || target.times === 0) return false;
    if (target.methods !== undefined && !target.methods.includes(method)) return false;
    if (this.#random.int(100) >= target.percent) return false;
    if (target.times !== undefined) target.times--;
    this.failed++;
    return true;
  }

  async #answer(body: string, response: ServerResponse): Promise<void> {
    const call = toCall(body);
    const { method } = call;
    if (this.onCall(call, "before")) return;
    const { reset, hang, httpError, nullAnswer, forgetTransaction, loseAnswer } = this.faults;
    if (this.#hits(reset, method)) return void response.destroy();
    if (this.#hits(hang, method)) return;
    if (httpError !== undefined && this.#hits(httpError, method)) {
      return void response.writeHead(httpError.status).end("<html>the gateway is down</html>");
    }
    if (this.#hits(nullAnswer, method)) {
      sendResult(response, call, null);
      return;
    }
    if (method === "eth_sendRawTransaction" && this.#hits(forgetTransaction, method)) {
      sendResult(response, call, keccak256(call.params[0] as string));
      return;
    }
    const refusal = this.#refusalOfRange(call);
    if (refusal !== undefined) {
      sendError(response, call, refusal);
      return;
    }
    const answer = await this.#forward(body);
    if (this.onCall(call, "after")) return;
    if (this.#hits(loseAnswer, method)) return void response.destroy();
    const tooMany = this.#refusalOfResults(call, answer);
    if (tooMany !== undefined) {
      sendError(response, call, tooMany);
      return;
    }
    response.writeHead(200, { "content-type": "application/json" }).end(answer);
  }

  #refusalOfRange({ method, params }: ProxiedCall): string | undefined {
    const blocksMax = this.faults.logs?.blocksMax;
    if (method !== "eth_getLogs" || blocksMax === undefined) return undefined;
    const { fromBlock, toBlock } = params[0] as { fromBlock: string; toBlock: string };
    if (Number(toBlock) - Number(fromBlock) < blocksMax) return undefined;
    this.failed++;
    return `eth_getLogs is limited to a ${blocksMax} blocks range`;
  }

  #refusalOfResults({ method }: ProxiedCall, answer: string): string | undefined {
    const resultsMax = this.faults.logs?.resultsMax;
    if (method !== "eth_getLogs" || resultsMax === undefined) return undefined;
    const { result } = JSON.parse(answer) as { result?: unknown[] };
    if (result === undefined || result.length <= resultsMax) return undefined;
    this.failed++;
    return `query returned more than ${resultsMax} results`;
  }

  async #forward(body: string): Promise<string> {
    const headers = { "content-type": "application/json" };
    for (let attempt = 0; ; attempt++) {
      try {
        return await (await fetch(this.#target, { method: "POST", headers, body })).text();
      } catch (error) {
        // A connection that the node has closed meanwhile is not one of the tested faults.
        if (attempt === 2) throw error;
        await sleep(20);
      }
    }
  }
}

function toCall(body: string): ProxiedCall {
  const parsed: unknown = JSON.parse(body);
  return Array.isArray(parsed)
    ? { id: null, method: "(batch)", params: [] }
    : (parsed as ProxiedCall);
}

function sendResult(response: ServerResponse, { id }: ProxiedCall, result: unknown): void {
  send(response, { jsonrpc: "2.0", id, result });
}

function sendError(response: ServerResponse, { id }: ProxiedCall, message: string): void {
  send(response, { jsonrpc: "2.0", id, error: { code: -32005, message } });
}

function send(response: ServerResponse, answer: object): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
}
