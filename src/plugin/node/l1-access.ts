/** The L1 of an operator: its nodes, the key of its account, and what it may spend. */
import type { HardhatConfig, NetworkConfig } from "hardhat/types/config";
import type { NetworkConnection } from "hardhat/types/network";
import { HDNodeWallet, JsonRpcSigner, type Signer } from "ethers";
import { createMemorySpendingBook, type SpendingBook } from "../../l1/budget.ts";
import type { ConnectOptions } from "../../l1/client.ts";
import { type FailoverEvent, FailoverEthersProvider, FailoverProvider } from "../../l1/failover.ts";
import { createMemoryJournal, type L1Journal } from "../../l1/journal.ts";
import { isNodeFault } from "../../l1/refusals.ts";
import { createRpcSigner, RemoteL1Signer, type RemoteSigner } from "../../l1/remote-signer.ts";
import type { SendingEvent } from "../../l1/settings.ts";
import { createHttpUpstream, type Upstream } from "../../l1/upstream.ts";
import type { Logger } from "../../operator/logger.ts";
import type { L1Request } from "../../server/l1-passage.ts";
import { L1CallError } from "../../server/public-errors.ts";
import type { KeyConfig } from "../config/node/key.ts";
import { pluginError } from "../errors.ts";
import { openKey, toWallet } from "./keys.ts";

/** How an operator reaches L1. */
export interface L1Access {
  /** Its account, connected to all nodes. */
  readonly signer: Signer;
  /** For `connectRollup` and `createSender`. */
  readonly options: ConnectOptions;
}

export interface L1AccessParts {
  readonly logger?: Logger | undefined;
  /** Default: in memory. */
  readonly store?: { readonly journal: L1Journal; readonly spending: SpendingBook } | undefined;
  /** Hash of L1's block 0, 0x-hex, if it is known. */
  readonly genesisHash?: string | undefined;
  /** See `SendingSettings`. Default: it may always. */
  readonly assertMaySend?: (() => void) | undefined;
}

/**
 * Opens L1 for an operator. A simulated network is used as it is.
 *
 * @throws NO_SIGNER, L1_KEY_MISSING, L1_KEY_INVALID, L1_REQUEST_FAILED
 */
export async function openL1(
  { rollup }: HardhatConfig,
  connection: NetworkConnection,
  { logger, store, genesisHash, assertMaySend }: L1AccessParts,
): Promise<L1Access> {
  const { networkConfig, networkName, ethers } = connection;
  const { deposits, fees, budget, key } = rollup.node.l1;
  const onEvent = (event: SendingEvent) => logSending(event, logger);
  const journal = store?.journal ?? createMemoryJournal();
  const spending = store?.spending ?? createMemorySpendingBook();
  const options = {
    ...{ journal, deposits, feeLimits: fees, budget, spending, onEvent },
    ...(assertMaySend && { assertMaySend }),
  };
  if (networkConfig.type !== "http") {
    const [signer] = await ethers.getSigners();
    if (signer === undefined) throw pluginError({ code: "NO_SIGNER", network: networkName });
    return { signer, options };
  }
  const provider = await openNodes(rollup, connection, { logger, genesisHash });
  const signer =
    key === undefined
      ? await accountOf(networkConfig, networkName, provider)
      : await signerOf(key, provider);
  return { signer, options };
}

/** Connects to the network's node, with all of Hardhat's settings, and to the others. */
async function openNodes(
  rollup: HardhatConfig["rollup"],
  connection: NetworkConnection,
  parts: Pick<L1AccessParts, "logger" | "genesisHash">,
): Promise<FailoverEthersProvider> {
  const failover = await createFailover(rollup, connection, parts);
  const chainId = await failover.request({ method: "eth_chainId" });
  return new FailoverEthersProvider(failover, BigInt(chainId as string));
}

async function createFailover(
  { node }: HardhatConfig["rollup"],
  { provider, networkConfig }: NetworkConnection,
  { logger, genesisHash }: Pick<L1AccessParts, "logger" | "genesisHash">,
): Promise<FailoverProvider> {
  const { urls, timeoutMs } = node.l1;
  const first: Upstream = {
    name: "the network's node",
    request: ({ method, params = [] }) => provider.request({ method, params: [...params] }),
  };
  const others = urls.map(async (url, index) =>
    createHttpUpstream(await url.getUrl(), `rollup.node.l1.urls[${index}]`),
  );
  return new FailoverProvider([first, ...(await Promise.all(others))], {
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(networkConfig.chainId !== undefined && { chainId: BigInt(networkConfig.chainId) }),
    genesisHash,
    onEvent: (event) => logNode(event, logger),
  });
}

/** Opens L1 for the first questions about it, which any of its nodes may answer. */
export function openL1Reader(
  { rollup }: HardhatConfig,
  connection: NetworkConnection,
): Promise<Pick<FailoverProvider, "request">> {
  return createFailover(rollup, connection, { logger: undefined });
}

