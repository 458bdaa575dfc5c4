/**
 * Sends transactions to L1, and follows each until it is mined, refused, or abandoned so that a
 * retry is safe. This module decides nonce, fees and gas limit. The nonce stays the same when a
 * node forgets a transaction or does not answer, so no call is executed twice.
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
import {
  originalRunner,
  patientRunner,
  REQUEST_LIMITS,
  type RequestLimits,
  sleep,
} from "./requests.ts";
import { toFailureError, toL1Error } from "./reverts.ts";

/** Limits of waiting for L1. */
export interface Patience extends RequestLimits {
  /** Time after which a transaction is sent again, with the same nonce and higher fees. */
  readonly resendAfterMs: number;
  /** Maximum sends of a transaction. */
  readonly sendsMax: number;
  /** Maximum ratio of raised fees to those that L1 suggests at the time; an integer. */
  readonly feeFactorMax: number;
}

/** Resends after five Ethereum blocks, and in the end with nearly ten times the first fees. */
export const DEFAULT_PATIENCE: Patience = {
  ...REQUEST_LIMITS,
  resendAfterMs: 60_000,
  sendsMax: 11,
  feeFactorMax: 20,
};

/** A call that a transaction makes. */
export interface L1Call {
  /** Function of the contract, for messages. */
  readonly name: string;
  /** Null creates a contract. */
  readonly to: string | null;
  readonly data: string;
  /** In wei. */
  readonly value: bigint;
}

/** The pending transactions of an account, as a range of nonces. */
export interface PendingTransactions {
  /** First nonce without a mined transaction. */
  readonly latestNonce: number;
  /** First nonce without any transaction; equal to `latestNonce` if none is pending. */
  readonly pendingNonce: number;
}

/** A nonce, and the transactions that were sent with it. */
interface Attempt {
  readonly call: L1Call;
  readonly gasLimit: bigint;
  readonly nonce: number;
  /** No transaction with this nonce is mined up to this L1 block. */
  readonly fromBlock: number;
  readonly hashes: string[];
  fees: Fees;
  sends: number;
  /** Whether it is unknown if the node has accepted the last one. */
  isLost: boolean;
}

/** `displaced`: another transaction was mined with the nonce, so this one never will be. */
type Outcome = TransactionReceipt | "waiting" | "displaced";

const POLL_MS_MIN = 20;
const POLL_MS_MAX = 1_000;
const POLL_FACTOR = 1.5;
/** Part of `resendAfterMs` after which a transaction with a lost answer is sent again. */
const LOST_SHARE = 0.1;
/** Maximum attempts, each of which ends when another transaction takes its nonce. */
const ATTEMPTS_MAX = 10;
/** Maximum transactions with lower nonces that are replaced at a time. */
const REPLACED_MAX = 16;
/** Slightly more than one Ethereum block. */
const PENDING_GRACE_MS = 15_000;
const SELF_TRANSFER_GAS = 30_000n;
/** Gas limit relative to an estimate, for changes of L1 before the transaction is mined. */
const ESTIMATE_PERCENT = 125n;

/** Creates a sender of a signer's account. @throws L1_REQUEST_FAILED, L1_SIGNER_MISSING */
export async function createSender(
  signer: Signer,
  patience: Partial<Patience> = {},
): Promise<Sender> {
  const whole = { ...DEFAULT_PATIENCE, ...patience };
  const { provider } = patientRunner(signer, whole);
  if (provider === null) throw l1Error({ code: "L1_SIGNER_MISSING", call: "A transaction" });
  const { chainId } = await provider.getNetwork();
  return new Sender(signer, provider, chainId, whole);
}

/** Sends transactions from one account. */
export class Sender {
  readonly #signer: Signer;
  readonly #provider: Provider;
  readonly #chainId: bigint;
  readonly #patience: Patience;

