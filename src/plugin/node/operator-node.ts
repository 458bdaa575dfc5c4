/** The operator of a rollup as a process of its own, on an L1 that runs elsewhere. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { createRpcHandler } from "../../rpc/handler.ts";
import type { L1MethodSet } from "../../rpc/l1-methods.ts";
import { isRpcMethod, RPC_METHODS } from "../../rpc/methods.ts";
import { pluginError } from "../errors.ts";
import type { ConnectionRollup, ResumeOptions } from "../rollup/types.ts";
import type { RpcCaller, RpcRequest } from "./answer.ts";
import { L1Passage, type L1Request } from "./l1-passage.ts";
import { DEFAULT_RPC_LIMITS, L1_CALL_UNITS, type RpcLimits } from "../../rpc/limits.ts";
import { type RpcServer, serveRpc } from "./rpc-server.ts";
import { WaitingCalls } from "./waiting-calls.ts";

export interface PublicPortOptions {
  readonly hostname?: string | undefined;
  /** 0 for any that is free. */
  readonly port: number;
  /** Origins of web pages that may call, or `*`; by default none. */
  readonly cors?: readonly string[];
  /** Names that the node has beside its addresses and localhost, or `*`. */
  readonly hostNames?: readonly string[];
  /** What clients may ask of L1; by default what wallets need. */
  readonly l1Methods?: L1MethodSet;
  readonly limits?: Partial<RpcLimits>;
}

export interface OperatorNodeOptions extends ResumeOptions, PublicPortOptions {
  /** Port for who runs the operator, on 127.0.0.1 only; 0 for any that is free. By default none. */
  readonly adminPort?: number | undefined;
}

export interface OperatorNode {
  /** Where the public methods are answered. */
  readonly url: string;
  /** Where all methods are answered, if there is such a port. */
  readonly adminUrl?: string;
  readonly rollup: ConnectionRollup;
  close(): Promise<void>;
}

/**
 * Restores a rollup from the L1 of the chosen network and operates it, until it is closed. When it
 * is killed, the next one goes on from what L1 knows.
 *
 * @throws NETWORK_WITHOUT_L1, PORT_IN_USE, PORT_OUT_OF_RANGE, LISTEN_FAILED, and as
 * `ConnectionRollup.resume`
 */
export async function startOperatorNode(
  hre: HardhatRuntimeEnvironment,
  options: OperatorNodeOptions,
): Promise<OperatorNode> {
  const connection = await hre.network.create();
  const { networkName, networkConfig } = connection;
  const closing = [() => connection.close()];
  const close = async () => {
    for (const step of closing.splice(0).toReversed()) await step();
  };
  try {
    if (networkConfig.type !== "http") {
      throw pluginError({ code: "NETWORK_WITHOUT_L1", network: networkName });
    }
    const rollup = await connection.rollup.resume({
      mode: "interval",
      ...toResumeOptions(options),
    });
    // Clients reach L1 through a connection that has no keys: only the operator signs with its own.
    const override = { accounts: "remote" } as const;
    const l1 = await hre.network.create({ network: networkName, override });
    closing.push(() => l1.close());
    const servers = await serve(rollup, options, (method, params) =>
      l1.provider.request({ method, params }),
    );
    closing.push(() => servers.close());
    return { ...servers.urls, rollup, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What is left without the ports: a resume refuses what it does not know. */
function toResumeOptions(options: OperatorNodeOptions): ResumeOptions {
  const ports = ["hostname", "port", "adminPort", "cors", "hostNames", "l1Methods", "limits"];
  return Object.fromEntries(Object.entries(options).filter(([name]) => !ports.includes(name)));
}

async function serve(
  { operator }: ConnectionRollup,
  options: OperatorNodeOptions,
  askL1: L1Request,
): Promise<{ urls: { url: string; adminUrl?: string }; close(): Promise<void> }> {
  const { l1Methods = "wallet", adminPort, logger } = options;
  const limits = { ...DEFAULT_RPC_LIMITS, ...options.limits };
  const l1 = new L1Passage(askL1, { methods: l1Methods });
  const waiting = new WaitingCalls(limits);
  const answerPublic = createRpcHandler(operator, "public");
  const answerAll = createRpcHandler(operator);
  const logTo = logger && { logger };
  const request: RpcRequest = (method, params, caller) => {
    if (!method.startsWith("rollup_")) return l1.call(method, params, caller);
    const answer = () => answerPublic(method, params);
    // The operator waits on when the client has left, so the call counts until it settles.
    return isWaiting(method) ? whileWanted(waiting.run(caller.client, answer), caller) : answer();
  };
  const servers: RpcServer[] = [];
  const close = async () => {
    await Promise.all(servers.map((server) => server.close()));
  };
  const unitsOf = (method: string) => (method.startsWith("rollup_") ? 1 : L1_CALL_UNITS);
  try {
    servers.push(await serveRpc(request, { ...options, ...logTo, limits, unitsOf }));
    if (adminPort !== undefined) {
      servers.push(await serveRpc(answerAll, { port: adminPort, ...logTo }));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const [first, second] = servers;
  return { urls: { url: first!.url, ...(second && { adminUrl: second.url }) }, close };
}

function isWaiting(method: string): boolean {
  return isRpcMethod(method) && RPC_METHODS[method].waits;
}

/** Settles as the answer does, or when nobody wants it any more. */
async function whileWanted<T>(answer: Promise<T>, { signal }: RpcCaller): Promise<T> {
  let onAbort = () => {};
  const unwanted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([answer, unwanted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
