/** The devnet: L1, contracts, operator and prover behind one port. */
import type { HardhatConfig } from "hardhat/types/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { JsonRpcServer, NetworkConnection } from "hardhat/types/network";
import { assert } from "../../util/errors.ts";
import { assertPortFree } from "../../server/listen.ts";
import type { DeployOptions } from "../rollup/types.ts";
import { deployTestToken } from "../rollup/test-token.ts";

export interface DevnetOptions extends Pick<
  DeployOptions,
  "preset" | "prover" | "logger" | "fees"
> {
  readonly hostname?: string | undefined;
  /** Port; 0 for any free one. */
  readonly port: number;
}

export interface DevnetAccount {
  readonly address: string;
  /** Private key in 0x-hex, only for the public test accounts. */
  readonly privateKey?: string;
}

/** Description of the devnet for clients. */
export interface DevnetDescription {
  readonly url: string;
  readonly chainId: number;
  readonly rollup: string;
  readonly verifier: string;
  /** Tokens, ETH first. */
  readonly tokens: readonly { id: number; symbol: string; address: string }[];
  /** Accounts with ETH and the test tokens on L1; the first is operator and governor. */
  readonly accounts: readonly DevnetAccount[];
}

export interface Devnet {
  readonly description: DevnetDescription;
  /** The connection behind the port, by which a test stops the operator or moves the time of L1. */
  readonly connection: NetworkConnection;
  close(): Promise<void>;
}

/** Network of the devnet, as of the built-in task `node`. */
const NETWORK = "node";
const TOKENS = [
  { name: "Test Dollar", symbol: "TUSD" },
  { name: "Test Euro", symbol: "TEUR" },
];
/** Default mnemonic of Hardhat and other tools. */
const PUBLIC_MNEMONIC = "test test test test test test test test test test test junk";
/** Address on which a server in Docker listens; clients connect to another. */
const ALL_INTERFACES = "0.0.0.0";
const FUNDED_ACCOUNTS = 10;
const TOKENS_PER_ACCOUNT = 1_000_000n * 10n ** 18n;

/**
 * Asserts that a port is free, because Hardhat's server ends the process with a stack trace.
 *
 * @throws PORT_IN_USE, PORT_OUT_OF_RANGE, LISTEN_FAILED
 */
export function assertDevnetPortFree({
  hostname = ALL_INTERFACES,
  port,
}: Pick<DevnetOptions, "hostname" | "port">): Promise<void> {
  return assertPortFree(hostname, port);
}

/** Starts a devnet. @throws ROLLUP_NOT_BUILT, PORT_IN_USE, PORT_OUT_OF_RANGE, LISTEN_FAILED */
export async function startDevnet(
  hre: HardhatRuntimeEnvironment,
  { hostname, port, ...deployOptions }: DevnetOptions,
): Promise<Devnet> {
  await assertDevnetPortFree({ hostname, port });
  const { server, connection } = await createServer(hre, hostname, port);
  const accounts = await readAccounts(hre.config, connection);
  const holders = accounts.map(({ address }) => address);
  const mint = { holders, amount: TOKENS_PER_ACCOUNT };
  const tokens: string[] = [];
  for (const names of TOKENS) {
    tokens.push((await deployTestToken(hre.config, connection, names, mint)).address);
  }
  const rollup = await connection.rollup.deploy({ ...deployOptions, tokens, mode: "interval" });
  const { contracts, provider, operator } = rollup;
  const listening = await server.listen();
  const description: DevnetDescription = {
    url: `http://${listening.address.replace(ALL_INTERFACES, "127.0.0.1")}:${listening.port}`,
    chainId: Number(operator.chainId),
    rollup: await contracts.rollup.getAddress(),
    verifier: await contracts.verifier.getAddress(),
    tokens: (await provider.getTokens()).map(({ id, symbol, address }) => ({
      id,
      symbol,
      address,
    })),
    accounts,
  };
  const close = async () => {
    await server.close();
    await connection.close();
  };
  return { description, connection, close };
}

/** Gets the connection behind a server, which Hardhat creates itself, by a hook. */
async function createServer(
  hre: HardhatRuntimeEnvironment,
  hostname: string | undefined,
  port: number,
): Promise<{ server: JsonRpcServer; connection: NetworkConnection }> {
  const connections: NetworkConnection[] = [];
  const hooks: Parameters<typeof hre.hooks.registerHandlers<"network">>[1] = {
    async newConnection(context, next) {
      const connection = await next(context);
      connections.push(connection as NetworkConnection);
      return connection;
    },
  };
  hre.hooks.registerHandlers("network", hooks);
  try {
    const server = await hre.network.createServer(NETWORK, hostname, port);
    const [connection] = connections;
    assert(connection !== undefined, "a server has a connection");
    return { server, connection };
  } finally {
    hre.hooks.unregisterHandlers("network", hooks);
  }
}

/** Returns the first accounts of the node, which signs for them; with keys if these are public. */
async function readAccounts(
  { networks }: HardhatConfig,
  { ethers }: NetworkConnection,
): Promise<DevnetAccount[]> {
  const signers = (await ethers.getSigners()).slice(0, FUNDED_ACCOUNTS);
  const network = networks[NETWORK];
  assert(network?.type === "edr-simulated", "the network of a node is simulated");
  const { accounts } = network;
  if (Array.isArray(accounts) || (await accounts.mnemonic.get()) !== PUBLIC_MNEMONIC) {
    return signers.map(({ address }) => ({ address }));
  }
  const parent = ethers.HDNodeWallet.fromPhrase(PUBLIC_MNEMONIC, "", accounts.path);
  return signers.map(({ address }, index) => {
    const { privateKey } = parent.deriveChild(accounts.initialIndex + index);
    return { address, privateKey };
  });
}
