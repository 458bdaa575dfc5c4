/** A typed client of one Rollup contract. */
import {
  Contract,
  type ContractRunner,
  type ContractTransaction,
  Interface,
  type Provider,
  type Signer,
  type TransactionReceipt,
} from "ethers";
import type {
  CommitBlockStruct,
  ExecuteBlockStruct,
  ProveBlockStruct,
  Rollup,
} from "../../types/ethers-contracts/contracts/Rollup.ts";
import { assert } from "../util/errors.ts";
import { toChecksumAddress } from "./addresses.ts";
import type { ChangePubKeyClaim } from "./authorization.ts";
import { l1Error } from "./errors.ts";
import {
  eventsOf,
  findFirstEvent,
  findLastEvent,
  providerOf,
  readEvents,
  type EventName,
  type RollupEvent,
  toGenesisBlock,
  toAuthorizationResets,
  toPubKeyAuthorization,
  toQueuedRequest,
  toStoredBlock,
} from "./events.ts";
import { readCommittedBlocks } from "./history.ts";
import { ROLLUP_INTERFACE } from "./interface.ts";
import { readProgress } from "./progress.ts";
import {
  commitCost,
  executeCost,
  L1_LIMITS,
  type L1Cost,
  type L1Limits,
  payOutCost,
  proveCost,
  revertCost,
} from "./gas.ts";
import { findDeploymentBlock } from "./locate.ts";
import { mapBounded, patientRunner, REQUESTS_MAX } from "./requests.ts";
import { DEFAULT_PATIENCE, type Patience, type PendingTransactions, Sender } from "./sending.ts";
import { isOwnCommit, readStanding } from "./standing.ts";
import { toL1Error } from "./reverts.ts";
import { readToken } from "./tokens.ts";
import type {
  CommitBlock,
  CommittedBlock,
  ExecuteBlock,
  ExitClaim,
  L1Deployment,
  L1News,
  L1Progress,
  L1Standing,
  L1Transaction,
  ProveBlock,
  QueuedDeposit,
  StoredBlock,
  Token,
} from "./types.ts";

export interface RollupLocation {
  readonly rollupAddress: string;
  /** L1 block in which it was deployed: where its events start. 0 or missing: it is looked for. */
  readonly deploymentBlock?: number;
}

/**
 * @param runner - Sends transactions if it is a signer; a provider can only read.
 * @param patience - With an L1 that does not answer, and with transactions that are not mined;
 * default: about ten minutes.
 * @param limits - Of one L1 transaction, if L1 has others than Ethereum.
 * @throws L1_REQUEST_FAILED
 */
export async function connectRollup(
  { rollupAddress, deploymentBlock = 0 }: RollupLocation,
  runner: ContractRunner,
  patience: Partial<Patience> = {},
  limits: L1Limits = L1_LIMITS,
): Promise<RollupClient> {
  const whole = { ...DEFAULT_PATIENCE, ...patience };
  const patient = patientRunner(runner, whole);
  const contract = new Contract(rollupAddress, ROLLUP_INTERFACE, patient) as unknown as Rollup;
  const provider = providerOf(contract);
  const { chainId } = await provider.getNetwork();
  const address = await contract.getAddress();
  const start = deploymentBlock || (await findDeploymentBlock(contract));
  const location = { chainId, rollupAddress: address, deploymentBlock: start };
  return new RollupClient(contract, location, whole, limits);
}

/**
 * Every method that sends resolves when its transaction is mined, and throws L1_REVERTED with name
 * and values of the Solidity error if L1 refuses it. Whatever else goes wrong has a code of its
 * own (see {@link Sender}), after which it is safe to try again. One account sends one transaction
 * after the other, whichever client it belongs to.
 */
export class RollupClient {
  /** The contract itself, for all that has no method here. */
  readonly contract: Rollup;
  readonly chainId: bigint;
  /** Checksummed. */
  readonly rollupAddress: string;
  readonly deploymentBlock: number;

  readonly #patience: Patience;
  readonly #limits: L1Limits;
  #sender: Sender | undefined;

  /** Use {@link connectRollup}. */
  constructor(
    contract: Rollup,
    location: Required<RollupLocation> & { readonly chainId: bigint },
    patience = DEFAULT_PATIENCE,
    limits = L1_LIMITS,
  ) {
    this.contract = contract;
    this.#patience = patience;
    this.#limits = limits;
    this.chainId = location.chainId;
    this.rollupAddress = location.rollupAddress;
    this.deploymentBlock = location.deploymentBlock;
  }

