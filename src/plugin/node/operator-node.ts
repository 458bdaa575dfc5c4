/** The operator of a rollup as a separate process, on an external L1. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { HttpNetworkConfig } from "hardhat/types/config";
import type { Log } from "../../logs/log.ts";
import { createL1Source } from "../../metrics/l1-source.ts";
import { Monitor } from "../../metrics/monitor.ts";
import { type OperatorServerOptions, serveOperator } from "../../server/serve-operator.ts";
import { pluginError } from "../errors.ts";
import { PACKAGE_ROOT } from "../package-root.ts";
import type { ConnectionRollup, ResumeOptions } from "../rollup/types.ts";

export interface OperatorNodeOptions
  extends Omit<ResumeOptions, "logger">, Omit<OperatorServerOptions, "logger" | "monitor"> {
  /** Log sink of operator and server; by default none. */
  readonly log?: Log;
}

export interface OperatorNode {
  /** URL of the public methods. */
  readonly url: string;
  /** URL of all methods, if there is an admin port. */
  readonly adminUrl?: string;
  readonly rollup: ConnectionRollup;
  /** Watches the operator. */
  readonly monitor: Monitor;
  close(): Promise<void>;
}

/**
 * Restores a rollup from the L1 of the chosen network and operates it until it is closed. After a
 * kill, the next node continues from the state on L1.
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
    for (const secret of await secretsOf(networkConfig)) options.log?.hide(secret);
    const { resume, ports } = splitOptions(options);
    const rollup = await connection.rollup.resume({ mode: "interval", ...resume });
    const { monitoring } = hre.config.rollup.node;
    const monitor = new Monitor(rollup.operator, {
      l1: createL1Source({ contract: rollup.contracts.rollup }),
      version: await packageVersion(),
      minimumBalanceWei: monitoring.minimumBalanceWei,
    });
    closing.push(() => {
      monitor.close();
      return Promise.resolve();
    });
    // Clients reach L1 through a connection without keys: only the operator uses its own.
    const override = { accounts: "remote" } as const;
    const l1 = await hre.network.create({ network: networkName, override });
    closing.push(() => l1.close());
    const { close: closeServer, ...urls } = await serveOperator(
      rollup.operator,
      (method, params) => l1.provider.request({ method, params }),
      { ...ports, monitor },
    );
    closing.push(closeServer);
    return { ...urls, rollup, monitor, close };
  } catch (error) {
    await close();
    throw error;
  }
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
  limits,
  log: logger,
  ...resume
}: OperatorNodeOptions): { resume: ResumeOptions; ports: OperatorServerOptions } {
  const ports = {
    hostname,
    port,
    adminPort,
    adminHostname,
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
