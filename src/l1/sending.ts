/**
 * Sends transactions to L1, and follows each until it is mined, refused, or abandoned so that a
 * retry is safe. This module decides which nonce a transaction gets, and what has to be settled
 * before. The nonce stays the same when a node forgets a transaction or does not answer, and when
 * the process is killed, so no call is executed twice.
 */
import type { Provider, Signer, TransactionReceipt } from "ethers";
import { withDefaults } from "../util/defaults.ts";
import { isRollupError } from "../util/errors.ts";
import { type SendingAccount, sendingAccount } from "./account.ts";
import {
  type Attempt,
  Attempts,
  createPoll,
  feesOf,
  type L1Call,
  toStuckError,
} from "./attempt.ts";
import { createMemorySpendingBook, findSpentBudget, toBudgetError } from "./budget.ts";
import { l1Error } from "./errors.ts";
import { canReplace, higherFees } from "./fees.ts";
import { L1_LIMITS } from "./gas.ts";
import type { JournaledTransaction } from "./journal.ts";
import { originalRunner, patientRunner } from "./requests.ts";
import { toFailureError, toL1Error } from "./reverts.ts";
import { DEFAULT_PATIENCE, type Patience, type SendingSettings } from "./settings.ts";

export type { L1Call } from "./attempt.ts";

/** The pending transactions of an account, as a range of nonces. */
export interface PendingTransactions {
  /** First nonce without a mined transaction. */
  readonly latestNonce: number;
  /** First nonce without any transaction; equal to `latestNonce` if none is pending. */
  readonly pendingNonce: number;
}

/** Maximum attempts, each of which ends when another transaction takes its nonce. */
const ATTEMPTS_MAX = 10;
/** Slightly more than one Ethereum block. */
const PENDING_GRACE_MS = 15_000;
/** Gas limit relative to an estimate, for changes of L1 before the transaction is mined. */
const ESTIMATE_PERCENT = 125n;

/** Creates a sender of a signer's account. @throws L1_REQUEST_FAILED, L1_SIGNER_MISSING */
export async function createSender(
  signer: Signer,
  patience: Partial<Patience> = {},
  settings: SendingSettings = {},
): Promise<Sender> {
  const whole = withDefaults(DEFAULT_PATIENCE, patience);
  const { provider } = patientRunner(signer, whole);
  if (provider === null) throw l1Error({ code: "L1_SIGNER_MISSING", call: "A transaction" });
  const { chainId } = await provider.getNetwork();
  return new Sender(signer, provider, chainId, whole, settings);
}

/** Sends transactions from one account. */
export class Sender {
  readonly #signer: Signer;
  readonly #provider: Provider;
  readonly #settings: SendingSettings;
  readonly #attempts: Attempts;
  readonly #reportEachMs: number;
  #reportedAt = -Infinity;

