/**
 * The way out of a rollup whose operator has stopped, with nothing but L1 (design section 6): the
 * exodus begins, payouts that L1 still owes are made, deposits under way are cancelled, the
 * balances in the last executed state are claimed, by a proof or by a path, and what could not be
 * paid at once is pushed again.
 */
import { createExitWitnessInput, exitPath, exitPublicInputs } from "../block/exit.ts";
import type { PayoutRange, RollupClient } from "../l1/client.ts";
import type { ExitClaim, L1Transaction, QueuedDeposit, Token } from "../l1/types.ts";
import { EXIT_KEY_ID } from "../protocol/public-inputs.ts";
import type { Prover } from "../prover/prover.ts";
import type { StateAtBlock } from "./chain.ts";
import { restoreError } from "./errors.ts";
import { findOpenPayouts, type OpenPayouts } from "./open-payouts.ts";

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
  /** Who is paid, checksummed: the owner of the accounts. */
  readonly owner: string;
  /**
   * Accounts of the owner, ascending: an address may have several. None for an owner whose first
   * deposit was never executed.
   */
  readonly accountIds: readonly number[];
  readonly token: Token;
  /** The last executed block and its state, restored from L1. */
  readonly executed: StateAtBlock;
}

/** A balance that was claimed. */
export interface PerformedExit {
  readonly claim: ExitClaim;
  readonly by: "proof" | "path";
  readonly transaction: L1Transaction;
  /** Why no proof was made or taken, if one was tried. */
  readonly proofFailure?: unknown;
}

/** A step that could not be taken. What it was for is still there, and can be tried again. */
export interface FailedStep {
  readonly step: ExitStep;
  /** Account or block that it was for. */
  readonly accountId?: number;
  readonly blockNumber?: number;
  readonly error: unknown;
}

/** What has been done. A step that was not needed, or was done before, is missing. */
export interface ExitReport {
  readonly activation?: L1Transaction;
  readonly payouts: readonly L1Transaction[];
  readonly cancelled: readonly QueuedDeposit[];
  readonly cancellations: readonly L1Transaction[];
  readonly exits: readonly PerformedExit[];
  /** Of what waited as pending balance, and how much that was. */
  readonly withdrawal?: L1Transaction;
  readonly withdrawn: bigint;
  readonly failures: readonly FailedStep[];
}

export type ExitStep = "activate" | "payOut" | "cancel" | "prove" | "exit" | "path" | "withdraw";
/** Is told which step begins. */
export type ExitListener = (step: ExitStep) => void;

/** Deposits cancelled by one L1 transaction: 100 cost about 5 million gas. */
const CANCELLED_AT_ONCE = 100;

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
 * Takes all that an owner has of a token out of a rollup that has stopped. Each step is taken only
 * if there is something to do, so the call can be repeated after any failure; and a step that fails
 * keeps no other from being taken. Of a rollup that is alive it takes what L1 owes already.
 *
 * @param l1 - Pays for gas; need not be the owner.
 * @param prover - Makes the claims cheaper; without it, or if its proofs are not accepted, claims
 * are made by path.
 * @throws EXIT_ROLLUP_ALIVE, EXIT_NOTHING_TO_CLAIM, EXIT_DONE_ALREADY; and if the exodus can not
 * begin, L1_REVERTED
 */
export async function exitRollup(
  l1: RollupClient,
  prover: Prover | undefined,
  request: ExitRequest,
  onStep: ExitListener = () => {},
): Promise<ExitReport> {
  const { owner, token } = request;
  const { stage, expiration } = await readExodusStatus(l1);
  const hasStopped = stage !== "alive";
  const failures: FailedStep[] = [];
  const attempt = createAttempt(failures, onStep);
  const search = createAttempt(failures);
  const owed = (await search("payOut", {}, () => findOwed(l1, request))) ?? [];
  if (!hasStopped && owed.length === 0) {
    throwFirst(failures);
    throw restoreError({ code: "EXIT_ROLLUP_ALIVE", expiration });
  }
  const claimable = hasStopped ? await findClaimable(l1, request) : [];
  const findDeposits = () => openDeposits(l1, request);
  const deposits = (hasStopped && (await search("cancel", {}, findDeposits))) || [];
  if (claimable.length + deposits.length + owed.length === 0) {
    await assertPending(l1, request, failures);
  }

  const activation = stage === "expired" ? await activate(l1, onStep) : undefined;
  const payouts: L1Transaction[] = [];
  for (const { block, range } of owed) {
    const { blockNumber } = block.storedBlock;
    await attempt("payOut", { blockNumber }, async () => {
      payouts.push(await l1.payOut(block, range));
    });
  }
  const cancelled: QueuedDeposit[] = [];
  const cancellations: L1Transaction[] = [];
  for (let first = 0; first < deposits.length; first += CANCELLED_AT_ONCE) {
    const some = deposits.slice(first, first + CANCELLED_AT_ONCE);
    await attempt("cancel", {}, async () => {
      cancellations.push(await l1.cancelDeposits(some));
      cancelled.push(...some);
    });
  }
  const exits: PerformedExit[] = [];
  for (const accountId of claimable) {
    const exit = await performExit({ l1, prover, request, attempt, onStep }, accountId);
    if (exit !== undefined) exits.push(exit);
  }
  const pending = await l1.contract.pendingBalance(owner, token.address);
  const withdrawal =
    pending === 0n
      ? undefined
      : await attempt("withdraw", {}, () => l1.withdrawPendingBalance(owner, token.address));
  return {
    ...{ payouts, cancelled, cancellations, exits, failures },
    withdrawn: withdrawal === undefined ? 0n : pending,
    ...(activation && { activation }),
    ...(withdrawal && { withdrawal }),
  };
}

