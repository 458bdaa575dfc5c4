/** The operator of a rollup as a process of its own, on an L1 that runs elsewhere. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { pluginError } from "../errors.ts";
import type { ConnectionRollup, ResumeOptions } from "../rollup/types.ts";
import { serveRpc } from "./rpc-server.ts";

export interface OperatorNodeOptions extends ResumeOptions {
  readonly hostname?: string | undefined;
  /** 0 for any that is free. */
  readonly port: number;
}

export interface OperatorNode {
  /** Where `rollup_*` is answered, and what else L1 answers. */
  readonly url: string;
  readonly rollup: ConnectionRollup;
  close(): Promise<void>;
}

/**
 * Restores a rollup from the L1 of the chosen network and operates it, until it is closed. When it
 * is killed, the next one goes on from what L1 knows.
 *
 * @throws NETWORK_WITHOUT_L1, PORT_IN_USE, and as `ConnectionRollup.resume`
 */
export async function startOperatorNode(
  hre: HardhatRuntimeEnvironment,
  { hostname, port, ...options }: OperatorNodeOptions,
): Promise<OperatorNode> {
  const connection = await hre.network.create();
  const { networkName, networkConfig } = connection;
  const closing = [() => connection.close()];
  const close = async () => {
    for (const step of closing.toReversed()) await step();
  };
  try {
    if (networkConfig.type !== "http") {
      throw pluginError({ code: "NETWORK_WITHOUT_L1", network: networkName });
    }
    const rollup = await connection.rollup.resume({ mode: "interval", ...options });
    // Clients reach L1 through a connection that has no keys: only the operator signs with its own.
    const override = { accounts: "remote" } as const;
    const l1 = await hre.network.create({ network: networkName, override });
    closing.push(() => l1.close());
    const request = (method: string, params: unknown[]) =>
      (method.startsWith("rollup_") ? connection : l1).provider.request({ method, params });
    const server = await serveRpc(request, { hostname, port });
    closing.push(() => server.close());
    return { url: server.url, rollup, close };
  } catch (error) {
    await close();
    throw error;
  }
}
