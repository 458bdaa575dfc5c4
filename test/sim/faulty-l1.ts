/**
 * The operator's view of L1: the real client, but transactions are lost or mined late, reads fail,
 * answer late or from an old block, and others act in between.
 */
import type { RollupClient } from "../../src/l1/client.ts";
import type { CommitBlock, ExecuteBlock, ProveBlock, StoredBlock } from "../../src/l1/types.ts";
import type { L1Port } from "../../src/operator/l1-port.ts";
import { BAD_GATEWAY, type Fault } from "../helpers/faulty-provider.ts";
import type { SimChain } from "./chain.ts";
import type { FrontRun } from "./sim-node.ts";

/**
 * Fault of the next transaction: `dropped`, it is never mined; `unanswered`, it is mined, but the
 * operator gets no answer; `stuck`, it is given up, and mined later; `oversized`, the node refuses
 * it, with a lower limit than it should have.
 */
export const L1_FAULTS = ["dropped", "unanswered", "stuck", "oversized"] as const;
export type L1Fault = (typeof L1_FAULTS)[number];

/**
 * Fault of a read: `unread`, it fails; `late`, L1 advances before the answer; `behind`, the node
 * that answers has not seen the latest blocks.
 */
export const READ_FAULTS = ["unread", "late", "behind"] as const;
export type ReadFault = (typeof READ_FAULTS)[number];

/**
 * Fault of a single request to the node, which the client must handle itself: `lost sending`, the
 * node accepts the transaction and the answer is lost; `forgotten`, it answers and forgets the
 * transaction; `bad gateway`, the next request of any kind fails; `no receipt`, the node does not
 * find the receipt at first.
 */
export const REQUEST_FAULTS: { readonly [name: string]: Fault } = {
  "lost sending": { kind: "lose", methods: ["eth_sendRawTransaction"], times: 1 },
  forgotten: { kind: "drop", methods: ["eth_sendRawTransaction"], times: 1 },
  "bad gateway": { kind: "fail", error: BAD_GATEWAY, times: 1 },
  "no receipt": { kind: "null", methods: ["eth_getTransactionReceipt"], times: 1 },
};

/** Maximum number of L1 blocks that a node is behind. */
const LAG_MAX = 5;

export class FaultyL1 implements L1Port {
  readonly chainId: bigint;
  readonly rollupAddress: string;
  readonly deploymentBlock: number;
  /** Called before a late answer. */
  meanwhile: () => Promise<void> = () => Promise.resolve();
  readonly #chain: SimChain;
  #armed: L1Fault[] = [];
  #stuck: (() => Promise<unknown>)[] = [];
  /** Faults of reads, each after `left` reads that succeed. */
  #armedReads: { readonly fault: ReadFault; left: number }[] = [];
  #frontRuns: FrontRun[] = [];
  #isMeanwhile = false;
  #reads = 0;

  constructor(chain: SimChain) {
    this.#chain = chain;
    this.chainId = chain.client.chainId;
    this.rollupAddress = chain.client.rollupAddress;
    this.deploymentBlock = chain.client.deploymentBlock;
  }

  /** Of the operator at present: after a restart it has another one. */
  get #client(): RollupClient {
    return this.#chain.operatorClient;
  }

  arm(fault: L1Fault): void {
    this.#armed.push(fault);
  }

  /** @param after - Number of reads that succeed first. */
  armRead(fault: ReadFault, after: number): void {
    this.#armedReads.push({ fault, left: after });
  }

  armRequest(fault: Fault): void {
    this.#chain.connection.set(fault);
  }

  /** Arms an act between the operator's decision to send its next transaction and its mining. */
  armFrontRun(frontRun: FrontRun): void {
    this.#frontRuns.push(frontRun);
  }

  /** Removes all faults, also those of a read that never ends. */
  disarm(): void {
    this.#chain.node.lag = 0;
    this.#chain.node.frontRun = undefined;
    this.#isMeanwhile = false;
    this.#armed = [];
    this.#armedReads = [];
    this.#frontRuns = [];
    this.#chain.connection.set();
  }

  /** Mines transactions that were given up; L1 may refuse them now. */
  async mineStuck(): Promise<void> {
    const stuck = this.#stuck;
    this.#stuck = [];
    for (const send of stuck) await send().catch(() => undefined);
  }

  readDeployment() {
    return this.#read(() => this.#client.readDeployment());
  }

  readNews(fromBlock: number) {
    return this.#read(() => this.#client.readNews(fromBlock));
  }

  readBlockHash(blockNumber: number) {
    return this.#read(() => this.#client.readBlockHash(blockNumber));
  }

  readProgress(fromBlockNumber: number, l1BlockNumber: number) {
    return this.#read(() => this.#client.readProgress(fromBlockNumber, l1BlockNumber));
  }

  readStoredBlock(blockNumber: number) {
    return this.#read(() => this.#client.readStoredBlock(blockNumber));
  }

  readStanding(l1BlockNumber: number) {
    return this.#read(() => this.#client.readStanding(l1BlockNumber));
  }

  isOwnCommit(blockNumber: number) {
    return this.#read(() => this.#client.isOwnCommit(blockNumber));
  }

  hasCode(address: bigint) {
    return this.#read(() => this.#client.hasCode(address));
  }

  readOpenPayouts(blockNumber: number, l1BlockNumber?: number) {
    return this.#read(() => this.#client.readOpenPayouts(blockNumber, l1BlockNumber));
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

  async #read<T>(read: () => Promise<T>): Promise<T> {
    const [next] = this.#armedReads;
    if (next === undefined || this.#isMeanwhile || next.left-- > 0) return read();
    this.#armedReads.shift();
    switch (next.fault) {
      case "unread":
        throw new Error("L1 cannot be read, as the simulation wants");
      case "late": {
        const answer = await read();
        await this.#doMeanwhile();
        return answer;
      }
      case "behind":
        return this.#readBehind(read);
    }
  }

  async #doMeanwhile(): Promise<void> {
    this.#isMeanwhile = true;
    await this.meanwhile().finally(() => (this.#isMeanwhile = false));
  }

  async #readBehind<T>(read: () => Promise<T>): Promise<T> {
    const { node } = this.#chain;
    node.lag = 1 + (this.#reads++ % LAG_MAX);
    return read().finally(() => (node.lag = 0));
  }

  async #send<T>(call: () => Promise<T>): Promise<T> {
    const fault = this.#armed.shift();
    const send = () => this.#chain.act(call);
    if (fault === "stuck") this.#stuck.push(send);
    if (fault === "oversized") throw new Error("oversized data, as the simulation wants");
    if (fault === "stuck" || fault === "dropped") {
      throw new Error(`the transaction is ${fault}, as the simulation wants`);
    }
    this.#chain.node.frontRun = this.#frontRuns.shift();
    const result = await send().finally(() => (this.#chain.node.frontRun = undefined));
    if (fault === undefined) return result;
    throw new Error(`the transaction is ${fault}, as the simulation wants`);
  }
}
