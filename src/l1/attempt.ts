/** One nonce of an account: sends a transaction with it, and follows it until it is mined. */
import {
  type Provider,
  type Signer,
  Transaction,
  type TransactionReceipt,
  type TransactionResponse,
} from "ethers";
import { isRollupError } from "../util/errors.ts";
import type { SendingAccount } from "./account.ts";
import { asksPerson, type SendResult, sendVersion, toVersion, type Version } from "./broadcast.ts";
import { l1Error } from "./errors.ts";
import {
  areWithin,
  canReplace,
  capFees,
  type FeeLimits,
  type Fees,
  higherFees,
  presentPrice,
  priceOf,
  raiseFees,
  suggestFees,
  urgentLimits,
} from "./fees.ts";
import type { JournaledTransaction } from "./journal.ts";
import { findMined } from "./mined.ts";
import { isMisuse, reasonOf, toSendAnswer } from "./refusals.ts";
import { sleep } from "./requests.ts";
import { toL1Error } from "./reverts.ts";
import type { Patience, SendingSettings } from "./settings.ts";

/** A call that a transaction makes. */
export interface L1Call {
  /** Function of the contract, for messages. */
  readonly name: string;
  /** What it is for, such as `commit 12-15`; default: its name. */
  readonly purpose?: string;
  /** Null creates a contract. */
  readonly to: string | null;
  readonly data: string;
  /** In wei. */
  readonly value: bigint;
}

/** A nonce, and the transactions that were sent with it. */
export interface Attempt {
  readonly call: L1Call;
  readonly gasLimit: bigint;
  readonly nonce: number;
  /** No transaction with this nonce is mined up to this L1 block. */
  readonly fromBlock: number;
  /** Whose journal it is written to; undefined for none. */
  readonly account: SendingAccount | undefined;
  readonly hashes: string[];
  fees: Fees;
  /** The last version, and its fees. */
  last?: { readonly version: Version; readonly fees: Fees };
  sends: number;
  /** Whether an earlier process, or somebody else, has used the nonce before. */
  readonly isInherited: boolean;
  readonly startedAt: number;
  reportedAt: number;
  /** Whether it is unknown if the node has accepted the last one. */
  isLost: boolean;
}

/** `displaced`: another transaction was mined with the nonce, so this one never will be. */
type Outcome = TransactionReceipt | "waiting" | "displaced";

export interface AttemptParts {
  readonly signer: Signer;
  readonly provider: Provider;
  readonly chainId: bigint;
  readonly patience: Patience;
  readonly settings: SendingSettings;
}

const POLL_MS_MIN = 20;
const POLL_MS_MAX = 1_000;
const POLL_FACTOR = 1.5;
/** Part of `resendAfterMs` after which a transaction with a lost answer is sent again. */
const LOST_SHARE = 0.1;
/** Maximum transactions with lower nonces that are replaced at a time. */
const REPLACED_MAX = 16;
const SELF_TRANSFER_GAS = 30_000n;
/** L1 blocks in which the transaction of an earlier process is searched. */
const SEARCHED_BLOCKS = 100;

/** Sends and follows the attempts of one signer. */
export class Attempts {
  readonly #parts: AttemptParts;
  readonly #signer: Signer;
  readonly #provider: Provider;

  constructor(parts: AttemptParts) {
    this.#parts = parts;
    this.#signer = parts.signer;
    this.#provider = parts.provider;
  }

