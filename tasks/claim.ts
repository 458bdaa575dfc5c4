/** `hardhat rollup:claim`: claims the penalty of a broken promise. */
import { formatEther } from "ethers";
import type { ClaimResult } from "../src/plugin/rollup/claim.ts";
import { type CommonArguments, createRestoreReporter, defineAction, printJson } from "./common.ts";
import { connectToL1, toRestoreSettings } from "./restore-arguments.ts";

interface ClaimArguments extends CommonArguments {
  readonly promise: string;
  readonly fromBlock: number;
}

const VERDICTS = {
  kept: "Kept: L1 has executed what was promised",
  ended: "Ended: blocks are later than the promise is for",
  open: "Open: L1 has executed nothing yet that keeps or breaks it",
  broken: "Broken",
};

function print({ bond, verdict, paid }: ClaimResult): void {
  const place = "blockNumber" in verdict ? `, block ${verdict.blockNumber}` : "";
  console.log(`${VERDICTS[verdict.type]}${place}`);
  if (paid === undefined) return;
  const { transaction, rewardWei, burnedWei } = paid;
  console.log(`The bond ${bond.bondAddress} has paid ${formatEther(rewardWei)} ETH`);
  console.log(`and burned ${formatEther(burnedWei)} ETH (L1 transaction ${transaction})`);
}

const action = defineAction<ClaimArguments>(async (args, hre) => {
  const { fromBlock } = await toRestoreSettings(args);
  const { claimPromise } = await import("../src/plugin/rollup/claim.ts");
  const connection = await connectToL1(hre);
  try {
    const onProgress = createRestoreReporter(args);
    const settings = { file: args.promise, fromBlock, onProgress };
    const result = await claimPromise(hre.config, connection, settings);
    if (args.json) printJson(result);
    else print(result);
  } finally {
    await connection.close();
  }
});

export default action;
