/** `hardhat rollup:exit`: one's money out of a rollup that has stopped, with nothing but L1. */
import { styleText } from "node:util";
import { pluginError } from "../src/plugin/errors.ts";
import type { NetworkExit } from "../src/plugin/restore/exit-from-network.ts";
import type { ExitStep } from "../src/restore/exit.ts";
import {
  type CommonArguments,
  createRestoreReporter,
  defineAction,
  printJson,
  toPlan,
} from "./common.ts";
import { connectToL1, type RestoreArguments, toRestoreSettings } from "./restore-arguments.ts";

interface ExitArguments extends CommonArguments, RestoreArguments {
  readonly account?: string | undefined;
  readonly token: string;
  readonly request: boolean;
}

const STEPS: { readonly [S in ExitStep]: string } = {
  activate: "A request has expired: beginning the exodus",
  cancel: "Cancelling deposits that were never executed",
  prove: "Proving the balance in the last executed state",
  exit: "Claiming it on L1",
  withdraw: "Withdrawing what waits as pending balance",
};

function toJson({ request, report, balanceBefore, balanceAfter }: NetworkExit) {
  const { owner, accountId, token, executed } = request;
  const { claim, cancelled, ...sent } = report;
  return {
    ...{ owner, accountId, token, blockNumber: executed.storedBlock.blockNumber },
    claimed: claim?.amount ?? 0n,
    cancelled: cancelled.map(({ requestId, amount }) => ({ requestId, amount })),
    ...{ ...sent, balanceBefore, balanceAfter },
  };
}

async function print({ request, report, balanceBefore, balanceAfter }: NetworkExit) {
  const { formatAmount } = await import("../src/sdk/amounts.ts");
  const { owner, token } = request;
  const show = (amount: bigint) => `${formatAmount(amount, token)} ${token.symbol}`;
  const { cancelled, claim, withdrawn } = report;
  for (const { amount } of cancelled) console.log(`Cancelled a deposit of ${show(amount)}`);
  if (claim !== undefined) console.log(`Claimed ${show(claim.amount)}`);
  if (withdrawn > 0n) console.log(`Withdrew ${show(withdrawn)}`);
  const arrow = styleText("green", "→");
  console.log(`${owner} on L1: ${show(balanceBefore)} ${arrow} ${show(balanceAfter)}`);
}

/** An id, or else an address. @throws ADDRESS_INVALID, OPTION_INVALID */
async function assertAccount(account: string): Promise<void> {
  const { address, integer, readInput } = await import("../src/sdk/inputs.ts");
  if (/^\d+$/.test(account)) readInput(integer(0), Number(account), "--account");
  else readInput(address, account, "--account");
}

const action = defineAction<ExitArguments>(async (args, hre) => {
  const { account, token } = args;
  if (account === undefined) {
    throw pluginError({ code: "OPTION_MISSING", option: "account", task: "rollup:exit" });
  }
  await assertAccount(account);
  const settings = await toRestoreSettings(args);
  const exits = await import("../src/plugin/restore/exit-from-network.ts");
  const { restoreFromNetwork } = await import("../src/plugin/restore/restore-from-network.ts");
  const connection = await connectToL1(hre);
  try {
    const found = await restoreFromNetwork(
      hre.config,
      connection,
      settings,
      createRestoreReporter(args),
    );
    const request = await exits.toExitRequest(found, account, token);
    if (await exits.isToBeAsked(found.l1, args.request)) {
      const asked = await exits.requestFullExit(connection, found.l1, request);
      if (args.json) printJson(asked);
      else console.log(`The rollup is alive: asked for a full exit, request ${asked.requestId}.`);
      return;
    }
    const { createExitProver } = await import("../src/plugin/rollup/prover.ts");
    const { prover: name, progress } = toPlan(args, hre);
    const prover = await progress("Preparing the exit circuit", () =>
      createExitProver(hre.config, found.restored.preset.name, name),
    );
    const tell = (step: ExitStep) => args.json || console.log(STEPS[step]);
    try {
      const exit = await exits.exitFromNetwork(connection, found, request, prover, tell);
      if (args.json) printJson(toJson(exit));
      else await print(exit);
    } finally {
      await prover.close();
    }
  } finally {
    await connection.close();
  }
});

export default action;
