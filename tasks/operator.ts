/** `hardhat rollup:operator`: runs the operator of a rollup on an external L1 until interrupted. */
import { describeNode, nodeRows } from "../src/plugin/node/node-description.ts";
import type { OperatorNode, OperatorNodeOptions } from "../src/plugin/node/operator-node.ts";
import { formatTable } from "@nomicfoundation/hardhat-utils/format";
import type { Holder } from "../src/lease/lease.ts";
import { StatusLine } from "../src/logs/status-line.ts";
import { describeStatus } from "../src/metrics/status-text.ts";
import type { QueueSettings } from "../src/farm/location.ts";
import type { ProversConfig } from "../src/plugin/config/node/provers.ts";
import { pluginError } from "../src/plugin/errors.ts";
import { L1_METHOD_SETS } from "../src/server/l1-methods.ts";
import { assertPortFree } from "../src/server/listen.ts";
import type { PublicPortOptions } from "../src/server/serve-operator.ts";
import { assertOrigin, LOOPBACK } from "../src/server/origins.ts";
import { BURST_SECONDS } from "../src/server/limits.ts";
import {
  aborted,
  buildFor,
  type CommonArguments,
  createNodeLog,
  createRestoreReporter,
  defineAction,
  endSoon,
  isOneOf,
  listenForInterruption,
  printJson,
  row,
  toPlan,
} from "./common.ts";
import { type RestoreArguments, toRestoreSettings } from "./restore-arguments.ts";
import { type StoreArguments, toStore } from "./store-arguments.ts";

interface OperatorArguments extends CommonArguments, RestoreArguments, StoreArguments {
  readonly hostname?: string | undefined;
  readonly port: number;
  /** Admin port; negative for none. */
  readonly adminPort: number;
  readonly adminHostname?: string | undefined;
  readonly jsonLogs: boolean;
  readonly cors?: string | undefined;
  readonly hostNames?: string | undefined;
  readonly l1Methods: string;
  readonly rateLimit: number;
  readonly queue?: string | undefined;
}

/** @throws L1_METHODS_UNKNOWN, ORIGIN_INVALID */
function toPortOptions(
  args: OperatorArguments,
): PublicPortOptions & Pick<OperatorNodeOptions, "adminPort" | "adminHostname"> {
  const { hostname, port, adminPort, adminHostname, l1Methods, rateLimit } = args;
  if (!isOneOf(L1_METHOD_SETS, l1Methods)) {
    throw pluginError({ code: "L1_METHODS_UNKNOWN", value: l1Methods, known: L1_METHOD_SETS });
  }
  const cors = toList(args.cors);
  for (const origin of cors) assertOrigin(origin);
  return {
    hostname,
    port,
    l1Methods,
    cors,
    ...(adminPort >= 0 && { adminPort, adminHostname }),
    hostNames: toList(args.hostNames).map((name) => name.toLowerCase()),
    limits: { unitsPerSecond: rateLimit, unitsBurst: BURST_SECONDS * rateLimit },
  };
}

/** The queue of the option, or of the config. */
function toQueue(
  { queue }: OperatorArguments,
  { queue: configured, schema, capacity }: ProversConfig,
): QueueSettings | undefined {
  const url = queue ?? configured;
  if (url === undefined) return undefined;
  return {
    url,
    ...(schema !== undefined && { schema }),
    ...(capacity !== undefined && { capacity }),
  };
}

function toList(text = ""): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function printNode(
  description: ReturnType<typeof describeNode>,
  prover: string,
  isDurable: boolean,
): void {
  const [first, ...rows] = nodeRows(description);
  console.log(
    formatTable([
      { type: "section-header", text: `Operator, preset ${description.preset}, prover ${prover}` },
      { type: "header", cells: [...first!] },
      ...rows.map(([name, value]) => row(name, value)),
    ]),
  );
  console.log(
    isDurable
      ? "Stop with Ctrl-C. A later start continues with all that was accepted."
      : "Stop with Ctrl-C. A later start continues from the data on L1.",
  );
}