  /**
   * Pays the request fee besides.
   *
   * @param owner - L1 address that owns the L2 account. @param amount - In wei, without the fee.
   */
  async depositEth(owner: string, amount: bigint): Promise<PriorityRequestResult> {
    return this.#request("depositEth", (fee) =>
      this.contract.depositEth.populateTransaction(owner, { value: amount + fee }),
    );
  }

  /** Pays the request fee besides. The runner has approved `amount` of the token to the rollup. */
  async depositErc20(token: string, amount: bigint, owner: string): Promise<PriorityRequestResult> {
    return this.#request("depositErc20", (value) =>
      this.contract.depositErc20.populateTransaction(token, amount, owner, { value }),
    );
  }

  /** Pays the request fee besides. @param token - L1 address; the zero address is ETH. */
  async requestFullExit(accountId: number, token: string): Promise<PriorityRequestResult> {
    return this.#request("requestFullExit", (value) =>
      this.contract.requestFullExit.populateTransaction(accountId, token, { value }),
    );
  }

  /**
   * Lets the rollup take tokens of the runner's account.
   *
   * @param token - L1 address of an ERC-20 contract.
   * @param amount - In the token's smallest unit.
   */
  async approve(token: string, amount: bigint): Promise<L1Transaction> {
    const data = APPROVAL.encodeFunctionData("approve", [this.rollupAddress, amount]);
    const send = () => Promise.resolve({ to: token, data });
    return toTransaction(await this.#send("approve", send));
  }

  /** What L1 itself says of a token. @throws L1_REVERTED if none is listed under the id */
  async readListedToken(id: number): Promise<Token> {
    try {
      return await readToken(this.#provider, id, await this.contract.tokenAddress(id));
    } catch (error) {
      throw toL1Error("tokenAddress", error);
    }
  }

  /** What a priority request costs now, in wei. */
  async readRequestFee(): Promise<bigint> {
    return this.contract.requestFeeWei();
  }

  /** @param token - L1 address; the zero address is ETH. */
  async withdrawPendingBalance(owner: string, token: string): Promise<L1Transaction> {
    const send = () => this.contract.withdrawPendingBalance.populateTransaction(owner, token);
    return toTransaction(await this.#send("withdrawPendingBalance", send));
  }

  /**
   * Authorises a signing key for the runner's account; or announces that one authorised before will
   * be replaced, or replaces it, if that was announced a day before.
   */
  async setAuthPubKeyHash({
    pubKeyHash,
    accountId,
    nonce,
  }: ChangePubKeyClaim): Promise<L1Transaction> {
    const send = () =>
      this.contract.setAuthPubKeyHash.populateTransaction(pubKeyHash, accountId, nonce);
    return toTransaction(await this.#send("setAuthPubKeyHash", send));
  }

  /** Governor only. @param token - L1 address of an ERC-20 contract. */
  async listToken(token: string): Promise<Token> {
    const receipt = await this.#send("listToken", () =>
      this.contract.listToken.populateTransaction(token),
    );
    const { args } = this.#eventsOf(receipt, "TokenListed")[0]!;
    return readToken(this.#provider, Number(args.tokenId), token);
  }

  /**
   * Validators only.
   *
   * @param last - The last committed block.
   * @returns The new blocks as L1 has stored them, in order.
   */
  async commitBlocks(
    last: StoredBlock,
    blocks: readonly CommitBlock[],
  ): Promise<{ transaction: L1Transaction; storedBlocks: StoredBlock[] }> {
    const structs = blocks.map(toCommitStruct);
    const send = () => this.contract.commitBlocks.populateTransaction(last, structs);
    const receipt = await this.#sendAlone("commitBlocks", send, commitCost(blocks));
    const storedBlocks = this.#eventsOf(receipt, "BlockCommitted").map(toStoredBlock);
    return { transaction: toTransaction(receipt), storedBlocks };
  }

  /** Proves blocks, with one check of all proofs. @param blocks - At least one, in order. */
  async proveBlocks(blocks: readonly ProveBlock[]): Promise<L1Transaction> {
    const send = () => this.contract.proveBlocks.populateTransaction(...toProveArguments(blocks));
    const cost = proveCost(blocks.length, new Set(blocks.map(({ slots }) => slots)).size);
    return toTransaction(await this.#sendAlone("proveBlocks", send, cost));
  }

  /** Validators only. Payouts that lack gas stay open, see {@link RollupClient.readOpenPayouts}. */
  async executeBlocks(blocks: readonly ExecuteBlock[]): Promise<L1Transaction> {
    const structs = blocks.map(toExecuteStruct);
    const send = () => this.contract.executeBlocks.populateTransaction(structs);
    const cost = executeCost(blocks.map(({ payouts }) => payouts.length));
    return toTransaction(await this.#sendAlone("executeBlocks", send, cost));
  }

  /**
   * Makes open payouts of an executed block, as far as the gas reaches; anyone may, also in exodus.
   *
   * @param block - With all its payouts.
   * @param range - Those with an index in [first, first + count); default: all.
   */
  async payOut(block: ExecuteBlock, range?: PayoutRange): Promise<L1Transaction> {
    const { storedBlock, payouts } = toExecuteStruct(block);
    const { first, count } = range ?? { first: 0, count: payouts.length };
    const send = () => this.contract.payOut.populateTransaction(storedBlock, payouts, first, count);
    const cost = payOutCost(payouts.length, count);
    return toTransaction(await this.#send("payOut", send, cost));
  }

  /**
   * How many payouts of an executed block are still to be made.
   *
   * @param l1BlockNumber - L1 block at whose end the question is asked; default: the latest.
   * @returns PAYOUTS_NOT_COUNTED if all are, and nobody has counted them.
   */
  async readOpenPayouts(blockNumber: number, l1BlockNumber?: number): Promise<number> {
    return Number(
      await this.contract.openPayouts(blockNumber, { blockTag: l1BlockNumber ?? "latest" }),
    );
  }

  /** Whether an address has code: then CREATE2 authorises no signing key for it any more. */
  async hasCode(address: bigint): Promise<boolean> {
    return (await this.#provider.getCode(toChecksumAddress(address))) !== "0x";
  }

  /** Validators only. @param blocks - Newest first. */
  async revertBlocks(blocks: readonly StoredBlock[]): Promise<L1Transaction> {
    const send = () => this.contract.revertBlocks.populateTransaction([...blocks]);
    return toTransaction(await this.#sendAlone("revertBlocks", send, revertCost(blocks.length)));
  }

  /** What the contract says about itself. */
  async readDeployment(): Promise<L1Deployment> {
    const [protocolDigest, accountCapacity, tokenCapacity, counts] = await Promise.all([
      this.contract.protocolDigest(),
      this.contract.accountCapacity(),
      this.contract.tokenCapacity(),
      this.contract.blockCounts(),
    ]);
    return {
      protocolDigest,
      accountCapacity: Number(accountCapacity),
      tokenCapacity: Number(tokenCapacity),
      lastBlock: await this.readStoredBlock(Number(counts.committed)),
    };
  }

  /**
   * A committed block as L1 has stored it; 0 is genesis.
   *
   * @throws L1_BLOCK_NOT_FOUND
   */
  async readStoredBlock(blockNumber: number): Promise<StoredBlock> {
    const toBlock = await this.#provider.getBlockNumber();
    const range = { fromBlock: this.deploymentBlock, toBlock };
    const { contract, rollupAddress } = this;
    if (blockNumber === 0) {
      const initialized = await findFirstEvent(contract, "RollupInitialized", range);
      if (initialized !== undefined) return toGenesisBlock(initialized);
    } else {
      // Of a block that was taken back and committed anew, the last event is the one that holds.
      const committed = await findLastEvent(contract, "BlockCommitted", range, blockNumber);
      if (committed !== undefined) return toStoredBlock(committed);
    }
    throw l1Error({ code: "L1_BLOCK_NOT_FOUND", blockNumber, rollupAddress });
  }

  /** What the contract makes of the runner, as at the end of an L1 block. */
  async readStanding(l1BlockNumber: number): Promise<L1Standing> {
    return readStanding(this.contract, l1BlockNumber);
  }

  /** Whether the runner has committed a block, and nobody else. */
  async isOwnCommit(blockNumber: number): Promise<boolean> {
    const toBlock = await this.#provider.getBlockNumber();
    return isOwnCommit(this.contract, blockNumber, { fromBlock: this.deploymentBlock, toBlock });
  }

  /** Hash of an L1 block, 0x-hex; undefined if there is none of this number. */
  async readBlockHash(blockNumber: number): Promise<string | undefined> {
    return (await this.#provider.getBlock(blockNumber))?.hash ?? undefined;
  }

  /** How far blocks have come; see {@link readProgress}. */
  async readProgress(fromBlockNumber: number, l1BlockNumber: number): Promise<L1Progress> {
    return readProgress(this.contract, fromBlockNumber, l1BlockNumber);
  }

  /** Events of the L1 blocks from `fromBlock` (included) to the latest. */
  async readNews(fromBlock: number): Promise<L1News> {
    const latest = (await this.#provider.getBlock("latest"))!;
    const events = await readEvents(this.contract, NEWS_EVENTS, {
      fromBlock,
      toBlock: latest.number,
    });
    const listed = events.filter((event) => event.name === "TokenListed");
    const at = { blockTag: latest.number };
    const [queue, tokenCount] = await Promise.all([
      this.contract.priorityQueue(at),
      this.contract.tokenCount(at),
    ]);
    const tokens = await mapBounded(listed, REQUESTS_MAX, ({ args: { tokenId, token } }) =>
      readToken(this.#provider, Number(tokenId), token),
    );
    return {
      blockNumber: latest.number,
      blockHash: latest.hash!,
      timestamp: BigInt(latest.timestamp),
      requests: events
        .filter((event) => event.name === "PriorityRequestAdded")
        .map(toQueuedRequest),
      tokens,
      authorizations: events
        .filter((event) => event.name === "AuthPubKeyHashSet")
        .map(toPubKeyAuthorization),
      authorizationResets: toAuthorizationResets(events),
      isExodusBegun: events.some((event) => event.name === "ExodusModeActivated"),
      requestCount: Number(queue.next),
      tokenCount: Number(tokenCount),
    };
  }

  /**
   * Blocks committed from an L1 block on, oldest first, with their data.
   *
   * @throws L1_CALLDATA_NOT_FOUND
   */
  async readCommittedBlocks(fromBlock = this.deploymentBlock): Promise<CommittedBlock[]> {
    const toBlock = await this.#provider.getBlockNumber();
    return readCommittedBlocks(this.contract, { fromBlock, toBlock });
  }

  /** Starts the exodus; anyone may, once a request has waited too long. */
  async activateExodusMode(): Promise<L1Transaction> {
    const send = () => this.contract.activateExodusMode.populateTransaction();
    return toTransaction(await this.#send("activateExodusMode", send));
  }

  /**
   * In exodus, pays out what an account holds; anyone may.
   *
   * @param last - The last executed block.
   * @param proof - Of the exit circuit, eight words in the order of EIP-197.
   */
  async performExit(
    last: StoredBlock,
    claim: ExitClaim,
    proof: readonly bigint[],
  ): Promise<L1Transaction> {
    const struct = { ...claim, owner: toChecksumAddress(claim.owner) };
    const words = proof as ProveBlockStruct["proof"];
    const send = () => this.contract.performExit.populateTransaction(last, struct, words);
    return toTransaction(await this.#send("performExit", send));
  }

  /**
   * As {@link performExit}, without a proof; anyone may.
   *
   * @param path - See `exitPath`.
   */
  async performExitByPath(
    last: StoredBlock,
    claim: ExitClaim,
    path: readonly bigint[],
  ): Promise<L1Transaction> {
    const struct = { ...claim, owner: toChecksumAddress(claim.owner) };
    const send = () => this.contract.performExitByPath.populateTransaction(last, struct, [...path]);
    return toTransaction(await this.#send("performExitByPath", send));
  }

  /** In exodus, makes deposits that are in no executed block pending balances; anyone may. */
  async cancelDeposits(deposits: readonly QueuedDeposit[]): Promise<L1Transaction> {
    const structs = deposits.map(({ requestId, owner, tokenId, amount }) => ({
      requestId,
      owner: toChecksumAddress(owner),
      tokenId,
      amount,
    }));
    const send = () => this.contract.cancelDeposits.populateTransaction(structs);
    return toTransaction(await this.#send("cancelDeposits", send));
  }

  /** Transactions of the runner's account that wait at the node, whoever has sent them. */
  async readPending(): Promise<PendingTransactions> {
    return this.#connectSender("readPending").readPending();
  }

  /**
   * Waits until nothing of the runner's account waits at the node any more. For an operator that
   * starts: what its predecessor has sent is mined before L1 is read, or never.
   *
   * @param graceMs - How long what waits may still be mined; then it is replaced. Default: 15 s.
   * @returns What waited at first.
   * @throws as {@link Sender.settlePending}
   */
  async settlePending(graceMs?: number): Promise<PendingTransactions> {
    return this.#connectSender("settlePending").settlePending(graceMs);
  }

  get #provider(): Provider {
    return providerOf(this.contract);
  }

  #eventsOf<N extends EventName>(receipt: TransactionReceipt, name: N): RollupEvent<N>[] {
    const events = eventsOf(receipt, this.rollupAddress, name);
    if (events.length > 0) return events;
    throw l1Error({ code: "L1_EVENT_MISSING", event: name, transactionHash: receipt.hash });
  }

  async #request(
    call: string,
    send: (feeWei: bigint) => ReturnType<Send>,
  ): Promise<PriorityRequestResult> {
    const feeWei = await this.readRequestFee();
    const receipt = await this.#send(call, () => send(feeWei));
    const { args } = this.#eventsOf(receipt, "PriorityRequestAdded")[0]!;
    return { requestId: Number(args.requestId), transaction: toTransaction(receipt) };
  }

  /** For a user: with an estimate of the gas, or with a limit that is computed. */
  async #send(call: string, send: Send, cost?: L1Cost): Promise<TransactionReceipt> {
    const { to, data, value = 0n } = await send();
    const gasLimit = cost && toGasLimit(cost, this.#limits);
    const sender = this.#connectSender(call);
    return sender.send({ name: call, to, data, value }, gasLimit);
  }

  /** For an operator: with all the gas that it can take at worst. */
  async #sendAlone(call: string, send: Send, cost: L1Cost): Promise<TransactionReceipt> {
    const { to, data, value = 0n } = await send();
    const gasLimit = toGasLimit(cost, this.#limits);
    const sender = this.#connectSender(call);
    return sender.sendAlone({ name: call, to, data, value }, gasLimit);
  }

  #connectSender(call: string): Sender {
    const { runner } = this.contract;
    if (!isSigner(runner)) throw l1Error({ code: "L1_SIGNER_MISSING", call });
    this.#sender ??= new Sender(runner, this.#provider, this.chainId, this.#patience);
    return this.#sender;
  }
}

function toGasLimit({ gas }: L1Cost, { gasMax }: L1Limits): bigint {
  return BigInt(Math.min(gas, gasMax));
}

function isSigner(runner: ContractRunner | null): runner is Signer {
  return runner !== null && "getAddress" in runner;
}

/** Payouts of a block: those with an index in [first, first + count). */
export interface PayoutRange {
  readonly first: number;
  readonly count: number;
}

/** A request that has joined the priority queue. */
export interface PriorityRequestResult {
  /** Place in the queue, counting from 0. */
  readonly requestId: number;
  readonly transaction: L1Transaction;
}

const APPROVAL = new Interface(["function approve(address spender, uint256 amount)"]);

const NEWS_EVENTS = [
  "PriorityRequestAdded",
  "TokenListed",
  "AuthPubKeyHashSet",
  "AuthResetStarted",
  "ExodusModeActivated",
] as const;

type Send = () => Promise<ContractTransaction>;

function toTransaction(receipt: TransactionReceipt): L1Transaction {
  const { hash, blockNumber, gasUsed } = receipt;
  return { hash, blockNumber, gasUsed };
}

function toCommitStruct(block: CommitBlock): CommitBlockStruct {
  return { ...block, authorizations: [...block.authorizations] };
}

/** The arguments of the contract's function. */
export function toProveArguments(
  blocks: readonly ProveBlock[],
): [parentCommitment: string, last: StoredBlock, blocks: ProveBlockStruct[]] {
  const [first, last] = [blocks[0], blocks.at(-1)];
  assert(first !== undefined && last !== undefined, "there is a block to prove");
  const structs = blocks.map(({ slots, digest, z, y, proof }) => {
    return { slots, digest, z, y, proof: [...proof] as ProveBlockStruct["proof"] };
  });
  return [first.parentCommitment, last.storedBlock, structs];
}

function toExecuteStruct({ storedBlock, payouts }: ExecuteBlock): ExecuteBlockStruct {
  return {
    storedBlock,
    payouts: payouts.map(({ recipient, ...payout }) => ({
      ...payout,
      recipient: toChecksumAddress(recipient),
    })),
  };
}
