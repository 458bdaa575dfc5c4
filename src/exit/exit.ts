/**
 * The exit from a rollup whose operator has stopped, with nothing but L1
 * (docs/restore-and-exit.md): it begins the exodus, makes open payouts, cancels deposits in the
 * queue, claims the balances in the last executed state by a proof or by a path, and withdraws the
 * pending balance.
 */
import { createExitWitnessInput, exitPath, exitPublicInputs } from "../block/exit.ts";
import type { PayoutRange, RollupClient } from "../l1/client.ts";
import { isRejection } from "../l1/refusals.ts";
import type { ExitClaim, L1Transaction, QueuedDeposit, Token } from "../l1/types.ts";
import { EXIT_KEY_ID } from "../protocol/public-inputs.ts";
import type { Prover } from "../prover/prover.ts";
import type { StateAtBlock } from "../restore/chain.ts";
import { completeHistory, type L1History, requestsOf } from "../restore/history.ts";
import { restoreError } from "../restore/errors.ts";
import { findOpenPayouts, type OpenPayouts } from "../restore/open-payouts.ts";
import { exitError } from "./errors.ts";

/**
 * Whether the operator still serves users. `alive`: no request has expired; `expired`: one has, and
 * anyone may begin the exodus; `exodus`: it has begun.
 */
export interface ExodusStatus {
  readonly stage: "alive" | "expired" | "exodus";
  /** Unix seconds at which the oldest open request expires; undefined if there is none. */
  readonly expiration: bigint | undefined;
}

/** What leaves the rollup, and for whom. */
export interface ExitRequest {
  /** Who is paid, checksummed: the owner of the accounts. */
  readonly owner: string;
  /**
   * Accounts of the owner, ascending: an address may have several. None for an owner whose first
   * deposit was never executed.
   */
  readonly accountIds: readonly number[];
  /** The token that leaves. */
  readonly token: Token;
  /** The last executed block and its state, restored from L1. */
  readonly executed: StateAtBlock;
  /** What the restore has read beside the blocks; default: it is read from L1. */
  readonly history?: L1History;
}

/** A balance that was claimed. */
export interface PerformedExit {
  readonly claim: ExitClaim;
  readonly by: "proof" | "path";
  readonly transaction: L1Transaction;
  /** Why there was no proof or L1 refused it, if one was tried. */
  readonly proofFailure?: unknown;
}

/** A step that failed; it can be tried again. */
export interface FailedStep {
  readonly step: ExitStep;
  /** Account or block that it was for. */
  readonly accountId?: number;
  readonly blockNumber?: number;
  readonly error: unknown;
}

/** What an exit has done. A step that was not needed, or was done before, is missing. */
export interface ExitReport {
  readonly activation?: L1Transaction;
  readonly payouts: readonly L1Transaction[];
  readonly cancelled: readonly QueuedDeposit[];
  readonly cancellations: readonly L1Transaction[];
  readonly exits: readonly PerformedExit[];
  /** The withdrawal of the pending balance, and its amount. */
  readonly withdrawal?: L1Transaction;
  readonly withdrawn: bigint;
  readonly failures: readonly FailedStep[];
}

/** A step of an exit, in their order; each may be repeated or missing. */
export type ExitStep = "activate" | "payOut" | "cancel" | "prove" | "exit" | "path" | "withdraw";
/** Receives each step as it begins. */
export type ExitListener = (step: ExitStep) => void;

/** Maximum deposits that one L1 transaction cancels: 100 cost about 5 million gas. */
const CANCELLED_AT_ONCE = 100;

