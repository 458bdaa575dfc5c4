/** The devnet: L1, contracts, operator and prover behind one port. */
import type { HardhatConfig } from "hardhat/types/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NetworkConnection } from "hardhat/types/network";
import { assertPortFree } from "../../server/listen.ts";
import { assert } from "../../util/errors.ts";
import { omit } from "../../util/omit.ts";
import { sizedPreset } from "../config/resolve.ts";
import type { LazyRollup } from "../rollup/lazy-rollup.ts";
import { deployTestToken } from "../rollup/test-token.ts";
import type { ConnectionRollup, DeployOptions } from "../rollup/types.ts";
import { createChain, type DevnetChain, NETWORK } from "./chain.ts";
import { identify, saveDevnet } from "./identity.ts";
import { L1Node } from "./l1-node.ts";
import { type ReplayProgress, replayL1 } from "./replay.ts";
import { assertSameIdentity, type LoadedState, orInvalid } from "./state-file.ts";

export interface DevnetOptions extends Pick<
  DeployOptions,
  "preset" | "prover" | "logger" | "fees"
> {
  readonly hostname?: string | undefined;
  /** Port; 0 for any free one. */
  readonly port: number;
  /** The devnet to continue; default: a new one. */
  readonly load?: LoadedState | undefined;
  /** Takes the progress while L1 is replayed. */
  readonly onProgress?: ReplayProgress | undefined;
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
  /** The bond of the operator's promises. */
  readonly bond: string;
  /** Tokens, ETH first. */
  readonly tokens: readonly { id: number; symbol: string; address: string }[];
  /** Accounts with ETH and the test tokens on L1; the first is operator and governor. */
  readonly accounts: readonly DevnetAccount[];
}

export interface Devnet {
  readonly description: DevnetDescription;
  /** The connection behind the port, by which a test stops the operator or moves the time of L1. */
  readonly connection: NetworkConnection;
  /**
   * Writes down L1 and the rollup as they are, while the operator is idle. There is no private key
   * in it.
   *
   * @returns The text of a file, see `readState`.
   * @throws DEVNET_NOT_SAVABLE
   */
  save(): Promise<string>;
  close(): Promise<void>;
}

const TOKENS = [
  { name: "Test Dollar", symbol: "TUSD" },
  { name: "Test Euro", symbol: "TEUR" },
];
/** Default mnemonic of Hardhat and other tools. */
const PUBLIC_MNEMONIC = "test test test test test test test test test test test junk";
/** Address on which a server in Docker listens; clients connect to another. */
const ALL_INTERFACES = "0.0.0.0";
const BOND = { penaltyWei: 10n ** 18n, balanceWei: 100n * 10n ** 18n };
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

/**
 * Starts a devnet, or continues one that was saved.
 *
 * @throws ROLLUP_NOT_BUILT, PORT_IN_USE, PORT_OUT_OF_RANGE, LISTEN_FAILED; and with `load`
 * DEVNET_STATE_MISMATCH, DEVNET_REPLAY_DIFFERS, DEVNET_STATE_INVALID
 */
export async function startDevnet(
  hre: HardhatRuntimeEnvironment,
  { hostname, port, load, onProgress, ...deployOptions }: DevnetOptions,
): Promise<Devnet> {
  await assertDevnetPortFree({ hostname, port });
  const chain = await createChain(hre, { hostname, port, load });
  const { server, connection } = chain;
  try {
    const accounts = await readAccounts(hre.config, connection);
    const parts = { hre, chain, accounts, options: deployOptions };
    const description =
      load === undefined ? await deployAll(parts) : await continueSaved(parts, load, onProgress);
    const listening = await server.listen();
    const host = listening.address.replace(ALL_INTERFACES, "127.0.0.1");
    return {
      description: { url: `http://${host}:${listening.port}`, ...description },
      connection,
      save: () => saveDevnet(hre.config, chain, deployOptions),
      close: async () => {
        await server.close();
        await chain.close();
      },
    };
  } catch (error) {
    await chain.close();
    throw error;
  }
}

/** What a devnet is made from. */
interface DevnetParts {
  readonly hre: HardhatRuntimeEnvironment;
  readonly chain: DevnetChain;
  readonly accounts: readonly DevnetAccount[];
  readonly options: Pick<DeployOptions, "preset" | "prover" | "logger" | "fees">;
}

/** What clients need, besides the URL. */
type Description = Omit<DevnetDescription, "url">;

async function deployAll({ hre, chain, accounts, options }: DevnetParts): Promise<Description> {
  const { connection } = chain;
  const holders = accounts.map(({ address }) => address);
  const mint = { holders, amount: TOKENS_PER_ACCOUNT };
  const tokens: string[] = [];
  for (const names of TOKENS) {
    tokens.push((await deployTestToken(hre.config, connection, names, mint)).address);
  }
  await connection.rollup.deploy({ ...options, tokens, mode: "interval", bond: BOND });
  return describe(connection, accounts);
}

/** @throws as {@link startDevnet} with `load` */
async function continueSaved(
  { hre: { config }, chain, accounts, options }: DevnetParts,
  { file, state }: LoadedState,
  onProgress: ReplayProgress | undefined,
): Promise<Description> {
  const { connection } = chain;
  const preset = sizedPreset(config.rollup, options.preset ?? config.rollup.preset);
  assertSameIdentity(file, state.identity, await identify(config, preset, options));
  const { hardhat, l1, rollup } = state;
  const node = new L1Node(connection.provider);
  await replayL1(node, l1, { file, hardhat, onProgress });
  const { rollupAddress, deploymentBlock, bondAddress, ledger } = rollup;
  const location = { rollupAddress, deploymentBlock };
  const saved = { file, location, bondAddress, preset, ledger };
  const own = connection.rollup as ConnectionRollup & Pick<LazyRollup, "load">;
  // From here on the operator can answer blocks that come by themselves.
  await node.call("evm_setIntervalMining", chain.mining.interval);
  await own.load(saved, { ...omit(options, "preset"), mode: "interval" });
  return orInvalid(file, () => describe(connection, accounts));
}

async function describe(
  { rollup: { contracts, provider, operator, bondAddress } }: NetworkConnection,
  accounts: readonly DevnetAccount[],
): Promise<Description> {
  return {
    chainId: Number(operator.chainId),
    rollup: await contracts.rollup.getAddress(),
    verifier: await contracts.verifier.getAddress(),
    bond: bondAddress!,
    tokens: (await provider.getTokens()).map(({ id, symbol, address }) => ({
      id,
      symbol,
      address,
    })),
    accounts,
  };
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
