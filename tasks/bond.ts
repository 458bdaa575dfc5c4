/** `hardhat rollup:bond`: shows the bond of an operator's promises, and what its owner does. */
import { formatEther } from "ethers";
import type { BondAction } from "../src/plugin/rollup/bond.ts";
import { pluginError } from "../src/plugin/errors.ts";
import type { Bond } from "../src/receipts/bond-on-l1.ts";
import { parseDecimal } from "../src/util/decimals.ts";
import { type CommonArguments, defineAction, printJson } from "./common.ts";
import { connectToL1 } from "./restore-arguments.ts";

interface BondArguments extends CommonArguments {
  readonly bond?: string | undefined;
  readonly rollup?: string | undefined;
  readonly deploy: boolean;
  readonly signer?: string | undefined;
  readonly penalty?: string | undefined;
  readonly delayDays: number;
  readonly fund?: string | undefined;
  readonly announce: boolean;
  readonly cancel: boolean;
  readonly withdraw: boolean;
}

const SECONDS_PER_DAY = 24 * 60 * 60;
const ETH_DECIMALS = 18;

/** @throws BOND_ACTIONS_SEVERAL, ADDRESS_INVALID, AMOUNT_INVALID, OPTION_INVALID, OPTION_MISSING */
async function toAction(args: BondArguments): Promise<BondAction> {
  const { amount, integer, nonZeroAddress, readInput } = await import("../src/sdk/inputs.ts");
  const toWei = (name: string, text: string | undefined) =>
    readInput(amount, text === undefined ? text : (parseDecimal(text, ETH_DECIMALS) ?? text), name);
  const { deploy, announce, cancel, withdraw, fund } = args;
  const chosen = [
    ...(deploy ? ["--deploy"] : []),
    ...(announce ? ["--announce"] : []),
    ...(cancel ? ["--cancel"] : []),
    ...(withdraw ? ["--withdraw"] : []),
    ...(fund !== undefined && !deploy ? ["--fund"] : []),
  ];
  if (chosen.length > 1) throw pluginError({ code: "BOND_ACTIONS_SEVERAL", options: chosen });
  if (deploy) {
    const { rollup, signer, penalty, delayDays } = args;
    for (const [option, value] of Object.entries({ signer, penalty })) {
      if (value !== undefined) continue;
      throw pluginError({ code: "OPTION_MISSING", option, task: "rollup:bond --deploy" });
    }
    return {
      type: "deploy",
      rollup: rollup === undefined ? rollup : readInput(nonZeroAddress, rollup, "--rollup"),
      signerAddress: readInput(nonZeroAddress, signer, "--signer"),
      penaltyWei: toWei("--penalty", penalty),
      delaySeconds: SECONDS_PER_DAY * readInput(integer(1), delayDays, "--delay-days"),
      valueWei: fund === undefined ? 0n : toWei("--fund", fund),
    };
  }
  if (fund !== undefined) return { type: "fund", valueWei: toWei("--fund", fund) };
  if (announce) return { type: "announceWithdrawal" };
  if (cancel) return { type: "cancelWithdrawal" };
  return { type: withdraw ? "withdraw" : "show" };
}

function print(bond: Bond): void {
  const { withdrawableAt, delaySeconds } = bond;
  const days = Number(delaySeconds) / SECONDS_PER_DAY;
  const withdrawal =
    withdrawableAt === undefined
      ? `${days} days after it is announced`
      : `announced; from ${new Date(Number(withdrawableAt) * 1000).toISOString()} on`;
  console.log(`Bond        ${bond.bondAddress}`);
  console.log(`Rollup      ${bond.rollupAddress}`);
  console.log(`Signer      ${bond.signerAddress}`);
  console.log(`Owner       ${bond.ownerAddress}`);
  console.log(`Balance     ${formatEther(bond.balanceWei)} ETH`);
  console.log(`Penalty     ${formatEther(bond.penaltyWei)} ETH`);
  console.log(`Withdrawal  ${withdrawal}`);
}

const action = defineAction<BondArguments>(async (args, hre) => {
  const bondAction = await toAction(args);
  const { config, artifacts } = hre;
  const connection = await connectToL1(hre);
  try {
    const { bondContract, useBond } = await import("../src/plugin/rollup/bond.ts");
    if (args.deploy && !(await artifacts.artifactExists(bondContract(config)))) {
      await hre.tasks.getTask("build").run({ quiet: true });
    }
    const address = args.bond ?? config.rollup.node.promises?.bond;
    const { nonZeroAddress, readInput } = await import("../src/sdk/inputs.ts");
    const known = address === undefined ? address : readInput(nonZeroAddress, address, "--bond");
    const bond = await useBond({ config, artifacts, connection }, known, bondAction);
    if (args.json) printJson(bond);
    else print(bond);
  } finally {
    await connection.close();
  }
});

export default action;
