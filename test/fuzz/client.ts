/** Sends requests that no ordinary client would send. */
import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { DEFAULT_OPTIONS } from "../../src/operator/options.ts";
import type { Patience } from "./patience.ts";
import type { FuzzRequest } from "./requests.ts";

export interface HttpAnswer {
  /** 0 if the client left before the answer. */
  readonly status: number;
  readonly text: string;
}

/** Time after which the client leaves a request that waits for a stage. */
const WAITING_PATIENCE_MS = 300;
/** Time that the operator itself gives a call which processes blocks. */
const PROCESSING_MS = DEFAULT_OPTIONS.waitLimitMs;
const HEAD_END = "\r\n\r\n";
const PIECE_DELAY_MS = 20;
const ANSWER_DELAY_MS = 200;
const SOCKETS_DELAY_MS = 100;

export class FuzzClient {
  readonly #url: URL;
  readonly #patience: Patience;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(url: string, patience: Patience) {
    this.#url = new URL(url);
    this.#patience = patience;
  }

  close(): void {
    this.#agent.destroy();
  }

  /** @returns All answers, in the order of arrival. @throws If nobody listens. */
  async send(fuzz: FuzzRequest): Promise<HttpAnswer[]> {
    if (fuzz.how === "http") return [await this.post(fuzz.body, fuzz.http)];
    if (fuzz.how === "socket") return this.#sendPieces(fuzz.pieces);
    const opened = await Promise.all(Array.from({ length: fuzz.count }, () => this.#open()));
    for (const { socket } of opened) socket.write(fuzz.text);
    await delay(SOCKETS_DELAY_MS);
    for (const { socket } of opened) socket.destroy();
    return [];
  }

  post(
    body: string | Buffer,
    {
      method = "POST",
      path = "/",
      headers = {},
    }: Extract<FuzzRequest, { how: "http" }>["http"] & object = {},
  ): Promise<HttpAnswer> {
    const { hostname, port } = this.#url;
    const length = { "content-length": String(Buffer.byteLength(body)) };
    const isWaiting = typeof body === "string" && body.includes("rollup_waitFor");
    const isProcessing = typeof body === "string" && body.includes("rollup_processBlocks");
    const startMs = performance.now();
    const limitMs = () => {
      if (isWaiting) return WAITING_PATIENCE_MS;
      return this.#patience.limitMs(startMs) + (isProcessing ? PROCESSING_MS : 0);
    };
    return new Promise((resolve, reject) => {
      const sent = request(
        { hostname, port, path, method, agent: this.#agent, headers: { ...length, ...headers } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () => {
            clearTimeout(patience);
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
          });
          response.on("error", left);
        },
      );
      let isLeft = false;
      const left = (error: Error) => {
        clearTimeout(patience);
        if (isLeft || isCutOff(error)) resolve({ status: 0, text: "" });
        else reject(error);
      };
      const leave = () => {
        const tookMs = performance.now() - startMs;
        const restMs = limitMs() - tookMs;
        if (restMs > 0) {
          patience = setTimeout(leave, Math.max(1, restMs));
          return;
        }
        isLeft = isWaiting;
        sent.destroy(new Error(`no answer in ${Math.round(tookMs)} ms`));
      };
      let patience = setTimeout(leave, limitMs());
      sent.on("error", left);
      sent.end(body);
    });
  }

  async #sendPieces(pieces: readonly (string | Buffer)[]): Promise<HttpAnswer[]> {
    const { socket, received } = await this.#open();
    for (const piece of pieces) {
      if (socket.writable) socket.write(piece);
      await delay(PIECE_DELAY_MS);
    }
    const answered = new Promise((resolve) => socket.once("data", resolve).once("close", resolve));
    if (received().length === 0) await Promise.race([answered, delay(ANSWER_DELAY_MS)]);
    socket.destroy();
    return answersIn(received());
  }

  /** @throws If nobody listens. */
  async #open(): Promise<{ socket: Socket; received: () => string }> {
    const chunks: Buffer[] = [];
    const socket = connect(Number(this.#url.port), this.#url.hostname);
    socket.on("data", (chunk) => chunks.push(chunk));
    await new Promise((resolve, reject) => {
      socket.once("connect", resolve);
      socket.on("error", reject);
    });
    return { socket, received: () => Buffer.concat(chunks).toString() };
  }
}

/** Whether the server closed a connection on which it cannot answer. */
function isCutOff(error: Error): boolean {
  return ["ECONNRESET", "EPIPE", "HPE_INVALID_CONSTANT"].includes(
    String((error as NodeJS.ErrnoException).code),
  );
}

/** The answers on a connection, the last of which may be incomplete. */
function answersIn(received: string): HttpAnswer[] {
  const answers: HttpAnswer[] = [];
  let rest = Buffer.from(received);
  for (;;) {
    const headEnd = rest.indexOf(HEAD_END);
    const head = rest.subarray(0, Math.max(headEnd, 0)).toString();
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1] ?? 0);
    const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
    const start = headEnd + HEAD_END.length;
    if (status === 0 || rest.length < start + length) return answers;
    // What follows a handshake are frames.
    const end = status === 101 ? rest.length : start + length;
    answers.push({ status, text: rest.subarray(start, end).toString() });
    if (status === 101) return answers;
    rest = rest.subarray(start + length);
  }
}
