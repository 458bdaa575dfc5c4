/** Users of the rollup who note what they were told, through every death of the operator. */
import type { RollupWallet } from "../../../src/sdk.ts";
import type { RollupProvider, TransactionReceipt } from "../../../src/sdk/provider.ts";
import { hasReached, type Stage } from "../../../src/protocol/stages.ts";
import { computeAddress, id } from "ethers";
import { codeOf, sleep } from "../../helpers/json-rpc.ts";
import type { Random } from "../../helpers/random.ts";

const FIRST_AMOUNT = 1_000_000n;
const PAUSE_MS_MAX = 60;
/** Receipts of executed transactions that each audit asks for again. */
const AGAIN_COUNT = 10;

/** A transaction that a user has sent. */
export interface Sent {
  readonly amount: bigint;
  readonly from: Holder;
  /** Recipient of a transfer; undefined for a withdrawal. */
  readonly to: Holder | undefined;
  /** L1 address of a withdrawal, which nobody else pays to. */
  readonly recipient: string;
  /** `open`: no answer has come, so it is accepted or not. */
  state: "open" | "accepted" | "refused";
  /** Once it was answered. */
  receipt?: TransactionReceipt;
  isPaid: boolean;
}

/** A user, and what L2 must say of the account. */
export interface Holder {
  readonly wallet: RollupWallet;
  nonce: number;
  balance: bigint;
  /** What has not been answered; nothing is sent after it before that is settled. */
  open: Sent | undefined;
}

export class CrashUsers {
  readonly sent: Sent[] = [];
  readonly refusals = new Map<string, number>();
  readonly #holders: readonly Holder[];
  readonly #provider: RollupProvider;
  readonly #random: Random;
  #isSending = false;
  #loops: Promise<void>[] = [];

  private constructor(holders: readonly Holder[], provider: RollupProvider, random: Random) {
    this.#holders = holders;
    this.#provider = provider;
    this.#random = random;
  }

  /** @param wallets - Funded, each with a signing key. */
  static async create(
    wallets: readonly RollupWallet[],
    provider: RollupProvider,
    random: Random,
  ): Promise<CrashUsers> {
    const holders: Holder[] = [];
    for (const wallet of wallets) {
      const [nonce, balance] = [await wallet.getNonce(), await wallet.getBalance("ETH")];
      holders.push({ wallet, nonce, balance, open: undefined });
    }
    return new CrashUsers(holders, provider, random);
  }

  /** Of all accounts together, by what their users know. */
  get balance(): bigint {
    return this.#holders.reduce((sum, { balance }) => sum + balance, 0n);
  }

  get accepted(): readonly Sent[] {
    return this.sent.filter(({ state }) => state === "accepted");
  }

  start(): void {
    this.#isSending = true;
    this.#loops = this.#holders.map((holder) => this.#sendUntilStopped(holder));
  }

  async stop(): Promise<void> {
    this.#isSending = false;
    await Promise.all(this.#loops);
  }

  /** Credits a deposit that L2 has accepted. */
  credit(user: number, amount: bigint): void {
    this.#holders[user]!.balance += amount;
  }

  get addresses(): readonly string[] {
    return this.#holders.map(({ wallet }) => wallet.address);
  }

  async #sendUntilStopped(holder: Holder): Promise<void> {
    while (this.#isSending) {
      if (holder.open === undefined) await this.#send(holder);
      await sleep(this.#random.int(PAUSE_MS_MAX));
    }
  }

  async #send(from: Holder): Promise<void> {
    const amount = FIRST_AMOUNT + BigInt(this.sent.length);
    const isWithdrawal = this.#random.int(5) === 0;
    const to = isWithdrawal ? undefined : this.#random.pick(this.#holders);
    const recipient = to?.wallet.address ?? computeAddress(id(`${this.#random.seed}-${amount}`));
    const sent: Sent = { amount, from, to, recipient, state: "open", isPaid: false };
    this.sent.push(sent);
    from.open = sent;
    const params = { to: recipient, token: "ETH", amount };
    try {
      const { wallet } = from;
      const handle = await (to === undefined ? wallet.withdraw(params) : wallet.transfer(params));
      sent.receipt = handle.receipt;
      settle(sent, "accepted");
    } catch (error) {
      const code = codeOf(error);
      this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
    }
  }

  // ----------------------------------------------------------------------------------- audit

  /** Compares L2 with what the users know, while nothing is sent. @returns What is wrong. */
  async audit(sample: "some" | "all"): Promise<string[]> {
    const wrong = await this.#auditAccounts();
    const answered = this.sent.filter(({ receipt }) => receipt !== undefined);
    const isFinal = ({ receipt }: Sent) => receipt!.status === "executed";
    const final = answered.filter(isFinal);
    const again = sample === "all" ? final : this.#random.shuffle(final).slice(0, AGAIN_COUNT);
    for (const sent of [...answered.filter((each) => !isFinal(each)), ...again]) {
      const difference = await this.#auditReceipt(sent);
      if (difference !== undefined) wrong.push(difference);
    }
    return wrong;
  }

  async #auditAccounts(): Promise<string[]> {
    const accounts = await Promise.all(this.#holders.map(({ wallet }) => wallet.getAccount()));
    // What had no answer is accepted or not: nothing else has its nonce.
    for (const [index, { open, nonce }] of this.#holders.entries()) {
      if (open !== undefined) settle(open, accounts[index]!.nonce > nonce ? "accepted" : "refused");
    }
    return this.#holders.flatMap(({ wallet: { address }, nonce, balance }, index) => {
      const { nonce: found, balances } = accounts[index]!;
      const amount = balances.find(({ tokenId }) => tokenId === 0)?.amount ?? 0n;
      return [
        ...(found === nonce ? [] : [`${address} has the nonce ${found} on L2, not ${nonce}`]),
        ...(amount === balance ? [] : [`${address} has ${amount} on L2, not ${balance}`]),
      ];
    });
  }

  async #auditReceipt(sent: Sent): Promise<string | undefined> {
    const before = sent.receipt!;
    const name = `${before.type} ${before.hash} (${before.status})`;
    const after = await this.#provider.getReceipt(before.hash);
    if (after === null) return `${name} is lost`;
    if (after.hash !== before.hash) return `${name} has the hash ${after.hash}`;
    if (after.status === "rejected") return `${name} is rejected: ${after.rejection!.code}`;
    if (!hasReached(after.status, before.status as Stage)) return `${name} is ${after.status}`;
    const isPlaced = hasReached(before.status, "committed");
    const isMoved =
      after.blockNumber !== before.blockNumber || after.slotIndex !== before.slotIndex;
    if (isPlaced && isMoved) return `${name} has another place`;
    sent.receipt = after;
    return undefined;
  }
}

function settle(sent: Sent, state: "accepted" | "refused"): void {
  const { from, to, amount } = sent;
  sent.state = state;
  from.open = undefined;
  if (state === "refused") return;
  from.nonce++;
  from.balance -= amount;
  if (to !== undefined) to.balance += amount;
}
