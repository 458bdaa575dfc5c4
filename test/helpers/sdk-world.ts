/** A rollup with a real contract behind a real port, and a way to it that can fail and lie. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect as connectTcp, createServer as createTcp } from "node:net";
import type { Socket } from "node:net";
import { Operator, type OperatorParts } from "../../src/operator/operator.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createMockProver } from "../../src/prover/mock-prover.ts";
import { type OperatorServerOptions, serveOperator } from "../../src/server/serve-operator.ts";
import { createGenesisState } from "../../src/state/rollup-state.ts";
import { createTestRollup } from "./test-rollup.ts";

const preset = PRESETS.dev;
const FEE_ACCOUNT_ADDRESS = 0xfeen;

/** A contract with the mock verifier, an operator on it, and its port. */
export async function createSdkWorld(
  options: Partial<OperatorServerOptions> & Pick<Partial<OperatorParts>, "feePolicy"> = {},
) {
  const { feePolicy, ...ports } = options;
  const genesis = createGenesisState(preset, { feeAccountAddress: FEE_ACCOUNT_ADDRESS });
  const settings = { preset, genesisStateRoot: genesis.root };
  const rollup = await createTestRollup("MockVerifier", settings);
  const operator = await Operator.create({
    preset,
    feeAccountAddress: FEE_ACCOUNT_ADDRESS,
    l1: rollup.client,
    prover: createMockProver(),
    ...(feePolicy && { feePolicy }),
  });
  const askL1 = (method: string, params: readonly unknown[]) =>
    rollup.ethers.provider.send(method, [...params]) as Promise<unknown>;
  const server = await serveOperator(operator, askL1, { port: 0, ...ports });
  return { ...rollup, operator, server, url: server.url };
}
export type SdkWorld = Awaited<ReturnType<typeof createSdkWorld>>;

/** What a node that is no real one says of itself. */
export const NODE_CONFIG = {
  chainId: "0x7a69",
  rollupAddress: "0x00000000000000000000000000000000000A11cE",
  preset: "dev",
  prover: "mock",
  protocolDigest: `0x${"0".repeat(64)}`,
  feeAccountId: 0,
};

/** One JSON-RPC call as a node gets it. */
export interface NodeCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** A node in the middle: `answer` decides what the client gets. */
export interface FakeNode {
  readonly url: string;
  readonly calls: NodeCall[];
  /** Answers a call; `pass` asks the real node. Default: what the real one answers. */
  answer: (call: NodeCall, response: ServerResponse, pass: () => Promise<unknown>) => unknown;
  close(): Promise<void>;
}

/** @param target - URL of the real node; without it there is nothing behind. */
export async function createFakeNode(target = ""): Promise<FakeNode> {
  const calls: NodeCall[] = [];
  const server = createServer((incoming, response) => {
    respond(incoming, response).catch(() => response.destroy());
  });
  const respond = async (incoming: IncomingMessage, response: ServerResponse) => {
    let body = "";
    for await (const chunk of incoming) body += String(chunk);
    const call = JSON.parse(body) as NodeCall;
    calls.push(call);
    const headers = { "content-type": "application/json" };
    const pass = async () => await (await fetch(target, { method: "POST", headers, body })).json();
    const answer = await node.answer(call, response, pass);
    if (answer !== undefined && !response.writableEnded) response.end(JSON.stringify(answer));
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const node: FakeNode = {
    url: `http://127.0.0.1:${port}`,
    calls,
    answer: (_call, _response, pass) => pass(),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return node;
}

/** A cable that can be cut. */
export interface Cable {
  readonly url: string;
  /** Connections so far. */
  readonly connections: number;
  /** Cuts all connections; new ones are taken unless `down`. */
  cut(): void;
  down: boolean;
  close(): Promise<void>;
}

/** Passes bytes on to a port of this machine. */
export async function createCable(target: string): Promise<Cable> {
  const open = new Set<Socket>();
  const state = { connections: 0, down: false };
  const server = createTcp((client) => {
    client.on("error", () => client.destroy());
    if (state.down) {
      client.destroy();
      return;
    }
    state.connections++;
    const upstream = connectTcp(Number(new URL(target).port), "127.0.0.1");
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    get connections() {
      return state.connections;
    },
    get down() {
      return state.down;
    },
    set down(isDown) {
      state.down = isDown;
    },
    cut,
    close: () =>
      new Promise((resolve) => {
        cut();
        server.close(() => resolve());
      }),
  };
}