/**
 * Reads whether the operator still serves users.
 *
 * @param client - A client of the rollup; a provider is enough.
 * @returns The stage, and when the oldest open request expires.
 * @throws L1_REQUEST_FAILED
 *
 * @example
 * await readExodusStatus(client); // { stage: "alive", expiration: undefined }
 * await client.depositEth(alice.address, 5n);
 * await networkHelpers.time.increase(15 * 24 * 60 * 60);
 * (await readExodusStatus(client)).stage; // "expired"
 */
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
 * Proves the balance of an account in one token.
 *
 * @param prover - Makes the proof; stays the caller's to close.
 * @param executed - The last executed block, from {@link restoreRollup}.
 * @param accountId - Id of the account.
 * @param tokenId - Id of the token.
 * @returns The claim, and its proof as eight words in the order of EIP-197: the arguments of
 * {@link RollupClient.performExit}.
 * @throws ACCOUNT_NOT_FOUND, ACCOUNT_ID_OUT_OF_RANGE, TOKEN_ID_OUT_OF_RANGE, and the
 * codes of the prover
 *
 * @example
 * const { executed } = await restoreRollup(createRestoreSource(client));
 * const accountId = executed.state.accountIdOf(BigInt(alice.address));
 * const { claim } = await proveExit(createMockProver(), executed, accountId, ETH_TOKEN_ID);
 * claim.amount; // ethers.parseEther("10")
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
 * Takes everything that an owner has of a token out of a rollup that has stopped. It skips steps
 * without anything to do, so it can be repeated after any failure, and a failed step stops no
 * other. From a rollup that is alive it only takes open payouts.
 *
 * @param l1 - A client whose signer pays for gas; it need not be the owner.
 * @param prover - Proves the claims, which are cheaper then; without it, or if L1 refuses its
 * proofs, claims go by path.
 * @param request - Owner, accounts and token, from {@link toExitRequest}.
 * @param onStep - Receives each step as it begins.
 * @returns What was done, and which steps failed.
 * @throws EXIT_ROLLUP_ALIVE, EXIT_NOTHING_TO_CLAIM, EXIT_DONE_ALREADY; L1_REVERTED if the
 * exodus does not begin; RESTORE_EVENTS_MISSING if a search failed and nothing else was found
 *
 * @example
 * await client.depositEth(alice.address, 5n);
 * const restored = await restoreRollup(createRestoreSource(client));
 * const request = await toExitRequest(client, restored, alice.address, "ETH");
 * await exitRollup(client, undefined, request); // throws EXIT_ROLLUP_ALIVE
 * await networkHelpers.time.increase(15 * 24 * 60 * 60);
 * const { exits, withdrawn, failures } = await exitRollup(client, undefined, request);
 * exits.map(({ claim }) => claim.amount); // [ethers.parseEther("10")]
 * withdrawn; // 5n
 * failures; // []
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
  const history = completeHistory(l1, request.history);
  const findOwn = async () => findOwed(l1, request, await history);
  const owed = (await search("payOut", {}, findOwn)) ?? [];
  if (!hasStopped && owed.length === 0) {
    throwFirst(failures);
    throw exitError({ code: "EXIT_ROLLUP_ALIVE", expiration });
  }
  const claimable = hasStopped ? await findClaimable(l1, request) : [];
  const findDeposits = async () => openDeposits(l1, request, await history);
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
    const exit = await performExit({ l1, prover, request, attempt, onStep, failures }, accountId);
    if (exit !== undefined) exits.push(exit);
  }
  const pending = await l1.contract.pendingBalance(owner, token.address);
  const withdrawal =
    pending === 0n
      ? undefined
      : await attempt("withdraw", {}, () => l1.withdrawPendingBalance(owner, token.address));
  return {
    payouts,
    cancelled,
    cancellations,
    exits,
    failures,
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

/** Runs steps and keeps the reason of a failure. */
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

/**
 * No other step works without the exodus, so a failure ends the exit unless the exodus has begun.
 */
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
  readonly failures: FailedStep[];
}

/** Claims the balance of an account: by a proof if there is a prover, else by a path. */
async function performExit(
  { l1, prover, request: { executed, token }, attempt, onStep, failures }: Means,
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
      // Nor does the user want to pay for a path.
      if (isRejection(error)) {
        failures.push({ step: "exit", accountId, error });
        return undefined;
      }
      // A path needs neither prover nor key.
      proofFailure = { proofFailure: error };
    }
  }
  // L1 may have accepted the claim by proof though the answer was lost; it accepts no second one.
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

/** Open payouts to the owner, in ranges of consecutive indexes. */
async function findOwed(
  l1: RollupClient,
  { owner, token }: ExitRequest,
  history: L1History,
): Promise<{ readonly block: OpenPayouts; readonly range: PayoutRange }[]> {
  return (await findOpenPayouts(l1, history)).flatMap((block) => {
    const mine = block.open.filter((index) => {
      const { recipient, tokenId } = block.payouts[index]!;
      return recipient === BigInt(owner) && tokenId === token.id;
    });
    const firsts = mine.filter((index) => !mine.includes(index - 1));
    const lasts = mine.filter((index) => !mine.includes(index + 1));
    return firsts.map((first, i) => ({ block, range: { first, count: lasts[i]! - first + 1 } }));
  });
}

/** The owner's accounts with a balance that is not claimed yet. */
async function findClaimable(
  { contract }: RollupClient,
  { accountIds, token, executed }: ExitRequest,
): Promise<number[]> {
  const holders = accountIds.filter((id) => executed.state.balance(id, token.id) > 0n);
  const done = await Promise.all(holders.map((id) => contract.hasExited(id, token.id)));
  return holders.filter((_, index) => !done[index]);
}

/** A search that failed may have missed something. */
function throwFirst([failure]: readonly FailedStep[]): void {
  if (failure !== undefined) throw failure.error;
}

/**
 * @throws EXIT_DONE_ALREADY, EXIT_NOTHING_TO_CLAIM without a pending balance; the failure of a
 * search
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
  throw exitError({ code, owner, tokenId: token.id, symbol: token.symbol });
}

/**
 * Deposits of a token for an owner that no block has executed and nobody has cancelled.
 *
 * @throws RESTORE_EVENTS_MISSING
 */
export async function openDeposits(
  { contract }: RollupClient,
  { owner, token }: ExitRequest,
  history: L1History,
): Promise<QueuedDeposit[]> {
  const queue = await contract.priorityQueue({ blockTag: history.toBlock });
  const open = requestsOf(history).filter(
    ({ requestId }) => requestId >= Number(queue.firstOpen) && requestId < Number(queue.next),
  );
  const count = Number(queue.next - queue.firstOpen);
  if (open.length !== count) {
    const reason = `there are ${open.length} open requests, and the contract counts ${count}`;
    throw restoreError({ code: "RESTORE_EVENTS_MISSING", reason });
  }
  const deposits = open.filter(
    (request): request is QueuedDeposit =>
      request.type === "deposit" && request.owner === BigInt(owner) && request.tokenId === token.id,
  );
  const kept = await Promise.all(
    deposits.map(async ({ requestId }) => (await contract.priorityRequest(requestId)).expiration),
  );
  return deposits.filter((_, index) => kept[index] !== 0n);
}
