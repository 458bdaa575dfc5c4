/** The chain of a devnet behind its server, and what is noted of it from its first block on. */
import type { EdrNetworkConfig } from "hardhat/types/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { JsonRpcServer, NetworkConnection } from "hardhat/types/network";
import { assert } from "../../util/errors.ts";
import { readBase } from "./l1-blocks.ts";
import { L1Node } from "./l1-node.ts";
import { L1Recording } from "./recording.ts";
import type { LoadedState } from "./state-file.ts";
import type { L1Base } from "./state-schema.ts";

/** Network of the devnet, as of the built-in task `node`. */
export const NETWORK = "node";

export interface DevnetChain {
  readonly server: JsonRpcServer;
  readonly connection: NetworkConnection;
  readonly recording: L1Recording;
  /** The block on which it begins. */
  readonly base: L1Base;
  /** When the config wants blocks; while it is replayed there are no others. */
  readonly mining: EdrNetworkConfig["mining"];
  close(): Promise<void>;
}

export interface ChainOptions {
  readonly hostname: string | undefined;
  readonly port: number;
  /** What will be replayed: the chain begins at the same time. */
  readonly load: LoadedState | undefined;
}

/**
 * Creates a chain with a server that does not listen yet. Hardhat creates the connection of a
 * server itself, so a hook finds it.
 */
export async function createChain(
  hre: HardhatRuntimeEnvironment,
  { hostname, port, load }: ChainOptions,
): Promise<DevnetChain> {
  const recording = new L1Recording();
  let connection: NetworkConnection | undefined;
  const hooks: Parameters<typeof hre.hooks.registerHandlers<"network">>[1] = {
    async newConnection(context, next) {
      const created = await next(context);
      connection ??= created as NetworkConnection;
      return created;
    },
    onRequest(context, requested, request, next) {
      if ((requested as object) !== connection) return next(context, requested, request);
      return recording.take(request, (passed) => next(context, requested, passed));
    },
  };
  hre.hooks.registerHandlers("network", hooks);
  const unregister = () => hre.hooks.unregisterHandlers("network", hooks);
  try {
    const network = nodeConfig(hre);
    const server = await hre.network.createServer(networkOf(network, load), hostname, port);
    assert(connection !== undefined, "a server has a connection");
    const l1 = new L1Node(connection.provider);
    const base = await readBase(l1, isFork(network) ? await l1.number() : 0);
    const close = async () => {
      await connection?.close();
      unregister();
    };
    return { server, connection, recording, base, mining: network.mining, close };
  } catch (error) {
    unregister();
    throw error;
  }
}

/** The network of a devnet in the config. */
function nodeConfig({ config }: HardhatRuntimeEnvironment): EdrNetworkConfig {
  const network = config.networks[NETWORK];
  assert(network?.type === "edr-simulated", "the network of a node is simulated");
  return network;
}

function isFork({ forking }: EdrNetworkConfig): boolean {
  return forking?.enabled === true;
}

/** What is replayed begins at the time of its first block, and nothing is mined in between. */
function networkOf(network: EdrNetworkConfig, load: LoadedState | undefined) {
  if (load === undefined) return NETWORK;
  const { order } = network.mining.mempool;
  const mining = { auto: true, interval: 0, mempool: { order } };
  const initialDate = new Date(load.state.l1.base.timestamp * 1000);
  // A fork begins at the time of its block.
  const override = isFork(network) ? { mining } : { mining, initialDate };
  return { network: NETWORK, override };
}
