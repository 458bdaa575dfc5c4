/** `hardhat rollup:exit`: exits a rollup whose operator has stopped, with L1 alone. */
import { styleText } from "node:util";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { pluginError } from "../src/plugin/errors.ts";
import type { AccountedExit, AskedExit } from "../src/exit/request.ts";
import type { PresetName } from "../src/protocol/presets.ts";
import type { Prover } from "../src/prover/prover.ts";
import type { ExitStep } from "../src/exit/exit.ts";
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
  readonly withoutProof: boolean;
}

const STEPS: { readonly [S in ExitStep]: string } = {
  activate: "A request has expired: starting the exodus",
  payOut: "Making open payouts of executed blocks",
  cancel: "Cancelling deposits that were never executed",
  prove: "Proving the balance in the last executed state",
  exit: "Claiming it on L1",
  path: "Claiming the balance in the last executed state by its path, without a proof",
  withdraw: "Withdrawing the pending balance",
};

function toJson({ request, report, balanceBefore, balanceAfter }: AccountedExit) {
  const { owner, accountIds, token, executed } = request;
  const { exits, cancelled, failures, ...sent } = report;
  return {
    owner,
    accountIds,
    token,
    blockNumber: executed.storedBlock.blockNumber,
    claimed: exits.reduce((sum, { claim }) => sum + claim.amount, 0n),
    exits: exits.map(({ claim: { accountId, amount }, by, transaction }) => {
      return { accountId, amount, by, transaction };
    }),
    cancelled: cancelled.map(({ requestId, amount }) => ({ requestId, amount })),
    ...sent,
    balanceBefore,
    balanceAfter,
    left: failures.map(({ error, ...place }) => ({ ...place, reason: reasonOf(error) })),
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function print({ request, report, balanceBefore, balanceAfter }: AccountedExit) {
  const { formatAmount } = await import("../src/sdk/amounts.ts");
  const { owner, token } = request;
  const show = (amount: bigint) => `${formatAmount(amount, token)} ${token.symbol}`;
  const { payouts, cancelled, exits, withdrawn, failures } = report;
  if (payouts.length > 0) console.log(`Made payouts in ${payouts.length} L1 transactions`);
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

function printAsked(asked: readonly AskedExit[]): void {
  for (const { accountId, requestId } of asked) {
    const request = `a full exit of account ${accountId}, request ${requestId}`;
    console.log(`The operator still runs: requested ${request}.`);
  }
}

/** Reads an id, or else an address. @throws ADDRESS_INVALID, OPTION_INVALID */
async function assertAccount(account: string): Promise<void> {
  const { address, integer, readInput } = await import("../src/sdk/inputs.ts");
  if (/^\d+$/.test(account)) readInput(integer(0), Number(account), "--account");
  else readInput(address, account, "--account");
}

/** Creates a prover of exits; none if it is not wanted or has no key. */
async function openProver(
  args: ExitArguments,
  hre: HardhatRuntimeEnvironment,
  preset: PresetName,
): Promise<Prover | undefined> {
  if (args.withoutProof) return undefined;
  const { createExitProver } = await import("../src/plugin/rollup/prover.ts");
  const { prover: name, progress } = toPlan(args, hre);
  try {
    return await progress("Preparing the exit circuit", () =>
      createExitProver(hre.config, preset, name),
    );
  } catch (error) {
    if (!args.json) console.log(`No proving key, so claims go by path: ${reasonOf(error)}`);
    return undefined;
  }
}

/** Throws after an incomplete exit. @throws EXIT_INCOMPLETE if a step failed */
async function assertComplete({ request: { owner }, report }: AccountedExit): Promise<void> {
  const [first] = report.failures;
  if (first === undefined) return;
  const { exitError } = await import("../src/exit/errors.ts");
  const facts = { owner, failed: report.failures.length, first: reasonOf(first.error) };
  throw exitError({ code: "EXIT_INCOMPLETE", ...facts });
}

const action = defineAction<ExitArguments>(async (args, hre) => {
  const { account, token } = args;
  if (account === undefined) {
    throw pluginError({ code: "OPTION_MISSING", option: "account", task: "rollup:exit" });
  }
  await assertAccount(account);
  const settings = await toRestoreSettings(args);
  const exits = await import("../src/exit/request.ts");
  const { connectRollup } = await import("../src/l1/client.ts");
  const { restoreFromNetwork } = await import("../src/plugin/restore/restore-from-network.ts");
  const connection = await connectToL1(hre);
  try {
    const reporter = createRestoreReporter(args);
    const { l1, restored } = await restoreFromNetwork(hre.config, connection, settings, reporter);
    const request = await exits.toExitRequest(l1, restored, account, token);
    const isAlive = await exits.isAlive(l1);
    if (isAlive && args.request) {
      const connectAs = async (owner: string) =>
        connectRollup(l1, await connection.ethers.getSigner(owner));
      const asked = await exits.requestFullExits(connectAs, restored, request);
      if (args.json) printJson({ asked });
      else printAsked(asked);
      return;
    }
    const preset = restored.preset.name;
    const prover = isAlive ? undefined : await openProver(args, hre, preset);
    const report = (step: ExitStep) => args.json || console.log(STEPS[step]);
    try {
      const exit = await exits.exitAndAccount(l1, request, prover, report);
      if (args.json) printJson(toJson(exit));
      else await print(exit);
      await assertComplete(exit);
    } finally {
      await prover?.close();
    }
  } finally {
    await connection.close();
  }
});

export default action;
