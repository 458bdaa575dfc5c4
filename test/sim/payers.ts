/** Users who ask for fees and pay them, at once or later, and some of them too little. */
import { expect } from "chai";
import { isDeepStrictEqual } from "node:util";
import { isCreate2Authorization, ON_CHAIN_AUTHORIZATION } from "../../src/l1/authorization.ts";
import {
  type ConsentKind,
  type DueOperation,
  dueOperations,
  type FeeRequest,
  paidOperations,
} from "../../src/operator/fee-policy.ts";
import type { Operator } from "../../src/operator/operator.ts";
import type { TransactionReceipt } from "../../src/operator/ledger/receipts.ts";
import type { Submission } from "../../src/operator/submissions.ts";
import {
  closestPackableAmountBelow,
  closestPackableFeeAbove,
} from "../../src/operations/packed.ts";
import { isRollupError } from "../../src/util/errors.ts";
import type { FakeClock } from "../helpers/fake-clock.ts";
import type { Random } from "../helpers/random.ts";
import type { FaultyDisk } from "./faulty-disk.ts";
import { GRACE_SECONDS, type Market, REFRESH_SECONDS } from "./market.ts";
import { REFUSALS, type UnsignedPart, type UserHabits } from "./users.ts";

/** Refusals of a transaction for its fee. */
const FEE_REFUSALS = [
  "FEE_TOO_LOW",
  "FEE_TOKEN_WITHOUT_PRICE",
  "FEE_PRICE_UNKNOWN",
  "FEE_GAS_PRICE_UNKNOWN",
  "FEE_OUT_OF_RANGE",
];
/** Longest time from a quote to its payment, in seconds. */
const PAUSE_MAX = GRACE_SECONDS + 30;

/** Quotes that were paid in full: whoever does so in time must be accepted. */
interface Paid {
  readonly operator: Operator;
  readonly requests: readonly FeeRequest[];
  readonly tokenId: number;
  /** What was asked about, as it was then. */
  readonly due: readonly DueOperation[];
}

export interface PayerParts {
  readonly random: Random;
  readonly clock: FakeClock;
  readonly market: Market;
  readonly disk: FaultyDisk;
  /** Lets time pass on L1, in seconds. */
  readonly passTime: (seconds: number) => Promise<void>;
  readonly note: (event: string) => void;
  readonly onAccepted: (
    receipts: readonly TransactionReceipt[],
    batch: readonly Submission[],
  ) => void;
}

export class Payers implements UserHabits {
  readonly refusals = [...REFUSALS, ...FEE_REFUSALS];
  readonly depositBits = [20, 52, 58, 64];
  readonly #parts: PayerParts;
  #paid: Paid | undefined;

  constructor(parts: PayerParts) {
    this.#parts = parts;
  }

  readonly pay = async (
    operator: Operator,
    parts: readonly UnsignedPart[],
  ): Promise<readonly UnsignedPart[]> => {
    const { random, clock, note } = this.#parts;
    this.#paid = undefined;
    const { tokenId } = parts[0]!.transaction;
    // The first one pays for all, in its token.
    const requests = parts.map(toRequest);
    const quote = await operator.quoteFee(requests, tokenId);
    const due = dueOperations(operator.state, requests, tokenId);
    const isTooLittle = random.int(10) === 0;
    const percent = isTooLittle ? BigInt(random.pick([0, 50, 90, 94, 96])) : 100n;
    const fee = closestPackableFeeAbove((quote.fee * percent) / 100n);
    if (random.int(3) === 0) await this.#pause(random.int(PAUSE_MAX));
    const isLate = clock.nowMs() / 1000 > quote.validUntil!;
    note(isTooLittle ? "pays too little" : isLate ? "pays too late" : "pays in time");
    if (!isTooLittle && !isLate) this.#paid = { operator, requests, tokenId, due };
    return parts.map((part, index) => withFee(operator, part, index === 0 ? fee : 0n));
  };

  async #pause(seconds: number): Promise<void> {
    const { market, passTime } = this.#parts;
    for (let left = seconds; left > 0; left -= REFRESH_SECONDS) {
      market.drift();
      await passTime(Math.min(left, REFRESH_SECONDS));
    }
  }

  readonly submit = async (operator: Operator, batch: readonly Submission[]): Promise<void> => {
    const { disk, market, onAccepted, note } = this.#parts;
    const { state } = operator;
    const paid = this.#paid;
    const isOwed = paid === undefined || !isSameDue(operator, paid);
    const wasFull = disk.isFull;
    try {
      const receipts = await operator.receiveBatch(batch);
      expect(wasFull && disk.isFull, "answered while the disk was full").to.equal(false);
      market.assertEnough(paidOperations(state, batch));
      onAccepted(receipts, batch);
    } catch (error) {
      if (isRollupError(error)) note(`refused: ${error.code}`);
      if (isRollupError(error) && FEE_REFUSALS.includes(error.code)) {
        const words = `paid in time, and refused: ${error.message}`;
        expect(isOwed, words).to.equal(true);
      }
      throw error;
    }
  };
}

function toRequest({ transaction, authorization }: UnsignedPart): FeeRequest {
  const { type, accountId: account, tokenId } = transaction;
  const recipient = "recipient" in transaction ? { recipient: transaction.recipient } : {};
  return { type, account, tokenId, ...recipient, authorization: consentKind(authorization) };
}

function consentKind(authorization: string): ConsentKind {
  if (authorization === ON_CHAIN_AUTHORIZATION) return "onchain";
  return isCreate2Authorization(authorization) ? "create2" : "eip712";
}

/** Whether what was asked about costs the same, in the same process. */
function isSameDue(operator: Operator, paid: Paid): boolean {
  const due = dueOperations(operator.state, paid.requests, paid.tokenId);
  return operator === paid.operator && isDeepStrictEqual(due, paid.due);
}

/** Puts a fee into a transaction, whose amount gets smaller if both are more than the balance. */
function withFee({ state }: Operator, part: UnsignedPart, fee: bigint): UnsignedPart {
  const { transaction } = part;
  if (!("amount" in transaction)) return { ...part, transaction: { ...transaction, fee } };
  const left = state.balance(transaction.accountId, transaction.tokenId) - fee;
  const isTooMuch = transaction.amount > left && left > 0n;
  const amount = isTooMuch ? closestPackableAmountBelow(left) : transaction.amount;
  return { ...part, transaction: { ...transaction, fee, amount } };
}
