/** The public port under clients that send too much, too slowly, or without permission. */
import { connect, type Socket } from "node:net";
import { expect } from "chai";
import { createPublicErrors, L1CallError, redact } from "../../src/server/public-errors.ts";
import type { RpcRequest } from "../../src/server/answer.ts";
import { type RpcServer, type RpcServerOptions, serveRpc } from "../../src/server/rpc-server.ts";
import { operatorError } from "../../src/operator/errors.ts";

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: Facts };
}
type Facts = { readonly code: string };

const CALL = { jsonrpc: "2.0", id: 1, method: "rollup_getConfig", params: [] };
const ECHO: RpcRequest = (method) => Promise.resolve(method);

describe("server: the public port", () => {
  const servers: RpcServer[] = [];
  const sockets: Socket[] = [];

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  async function serve(request: RpcRequest = ECHO, options: Partial<RpcServerOptions> = {}) {
    const server = await serveRpc(request, { port: 0, ...options });
    servers.push(server);
    return server.url;
  }

  /** A connection that sends given text, and records the answer. */
  async function open(url: string, text = "", localAddress = "127.0.0.1") {
    const port = Number(new URL(url).port);
    const socket = connect({ port, host: "127.0.0.1", localAddress });
    sockets.push(socket);
    const seen = { text: "", isClosed: false };
    socket.on("data", (data) => (seen.text += data.toString()));
    socket.on("error", () => undefined);
    socket.on("close", () => (seen.isClosed = true));
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.write(text);
    return { socket, seen };
  }

  it("answers the largest batch, and refuses a longer one as a whole", async () => {
    const url = await serve();
    const answers = await post(url, Array(100).fill(CALL));
    expect(answers.body).to.have.length(100);
    const { body } = await post(url, Array(101).fill(CALL));
    expect(codeOf(body)).to.equal("RPC_BATCH_TOO_LONG");
    const calls = Array.from({ length: 16_000 }, () => ({ jsonrpc: "2.0", method: "eth_call" }));
    expect(codeOf((await post(url, calls)).body)).to.equal("RPC_BATCH_TOO_LONG");
  });

  it("answers up to the limit of a request, and refuses the rest with a code", async () => {
    const large = "f".repeat(1 << 20);
    const url = await serve((method) => Promise.resolve(method === "small" ? "0x1" : large));
    const calls = Array.from({ length: 100 }, (_, index) => {
      return { ...CALL, method: index < 99 ? "large" : "small" };
    });
    const { body, bytes } = await post(url, calls);
    expect(bytes).to.be.below(11 << 20);
    const codes = (body as Answer[]).map((answer) => codeOf(answer));
    // Nine large answers fit, and the small one.
    expect(codes.filter((code) => code === undefined)).to.have.length(10);
    expect(codes.at(-1)).to.equal(undefined);
    expect(codes.filter((code) => code === "RPC_ANSWER_TOO_LARGE")).to.have.length(90);
  });

  it("refuses an answer that exceeds the length of a string", async () => {
    const toJSON = () => {
      throw new RangeError("Invalid string length");
    };
    const url = await serve(() => Promise.resolve({ toJSON }));
    expect(codeOf((await post(url, CALL)).body)).to.equal("RPC_ANSWER_TOO_LARGE");
  });

  it("holds answers up to the limit of memory", async () => {
    const large = "f".repeat(1 << 20);
    const url = await serve(() => Promise.resolve(large), { limits: { heldBytesMax: 5 << 20 } });
    const { body } = await post(url, Array(8).fill(CALL));
    const codes = (body as Answer[]).map((answer) => codeOf(answer));
    expect(codes.filter((code) => code === "RPC_BUSY").length).to.be.at.least(3);
    expect(codeOf((await post(url, CALL)).body)).to.equal(undefined);
  });

  it("serves others while a client sends bodies without end", async () => {
    const url = await serve(ECHO, {
      limits: { heldBytesMax: 4 << 20, heldBytesPerClientMax: 1 << 20 },
    });
    const head = `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${1 << 20}\r\n\r\n`;
    const half = head + " ".repeat(900_000);
    const slow = await Promise.all(Array.from({ length: 8 }, () => open(url, half, "127.0.0.2")));
    const refused = () =>
      slow.filter(({ seen }) => seen.text.includes("RPC_BUSY") && seen.isClosed);
    await waitUntil(() => refused().length >= 7);
    expect((await post(url, CALL)).body).to.have.property("result");
  });

  it("refuses parameters that are nested too deeply", async () => {
    const url = await serve();
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    const text = `{"jsonrpc":"2.0","id":1,"method":"eth_call","params":${deep}}`;
    expect((await post(url, text)).body).to.have.nested.property("error.code", -32600);
  });

  it("RPC_RATE_LIMITED: limits the rate of a client", async () => {
    const limits = { unitsPerSecond: 10, unitsBurst: 50 };
    const url = await serve(ECHO, { limits });
    expect((await post(url, Array(40).fill(CALL))).status).to.equal(200);
    const refused = await fetch(url, {
      method: "POST",
      body: JSON.stringify(Array(40).fill(CALL)),
    });
    expect(refused.status).to.equal(429);
    expect(Number(refused.headers.get("retry-after"))).to.be.within(1, 5);
    expect(codeOf(await refused.json())).to.equal("RPC_RATE_LIMITED");
  });

  it("serves new clients when silent connections fill all places", async () => {
    const url = await serve(ECHO, { limits: { socketsMax: 20 } });
    const half = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{";
    const slow = await Promise.all(Array.from({ length: 40 }, () => open(url, half)));
    expect((await post(url, CALL)).body).to.have.property("result");
    await waitUntil(() => slow.filter(({ seen }) => seen.isClosed).length >= 20);
  });

  it("closes connections of the client with the most, and no others", async () => {
    const url = await serve(ECHO, { limits: { socketsMax: 20 } });
    const body = JSON.stringify(CALL);
    const head = `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`;
    const slow = await open(url, head + body.slice(0, 5));
    for (let i = 0; i < 40; i++) await open(url, "", "127.0.0.2");
    slow.socket.write(body.slice(5));
    await waitUntil(() => slow.seen.text.includes('"result"'));
  });

  it("ends requests whose headers or body do not arrive", async () => {
    const url = await serve(ECHO, { limits: { headersMs: 200, requestMs: 400 } });
    const headers = await open(url, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Le");
    const body = await open(
      url,
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{",
    );
    await waitUntil(() => headers.seen.isClosed && body.seen.isClosed);
    expect(headers.seen.text).to.match(/^(HTTP\/1.1 408|$)/);
  });

  it("reports a failure to its log alone", async () => {
    const log: string[] = [];
    const reason = "connect ECONNREFUSED 10.1.2.3:8545 https://l1.example/v3/KEY /home/me/x/y.ts";
    const fail: RpcRequest = () => Promise.reject(new Error(reason));
    const logger = { error: (message: string) => void log.push(message) };
    const url = await serve(fail, { logger });
    const [first, second] = [await post(url, CALL), await post(url, CALL)];
    expect(codeOf(first.body)).to.equal("RPC_FAILED");
    expect(first.body).to.deep.equal(second.body);
    const text = JSON.stringify(first.body);
    expect(text).not.to.match(/10\.1\.2\.3|example|KEY|home|\.ts|at /);
    expect(log).to.have.length(1);
    const [, id] = /failure ([0-9a-f]{8})/.exec(text)!;
    expect(log[0]).to.include(id!).and.include("ECONNREFUSED").and.not.include("KEY");
  });

  it("answers pages of the configured origins, and no others", async () => {
    const url = await serve(ECHO, { cors: ["https://wallet.example"] });
    const ask = (origin: string, method = "POST") =>
      fetch(url, {
        method,
        headers: { origin },
        ...(method === "POST" && { body: JSON.stringify(CALL) }),
      });
    const allowed = await ask("https://wallet.example");
    expect(allowed.status).to.equal(200);
    expect(allowed.headers.get("access-control-allow-origin")).to.equal("https://wallet.example");
    for (const method of ["POST", "OPTIONS"]) {
      const refused = await ask("https://evil.example", method);
      expect(refused.status).to.equal(403);
      expect(refused.headers.get("access-control-allow-origin")).to.equal(null);
    }
    const open = await serve(ECHO, { cors: ["*"] });
    const preflight = await fetch(open, {
      method: "OPTIONS",
      headers: { origin: "https://a.example" },
    });
    expect(preflight.headers.get("access-control-allow-origin")).to.equal("*");
  });

  it("refuses host names that a page may have rebound to this machine", async () => {
    const url = await serve(ECHO, { hostNames: ["rollup.example"] });
    const body = JSON.stringify(CALL);
    const statusOf = async (host: string) => {
      const { socket, seen } = await open(
        url,
        `POST / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${body.length}\r\n` +
          `Connection: close\r\n\r\n${body}`,
      );
      await waitUntil(() => seen.isClosed || socket.destroyed);
      return Number(/^HTTP\/1\.1 (\d+)/.exec(seen.text)?.[1]);
    };
    for (const host of ["localhost:1", "127.0.0.1", "[::1]:8546", "rollup.example"]) {
      expect(await statusOf(host), host).to.equal(200);
    }
    expect(await statusOf("evil.example:8546")).to.equal(403);
  });

  it("closes in time though a call waits, which gets an error", async () => {
    const waits: RpcRequest = (_method, _params, { signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
      });
    const url = await serve(waits);
    const waiting = post(url, CALL);
    const stuck = await open(
      url,
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{",
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    const start = performance.now();
    await servers.pop()!.close();
    expect(performance.now() - start).to.be.below(3_000);
    expect(codeOf((await waiting).body)).to.equal("OPERATOR_STOPPED");
    await waitUntil(() => stuck.seen.isClosed);
  });

  it("survives clients that leave during their requests", async () => {
    const url = await serve(async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return "f".repeat(1 << 20);
    });
    const body = JSON.stringify(CALL);
    const whole = `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    for (let length = 0; length <= whole.length; length += 7) {
      const { socket } = await open(url, whole.slice(0, length));
      if (length % 2 === 0) socket.destroy();
      else socket.resetAndDestroy();
    }
    expect((await post(url, CALL)).body).to.have.property("result");
  });
});

describe("server: errors for strangers", () => {
  it("keep codes and texts, without addresses and paths in their facts", () => {
    const toError = createPublicErrors({ error: () => undefined });
    const reason =
      "fetch http://user:pw@10.0.0.7:8545/key failed\n    at f (file:///srv/app/x.js:1:2)";
    const error = operatorError({
      code: "BLOCK_STEP_FAILED",
      step: "commit",
      blockNumber: 3,
      reason,
    });
    const shown = toError("rollup_waitForReceipt", error);
    expect(codeOf({ error: shown as Answer["error"] & object })).to.equal("BLOCK_STEP_FAILED");
    expect(JSON.stringify(shown)).not.to.match(/10\.0\.0\.7|pw|key|srv|x\.js/);
  });

  it("keep L1's answer to a call, such as the data of a revert", () => {
    const toError = createPublicErrors({ error: () => undefined });
    const data = `0x08c379a0${"00".repeat(300)}`;
    const error = new L1CallError(3, "execution reverted: NOT_YOURS", data);
    expect(toError("eth_call", error)).to.deep.equal({ code: 3, message: error.message, data });
  });

  it("leave ordinary sentences unchanged, in linear time", () => {
    for (const text of [
      "Account 5 signed with nonce 3, but its next nonce is 4.",
      "Call one of the methods that docs/rpc.md lists; 0x-hex and/or 2^53.",
      "Run hardhat build (hardhat test does), with --preset if it is not the config's.",
      `0x${"ab".repeat(3_000)}`,
    ]) {
      expect(redact(text)).to.equal(text);
    }
    const secrets = [
      "/tmp/a/b.ts",
      "C:\\Users\\me\\x",
      "localhost:8545",
      "[::1]:8545",
      "l1.corp:8545",
    ];
    for (const secret of secrets) expect(redact(`see ${secret} now`)).to.equal("see […] now");
  });
});

async function post(url: string, body: unknown) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(url, { method: "POST", body: text });
  const answer = await response.text();
  return {
    status: response.status,
    bytes: answer.length,
    body: JSON.parse(answer) as Answer | Answer[],
  };
}

function codeOf(answer: unknown): string | undefined {
  return (answer as Answer).error?.data?.code;
}

async function waitUntil(condition: () => boolean): Promise<void> {
  for (const end = performance.now() + 5_000; !condition();) {
    expect(performance.now(), "it never came to be").to.be.below(end);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