/**
 * Opens L1 for clients, who share none of its state with the operator: what they make a node do
 * wrong does not change which node the operator asks.
 *
 * @param connection - Without keys.
 */
export async function openL1ForClients(
  { rollup }: HardhatConfig,
  connection: NetworkConnection,
  genesisHash?: string,
): Promise<L1Request> {
  const failover = await createFailover(rollup, connection, { logger: undefined, genesisHash });
  return async (method, params) => {
    try {
      return await failover.request({ method, params });
    } catch (error) {
      throw toClientError(error);
    }
  };
}

/** An answer of one of the other nodes in the form of a client's error. */
function toClientError(error: unknown): unknown {
  const { code, data, message, name } = error as Error & { code?: unknown; data?: unknown };
  if (isNodeFault(error) || name === "ProviderError" || typeof code !== "number") return error;
  return new L1CallError(code, message, data);
}

/** The first account of the network: a key of the config, or of the node. @throws NO_SIGNER */
async function accountOf(
  config: Extract<NetworkConfig, { readonly type: "http" }>,
  network: string,
  provider: FailoverEthersProvider,
): Promise<Signer> {
  const { accounts } = config;
  if (accounts === "remote") {
    const [address] = (await provider.send("eth_accounts", [])) as string[];
    if (address === undefined) throw pluginError({ code: "NO_SIGNER", network });
    return new JsonRpcSigner(provider, address);
  }
  if (Array.isArray(accounts)) {
    const [first] = accounts;
    if (first === undefined) throw pluginError({ code: "NO_SIGNER", network });
    return toWallet(await first.getHexString(), `the accounts of ${network}`, provider);
  }
  const { mnemonic, passphrase, path, initialIndex } = accounts;
  const [phrase, password] = await Promise.all([mnemonic.get(), passphrase.get()]);
  const full = `${path}/${initialIndex}`;
  return HDNodeWallet.fromPhrase(phrase, password, full).connect(provider);
}

async function signerOf(
  config: KeyConfig<RemoteSigner>,
  provider: FailoverEthersProvider,
): Promise<Signer> {
  const key = await openKey(config, "rollup.node.l1.key", provider);
  switch (key.type) {
    case "wallet":
      return key.wallet;
    case "server":
      return new RemoteL1Signer(createRpcSigner(key.server, key.address), provider);
    case "signer":
      return new RemoteL1Signer(key.signer, provider);
  }
}

// ---------------------------------------------------------------------------------------- logs

function logNode(event: FailoverEvent, logger?: Logger): void {
  if (event.type === "paused") {
    const seconds = Math.ceil(event.pauseMs / 1000);
    logger?.error(`L1: ${event.node} is not asked for ${seconds} s: ${event.reason}`);
  } else if (event.type === "switched") {
    logger?.info(`L1: reads go to ${event.to} instead of ${event.from}`);
  } else if (event.type === "doubted") {
    logger?.error(`L1: nothing is read from ${event.node}: ${event.reason}`);
  } else logger?.info(`L1: ${event.node} is back`);
}

function logSending(event: SendingEvent, logger?: Logger): void {
  if (event.type === "sent") {
    const { purpose, nonce, hash, sends } = event;
    const again = sends > 1 ? `, time ${sends}` : "";
    logger?.debug(`L1: ${purpose} was sent with nonce ${nonce}${again} (${hash})`);
  } else if (event.type === "mined") {
    logger?.debug(`L1: ${event.purpose} was mined for ${event.costWei} wei (${event.hash})`);
  } else if (event.type === "settled") {
    const { purpose, nonce, outcome } = event;
    logger?.info(`L1: ${purpose} of an earlier process, nonce ${nonce}: ${outcome}`);
  } else if (event.type === "waiting") {
    const { purpose, nonce, hash, sends, waitedMs, isInherited } = event;
    const which = `${purpose}, nonce ${nonce}${hash && `, ${hash}`}`;
    const text = `L1: waiting for ${which}: ${Math.round(waitedMs / 1000)} s, sent ${sends} times`;
    if (isInherited) logger?.info(text);
    else logger?.debug(text);
  } else if (event.type === "feeLimitExceeded") {
    const { purpose, neededWei, limitWei } = event;
    logger?.error(
      `L1: ${purpose} may cost more than maxFeePerGas, because a request would expire: ` +
        `L1 asks for ${neededWei} wei a unit of gas, and the limit is ${limitWei} wei`,
    );
  } else {
    const { purpose, spentWei, hours } = event;
    logger?.error(
      `L1: ${purpose} is sent over budget, because a request would expire: ` +
        `${spentWei} wei were spent within ${hours} h`,
    );
  }
}
