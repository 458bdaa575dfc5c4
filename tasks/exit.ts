/** `hardhat rollup:exit`: one's money out of a rollup that has stopped, with nothing but L1. */
import { styleText } from "node:util";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NetworkConnection } from "hardhat/types/network";
import { pluginError } from "../src/plugin/errors.ts";
import type { AskedExit, NetworkExit } from "../src/plugin/restore/exit-from-network.ts";
import type { RestoreSettings } from "../src/plugin/restore/restore-from-network.ts";
import type { Prover } from "../src/prover/prover.ts";
import type { ExitRequest, ExitStep } from "../src/restore/exit.ts";
import {
  type CommonArguments,
  createRestoreReporter,
  defineAction,
  printJson,
  toPlan,
} from "./common.ts";

interface ExitArguments extends CommonArguments, RestoreSettings {
  readonly account?: string | undefined;
  readonly token: string;
  readonly request: boolean;
  readonly withoutProof: boolean;
}

const STEPS: { readonly [S in ExitStep]: string } = {
  activate: "A request has expired: beginning the exodus",
  payOut: "Making payouts of an executed block",
  cancel: "Cancelling deposits that were never executed",
  prove: "Proving the balance in the last executed state",
  exit: "Claiming it on L1",
  path: "Claiming the balance in the last executed state by its path, without a proof",
  withdraw: "Withdrawing what waits as pending balance",
};

function toJson({ request, report, balanceBefore, balanceAfter }: NetworkExit) {
  const { owner, accountIds, token, executed } = request;
  const { exits, cancelled, failures, ...sent } = report;
  return {
    ...{ owner, accountIds, token, blockNumber: executed.storedBlock.blockNumber },
    claimed: exits.reduce((sum, { claim }) => sum + claim.amount, 0n),
    exits: exits.map(({ claim: { accountId, amount }, by, transaction }) => {
      return { accountId, amount, by, transaction };
    }),
    cancelled: cancelled.map(({ requestId, amount }) => ({ requestId, amount })),
    ...{ ...sent, balanceBefore, balanceAfter },
    left: failures.map(({ error, ...place }) => ({ ...place, reason: reasonOf(error) })),
  };
}

function askedLine({ accountId, requestId }: AskedExit): string {
  return `The rollup is alive: asked for a full exit of account ${accountId}, request ${requestId}.`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function print({ request, report, balanceBefore, balanceAfter }: NetworkExit) {
  const { formatAmount } = await import("../src/sdk/amounts.ts");
  const { owner, token } = request;
  const show = (amount: bigint) => `${formatAmount(amount, token)} ${token.symbol}`;
  const { cancelled, exits, withdrawn, failures } = report;
  for (const { amount } of cancelled) console.log(`Cancelled a deposit of ${show(amount)}`);
  for (const { claim, proofFailure } of exits) {
    if (proofFailure !== undefined) console.log(`No proof: ${reasonOf(proofFailure)}`);
    console.log(`Claimed ${show(claim.amount)} of account ${claim.accountId}`);
  }
  if (withdrawn > 0n) console.log(`Withdrew ${show(withdrawn)}`);
  for (const { step, error } of failures) {
    console.log(`${styleText("red", "Left")}: ${STEPS[step]}: ${reasonOf(error)}`);
  }
  const arrow = styleText("green", "→");
  console.log(`${owner} on L1: ${show(balanceBefore)} ${arrow} ${show(balanceAfter)}`);
}

type Exits = typeof import("../src/plugin/restore/exit-from-network.ts");
type Found = Awaited<
  ReturnType<typeof import("../src/plugin/restore/restore-from-network.ts").restoreFromNetwork>
>;

/** A prover of exits; none if nobody wants one or there is no key for it. */
async function openProver(
  args: ExitArguments,
  hre: HardhatRuntimeEnvironment,
  { restored }: Found,
): Promise<Prover | undefined> {
  if (args.withoutProof) return undefined;
  const { createExitProver } = await import("../src/plugin/rollup/prover.ts");
  const { prover: name, progress } = toPlan(args, hre);
  try {
    return await progress("Preparing the exit circuit", () =>
      createExitProver(hre.config, restored.preset.name, name),
    );
  } catch (error) {
    if (!args.json) console.log(`No proving key, so claims go by path: ${reasonOf(error)}`);
    return undefined;
  }
}

/** @throws EXIT_INCOMPLETE if a step failed */
async function exit(
  args: ExitArguments,
  exits: Exits,
  connection: NetworkConnection,
  found: Found,
  request: ExitRequest,
  prover: Prover | undefined,
): Promise<void> {
  const tell = (step: ExitStep) => args.json || console.log(STEPS[step]);
  const done = await exits.exitFromNetwork(connection, found, request, prover, tell);
  if (args.json) printJson(toJson(done));
  else await print(done);
  const { failures } = done.report;
  if (failures.length === 0) return;
  const { restoreError } = await import("../src/restore/errors.ts");
  const facts = { owner: request.owner, failed: failures.length };
  throw restoreError({ code: "EXIT_INCOMPLETE", ...facts, first: reasonOf(failures[0]!.error) });
}

const action = defineAction<ExitArguments>(async (args, hre) => {
  const { account, token } = args;
  if (account === undefined) throw pluginError({ code: "OPTION_MISSING", option: "account" });
  const exits = await import("../src/plugin/restore/exit-from-network.ts");
  const { restoreFromNetwork } = await import("../src/plugin/restore/restore-from-network.ts");
  const connection = await hre.network.create();
  try {
    exits.assertAccount(account);
    const found = await restoreFromNetwork(
      hre.config,
      connection,
      args,
      createRestoreReporter(args),
    );
    const request = await exits.toExitRequest(found, account, token);
    if (await exits.isToBeAsked(found.l1, args.request)) {
      const asked = await exits.requestFullExits(connection, found, request);
      if (args.json) printJson({ asked });
      else for (const each of asked) console.log(askedLine(each));
      return;
    }
    const prover = await openProver(args, hre, found);
    try {
      await exit(args, exits, connection, found, request, prover);
    } finally {
      await prover?.close();
    }
  } finally {
    await connection.close();
  }
});

export default action;
