/** `hardhat rollup:operator`: the operator of a rollup on an L1 elsewhere, until interrupted. */
import { formatTable } from "@nomicfoundation/hardhat-utils/format";
import {
  buildFor,
  type CommonArguments,
  createLogger,
  createRestoreReporter,
  defineAction,
  printJson,
  row,
  toPlan,
  untilInterrupted,
} from "./common.ts";
import { type RestoreArguments, toRestoreSettings } from "./restore-arguments.ts";

interface OperatorArguments extends CommonArguments, RestoreArguments {
  readonly hostname?: string | undefined;
  readonly port: number;
}

const action = defineAction<OperatorArguments>(async (args, hre) => {
  const { rollup, fromBlock, output } = await toRestoreSettings(args);
  const plan = toPlan(args, hre);
  const { prover } = plan;
  await buildFor(plan, hre);
  const { startOperatorNode } = await import("../src/plugin/node/operator-node.ts");
  const { hostname, port } = args;
  const node = await startOperatorNode(hre, {
    ...{ hostname, port, prover },
    ...(rollup !== undefined && { rollup }),
    ...(fromBlock !== undefined && { fromBlock }),
    ...(output !== undefined && { output }),
    logger: createLogger(args),
    onProgress: createRestoreReporter(args),
  });
  const { operator } = node.rollup;
  const { state, chainId, rollupAddress } = operator;
  const description = {
    url: node.url,
    chainId: Number(chainId),
    rollup: rollupAddress,
    preset: operator.preset.name,
    prover: operator.prover.name,
    accounts: [...state.accounts()].length,
    stateRoot: state.root,
  };
  if (args.json) {
    printJson(description);
  } else {
    const { url, preset, accounts, stateRoot } = description;
    console.log(
      formatTable([
        { type: "section-header", text: `Operator, preset ${preset}, prover ${prover}` },
        { type: "header", cells: ["JSON-RPC, rollup_* and L1's", url] },
        row("Chain id", String(chainId)),
        row("Rollup", rollupAddress),
        row("Accounts", String(accounts)),
        row("State root", String(stateRoot)),
      ]),
    );
    console.log("Stop with Ctrl-C. Started again, it goes on from what is on L1.");
  }
  await untilInterrupted(() => node.close());
});

export default action;
