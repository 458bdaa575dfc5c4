/** The operator of a rollup as a separate process, on an external L1. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { HardhatConfig, HttpNetworkConfig } from "hardhat/types/config";
import type { NetworkConnection } from "hardhat/types/network";
import type { Log } from "../../logs/log.ts";
import { createL1Source } from "../../metrics/l1-source.ts";
import { Monitor } from "../../metrics/monitor.ts";
import { operatorError } from "../../operator/errors.ts";
import {
  openOperatorPorts,
  type OperatorPorts,
  type OperatorServerOptions,
} from "../../server/serve-operator.ts";
import { PAGES_PATH, readPages } from "../../pages/read-pages.ts";
import type { ReadPage } from "../../server/pages.ts";
import { once } from "../../util/once.ts";
import { pluginError } from "../errors.ts";
import { PACKAGE_ROOT } from "../package-root.ts";
import { findPagesFolder } from "../pages/pages-folder.ts";
import { openL1ForClients } from "./l1-access.ts";
import type { ConnectionRollup, ResumeOptions } from "../rollup/types.ts";

export interface OperatorNodeOptions
  extends
    Omit<ResumeOptions, "logger" | "onLost">,
    Omit<OperatorServerOptions, "logger" | "monitor"> {
  /** Log sink of operator and server; by default none. */
  readonly log?: Log;
}

export interface OperatorNode {
  /** URL of the public methods. */
  readonly url: string;
  /** URL of all methods, if there is an admin port. */
  readonly adminUrl?: string;
  /** URL of the pages of explorer and wallet, if they are built and wanted. */
  readonly pagesUrl?: string;
  readonly rollup: ConnectionRollup;
  /** Watches the operator. */
  readonly monitor: Monitor;
  /** Aborts with LEASE_LOST when the node closes itself, because another operator may lead. */
  readonly lost: AbortSignal;
  close(): Promise<void>;
}

/**
 * Operates a rollup on the L1 of the chosen network until it is closed. After a kill, the next node
 * continues from the store, or from L1. The ports listen from the beginning: until the operator
 * runs, they refuse calls with OPERATOR_STARTING, or with OPERATOR_IS_STANDBY while another
 * operator uses the store.
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
  const parts: NodeParts = { connection };
  const close = once(() => closeNode(parts));
  try {
    if (networkConfig.type !== "http") {
      throw pluginError({ code: "NETWORK_WITHOUT_L1", network: networkName });
    }
    for (const secret of await secretsOf(networkConfig)) options.log?.hide(secret);
    const { resume, ports: portOptions } = splitOptions(options);
    const pages = await openPages(hre.config, () => parts.rollup?.operator.rollupAddress);
    const ports = (parts.ports = await openOperatorPorts({ ...portOptions, pages }));
    const loss = new AbortController();
    const rollup = (parts.rollup = await connection.rollup.resume({
      mode: "interval",
      ...resume,
      onStandby: (leader) => {
        ports.wait({ reason: operatorError({ code: "OPERATOR_IS_STANDBY" }), leader });
        resume.onStandby?.(leader);
      },
      onLost: (error) => {
        loss.abort(error);
        void close();
      },
    }));
    const { monitoring } = hre.config.rollup.node;
    const monitor = (parts.monitor = new Monitor(rollup.operator, {
      l1: createL1Source({ contract: rollup.contracts.rollup }),
      version: await packageVersion(),
      minimumBalanceWei: monitoring.minimumBalanceWei,
    }));
    // Clients reach L1 through a connection without keys: only the operator uses its own.
    const override = { accounts: "remote" } as const;
    const l1 = (parts.l1 = await hre.network.create({ network: networkName, override }));
    const askL1 = await openL1ForClients(hre.config, l1);
    await ports.serve({ operator: rollup.operator, askL1, monitor });
    const { url, adminUrl } = ports;
    return {
      url,
      ...(adminUrl && { adminUrl }),
      ...(pages && { pagesUrl: url + PAGES_PATH }),
      rollup,
      monitor,
      lost: loss.signal,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @returns Undefined if the config or this package has no pages. */
async function openPages(
  { rollup: { node } }: HardhatConfig,
  findRollup: () => string | undefined,
): Promise<ReadPage | undefined> {
  const folder = node.pages ? findPagesFolder() : undefined;
  if (folder === undefined) return undefined;
  return readPages(folder, () => {
    const rollup = findRollup();
    return rollup === undefined ? {} : { rollup };
  });
}

/** What a node has opened so far. */
interface NodeParts {
  readonly connection: NetworkConnection;
  rollup?: ConnectionRollup;
  ports?: OperatorPorts;
  monitor?: Monitor;
  l1?: NetworkConnection;
}

async function closeNode({ connection, ports, monitor, l1 }: NodeParts): Promise<void> {
  await ports?.close();
  await l1?.close();
  monitor?.close();
  await connection.close();
}

/** Splits the options of the resume, which refuses unknown ones, from those of the ports. */
function splitOptions({
  hostname,
  port,
  adminPort,
  adminHostname,
  cors,
  hostNames,
  l1Methods,
  l2ChainId,
  limits,
  log: logger,
  ...resume
}: OperatorNodeOptions): { resume: ResumeOptions; ports: OperatorServerOptions } {
  const ports = {
    hostname,
    port,
    adminPort,
    adminHostname,
    l2ChainId,
    ...(cors && { cors }),
    ...(hostNames && { hostNames }),
    ...(l1Methods && { l1Methods }),
    ...(limits && { limits }),
    ...(logger && { logger }),
  };
  return { resume: { ...resume, ...(logger && { logger }) }, ports };
}

/** What no log may show: the keys of a network's accounts. Its URL is shortened in any case. */
async function secretsOf({ accounts }: HttpNetworkConfig): Promise<string[]> {
  if (accounts === "remote") return [];
  if (!Array.isArray(accounts)) return [await accounts.mnemonic.get()];
  return Promise.all(accounts.map((account) => account.getHexString()));
}

async function packageVersion(): Promise<string> {
  const text = await readFile(join(PACKAGE_ROOT, "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
