/** `hardhat rollup:revert`: reverts blocks of the rollup on L1 that are not executed. */
import { pluginError } from "../src/plugin/errors.ts";
import { type CommonArguments, defineAction, printJson } from "./common.ts";
import { connectToL1 } from "./restore-arguments.ts";

/** A number without a block, because an option with an integer must have a default. */
const NO_BLOCK = 0;

interface RevertArguments extends CommonArguments {
  readonly rollup?: string | undefined;
  readonly fromBlock: number;
  readonly breakPromises: boolean;
}

const action = defineAction<RevertArguments>(async (args, hre) => {
  const { rollup, fromBlock, breakPromises, json } = args;
  const { revertOnNetwork } = await import("../src/plugin/restore/revert-on-network.ts");
  const { integer, readInput } = await import("../src/sdk/inputs.ts");
  if (fromBlock === NO_BLOCK) {
    throw pluginError({ code: "OPTION_MISSING", option: "from-block", task: "rollup:revert" });
  }
  const first = readInput(integer(NO_BLOCK + 1), fromBlock, "--from-block");
  if (hre.config.rollup.node.promises !== undefined && !breakPromises) {
    throw pluginError({ code: "PROMISES_MAY_BREAK", blockNumber: first });
  }
  const connection = await connectToL1(hre);
  try {
    const settings = rollup === undefined ? {} : { rollup };
    const result = await revertOnNetwork(hre.config, connection, first, settings);
    if (json) {
      printJson(result);
    } else {
      const { from, to, executed } = result;
      console.log(`Rollup ${result.rollup}: reverted block ${from} to ${to}`);
      console.log(`Executed and final: up to block ${executed}`);
    }
  } finally {
    await connection.close();
  }
});

export default action;