  /** @param provider - From `patientRunner`. */
  constructor(
    signer: Signer,
    provider: Provider,
    chainId: bigint,
    patience: Patience,
    settings: SendingSettings = {},
  ) {
    this.#signer = originalRunner(signer);
    this.#provider = provider;
    this.#reportEachMs = patience.reportEachMs;
    this.#settings = { ...settings, spending: settings.spending ?? createMemorySpendingBook() };
    this.#attempts = new Attempts({
      signer: this.#signer,
      provider,
      chainId,
      patience,
      settings: this.#settings,
    });
  }

  /**
   * Sends for a user, after the account's pending transactions.
   *
   * @param gasLimit - Default: the node's estimate plus a quarter.
   * @throws L1_REVERTED and the other codes of `toL1Error`, L1_TRANSACTION_FAILED;
   * L1_REQUEST_FAILED, L1_FUNDS_INSUFFICIENT, L1_TRANSACTION_REFUSED, L1_NONCE_TAKEN: not sent;
   * L1_TRANSACTION_STUCK: it may still be mined, unless another transaction replaces it.
   */
  async send(call: L1Call, gasLimit?: bigint): Promise<TransactionReceipt> {
    const account = await this.#account();
    if (account.isExclusive) return this.sendAlone(call, gasLimit);
    for (let attempts = 1; attempts <= ATTEMPTS_MAX; attempts++) {
      const attempt = await account.queue.run(async () => {
        const limit = await this.#prepare(call, gasLimit);
        const { pendingNonce } = await this.readPending();
        const opened = await this.#attempts.open(call, limit, pendingNonce);
        if (!(await this.#attempts.submit(opened))) return { settled: undefined };
        // Tracked within the queue, so that the next user of the queue sees it.
        return { settled: this.#track(account, this.#attempts.settle(opened)) };
      });
      const receipt = await attempt.settled;
      if (receipt !== undefined) return this.#successful(call, receipt);
    }
    throw await this.#nonceTaken(call);
  }

  /**
   * Sends for an operator, the only user of the account: waits for all own transactions first,
   * settles what an earlier process has left, and replaces pending ones that block it.
   *
   * @param gasLimit - Worst-case gas; the call is simulated with it first. Default: an estimate.
   * @throws The codes of {@link send}; L1_BUDGET_SPENT, L1_FEES_ABOVE_LIMIT: not sent.
   */
  async sendAlone(call: L1Call, gasLimit?: bigint): Promise<TransactionReceipt> {
    return this.#alone(async (account) => {
      if (!account.isResumed) await this.#resume(account, PENDING_GRACE_MS);
      for (let attempts = 1; attempts <= ATTEMPTS_MAX; attempts++) {
        await this.#assertWithinBudget(account, call);
        const limit = await this.#prepare(call, gasLimit);
        const attempt = await this.#openNext(account, call, limit);
        if (attempt === undefined || !(await this.#attempts.submit(attempt))) continue;
        const receipt = await this.#attempts.settle(attempt);
        if (receipt !== undefined) return this.#successful(call, receipt);
      }
      throw await this.#nonceTaken(call);
    });
  }

  /** Reads which nonces of the account are pending, of transactions of any sender. */
  async readPending(): Promise<PendingTransactions> {
    const address = await this.#signer.getAddress();
    const [latestNonce, pendingNonce] = await Promise.all([
      this.#provider.getTransactionCount(address, "latest"),
      this.#provider.getTransactionCount(address, "pending"),
    ]);
    return { latestNonce, pendingNonce: Math.max(latestNonce, pendingNonce) };
  }

  /**
   * Waits until no transaction of the account is pending. Those in the journal are sent again until
   * they are mined. Others that are not mined in time are replaced by empty transfers to the
   * account itself.
   *
   * @param graceMs - Time to mine transactions of others before they are replaced. Default: 15 s.
   * @returns The transactions that were pending at first.
   * @throws L1_REQUEST_FAILED, L1_FUNDS_INSUFFICIENT, L1_TRANSACTION_REFUSED, L1_TRANSACTION_STUCK,
   * L1_FEES_ABOVE_LIMIT
   */
  async settlePending(graceMs = PENDING_GRACE_MS): Promise<PendingTransactions> {
    return this.#alone(async (account) => {
      const found = await this.readPending();
      await this.#resume(account, graceMs);
      await this.#clear(account, found.pendingNonce, graceMs);
      return found;
    });
  }

  async #account(): Promise<SendingAccount> {
    const address = await this.#signer.getAddress();
    return sendingAccount(this.#signer.provider!, address, this.#settings.journal);
  }

  /** Runs an action while this process has no other transaction of the account. */
  async #alone<T>(action: (account: SendingAccount) => Promise<T>): Promise<T> {
    const account = await this.#account();
    return account.queue.run(async () => {
      await Promise.allSettled(account.open);
      return action(account);
    });
  }

  #track<T>(account: SendingAccount, settled: Promise<T>): Promise<T> {
    const done = () => account.open.delete(settled);
    account.open.add(settled);
    settled.then(done, done);
    return settled;
  }

  // ------------------------------------------------------------------------- before a send

  /** Simulates a call on the mined state, or estimates its gas. @returns The gas limit. */
  async #prepare(call: L1Call, gasLimit: bigint | undefined): Promise<bigint> {
    const from = await this.#signer.getAddress();
    const { to, data, value } = call;
    const request = { from, ...(to !== null && { to }), data, value };
    try {
      if (gasLimit !== undefined) {
        // Not on the pending state, because pending transactions may be replaced.
        await this.#provider.call({ ...request, gasLimit });
        return gasLimit;
      }
      const estimate = await this.#provider.estimateGas({ ...request, blockTag: "pending" });
      const wanted = (estimate * ESTIMATE_PERCENT) / 100n;
      const gasMax = BigInt(L1_LIMITS.gasMax);
      return wanted < gasMax ? wanted : gasMax;
    } catch (error) {
      throw toL1Error(call.name, error);
    }
  }

  async #assertWithinBudget(account: SendingAccount, call: L1Call): Promise<void> {
    const { budget = {}, spending, isUrgent, onEvent } = this.#settings;
    const spent = await findSpentBudget(account.address, budget, spending!, Date.now());
    if (spent === undefined) return;
    if ((await isUrgent?.()) !== true) throw toBudgetError(call.name, spent);
    onEvent?.({ type: "budgetExceeded", purpose: call.purpose ?? call.name, ...spent });
  }

  /**
   * Opens an attempt with the first nonce that is not mined: that of an abandoned transaction,
   * which it then replaces, or a new one.
   *
   * @returns Undefined if something else had to be settled first.
   */
  async #openNext(
    account: SendingAccount,
    call: L1Call,
    gasLimit: bigint,
  ): Promise<Attempt | undefined> {
    const { latestNonce, pendingNonce } = await this.readPending();
    const [first] = groupByNonce(await account.journal.pending(account.address), latestNonce);
    if (first === undefined || first.nonce > pendingNonce) {
      return this.#attempts.open(call, gasLimit, pendingNonce, account);
    }
    const { nonce } = first;
    const sent = first.versions.filter(({ raw }) => !account.refused.has(raw));
    if (sent.length === 0) return this.#attempts.open(call, gasLimit, nonce, account);
    const floor = sent.map(({ raw }) => feesOf(raw)).reduce(higherFees);
    const attempt = await this.#attempts.open(call, gasLimit, nonce, account, floor);
    if (canReplace(attempt.fees, floor)) return attempt;
    // Nodes would not take it within the limit of fees, so the other one has to be mined first.
    await this.#push(account, sent);
    return undefined;
  }

  // ---------------------------------------------------------- what an earlier process has left

  /**
   * Settles what the journal has: what is mined is noted, and the rest is sent again until it is.
   *
   * @param graceMs - See {@link settlePending}.
   */
  async #resume(account: SendingAccount, graceMs: number): Promise<void> {
    for (;;) {
      const { latestNonce } = await this.readPending();
      const pending = await account.journal.pending(account.address);
      await this.#settleMined(account, latestNonce, pending);
      const open = pending.filter(({ raw }) => !account.refused.has(raw));
      const [first] = groupByNonce(open, latestNonce);
      if (first === undefined) break;
      if (first.nonce > latestNonce) await this.#clear(account, first.nonce, graceMs);
      else await this.#push(account, first.versions);
    }
    account.isResumed = true;
  }

  /** Finds out which versions of mined nonces were mined, and settles them. */
  async #settleMined(
    account: SendingAccount,
    latestNonce: number,
    pending: readonly JournaledTransaction[],
  ): Promise<void> {
    const mined = groupByNonce(pending.filter(({ nonce }) => nonce < latestNonce));
    if (mined.length === 0) return;
    for (const { nonce, versions } of mined) {
      const found = await this.#attempts.findMinedVersion(versions);
      const isReceipt = typeof found !== "string";
      const own = isReceipt ? versions.find(({ hash }) => hash === found.hash) : undefined;
      const { purpose } = own ?? versions.at(-1)!;
      if (isReceipt) await this.#attempts.noteMined(account, purpose, nonce, found);
      this.#settings.onEvent?.({
        type: "settled",
        purpose,
        nonce,
        outcome: isReceipt ? "mined" : found,
        ...(isReceipt && { hash: found.hash }),
      });
    }
    await account.journal.settle(account.address, latestNonce - 1);
  }

  /**
   * Sends a transaction of the journal again until a transaction with its nonce is mined. One that
   * L1 would revert is replaced by an empty transfer.
   *
   * @param versions - Of the first nonce that is not mined; the last one is sent.
   */
  async #push(account: SendingAccount, versions: readonly JournaledTransaction[]): Promise<void> {
    const adopted = await this.#attempts.adopt(versions, account);
    const { call, gasLimit, nonce } = adopted;
    const isUseless = await this.#wouldRevert(call, gasLimit);
    const floor = versions.map(({ raw }) => feesOf(raw)).reduce(higherFees);
    const attempt = isUseless ? await this.#attempts.replaceAt(nonce, account, floor) : adopted;
    const { hashes } = attempt;
    try {
      if (!isUseless && !(await this.#attempts.submit(attempt))) throw toStuckError(attempt);
    } catch (error) {
      // Noted as refused: nothing of it is anywhere, so the next transaction takes its nonce.
      if (isRollupError(error) && REFUSALS.includes(error.code)) return;
      throw error;
    }
    if (!isUseless) await this.#attempts.keepUp(attempt);
    const receipt = await this.#attempts.settle(attempt);
    const isOwn = receipt !== undefined && hashes.includes(receipt.hash) && !isUseless;
    this.#settings.onEvent?.({
      type: "settled",
      purpose: call.name,
      nonce,
      outcome: isOwn ? "mined" : "displaced",
      ...(isOwn && { hash: receipt.hash }),
    });
  }

  async #wouldRevert(call: L1Call, gasLimit: bigint): Promise<boolean> {
    try {
      await this.#prepare(call, gasLimit);
      return false;
    } catch (error) {
      if (isRollupError(error) && error.code === "L1_REVERTED") return true;
      throw error;
    }
  }

  /** Waits for transactions of others below a nonce, and replaces those that are not mined. */
  async #clear(account: SendingAccount, endNonce: number, graceMs: number): Promise<void> {
    const startedAt = Date.now();
    const end = startedAt + graceMs;
    let { latestNonce, pendingNonce } = await this.readPending();
    for (const poll = createPoll(); latestNonce < Math.min(endNonce, pendingNonce);) {
      if (Date.now() >= end) break;
      this.#reportOthers(latestNonce, startedAt);
      await poll();
      ({ latestNonce, pendingNonce } = await this.readPending());
    }
    for (let nonce = latestNonce; nonce < endNonce; nonce++) {
      await this.#attempts.settle(await this.#attempts.replaceAt(nonce, account));
    }
  }

  #reportOthers(nonce: number, startedAt: number): void {
    const now = Date.now();
    if (now - this.#reportedAt < this.#reportEachMs) return;
    this.#reportedAt = now;
    const facts = { nonce, hash: "", sends: 0, waitedMs: now - startedAt, isInherited: true };
    this.#settings.onEvent?.({ type: "waiting", purpose: "a transaction of others", ...facts });
  }

  // --------------------------------------------------------------------------------- outcomes

  async #successful({ name }: L1Call, receipt: TransactionReceipt): Promise<TransactionReceipt> {
    if (receipt.status === 1) return receipt;
    throw await toFailureError(name, receipt, this.#provider);
  }

  async #nonceTaken(call: L1Call): Promise<Error> {
    const address = await this.#signer.getAddress();
    return l1Error({
      code: "L1_NONCE_TAKEN",
      call: call.name,
      address,
      attempts: ATTEMPTS_MAX,
    });
  }
}

/** Codes that say that no node has accepted a transaction, and why it never will. */
const REFUSALS = ["L1_TRANSACTION_REFUSED", "L1_REVERTED"];

interface NonceGroup {
  readonly nonce: number;
  /** Oldest first. */
  readonly versions: readonly JournaledTransaction[];
}

/** Groups the entries of a journal from a nonce on, ascending. */
function groupByNonce(entries: readonly JournaledTransaction[], fromNonce = 0): NonceGroup[] {
  const groups = new Map<number, JournaledTransaction[]>();
  for (const entry of entries) {
    if (entry.nonce < fromNonce) continue;
    groups.set(entry.nonce, [...(groups.get(entry.nonce) ?? []), entry]);
  }
  return [...groups].map(([nonce, versions]) => ({ nonce, versions }));
}
