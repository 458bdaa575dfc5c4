/** `hardhat rollup:operator`: runs the operator of a rollup on an external L1 until interrupted. */
import type { OperatorNode } from "../src/plugin/node/operator-node.ts";
import { formatTable } from "@nomicfoundation/hardhat-utils/format";
import { pluginError } from "../src/plugin/errors.ts";
import { L1_METHOD_SETS } from "../src/server/l1-methods.ts";
import { assertPortFree } from "../src/server/listen.ts";
import type { PublicPortOptions } from "../src/server/serve-operator.ts";
import { assertOrigin, LOOPBACK } from "../src/server/origins.ts";
import { BURST_SECONDS } from "../src/server/limits.ts";
import {
  buildFor,
  type CommonArguments,
  createLogger,
  createRestoreReporter,
  defineAction,
  isOneOf,
  printJson,
  row,
  toPlan,
  serveUntilInterrupted,
} from "./common.ts";
import { type RestoreArguments, toRestoreSettings } from "./restore-arguments.ts";

interface OperatorArguments extends CommonArguments, RestoreArguments {
  readonly hostname?: string | undefined;
  readonly port: number;
  /** Admin port; negative for none. */
  readonly adminPort: number;
  readonly cors?: string | undefined;
  readonly hostNames?: string | undefined;
  readonly l1Methods: string;
  readonly rateLimit: number;
}

/** @throws L1_METHODS_UNKNOWN, ORIGIN_INVALID */
function toPortOptions(args: OperatorArguments): PublicPortOptions & { adminPort?: number } {
  const { hostname, port, adminPort, l1Methods, rateLimit } = args;
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
    ...(adminPort >= 0 && { adminPort }),
    hostNames: toList(args.hostNames).map((name) => name.toLowerCase()),
    limits: { unitsPerSecond: rateLimit, unitsBurst: BURST_SECONDS * rateLimit },
  };
}

function toList(text = ""): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function describe({ rollup, url, adminUrl }: OperatorNode) {
  const { state, chainId, rollupAddress, preset, prover } = rollup.operator;
  return {
    url,
    ...(adminUrl !== undefined && { adminUrl }),
    chainId: Number(chainId),
    rollup: rollupAddress,
    preset: preset.name,
    prover: prover.name,
    accounts: [...state.accounts()].length,
    stateRoot: state.root,
  };
}

function printNode(node: OperatorNode, prover: string): void {
  const { url, adminUrl, chainId, rollup, preset, accounts, stateRoot } = describe(node);
  console.log(
    formatTable([
      { type: "section-header", text: `Operator, preset ${preset}, prover ${prover}` },
      { type: "header", cells: ["JSON-RPC, rollup_* and L1's", url] },
      ...(adminUrl === undefined ? [] : [row("The same with all methods", adminUrl)]),
      row("Chain id", String(chainId)),
      row("Rollup", rollup),
      row("Accounts", String(accounts)),
      row("State root", String(stateRoot)),
    ]),
  );
  console.log("Stop with Ctrl-C. A later start continues from the data on L1.");
}

const action = defineAction<OperatorArguments>(async (args, hre) => {
  const portOptions = toPortOptions(args);
  const { hostname = LOOPBACK, port, adminPort } = portOptions;
  await assertPortFree(hostname, port);
  if (adminPort !== undefined) await assertPortFree(LOOPBACK, adminPort);
  const { rollup, fromBlock, output } = await toRestoreSettings(args);
  const plan = toPlan(args, hre);
  const { prover } = plan;
  await buildFor(plan, hre);
  const { fees } = hre.config.rollup.node;
  const { startOperatorNode } = await import("../src/plugin/node/operator-node.ts");
  const node = await startOperatorNode(hre, {
    ...portOptions,
    prover,
    ...(rollup !== undefined && { rollup }),
    ...(fromBlock !== undefined && { fromBlock }),
    ...(output !== undefined && { output }),
    ...(fees && { fees }),
    logger: createLogger(args),
    onProgress: createRestoreReporter(args),
  });
  const announce = () => (args.json ? printJson(describe(node)) : printNode(node, prover));
  await serveUntilInterrupted(announce, () => node.close());
});

export default action;