const action = defineAction<OperatorArguments>(async (args, hre) => {
  const portOptions = toPortOptions(args);
  const { hostname = LOOPBACK, port, adminPort, adminHostname = LOOPBACK } = portOptions;
  await assertPortFree(hostname, port);
  if (adminPort !== undefined) await assertPortFree(adminHostname, adminPort);
  const { rollup, fromBlock, output } = await toRestoreSettings(args);
  // Standard output is a program's as soon as every line of it is JSON.
  const ownOutput = { ...args, json: args.json || args.jsonLogs };
  const plan = toPlan(ownOutput, hre);
  const { prover } = plan;
  const queue = toQueue(args, hre.config.rollup.node.provers);
  const store = toStore(args, hre);
  await buildFor(plan, hre);
  const { fees, l2ChainId } = hre.config.rollup.node;
  let line: StatusLine | undefined;
  const { logLevel } = hre.config.rollup.node.monitoring;
  const log = createNodeLog(args, logLevel, (stream, text) => {
    const write = () => void stream.write(text);
    if (line === undefined) write();
    else line.above(write);
  });
  const { startOperatorNode } = await import("../src/plugin/node/operator-node.ts");
  const interrupted = listenForInterruption();
  const start = startOperatorNode(hre, {
    ...portOptions,
    l2ChainId,
    prover,
    ...(rollup !== undefined && { rollup }),
    ...(fromBlock !== undefined && { fromBlock }),
    ...(output !== undefined && { output }),
    ...(fees && { fees }),
    ...(queue !== undefined && { queue }),
    store,
    log,
    signal: interrupted,
    onStandby: (leader) => {
      line?.close();
      if (hasStatusLine(args)) line = createStandbyLine(leader);
    },
    onProgress: createRestoreReporter(ownOutput),
  });
  const node = await unlessInterrupted(start, interrupted);
  line?.close();
  line = undefined;
  if (node === undefined) return;
  const description = describeNode(node, l2ChainId);
  if (args.json) printJson(description);
  else if (args.jsonLogs) log.info("The operator runs.", description);
  else printNode(description, prover, store.type !== "memory");
  if (hasStatusLine(args)) line = createNodeStatusLine(node);
  await aborted(interrupted, node.lost);
  line?.close();
  line = undefined;
  await closeNode(node);
});

/** @returns Undefined if the start was ended by Ctrl-C or SIGTERM. */
async function unlessInterrupted(
  start: Promise<OperatorNode>,
  interrupted: AbortSignal,
): Promise<OperatorNode | undefined> {
  interrupted.addEventListener("abort", () => endSoon(CLOSING_MS_MAX));
  try {
    return await start;
  } catch (error) {
    if (interrupted.aborted) return undefined;
    throw error;
  }
}

/** Closes a node and ends the process. @throws LEASE_LOST, for an exit code that is not 0 */
async function closeNode({ lost, close }: OperatorNode): Promise<void> {
  if (lost.aborted) process.exitCode = 1;
  endSoon(CLOSING_MS_MAX);
  await close();
  endSoon();
  if (lost.aborted) throw lost.reason;
}

/** Time for an operator to end its step, and for its store to write a snapshot. */
const CLOSING_MS_MAX = 30_000;

/** Whether a person looks at the log. */
function hasStatusLine({ json, jsonLogs }: OperatorArguments): boolean {
  return process.stdout.isTTY && !json && !jsonLogs;
}

function createNodeStatusLine({ rollup, monitor }: OperatorNode): StatusLine {
  return new StatusLine(process.stdout, () => describeStatus(rollup.operator, monitor));
}

function createStandbyLine({ host, pid }: Holder): StatusLine {
  const text = `Standby: the process ${pid} on the host ${host} leads. Stop with Ctrl-C.`;
  return new StatusLine(process.stdout, () => text);
}

export default action;
