/** The operator of a rollup as a separate process, on an external L1. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { type OperatorServerOptions, serveOperator } from "../../server/serve-operator.ts";
import { pluginError } from "../errors.ts";
import type { ConnectionRollup, ResumeOptions } from "../rollup/types.ts";

export interface OperatorNodeOptions extends ResumeOptions, Omit<OperatorServerOptions, "logger"> {}

export interface OperatorNode {
  /** URL of the public methods. */
  readonly url: string;
  /** URL of all methods, if there is an admin port. */
  readonly adminUrl?: string;
  readonly rollup: ConnectionRollup;
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
    const { resume, ports } = splitOptions(options);
    const rollup = await connection.rollup.resume({ mode: "interval", ...resume });
    // Clients reach L1 through a connection without keys: only the operator uses its own.
    const override = { accounts: "remote" } as const;
    const l1 = await hre.network.create({ network: networkName, override });
    closing.push(() => l1.close());
    const { close: closeServer, ...urls } = await serveOperator(
      rollup.operator,
      (method, params) => l1.provider.request({ method, params }),
      ports,
    );
    closing.push(closeServer);
    return { ...urls, rollup, close };
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
  cors,
  hostNames,
  l1Methods,
  limits,
  ...resume
}: OperatorNodeOptions): { resume: ResumeOptions; ports: OperatorServerOptions } {
  const ports = {
    hostname,
    port,
    adminPort,
    ...(cors && { cors }),
    ...(hostNames && { hostNames }),
    ...(l1Methods && { l1Methods }),
    ...(limits && { limits }),
    ...(resume.logger && { logger: resume.logger }),
  };
  return { resume, ports };
}
