/** What L1 says of the rollup, read on with each audit. */
import type { JsonRpcProvider, Signer } from "ethers";
import { decodePubdata } from "../../../src/block/pubdata.ts";
import { connectRollup, type RollupClient } from "../../../src/l1/client.ts";
import { ROLLUP_INTERFACE } from "../../../src/l1/interface.ts";
import type { CrashUsers, Sent } from "./users.ts";

export class L1Audit {
  readonly client: RollupClient;
  readonly #l1: JsonRpcProvider;
  readonly #validator: string;
  #nextBlock: number;
  /** Number of the last block that was committed. */
  #committed = 0;
  /** Operator's transactions that were mined. */
  transactions = 0;

  private constructor(client: RollupClient, l1: JsonRpcProvider, validator: string) {
    this.client = client;
    this.#l1 = l1;
    this.#validator = validator;
    this.#nextBlock = client.deploymentBlock;
  }

  static async create(signer: Signer, rollup: string, validator: string): Promise<L1Audit> {
    const l1 = signer.provider as JsonRpcProvider;
    return new L1Audit(await connectRollup({ rollupAddress: rollup }, signer), l1, validator);
  }

  /** @returns What is wrong with the blocks and the money on L1, one sentence each. */
  async audit(users: CrashUsers): Promise<string[]> {
    const toBlock = await this.#l1.getBlockNumber();
    const wrong = await this.#auditBlocks(toBlock);
    wrong.push(...(await this.#auditTransactions(toBlock)));
    wrong.push(...(await this.#auditPayments(users.sent, toBlock)));
    this.#nextBlock = toBlock + 1;
    const held = await this.#l1.getBalance(this.client.rollupAddress, toBlock);
    const owed = users.accepted.filter(({ to, isPaid }) => to === undefined && !isPaid);
    const due = owed.reduce((sum, { amount }) => sum + amount, users.balance);
    if (held !== due) wrong.push(`L1 holds ${held}, and the users have ${due}`);
    return wrong;
  }

  async #auditBlocks(toBlock: number): Promise<string[]> {
    const { client } = this;
    const range = { address: client.rollupAddress, fromBlock: this.#nextBlock, toBlock };
    const wrong: string[] = [];
    for (const log of await this.#l1.getLogs(range)) {
      const event = ROLLUP_INTERFACE.parseLog(log);
      if (event?.name === "BlocksReverted") wrong.push("blocks were reverted");
      if (event?.name !== "BlockCommitted") continue;
      const number = Number(event.args["blockNumber"]);
      if (number !== this.#committed + 1) {
        wrong.push(`block ${number} was committed after ${this.#committed}`);
      }
      this.#committed = number;
    }
    return wrong;
  }

  async #auditTransactions(toBlock: number): Promise<string[]> {
    const wrong: string[] = [];
    for (let number = this.#nextBlock; number <= toBlock; number++) {
      const { prefetchedTransactions } = (await this.#l1.getBlock(number, true))!;
      for (const { from, hash, nonce } of prefetchedTransactions) {
        if (from !== this.#validator) continue;
        this.transactions++;
        const { status } = (await this.#l1.getTransactionReceipt(hash))!;
        if (status !== 1) wrong.push(`the operator's transaction ${nonce} has failed on L1`);
      }
    }
    return wrong;
  }

  async #auditPayments(sent: readonly Sent[], toBlock: number): Promise<string[]> {
    const wrong: string[] = [];
    for (const each of sent) {
      if (each.to !== undefined || each.isPaid || each.state === "open") continue;
      const { recipient, amount, state } = each;
      const paid = await this.#l1.getBalance(recipient, toBlock);
      const isRight = paid === 0n || (paid === amount && state === "accepted");
      if (!isRight) wrong.push(`a recipient of ${amount} (${state}) has ${paid}`);
      each.isPaid = paid === amount;
    }
    return wrong;
  }

  /** Compares all that L1 has executed with what was sent. */
  async auditHistory({ sent, accepted }: CrashUsers): Promise<string[]> {
    const wrong: string[] = [];
    const seen = new Set<bigint>();
    const { executed } = await this.client.contract.blockCounts();
    for (const { storedBlock, commitBlock } of await this.client.readCommittedBlocks()) {
      if (storedBlock.blockNumber > Number(executed) || commitBlock === undefined) continue;
      for (const operation of decodePubdata(commitBlock.pubdata)) {
        if (operation.type !== "transfer" && operation.type !== "withdraw") continue;
        if (seen.has(operation.amount)) wrong.push(`${operation.amount} was executed twice`);
        seen.add(operation.amount);
      }
    }
    const amounts = new Set(accepted.map(({ amount }) => amount));
    for (const { amount } of sent) {
      if (amounts.has(amount) !== seen.has(amount)) {
        wrong.push(`${amount} is ${seen.has(amount) ? "" : "not "}executed on L1`);
      }
    }
    return wrong;
  }
}
