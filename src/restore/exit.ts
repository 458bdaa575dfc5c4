/**
 * The way out of a rollup whose operator has stopped, with nothing but L1 (design section 6): the
 * exodus begins, deposits under way are cancelled, the balance in the last executed state is
 * claimed by a proof, and what could not be paid at once is pushed again.
 */
import { createExitWitnessInput, exitPublicInputs } from "../block/exit.ts";
import type { RollupClient } from "../l1/client.ts";
import type { ExitClaim, L1Transaction, QueuedDeposit, Token } from "../l1/types.ts";
import { EXIT_KEY_ID } from "../protocol/public-inputs.ts";
import type { Prover } from "../prover/prover.ts";
import type { StateAtBlock } from "./chain.ts";
import { restoreError } from "./errors.ts";

/**
 * Whether users depend on themselves: `alive`, no request has waited too long; `expired`, one has,
 * and anyone may begin the exodus; `exodus`, it has begun.
 */
export interface ExodusStatus {
  readonly stage: "alive" | "expired" | "exodus";
  /** Until when the oldest open request may wait, in Unix seconds; undefined if there is none. */
  readonly expiration: bigint | undefined;
}

/** What leaves, and on whose behalf. */
export interface ExitRequest {
  /** Who is paid, checksummed: the owner of the account. */
  readonly owner: string;
  /** Undefined for an owner whose first deposit was never executed. */
  readonly accountId: number | undefined;
  readonly token: Token;
  /** The last executed block and its state, restored from L1. */
  readonly executed: StateAtBlock;
}

/** What has been done. A step that was not needed, or was done before, is missing. */
export interface ExitReport {
  readonly activation?: L1Transaction;
  readonly cancelled: readonly QueuedDeposit[];
  readonly cancellation?: L1Transaction;
  readonly claim?: ExitClaim;
  readonly exit?: L1Transaction;
  /** Of what waited as pending balance, and how much that was. */
  readonly withdrawal?: L1Transaction;
  readonly withdrawn: bigint;
}

export type ExitStep = "activate" | "cancel" | "prove" | "exit" | "withdraw";
/** Is told which step begins. */
export type ExitListener = (step: ExitStep) => void;

export async function readExodusStatus({ contract }: RollupClient): Promise<ExodusStatus> {
  const [exodus, { firstOpen, next }] = await Promise.all([
    contract.exodusMode(),
    contract.priorityQueue(),
  ]);
  if (firstOpen === next) return { stage: exodus ? "exodus" : "alive", expiration: undefined };
  const { expiration } = await contract.priorityRequest(firstOpen);
  if (exodus) return { stage: "exodus", expiration };
  const latest = (await contract.runner!.provider!.getBlock("latest"))!;
  return { stage: BigInt(latest.timestamp) >= expiration ? "expired" : "alive", expiration };
}

/**
 * Proves what an account holds.
 *
 * @throws ACCOUNT_NOT_FOUND, ACCOUNT_ID_OUT_OF_RANGE, TOKEN_ID_OUT_OF_RANGE, and what the prover
 * throws
 */
export async function proveExit(
  prover: Prover,
  { state }: StateAtBlock,
  accountId: number,
  tokenId: number,
): Promise<{ claim: ExitClaim; proof: readonly bigint[] }> {
  const input = createExitWitnessInput(state, accountId, tokenId);
  const publicInputs = exitPublicInputs(input);
  const { proof } = await prover.prove({ keyId: EXIT_KEY_ID, input, publicInputs });
  const { owner, amount } = input;
  return { claim: { accountId, tokenId, owner, amount }, proof };
}

/**
 * Takes all that an account has of a token out of a rollup that has stopped. Each step is taken
 * only if there is something to do, so the call can be repeated after any failure.
 *
 * @param l1 - Pays for gas; need not be the owner.
 * @throws EXIT_ROLLUP_ALIVE, EXIT_NOTHING_TO_CLAIM, EXIT_DONE_ALREADY,
 * L1_REVERTED
 */
export async function exitRollup(
  l1: RollupClient,
  prover: Prover,
  request: ExitRequest,
  onStep: ExitListener = () => {},
): Promise<ExitReport> {
  const { owner, accountId, token, executed } = request;
  const { stage, expiration } = await readExodusStatus(l1);
  if (stage === "alive") throw restoreError({ code: "EXIT_ROLLUP_ALIVE", expiration });
  const claimed = (await hasClaim(l1, request)) ? accountId : undefined;
  const cancelled = await openDeposits(l1, request);
  if (claimed === undefined && cancelled.length === 0) await assertPending(l1, request);

  const take = async <T>(step: ExitStep, isNeeded: boolean, action: () => Promise<T>) => {
    if (!isNeeded) return undefined;
    onStep(step);
    return action();
  };
  const activation = await take("activate", stage === "expired", () => l1.activateExodusMode());
  const cancellation = await take("cancel", cancelled.length > 0, () =>
    l1.cancelDeposits(cancelled),
  );
  const proven = await take("prove", claimed !== undefined, () =>
    proveExit(prover, executed, claimed!, token.id),
  );
  const exit = await take("exit", proven !== undefined, () =>
    l1.performExit(executed.storedBlock, proven!.claim, proven!.proof),
  );
  const withdrawn = await l1.contract.pendingBalance(owner, token.address);
  const withdrawal = await take("withdraw", withdrawn > 0n, () =>
    l1.withdrawPendingBalance(owner, token.address),
  );
  return {
    ...{ cancelled, withdrawn },
    ...(activation && { activation }),
    ...(cancellation && { cancellation }),
    ...(proven && { claim: proven.claim }),
    ...(exit && { exit }),
    ...(withdrawal && { withdrawal }),
  };
}

/** Whether the account holds something that it has not claimed yet. */
async function hasClaim(
  { contract }: RollupClient,
  { accountId, token, executed }: ExitRequest,
): Promise<boolean> {
  if (accountId === undefined || executed.state.balance(accountId, token.id) === 0n) return false;
  return !(await contract.hasExited(accountId, token.id));
}

/** @throws EXIT_DONE_ALREADY, EXIT_NOTHING_TO_CLAIM unless something waits for the owner */
async function assertPending(
  { contract }: RollupClient,
  { owner, accountId, token }: ExitRequest,
): Promise<void> {
  if ((await contract.pendingBalance(owner, token.address)) > 0n) return;
  const isDone = accountId !== undefined && (await contract.hasExited(accountId, token.id));
  const code = isDone ? "EXIT_DONE_ALREADY" : "EXIT_NOTHING_TO_CLAIM";
  throw restoreError({ code, owner, tokenId: token.id });
}

/** Deposits of a token for an owner that are in no executed block, nor cancelled. */
async function openDeposits(
  l1: RollupClient,
  { owner, token }: ExitRequest,
): Promise<QueuedDeposit[]> {
  const { contract, deploymentBlock } = l1;
  const [{ requests }, { firstOpen }] = await Promise.all([
    l1.readNews(deploymentBlock),
    contract.priorityQueue(),
  ]);
  const deposits = requests.filter(
    (request): request is QueuedDeposit =>
      request.type === "deposit" &&
      BigInt(request.requestId) >= firstOpen &&
      request.owner === BigInt(owner) &&
      request.tokenId === token.id,
  );
  const kept = await Promise.all(
    deposits.map(async ({ requestId }) => (await contract.priorityRequest(requestId)).expiration),
  );
  return deposits.filter((_, index) => kept[index] !== 0n);
}