  /**
   * Prepares an attempt with the fees that L1 suggests.
   *
   * @param floor - Fees of a transaction with the same nonce, which this one must replace.
   * @throws L1_FEES_ABOVE_LIMIT
   */
  async open(
    call: L1Call,
    gasLimit: bigint,
    nonce: number,
    account?: SendingAccount,
    floor?: Fees,
  ): Promise<Attempt> {
    const { feeLimits = {} } = this.#parts.settings;
    const [fromBlock, suggested] = await Promise.all([
      this.#provider.getBlockNumber(),
      suggestFees(this.#provider, feeLimits),
    ]);
    const neededWei = presentPrice(suggested);
    const least = floor === undefined ? neededWei : priceOf(higherFees(raiseFees(floor), floor));
    const limits = await this.#limitsFor(call, least > neededWei ? least : neededWei, account);
    const limitWei = limits.maxFeePerGas;
    if (limitWei !== undefined && neededWei > limitWei) {
      throw l1Error({ code: "L1_FEES_ABOVE_LIMIT", call: call.name, neededWei, limitWei });
    }
    const wanted = floor === undefined ? suggested : higherFees(suggested, raiseFees(floor));
    const fees = capFees(wanted, limits);
    const fresh = { ...startOfWait(), hashes: [], sends: 0, isInherited: false, isLost: false };
    return { call, gasLimit, nonce, fromBlock, account, fees, ...fresh };
  }

  /**
   * Continues what an earlier process has written down, or this one has abandoned.
   *
   * @param versions - Of one nonce, oldest first; the last one is sent again.
   */
  async adopt(
    versions: readonly JournaledTransaction[],
    account: SendingAccount,
  ): Promise<Attempt> {
    const { raw, hash, purpose, nonce } = versions.at(-1)!;
    const { to, data, value, gasLimit } = Transaction.from(raw);
    const latest = await this.#provider.getBlockNumber();
    const fees = feesOf(raw);
    return {
      call: { name: purpose, to, data, value },
      gasLimit,
      nonce,
      fromBlock: Math.max(0, latest - SEARCHED_BLOCKS),
      account,
      hashes: [...new Set(versions.map((version) => version.hash))].filter((each) => each !== ""),
      fees,
      last: { version: { raw, hash: isSigned(raw) ? hash : "" }, fees },
      ...startOfWait(),
      sends: 0,
      isInherited: true,
      isLost: false,
    };
  }

  /** Replaces whatever has a nonce by an empty transfer to the account itself. */
  async replaceAt(nonce: number, account?: SendingAccount, floor?: Fees): Promise<Attempt> {
    const address = await this.#signer.getAddress();
    const purpose = `replacement of nonce ${nonce}`;
    const nothing = { name: "replacement", purpose, to: address, data: "0x", value: 0n };
    const opened = await this.open(nothing, SELF_TRANSFER_GAS, nonce, account, floor);
    const attempt = { ...opened, isInherited: true };
    await this.submit(attempt);
    return attempt;
  }

  /** Sends an attempt again at once, if L1 asks for more by now than it pays. */
  async keepUp(attempt: Attempt): Promise<void> {
    const { feeLimits } = this.#parts.settings;
    const suggested = await suggestFees(this.#provider, feeLimits).catch(() => attempt.fees);
    if (presentPrice(suggested) <= priceOf(attempt.fees)) return;
    if (await this.#raise(attempt)) await this.submit(attempt);
  }

  /**
   * Broadcasts an attempt, and raises its fees while the node asks for more.
   *
   * @returns False if the nonce has a gap, so that nothing was sent.
   * @throws L1_FUNDS_INSUFFICIENT, L1_TRANSACTION_REFUSED, L1_REVERTED if nothing was sent.
   */
  async submit(attempt: Attempt): Promise<boolean> {
    for (;;) {
      const result = await this.#broadcast(attempt);
      const { answer, hash } = result;
      if ((answer === "outbid" || answer === "cheap") && (await this.#raise(attempt))) continue;
      attempt.sends++;
      attempt.isLost = answer === "lost";
      const mayBeThere = answer === "taken" || answer === "known" || attempt.isLost;
      if (hash !== undefined && mayBeThere && !attempt.hashes.includes(hash)) {
        attempt.hashes.push(hash);
      }
      if (mayBeThere) this.#noteSent(attempt, hash);
      if (attempt.sends > 1) return true;
      const isNeverSent = answer === "nonceUsed" && asksPerson(this.#signer);
      if (isNeverSent || answer === "poor" || answer === "refused" || answer === "reverted") {
        const { last, account } = attempt;
        if (last !== undefined) account?.refused.add(last.version.raw);
        throw await this.#toRefusal(attempt, result);
      }
      return answer !== "nonceGap";
    }
  }

  /**
   * Follows an attempt until it is mined or displaced, and sends it again from time to time.
   *
   * @returns Undefined if the attempt is displaced.
   * @throws L1_TRANSACTION_STUCK
   */
  async settle(attempt: Attempt): Promise<TransactionReceipt | undefined> {
    const { resendAfterMs, sendsMax } = this.#parts.patience;
    const end = Date.now() + resendAfterMs * sendsMax;
    for (;;) {
      const watchMs = attempt.isLost ? resendAfterMs * LOST_SHARE : resendAfterMs;
      const outcome = await this.#watch(attempt, Math.min(Date.now() + watchMs, end));
      if (outcome !== "waiting") return this.#settled(attempt, outcome);
      if (Date.now() >= end) throw toStuckError(attempt);
      await this.#resend(attempt);
    }
  }

  /** Finds the version of a used nonce that was mined, and forgets nothing. */
  async findMinedVersion(
    versions: readonly JournaledTransaction[],
  ): Promise<TransactionReceipt | "displaced" | "unknown"> {
    for (const { hash } of versions.toReversed()) {
      const receipt = hash === "" ? null : await this.#provider.getTransactionReceipt(hash);
      if (receipt !== null) return receipt;
    }
    const { nonce, account: from } = versions[0]!;
    const latest = await this.#provider.getBlockNumber();
    const fromBlock = Math.max(0, latest - SEARCHED_BLOCKS);
    const mined = await findMined(this.#provider, { from, nonce, fromBlock }).catch(() => {
      // The node has no state of these blocks.
    });
    if (mined === undefined) return "unknown";
    const isOwn = versions.some(({ raw }) => isSameContent(mined, Transaction.from(raw)));
    if (!isOwn) return "displaced";
    return (await this.#provider.getTransactionReceipt(mined.hash)) ?? "unknown";
  }

  /** Counts the cost of a mined transaction. */
  async noteMined(
    account: SendingAccount,
    purpose: string,
    nonce: number,
    receipt: TransactionReceipt,
  ): Promise<void> {
    const { settings } = this.#parts;
    const { hash, gasUsed, gasPrice } = receipt;
    const costWei = gasUsed * gasPrice;
    await settings.spending?.note(account.address, { costWei, at: Date.now() });
    settings.onEvent?.({ type: "mined", purpose, nonce, hash, gasUsed, costWei });
  }

  async #settled(
    attempt: Attempt,
    outcome: TransactionReceipt | "displaced",
  ): Promise<TransactionReceipt | undefined> {
    const { account, call, nonce } = attempt;
    if (outcome !== "displaced" && account !== undefined) {
      await this.noteMined(account, call.purpose ?? call.name, nonce, outcome);
    }
    await account?.journal.settle(account.address, nonce);
    account?.refused.clear();
    return outcome === "displaced" ? undefined : outcome;
  }

  async #broadcast(attempt: Attempt): Promise<SendResult> {
    const { call, gasLimit, nonce, fees, account } = attempt;
    const { to, data, value } = call;
    const { signer, chainId, patience } = this.#parts;
    const from = await signer.getAddress();
    const transaction = { chainId, from, to, data, value, nonce, gasLimit, fees };
    const timeoutMs = asksPerson(signer) ? Infinity : patience.requestTimeoutMs;
    if (attempt.last?.fees !== fees) {
      try {
        attempt.last = { version: await toVersion(signer, transaction, timeoutMs), fees };
      } catch (error) {
        return { answer: isRollupError(error) ? "refused" : toSendAnswer(error), error };
      }
    }
    const { version } = attempt.last;
    await write(attempt, version);
    account?.refused.delete(version.raw);
    this.#parts.settings.assertMaySend?.();
    const result = await sendVersion(signer, transaction, version, timeoutMs);
    const { hash = "" } = result;
    if (hash !== version.hash) await write(attempt, { ...version, hash });
    return result;
  }

  #noteSent({ call, nonce, sends, fees }: Attempt, hash = ""): void {
    const purpose = call.purpose ?? call.name;
    const gasPriceMaxWei = priceOf(fees);
    this.#parts.settings.onEvent?.({ type: "sent", purpose, nonce, hash, sends, gasPriceMaxWei });
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

  /** Raises the fees of an attempt. @returns Whether they are within the limits. */
  async #raise(attempt: Attempt): Promise<boolean> {
    const { patience, settings } = this.#parts;
    const { feeLimits = {} } = settings;
    // The last fees serve while L1 does not answer.
    const suggested = await suggestFees(this.#provider, feeLimits).catch(() => attempt.fees);
    const least = raiseFees(attempt.fees);
    const neededWei = priceOf(higherFees(least, suggested));
    const limits = await this.#limitsFor(attempt.call, neededWei, attempt.account);
    const fees = capFees(higherFees(least, suggested), limits);
    if (!canReplace(fees, attempt.fees)) return false;
    if (!areWithin(fees, suggested, patience.feeFactorMax)) return false;
    attempt.fees = fees;
    return true;
  }

  /**
   * Returns the limits of fees: higher ones for an operator's transaction that needs them while a
   * request would expire.
   */
  async #limitsFor(call: L1Call, neededWei: bigint, account?: SendingAccount): Promise<FeeLimits> {
    const { feeLimits = {}, isUrgent, onEvent } = this.#parts.settings;
    const { maxFeePerGas: limitWei } = feeLimits;
    if (limitWei === undefined || neededWei <= limitWei || account === undefined) return feeLimits;
    // Without an answer it is as it always is.
    if ((await isUrgent?.().catch(() => false)) !== true) return feeLimits;
    const purpose = call.purpose ?? call.name;
    onEvent?.({ type: "feeLimitExceeded", purpose, neededWei, limitWei });
    return urgentLimits(feeLimits);
  }

  async #resend(attempt: Attempt): Promise<void> {
    if (asksPerson(this.#signer)) return;
    if (attempt.account !== undefined) await this.#clearWay(attempt.nonce, attempt.account);
    // After a lost answer the same transaction is sent again, and a node that has it says so.
    if (!attempt.isLost) await this.#raise(attempt);
    await this.submit(attempt);
  }

  /** Replaces pending transactions with lower nonces, which block an operator's attempt. */
  async #clearWay(nonce: number, account: SendingAccount): Promise<void> {
    try {
      const latestNonce = await this.#latestNonce();
      const end = Math.min(nonce, latestNonce + REPLACED_MAX);
      for (let place = latestNonce; place < end; place++) await this.replaceAt(place, account);
    } catch {
      // The next resend tries again.
    }
  }

  /** Polls for the transaction until `end`, a time in ms. */
  async #watch(attempt: Attempt, end: number): Promise<Outcome> {
    for (const poll = createPoll(); ;) {
      const outcome = await this.#look(attempt);
      if (outcome !== "waiting" || Date.now() >= end) return outcome;
      this.#reportWaiting(attempt);
      await poll();
    }
  }

  #reportWaiting(attempt: Attempt): void {
    const { call, nonce, hashes, sends, isInherited, startedAt } = attempt;
    const { patience, settings } = this.#parts;
    const now = Date.now();
    if (now - attempt.reportedAt < patience.reportEachMs) return;
    attempt.reportedAt = now;
    const purpose = call.purpose ?? call.name;
    const facts = { purpose, nonce, sends, isInherited, hash: hashes.at(-1) ?? "" };
    settings.onEvent?.({ type: "waiting", ...facts, waitedMs: now - startedAt });
  }

  async #look(attempt: Attempt): Promise<Outcome> {
    const { nonce, hashes } = attempt;
    try {
      // A wallet may have chosen another nonce.
      const hasNonce = !asksPerson(this.#signer);
      if (hasNonce && (await this.#latestNonce()) <= nonce) return "waiting";
      for (const hash of hashes.toReversed()) {
        const receipt = await this.#provider.getTransactionReceipt(hash);
        if (receipt !== null) return receipt;
      }
      return hasNonce ? await this.#identify(attempt) : "waiting";
    } catch (error) {
      // An unreachable node may recover until the deadline.
      if (isRollupError(error) && error.facts["mayRecover"] === true) return "waiting";
      throw error;
    }
  }

  async #latestNonce(): Promise<number> {
    return this.#provider.getTransactionCount(await this.#signer.getAddress(), "latest");
  }

  /** Identifies the transaction that was mined with the nonce under an unknown hash. */
  async #identify({ call, nonce, fromBlock }: Attempt): Promise<Outcome> {
    const from = await this.#signer.getAddress();
    const mined = await findMined(this.#provider, { from, nonce, fromBlock });
    if (mined === undefined) return "waiting";
    if (!isSameContent(mined, call)) return "displaced";
    return (await this.#provider.getTransactionReceipt(mined.hash)) ?? "waiting";
  }
}

function startOfWait(): Pick<Attempt, "startedAt" | "reportedAt"> {
  return { startedAt: Date.now(), reportedAt: Date.now() };
}

/** Writes a version down; nothing is sent before. */
async function write({ account, call, nonce }: Attempt, version: Version): Promise<void> {
  if (account === undefined) return;
  const purpose = call.purpose ?? call.name;
  const { address, journal } = account;
  await journal.write({ account: address, nonce, ...version, purpose, sentAt: Date.now() });
}

/** Returns the fees of a serialized transaction. @param raw - 0x-hex, signed or not. */
export function feesOf(raw: string): Fees {
  const { type, gasPrice, maxFeePerGas, maxPriorityFeePerGas } = Transaction.from(raw);
  if (type !== 2) return { gasPrice: gasPrice! };
  return { maxFeePerGas: maxFeePerGas!, maxPriorityFeePerGas: maxPriorityFeePerGas! };
}

function isSigned(raw: string): boolean {
  return Transaction.from(raw).isSigned();
}

type Content = Pick<TransactionResponse, "to" | "data" | "value">;

function isSameContent(one: Content, other: Content): boolean {
  return (
    (one.to ?? "").toLowerCase() === (other.to ?? "").toLowerCase() &&
    one.data === other.data &&
    one.value === other.value
  );
}

export function toStuckError({ hashes, nonce, sends }: Attempt): Error {
  const transactionHash = hashes.at(-1) ?? "of unknown hash";
  return l1Error({ code: "L1_TRANSACTION_STUCK", transactionHash, nonce, sends });
}

/** Creates a function that waits, longer with each call. */
export function createPoll(): () => Promise<void> {
  let ms = POLL_MS_MIN;
  return async () => {
    await sleep(ms);
    ms = Math.min(POLL_FACTOR * ms, POLL_MS_MAX);
  };
}