  /** @param provider - From `patientRunner`. */
  constructor(signer: Signer, provider: Provider, chainId: bigint, patience: Patience) {
    this.#signer = originalRunner(signer);
    this.#provider = provider;
    this.#chainId = chainId;
    this.#patience = patience;
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
    for (let attempts = 1; attempts <= ATTEMPTS_MAX; attempts++) {
      const attempt = await account.queue.run(async () => {
        if (gasLimit !== undefined) await this.#rehearse(call, gasLimit);
        const opened = await this.#open(call, gasLimit ?? (await this.#estimate(call)));
        if (!(await this.#submit(opened))) return { settled: undefined };
        // Tracked within the queue, so that the next user of the queue sees it.
        return { settled: this.#track(account, this.#settle(opened)) };
      });
      const receipt = await attempt.settled;
      if (receipt !== undefined) return this.#successful(call, receipt);
    }
    throw await this.#nonceTaken(call);
  }

  /**
   * Sends for an operator, the only user of the account: waits for all own transactions first, and
   * replaces pending ones of a predecessor that block it.
   *
   * @param gasLimit - Worst-case gas; the call is simulated with it first.
   * @throws The codes of {@link send}.
   */
  async sendAlone(call: L1Call, gasLimit: bigint): Promise<TransactionReceipt> {
    return this.#alone(async (account) => {
      for (let attempts = 1; attempts <= ATTEMPTS_MAX; attempts++) {
        await this.#rehearse(call, gasLimit);
        const attempt = await this.#reopen(account, call, gasLimit);
        if (!(await this.#submit(attempt))) continue;
        const receipt = await this.#settle(attempt, account);
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
   * Waits until no transaction of the account is pending. Transactions that are not mined in time
   * are replaced by empty transfers to the account itself.
   *
   * @param graceMs - Time to mine pending transactions before they are replaced. Default: 15 s.
   * @returns The transactions that were pending at first.
   * @throws L1_REQUEST_FAILED, L1_FUNDS_INSUFFICIENT, L1_TRANSACTION_REFUSED, L1_TRANSACTION_STUCK
   */
  async settlePending(graceMs = PENDING_GRACE_MS): Promise<PendingTransactions> {
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

  /** Simulates a call on the mined state, because pending transactions may be replaced. */
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

  /** Opens an attempt with the nonce of an abandoned one, if that is still free. */
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
   * Broadcasts an attempt, and raises its fees while the node asks for more.
   *
   * @returns False if the nonce has a gap, so that nothing was sent.
   * @throws L1_FUNDS_INSUFFICIENT, L1_TRANSACTION_REFUSED, L1_REVERTED if nothing was sent.
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

  /** Raises the fees of an attempt. @returns Whether they are within the limit. */
  async #raise(attempt: Attempt): Promise<boolean> {
    const suggested = await this.#suggestFees(attempt);
    const fees = higherFees(raiseFees(attempt.fees), suggested);
    if (!areWithin(fees, suggested, this.#patience.feeFactorMax)) return false;
    attempt.fees = fees;
    return true;
  }

  async #suggestFees({ fees }: Attempt): Promise<Fees> {
    // The last fees serve while L1 does not answer.
    return suggestFees(this.#provider).catch(() => fees);
  }

  /**
   * Follows an attempt until it is mined or displaced, and sends it again from time to time.
   *
   * @param account - For an operator: pending transactions with lower nonces are replaced.
   * @returns Undefined if the attempt is displaced.
   * @throws L1_TRANSACTION_STUCK
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
    // After a lost answer the same transaction is sent again, and a node that has it says so.
    if (!attempt.isLost) await this.#raise(attempt);
    await this.#submit(attempt);
  }

  /** Replaces pending transactions with lower nonces, which block an attempt. */
  async #clearWay({ nonce }: Attempt): Promise<void> {
    try {
      const { latestNonce } = await this.readPending();
      const end = Math.min(nonce, latestNonce + REPLACED_MAX);
      for (let place = latestNonce; place < end; place++) await this.#replaceAt(place);
    } catch {
      // The next resend tries again.
    }
  }

  /** Polls for the transaction until `end`, a time in ms. */
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
      // An unreachable node may recover until the deadline.
      if (isRollupError(error) && error.facts["mayRecover"] === true) return "waiting";
      throw error;
    }
  }

  /** Identifies the transaction that was mined with the nonce under an unknown hash. */
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

function toStuckError({ hashes, nonce, sends }: Attempt): Error {
  const transactionHash = hashes.at(-1) ?? "of unknown hash";
  return l1Error({ code: "L1_TRANSACTION_STUCK", transactionHash, nonce, sends });
}

/** Creates a function that waits, longer with each call. */
function createPoll(): () => Promise<void> {
  let ms = POLL_MS_MIN;
  return async () => {
    await sleep(ms);
    ms = Math.min(POLL_FACTOR * ms, POLL_MS_MAX);
  };
}
