/** Users of a running rollup, and a book of the operator's answers to them. */
import { HDNodeWallet, JsonRpcProvider, Mnemonic, Wallet } from "ethers";
import { decodePubdata } from "../../src/block/pubdata.ts";
import { connectRollup } from "../../src/l1/client.ts";
import { hasReached, type Stage } from "../../src/protocol/stages.ts";
import { createRpcClient, RollupProvider, RollupWallet } from "../../src/sdk.ts";
import type { Random } from "../helpers/random.ts";
import { callRpc, codeOf, poll, sleep } from "../helpers/json-rpc.ts";

const ETHER = 10n ** 18n;
const PHRASE = "test test test test test test test test test test test junk";
const CALL_LIMIT_MS = 5_000;
/** Amount of the first transaction. Each has another amount, which identifies it on L1. */
const FIRST_AMOUNT = 1_000_000n;
/** Limit of the transactions whose status is polled: the latest that are not executed. */
const WATCHED_MAX = 40;

/** A sent transaction. A user who gets no answer does not know whether it was accepted. */
interface Entry {
  /** Set once it was accepted. */
  hash?: string;
  readonly type: "transfer" | "withdraw";
  /** Recipient of a withdrawal. */
  readonly recipient: string;
  /** The latest stage that the operator has ever reported. */
  status: Stage | "sent";
}

export interface Users {
  readonly l1: JsonRpcProvider;
  readonly provider: RollupProvider;
  readonly wallets: readonly RollupWallet[];
}

/** @param callLimitMs - How long a user waits for an answer. */
export async function connectUsers(
  l1Url: string,
  operatorUrl: string,
  count = 4,
  callLimitMs = CALL_LIMIT_MS,
): Promise<Users> {
  const l1 = new JsonRpcProvider(l1Url, undefined, { cacheTimeout: -1, pollingInterval: 200 });
  const root = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(PHRASE), "m/44'/60'/0'/0");
  const provider = new RollupProvider(
    createRpcClient((method, params) => callRpc(operatorUrl, method, params, callLimitMs)),
  );
  const wallets: RollupWallet[] = [];
  // The first account of the phrase is the validator.
  for (let index = 1; index <= count; index++) {
    const signer = new Wallet(root.deriveChild(index).privateKey, l1);
    wallets.push(await RollupWallet.create(signer, provider));
  }
  return { l1, provider, wallets };
}

/** Funds an account for every user and sets its signing key, executed on L1. */
export async function fundUsers({ provider, wallets }: Users): Promise<void> {
  for (const wallet of wallets) await wallet.deposit({ token: "ETH", amount: 1000n * ETHER });
  for (const wallet of wallets) {
    const account = await poll(
      () => wallet.getAccount(),
      (found) => found !== null,
      60_000,
    );
    if (account === null || account === undefined) throw new Error("a deposit was not credited");
    const { hash } = await wallet.setSigningKey();
    await poll(
      () => provider.getReceipt(hash),
      (receipt) => receipt?.status === "executed",
      60_000,
    );
  }
}

/** Sends users' transactions until it is stopped, through every outage of the operator. */
export class Load {
  readonly refused = new Map<string, number>();
  readonly #users: Users;
  readonly #random: Random;
  readonly #book = new Map<bigint, Entry>();
  #nextAmount = FIRST_AMOUNT;
  #isRunning = false;
  #loops: Promise<void>[] = [];

  constructor(users: Users, random: Random) {
    this.#users = users;
    this.#random = random;
  }

  get accepted(): number {
    return [...this.#book.values()].filter(({ hash }) => hash !== undefined).length;
  }

  /** @param pauseMs - Maximum pause of a user between two transactions. */
  start(pauseMs: number): void {
    this.#isRunning = true;
    const sending = this.#users.wallets.map((_, index) => this.#sendUntilStopped(index, pauseMs));
    this.#loops = [...sending, this.#watchUntilStopped()];
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    await Promise.all(this.#loops);
  }

  /** Sends transactions one after the other. @returns Their hashes. */
  async send(count: number): Promise<string[]> {
    const hashes: string[] = [];
    for (let index = 0; index < count; index++) {
      hashes.push(await this.#sendOne(index % this.#users.wallets.length));
    }
    return hashes;
  }

  async #sendUntilStopped(user: number, pauseMs: number): Promise<void> {
    while (this.#isRunning) {
      try {
        await this.#sendOne(user);
        await sleep(this.#random.int(pauseMs));
      } catch (error) {
        const code = codeOf(error);
        this.refused.set(code, (this.refused.get(code) ?? 0) + 1);
        await sleep(200);
      }
    }
  }

  async #sendOne(user: number): Promise<string> {
    const { wallets } = this.#users;
    const wallet = wallets[user]!;
    const amount = this.#nextAmount++;
    const isWithdrawal = this.#random.int(5) === 0;
    const recipient = isWithdrawal
      ? Wallet.createRandom().address
      : wallets[(user + 1) % wallets.length]!.address;
    const type = isWithdrawal ? "withdraw" : "transfer";
    const entry: Entry = { type, recipient, status: "sent" };
    this.#book.set(amount, entry);
    const { hash } = await wallet[type]({ to: recipient, token: "ETH", amount });
    entry.hash = hash;
    entry.status = "accepted";
    return hash;
  }

  async #watchUntilStopped(): Promise<void> {
    while (this.#isRunning) {
      const open = [...this.#book.values()].filter(({ status }) => status !== "executed");
      for (const entry of open.slice(-WATCHED_MAX)) await this.#watch(entry);
      await sleep(100);
    }
  }

  async #watch(entry: Entry): Promise<void> {
    if (entry.hash === undefined || entry.status === "sent") return;
    const receipt = await this.#users.provider.getReceipt(entry.hash).catch(() => null);
    if (receipt === null || receipt.status === "rejected") return;
    if (hasReached(receipt.status, entry.status)) entry.status = receipt.status;
  }

  /**
   * Compares the book with L1.
   *
   * @returns The differences, one sentence each, and the number of transactions executed on L1.
   */
  async audit(rollupAddress: string): Promise<{ wrong: string[]; executed: number }> {
    const { l1 } = this.#users;
    const client = await connectRollup({ rollupAddress }, this.#users.wallets[0]!.l1Signer);
    const { executed } = await client.contract.blockCounts();
    const wrong: string[] = [];
    const seen = new Set<bigint>();
    for (const { storedBlock, commitBlock } of await client.readCommittedBlocks()) {
      if (storedBlock.blockNumber > Number(executed) || commitBlock === undefined) continue;
      for (const operation of decodePubdata(commitBlock.pubdata)) {
        if (operation.type !== "transfer" && operation.type !== "withdraw") continue;
        const { amount } = operation;
        if (seen.has(amount)) wrong.push(`${amount} was executed twice`);
        if (!this.#book.has(amount)) wrong.push(`${amount} was executed, but never sent`);
        seen.add(amount);
      }
    }
    for (const [amount, { type, recipient, status }] of this.#book) {
      if (status === "executed" && !seen.has(amount)) wrong.push(`${amount} is not executed on L1`);
      if (type !== "withdraw") continue;
      const paid = await l1.getBalance(recipient);
      const due = seen.has(amount) ? amount : 0n;
      if (paid !== due) wrong.push(`a recipient of ${due} has ${paid}`);
    }
    return { wrong, executed: seen.size };
  }
}
