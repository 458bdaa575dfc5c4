/**
 * Sends transactions to L1, and stays with each until it is settled: mined, refused, or given up in
 * a way that makes it safe to try again. Nonce, fees and gas limit are decided here; what a node
 * answers, forgets, or does not answer changes nothing about the nonce, and so nothing can be done
 * twice.
 */
import type { Provider, Signer, TransactionReceipt } from "ethers";
import { isRollupError } from "../util/errors.ts";
import { type SendingAccount, sendingAccount } from "./account.ts";
import { asksPerson, broadcast, type SendResult } from "./broadcast.ts";
import { l1Error } from "./errors.ts";
import { areWithin, type Fees, higherFees, raiseFees, suggestFees } from "./fees.ts";
import { L1_LIMITS } from "./gas.ts";
import { findMined } from "./mined.ts";
import { isMisuse, reasonOf } from "./refusals.ts";
import { originalRunner, REQUEST_LIMITS, type RequestLimits, sleep } from "./requests.ts";
import { toL1Error } from "./reverts.ts";

/** How long to wait for L1. */
export interface Patience extends RequestLimits {
  /** After this a transaction is sent again, with the same nonce and higher fees. */
  readonly resendAfterMs: number;
  /** How many times it is sent in all. */
  readonly sendsMax: number;
  /** Fees are raised up to so many times what L1 asks for at the time; a whole number. */
  readonly feeFactorMax: number;
}

/** Five Ethereum blocks; and then fees that are nearly ten times as high as at first. */
export const DEFAULT_PATIENCE: Patience = {
  ...REQUEST_LIMITS,
  resendAfterMs: 60_000,
  sendsMax: 11,
  feeFactorMax: 20,
};

/** What to send. */
export interface L1Call {
  /** Function of the contract, for messages. */
  readonly name: string;
  /** Null makes a contract. */
  readonly to: string | null;
  readonly data: string;
  /** In wei. */
  readonly value: bigint;
}

/** Transactions of an account that wait at the node. */
export interface PendingTransactions {
  /** Nonce of the first that is not mined. */
  readonly latestNonce: number;
  /** The first nonce that no transaction has; as large as the other if none waits. */
  readonly pendingNonce: number;
}

/** A nonce, and all that was sent with it. */
interface Attempt {
  readonly call: L1Call;
  readonly gasLimit: bigint;
  readonly nonce: number;
  /** No transaction with this nonce is mined up to this L1 block. */
  readonly fromBlock: number;
  readonly hashes: string[];
  fees: Fees;
  sends: number;
  /** Whether nobody knows what became of the last one. */
  isLost: boolean;
}

/** `displaced`: the nonce is another transaction's, so this one can never be mined. */
type Outcome = TransactionReceipt | "waiting" | "displaced";

const POLL_MS_MIN = 20;
const POLL_MS_MAX = 1_000;
const POLL_FACTOR = 1.5;
/** One whose answer got lost is sent again after this part of the time. */
const LOST_SHARE = 0.1;
/** Times that others may take the nonce first. */
const ATTEMPTS_MAX = 10;
/** Transactions in front that are replaced at a time. */
const REPLACED_MAX = 16;
const SELF_TRANSFER_GAS = 30_000n;
/** Over an estimate, for what changes before the transaction is mined. */
const ESTIMATE_PERCENT = 125n;

/** Sends from one account. */
export class Sender {
  readonly #signer: Signer;
  readonly #provider: Provider;
  readonly #chainId: bigint;
  readonly #patience: Patience;

  /** @param provider - A patient one, see `patientRunner`. */
  constructor(signer: Signer, provider: Provider, chainId: bigint, patience: Patience) {
    this.#signer = originalRunner(signer);
    this.#provider = provider;
    this.#chainId = chainId;
    this.#patience = patience;
  }

