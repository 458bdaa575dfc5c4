/** What the operator sees of L1: the real client, but transactions get lost, or are mined late. */
import type { RollupClient } from "../../src/l1/client.ts";
import type { CommitBlock, ExecuteBlock, ProveBlock, StoredBlock } from "../../src/l1/types.ts";
import type { L1Port } from "../../src/operator/l1-port.ts";
import type { SimChain } from "./chain.ts";

/**
 * What becomes of the next transaction: `dropped`, it is never mined; `unanswered`, it is mined,
 * but the operator does not learn of it; `stuck`, it is given up, and mined at some later time.
 */
export const L1_FAULTS = ["dropped", "unanswered", "stuck"] as const;
export type L1Fault = (typeof L1_FAULTS)[number];

export class FaultyL1 implements L1Port {
  readonly chainId: bigint;
  readonly rollupAddress: string;
  readonly deploymentBlock: number;
  readonly #chain: SimChain;
  readonly #client: RollupClient;
  #armed: L1Fault[] = [];
  #stuck: (() => Promise<unknown>)[] = [];
  #failingReads = 0;

  constructor(chain: SimChain) {
    this.#chain = chain;
    this.#client = chain.client;
    this.chainId = this.#client.chainId;
    this.rollupAddress = this.#client.rollupAddress;
    this.deploymentBlock = this.#client.deploymentBlock;
  }

  arm(fault: L1Fault): void {
    this.#armed.push(fault);
  }

  failNextRead(): void {
    this.#failingReads++;
  }

  /** All is well from now on. */
  disarm(): void {
    this.#armed = [];
    this.#failingReads = 0;
  }

  /** Mines what was given up; by now L1 may refuse it. */
  async mineStuck(): Promise<void> {
    const stuck = this.#stuck;
    this.#stuck = [];
    for (const send of stuck) await send().catch(() => undefined);
  }

  readDeployment() {
    return this.#client.readDeployment();
  }

  async readNews(fromBlock: number) {
    if (this.#failingReads > 0) {
      this.#failingReads--;
      throw new Error("L1 can not be read, as the simulation wants");
    }
    return this.#client.readNews(fromBlock);
  }

  readBlockHash(blockNumber: number) {
    return this.#client.readBlockHash(blockNumber);
  }

  readProgress(fromBlockNumber: number, l1BlockNumber: number) {
    return this.#client.readProgress(fromBlockNumber, l1BlockNumber);
  }

  readStoredBlock(blockNumber: number) {
    return this.#client.readStoredBlock(blockNumber);
  }

  readStanding(l1BlockNumber: number) {
    return this.#client.readStanding(l1BlockNumber);
  }

  isOwnCommit(blockNumber: number) {
    return this.#client.isOwnCommit(blockNumber);
  }

  hasCode(address: bigint) {
    return this.#client.hasCode(address);
  }

  readOpenPayouts(blockNumber: number, l1BlockNumber?: number) {
    return this.#client.readOpenPayouts(blockNumber, l1BlockNumber);
  }

  payOut(block: ExecuteBlock) {
    return this.#send(() => this.#client.payOut(block));
  }

  commitBlocks(last: StoredBlock, blocks: readonly CommitBlock[]) {
    return this.#send(() => this.#client.commitBlocks(last, blocks));
  }

  proveBlocks(blocks: readonly ProveBlock[]) {
    return this.#send(() => this.#client.proveBlocks(blocks));
  }

  executeBlocks(blocks: readonly ExecuteBlock[]) {
    return this.#send(() => this.#client.executeBlocks(blocks));
  }

  revertBlocks(blocks: readonly StoredBlock[]) {
    return this.#send(() => this.#client.revertBlocks(blocks));
  }

  async #send<T>(call: () => Promise<T>): Promise<T> {
    const fault = this.#armed.shift();
    const send = () => this.#chain.act(call);
    if (fault === "stuck") this.#stuck.push(send);
    if (fault === "stuck" || fault === "dropped") {
      throw new Error(`the transaction is ${fault}, as the simulation wants`);
    }
    const result = await send();
    if (fault === undefined) return result;
    throw new Error(`the transaction is ${fault}, as the simulation wants`);
  }
}