type Attempt = <T>(
  step: ExitStep,
  place: Pick<FailedStep, "accountId" | "blockNumber">,
  action: () => Promise<T>,
) => Promise<T | undefined>;

/** Takes steps one by one; of one that fails it keeps the reason. */
function createAttempt(failures: FailedStep[], onStep: ExitListener = () => {}): Attempt {
  return async (step, place, action) => {
    onStep(step);
    try {
      return await action();
    } catch (error) {
      failures.push({ step, ...place, error });
      return undefined;
    }
  };
}

/** Without the exodus no other step is possible, so a failure is one unless somebody was faster. */
async function activate(
  l1: RollupClient,
  onStep: ExitListener,
): Promise<L1Transaction | undefined> {
  onStep("activate");
  try {
    return await l1.activateExodusMode();
  } catch (error) {
    if (await l1.contract.exodusMode()) return undefined;
    throw error;
  }
}

interface Means {
  readonly l1: RollupClient;
  readonly prover: Prover | undefined;
  readonly request: ExitRequest;
  readonly attempt: Attempt;
  readonly onStep: ExitListener;
}

/** Claims what an account holds: by a proof if there is a prover, or else by a path. */
async function performExit(
  { l1, prover, request: { executed, token }, attempt, onStep }: Means,
  accountId: number,
): Promise<PerformedExit | undefined> {
  let proofFailure: { readonly proofFailure: unknown } | undefined;
  if (prover !== undefined) {
    try {
      onStep("prove");
      const { claim, proof } = await proveExit(prover, executed, accountId, token.id);
      onStep("exit");
      const transaction = await l1.performExit(executed.storedBlock, claim, proof);
      return { claim, by: "proof", transaction };
    } catch (error) {
      // A path needs neither prover nor key.
      proofFailure = { proofFailure: error };
    }
  }
  // L1 may have taken a claim by proof though nothing was heard of it; it takes no second one.
  if (proofFailure && (await l1.contract.hasExited(accountId, token.id))) return undefined;
  return attempt("path", { accountId }, async () => {
    const input = createExitWitnessInput(executed.state, accountId, token.id);
    const { owner, amount } = input;
    const claim = { accountId, tokenId: token.id, owner, amount };
    const path = exitPath(input);
    const transaction = await l1.performExitByPath(executed.storedBlock, claim, path);
    return { claim, by: "path", transaction, ...proofFailure };
  });
}

/** Payouts to the owner that are open, in stretches that stand together in their block. */
async function findOwed(
  l1: RollupClient,
  { owner, token }: ExitRequest,
): Promise<{ readonly block: OpenPayouts; readonly range: PayoutRange }[]> {
  return (await findOpenPayouts(l1)).flatMap((block) => {
    const mine = block.open.filter((index) => {
      const { recipient, tokenId } = block.payouts[index]!;
      return recipient === BigInt(owner) && tokenId === token.id;
    });
    const firsts = mine.filter((index) => !mine.includes(index - 1));
    const lasts = mine.filter((index) => !mine.includes(index + 1));
    return firsts.map((first, i) => ({ block, range: { first, count: lasts[i]! - first + 1 } }));
  });
}

/** The owner's accounts that hold something they have not claimed yet. */
async function findClaimable(
  { contract }: RollupClient,
  { accountIds, token, executed }: ExitRequest,
): Promise<number[]> {
  const holders = accountIds.filter((id) => executed.state.balance(id, token.id) > 0n);
  const done = await Promise.all(holders.map((id) => contract.hasExited(id, token.id)));
  return holders.filter((_, index) => !done[index]);
}

/** What could not be looked for may be there. */
function throwFirst([failure]: readonly FailedStep[]): void {
  if (failure !== undefined) throw failure.error;
}

/**
 * @throws EXIT_DONE_ALREADY, EXIT_NOTHING_TO_CLAIM unless something waits for the owner, and why a
 * search has failed
 */
async function assertPending(
  { contract }: RollupClient,
  { owner, accountIds, token }: ExitRequest,
  failures: readonly FailedStep[],
): Promise<void> {
  if ((await contract.pendingBalance(owner, token.address)) > 0n) return;
  throwFirst(failures);
  const done = await Promise.all(accountIds.map((id) => contract.hasExited(id, token.id)));
  const code = done.includes(true) ? "EXIT_DONE_ALREADY" : "EXIT_NOTHING_TO_CLAIM";
  throw restoreError({ code, owner, tokenId: token.id });
}

/**
 * Deposits of a token for an owner that are in no executed block, nor cancelled.
 *
 * @throws RESTORE_EVENTS_MISSING
 */
async function openDeposits(
  l1: RollupClient,
  { owner, token }: ExitRequest,
): Promise<QueuedDeposit[]> {
  const { contract, deploymentBlock } = l1;
  const [{ requests, requestCount }, { firstOpen }] = await Promise.all([
    l1.readNews(deploymentBlock),
    contract.priorityQueue(),
  ]);
  if (requests.length !== requestCount) {
    const reason = `there are ${requests.length} requests, and the contract counts ${requestCount}`;
    throw restoreError({ code: "RESTORE_EVENTS_MISSING", reason });
  }
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