  /**
   * Sends for a user, behind what waits already.
   *
   * @param gasLimit - Default: a node's estimate, and a quarter more.
   * @returns The receipt, also of a transaction that failed.
   * @throws L1_REVERTED and what else `toL1Error` makes of a refusal; L1_REQUEST_FAILED,
   * L1_FUNDS_INSUFFICIENT, L1_TRANSACTION_REFUSED, L1_NONCE_TAKEN: nothing was sent;
   * L1_TRANSACTION_STUCK: it may still be mined, if nothing is sent in its place.
   */
  async send(call: L1Call, gasLimit?: bigint): Promise<TransactionReceipt> {
    const account = await this.#account();
    for (let attempts = 1; attempts <= ATTEMPTS_MAX; attempts++) {
      const attempt = await account.queue.run(async () => {
        if (gasLimit !== undefined) await this.#rehearse(call, gasLimit);
        const opened = await this.#open(call, gasLimit ?? (await this.#estimate(call)));
        if (!(await this.#submit(opened))) return { settled: undefined };
        // Joined before anybody else leaves the queue.
        return { settled: this.#track(account, this.#settle(opened)) };
      });
      const receipt = await attempt.settled;
      if (receipt !== undefined) return receipt;
    }
    throw await this.#nonceTaken(call);
  }

  /**
   * Sends for an operator, which alone uses the account: nothing else is under way at the time, and
   * what a predecessor has left at the node is replaced when it does not get out of the way.
   *
   * @param gasLimit - Computed. L1 is asked first whether the call succeeds with it.
   * @throws as {@link send}
   */
  async sendAlone(call: L1Call, gasLimit: bigint): Promise<TransactionReceipt> {
    return this.#alone(async (account) => {
      for (let attempts = 1; attempts <= ATTEMPTS_MAX; attempts++) {
        await this.#rehearse(call, gasLimit);
        const attempt = await this.#reopen(account, call, gasLimit);
        if (!(await this.#submit(attempt))) continue;
        const receipt = await this.#settle(attempt, account);
        if (receipt !== undefined) return receipt;
      }
      throw await this.#nonceTaken(call);
    });
  }

  /** Which transactions of the account wait at the node, whoever has sent them. */
  async readPending(): Promise<PendingTransactions> {
    const address = await this.#signer.getAddress();
    const [latestNonce, pendingNonce] = await Promise.all([
      this.#provider.getTransactionCount(address, "latest"),
      this.#provider.getTransactionCount(address, "pending"),
    ]);
    return { latestNonce, pendingNonce: Math.max(latestNonce, pendingNonce) };
  }

  /**
   * Waits until nothing of the account waits at the node any more: what is not mined in time is
   * replaced by a transfer of nothing to itself.
   *
   * @param graceMs - How long what waits may still be mined.
   * @returns What waited at first.
   * @throws L1_REQUEST_FAILED, L1_FUNDS_INSUFFICIENT, L1_TRANSACTION_REFUSED, L1_TRANSACTION_STUCK
   */
  async settlePending(graceMs: number): Promise<PendingTransactions> {
    return this.#alone(async () => {
      const found = await this.readPending();
      const end = Date.now() + graceMs;
      let { latestNonce } = found;
      for (const poll = createPoll(); latestNonce < found.pendingNonce && Date.now() < end;) {
        await poll();
        ({ latestNonce } = await this.readPending());
      }
      for (let nonce = latestNonce; nonce < found.pendingNonce; nonce++) {
        const attempt = await this.#replaceAt(nonce);
        await this.#settle(attempt);
      }
      return found;
    });
  }

  async #account(): Promise<SendingAccount> {
    return sendingAccount(this.#signer.provider!, await this.#signer.getAddress());
  }

  /** Runs an action while this process sends nothing else from the account. */
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

  async #estimate(call: L1Call): Promise<bigint> {
    try {
      const request = { ...(await this.#toRequest(call)), blockTag: "pending" };
      const estimate = await this.#provider.estimateGas(request);
      const gasLimit = (estimate * ESTIMATE_PERCENT) / 100n;
      const gasMax = BigInt(L1_LIMITS.gasMax);
      return gasLimit < gasMax ? gasLimit : gasMax;
    } catch (error) {
      throw toL1Error(call.name, error);
    }
  }

  /** On what is mined: whatever waits may yet be replaced. */
  async #rehearse(call: L1Call, gasLimit: bigint): Promise<void> {
    try {
      await this.#provider.call({ ...(await this.#toRequest(call)), gasLimit });
    } catch (error) {
      throw toL1Error(call.name, error);
    }
  }

  async #toRequest({ to, data, value }: L1Call) {
    const from = await this.#signer.getAddress();
    return { from, ...(to !== null && { to }), data, value };
  }

