/** Checks from L1 alone that operator and L1 agree, and that no money is lost or created. */
import { expect } from "chai";
import { Contract } from "ethers";
import { hashStoredBlock } from "../../src/l1/stored-block.ts";
import type { Operator } from "../../src/operator/operator.ts";
import { completeHistory, emptyHistory } from "../../src/restore/history.ts";
import { findOpenPayouts, type OpenPayouts } from "../../src/restore/open-payouts.ts";
import { type RestoredRollup, restoreRollup } from "../../src/restore/restore.ts";
import { createRestoreSource } from "../../src/restore/source.ts";
import { createMemoryStore } from "../helpers/memory-store.ts";
import type { SimChain } from "./chain.ts";

const BALANCE_ABI = ["function balanceOf(address account) view returns (uint256)"];

/** Whether an operator has the last executed block as L1 has it, or has none of its number. */
export function agrees(operator: Operator, { executed }: RestoredRollup): boolean {
  const { blockNumber, stateRoot } = executed.storedBlock;
  const record = operator.block(blockNumber);
  return record?.status !== "executed" || record.applied.state.root === stateRoot;
}

export class Auditor {
  readonly #chain: SimChain;
  readonly #store = createMemoryStore();
  /** Owners of pending balances: of failed payouts, and of the request fees. */
  readonly pendingOwners = new Set<string>();

  constructor(chain: SimChain) {
    this.#chain = chain;
    this.pendingOwners.add(chain.rollup.governor.address);
  }

  /** Restores the rollup from L1, and compares it with L1. */
  async audit(): Promise<RestoredRollup> {
    const { rollup } = this.#chain;
    const restored = await this.restore();
    const { storedBlock, state } = restored.executed;
    const { blockNumber, stateRoot } = storedBlock;
    const contract = rollup.rollup;
    expect(blockNumber, "executed").to.equal(Number((await contract.blockCounts()).executed));
    expect(hashStoredBlock(storedBlock)).to.equal(await contract.storedBlockHash(blockNumber));
    expect(state.root, "restored from public data").to.equal(stateRoot);
    await this.#assertNothingLost(restored);
    return restored;
  }

  /** Audits an operator that must have executed and paid out everything, without any fault. */
  async auditAtRest(operator: Operator): Promise<void> {
    expect(operator.obstacle, "accepting").to.equal(undefined);
    expect(this.#chain.node.oversized, "within the limits of L1").to.deep.equal([]);
    expect(await this.openPayouts(), "open payouts").to.deep.equal([]);
    const restored = await this.audit();
    const { executed, pending, faulty } = restored;
    expect(agrees(operator, restored), "operator").to.equal(true);
    expect([pending.length, faulty.length], "nothing is left").to.deep.equal([0, 0]);
    expect(operator.state.root, "operator = L1").to.equal(executed.state.root);
  }

  restore(): Promise<RestoredRollup> {
    return restoreRollup(createRestoreSource(this.#chain.client), { store: this.#store });
  }

  /** Blocks with open payouts. */
  async openPayouts(): Promise<OpenPayouts[]> {
    const { client, firstOpenBlock } = this.#chain;
    return findOpenPayouts(client, await completeHistory(client, emptyHistory(firstOpenBlock)));
  }

  /**
   * Asserts for every token: balance of the contract = on L2 + pending + open payouts + deposits
   * that are not executed.
   */
  async #assertNothingLost({ executed }: RestoredRollup): Promise<void> {
    const deposits = await this.#openDeposits();
    const payouts = (await this.openPayouts()).flatMap((block) =>
      block.open.map((index) => block.payouts[index]!),
    );
    await this.#notePendingOwners();
    for (const [tokenId, token] of this.#chain.tokens.entries()) {
      const onL2 = [...executed.state.accounts()].map(([id]) =>
        executed.state.balance(id, tokenId),
      );
      const open = [deposits, payouts].map((list) =>
        sum(list.filter((each) => each.tokenId === tokenId).map(({ amount }) => amount)),
      );
      const parts = [sum(onL2), await this.#pending(token), ...open];
      expect(sum(parts), `token ${tokenId}: ${parts.join(" + ")}`).to.equal(await this.held(token));
    }
  }

  async #openDeposits() {
    const { client, rollup, firstOpenBlock } = this.#chain;
    const { firstOpen, next } = await rollup.rollup.priorityQueue();
    const { requests } = await client.readNews(firstOpenBlock);
    const open = requests.filter(({ requestId }) => BigInt(requestId) >= firstOpen);
    expect(open.length, "open requests").to.equal(Number(next - firstOpen));
    return open.filter((request) => request.type === "deposit");
  }

  async #notePendingOwners(): Promise<void> {
    const { rollup } = this.#chain.rollup;
    const filter = rollup.filters.PayoutPending();
    for (const { args } of await rollup.queryFilter(filter, this.#chain.firstOpenBlock)) {
      this.pendingOwners.add(args.recipient);
    }
  }

  async #pending(token: string): Promise<bigint> {
    const { rollup } = this.#chain.rollup;
    const owners = [...this.pendingOwners];
    return sum(await Promise.all(owners.map((owner) => rollup.pendingBalance(owner, token))));
  }

  /** The contract's balance of a token. @param token - Its L1 address. */
  async held(token: string): Promise<bigint> {
    const { client, rollup, tokens } = this.#chain;
    const { provider } = rollup.ethers;
    if (token === tokens[0]) return provider.getBalance(client.rollupAddress);
    const erc20 = new Contract(token, BALANCE_ABI, provider);
    return (await erc20.getFunction("balanceOf")(client.rollupAddress)) as bigint;
  }
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