  async #open(call: L1Call, gasLimit: bigint, at?: number): Promise<Attempt> {
    const [fromBlock, fees] = await Promise.all([
      this.#provider.getBlockNumber(),
      suggestFees(this.#provider),
    ]);
    const nonce = at ?? (await this.readPending()).pendingNonce;
    return { call, gasLimit, nonce, fromBlock, hashes: [], fees, sends: 0, isLost: false };
  }

  /** At the place of one that was given up, if it is still free. */
  async #reopen(account: SendingAccount, call: L1Call, gasLimit: bigint): Promise<Attempt> {
    const { abandoned } = account;
    const attempt = await this.#open(call, gasLimit);
    delete account.abandoned;
    if (abandoned === undefined) return attempt;
    const { latestNonce } = await this.readPending();
    if (abandoned.nonce < latestNonce || abandoned.nonce > attempt.nonce) return attempt;
    const fees = higherFees(attempt.fees, raiseFees(abandoned.fees));
    return { ...attempt, nonce: abandoned.nonce, fees };
  }

  async #replaceAt(nonce: number): Promise<Attempt> {
    const address = await this.#signer.getAddress();
    const nothing = { name: "replacement", to: address, data: "0x", value: 0n };
    const attempt = await this.#open(nothing, SELF_TRANSFER_GAS, nonce);
    await this.#submit(attempt);
    return attempt;
  }

  /**
   * Gives an attempt to the node; raises its fees as long as the node asks for more.
   *
   * @returns False if the nonce was wrong, and nothing was sent.
   * @throws L1_FUNDS_INSUFFICIENT, L1_TRANSACTION_REFUSED, L1_REVERTED if nothing was sent
   */
  async #submit(attempt: Attempt): Promise<boolean> {
    for (;;) {
      const result = await this.#broadcast(attempt);
      const { answer, hash } = result;
      if ((answer === "outbid" || answer === "cheap") && (await this.#raise(attempt))) continue;
      attempt.sends++;
      attempt.isLost = answer === "lost";
      const mayBeThere = answer === "taken" || answer === "known" || attempt.isLost;
      if (hash !== undefined && mayBeThere) attempt.hashes.push(hash);
      if (attempt.sends > 1) return true;
      if (answer === "poor" || answer === "refused" || answer === "reverted") {
        throw await this.#toRefusal(attempt, result);
      }
      return answer !== "nonceGap";
    }
  }

  async #broadcast({ call, gasLimit, nonce, fees }: Attempt): Promise<SendResult> {
    const { to, data, value } = call;
    const from = await this.#signer.getAddress();
    const transaction = { chainId: this.#chainId, from, to, data, value, nonce, gasLimit, fees };
    return broadcast(this.#signer, transaction, this.#patience.requestTimeoutMs);
  }

  async #toRefusal({ call }: Attempt, { answer, error }: SendResult): Promise<unknown> {
    if (isMisuse(error)) return error;
    const { name } = call;
    if (answer === "poor") {
      const address = await this.#signer.getAddress();
      return l1Error({ code: "L1_FUNDS_INSUFFICIENT", call: name, address });
    }
    const revert = toL1Error(name, error);
    if (isRollupError(revert)) return revert;
    return l1Error({ code: "L1_TRANSACTION_REFUSED", call: name, reason: reasonOf(error) });
  }

  /** @returns Whether there was room below the limit. */
  async #raise(attempt: Attempt): Promise<boolean> {
    const suggested = await this.#suggestFees(attempt);
    const fees = higherFees(raiseFees(attempt.fees), suggested);
    if (!areWithin(fees, suggested, this.#patience.feeFactorMax)) return false;
    attempt.fees = fees;
    return true;
  }

  async #suggestFees({ fees }: Attempt): Promise<Fees> {
    // What was right before has to do while L1 does not answer.
    return suggestFees(this.#provider).catch(() => fees);
  }

  /**
   * Stays with an attempt until it is settled.
   *
   * @param account - Of an operator: what stands in front is replaced.
   * @returns Undefined if the attempt is displaced.
   */
  async #settle(
    attempt: Attempt,
    account?: SendingAccount,
  ): Promise<TransactionReceipt | undefined> {
    const { resendAfterMs, sendsMax } = this.#patience;
    const end = Date.now() + resendAfterMs * sendsMax;
    try {
      for (;;) {
        const watchMs = attempt.isLost ? resendAfterMs * LOST_SHARE : resendAfterMs;
        const outcome = await this.#watch(attempt, Math.min(Date.now() + watchMs, end));
        if (outcome === "displaced") return undefined;
        if (outcome !== "waiting") return outcome;
        if (Date.now() >= end) throw toStuckError(attempt);
        await this.#resend(attempt, account);
      }
    } catch (error) {
      const { nonce, fees } = attempt;
      if (account !== undefined) account.abandoned = { nonce, fees };
      throw error;
    }
  }

  async #resend(attempt: Attempt, account?: SendingAccount): Promise<void> {
    if (asksPerson(this.#signer)) return;
    if (account !== undefined) await this.#clearWay(attempt);
    // If it got lost, the same once more: whoever has it says so.
    if (!attempt.isLost) await this.#raise(attempt);
    await this.#submit(attempt);
  }

  /** Replaces what was sent before an attempt, and keeps it from being mined. */
  async #clearWay({ nonce }: Attempt): Promise<void> {
    try {
      const { latestNonce } = await this.readPending();
      const end = Math.min(nonce, latestNonce + REPLACED_MAX);
      for (let place = latestNonce; place < end; place++) await this.#replaceAt(place);
    } catch {
      // The next turn tries again.
    }
  }

  /** Looks for the transaction until it is time to send it again. */
  async #watch(attempt: Attempt, end: number): Promise<Outcome> {
    for (const poll = createPoll(); ;) {
      const outcome = await this.#look(attempt);
      if (outcome !== "waiting" || Date.now() >= end) return outcome;
      await poll();
    }
  }

  async #look(attempt: Attempt): Promise<Outcome> {
    const { nonce, hashes } = attempt;
    try {
      for (const hash of hashes) {
        const receipt = await this.#provider.getTransactionReceipt(hash);
        if (receipt !== null) return receipt;
      }
      if (asksPerson(this.#signer)) return "waiting";
      const { latestNonce } = await this.readPending();
      return latestNonce <= nonce ? "waiting" : await this.#identify(attempt);
    } catch (error) {
      // An L1 node that is gone for a while comes back, or patience ends.
      if (isRollupError(error) && error.facts["mayRecover"] === true) return "waiting";
      throw error;
    }
  }

  /** What was mined with the nonce, by another hash than those that are known. */
  async #identify({ call, nonce, fromBlock }: Attempt): Promise<Outcome> {
    const from = await this.#signer.getAddress();
    const mined = await findMined(this.#provider, { from, nonce, fromBlock });
    if (mined === undefined) return "waiting";
    const isSame =
      (mined.to ?? "").toLowerCase() === (call.to ?? "").toLowerCase() &&
      mined.data === call.data &&
      mined.value === call.value;
    if (!isSame) return "displaced";
    return (await this.#provider.getTransactionReceipt(mined.hash)) ?? "waiting";
  }

  async #nonceTaken(call: L1Call): Promise<Error> {
    const address = await this.#signer.getAddress();
    const facts = { call: call.name, address, attempts: ATTEMPTS_MAX };
    return l1Error({ code: "L1_NONCE_TAKEN", ...facts });
  }
}

function toStuckError({ hashes, nonce, sends }: Attempt): Error {
  const transactionHash = hashes.at(-1) ?? "of unknown hash";
  return l1Error({ code: "L1_TRANSACTION_STUCK", transactionHash, nonce, sends });
}

/** Waits longer from time to time. */
function createPoll(): () => Promise<void> {
  let ms = POLL_MS_MIN;
  return async () => {
    await sleep(ms);
    ms = Math.min(POLL_FACTOR * ms, POLL_MS_MAX);
  };
}
