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
} from "./generated/rollup.ts";
import { withDefaults } from "../util/defaults.ts";
import { assert } from "../util/errors.ts";
import { toChecksumAddress } from "./addresses.ts";
import type { ChangePubKeyClaim } from "./authorization.ts";
import { l1Error } from "./errors.ts";
import {
  eventsOf,
  findFirstEvent,
  findLastEvent,
  providerOf,
  type EventName,
  type RollupEvent,
  toGenesisBlock,
  toStoredBlock,
} from "./events.ts";
import { readCommittedBlocks } from "./history.ts";
import { ROLLUP_INTERFACE } from "./interface.ts";
import { readNews } from "./news.ts";
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
import { patientRunner, sourceOf } from "./requests.ts";
import { type L1Call, type PendingTransactions, Sender } from "./sending.ts";
import { DEFAULT_PATIENCE, type Patience, type SendingSettings } from "./settings.ts";
import { isRequestUrgent } from "./expiry.ts";
import { isOwnCommit, readStanding } from "./standing.ts";
import { readContract } from "./reverts.ts";
import { readToken } from "./tokens.ts";
import type {
  CommitBlock,
  BlockOnL1,
  ExecuteBlock,
  ExitClaim,
  L1Deployment,
  L1News,
  NewsTag,
  L1Progress,
  L1Standing,
  L1Transaction,
  ProveBlock,
  QueuedDeposit,
  StoredBlock,
  Token,
} from "./types.ts";

/** Where a rollup is on its chain. */
export interface RollupLocation {
  /** Address of the proxy, 0x-hex. */
  readonly rollupAddress: string;
  /** L1 block of the deployment, where events start. Default or 0: found by a search. */
  readonly deploymentBlock?: number;
}

/** How a client reads and sends. */
export interface ConnectOptions extends Partial<Patience>, SendingSettings {
  /** Limits of one L1 transaction. Default: those of Ethereum. */
  readonly limits?: L1Limits;
  /** The L1 blocks whose requests and other facts count. Default: all, up to the latest. */
  readonly deposits?: NewsTag;
}

/**
 * Connects to a deployed rollup.
 *
 * @param location - Address of the contract, and the L1 block of its deployment.
 * @param runner - A signer to send transactions, or a provider to read only.
 * @param options - Time limits for answers of L1 and for mining, about ten minutes by default; and
 * what an operator's account needs: journal, limits of fees and budget.
 * @returns A client of the contract. It does not check that a rollup is there.
 * @throws L1_REQUEST_FAILED
 *
 * @example
 * const { rollupAddress, chainId } = await provider.getConfig();
 * const [, , , signer] = await ethers.getSigners(); // or of new JsonRpcProvider(url)
 * const client = await connectRollup({ rollupAddress }, signer);
 * client.chainId === chainId; // true
 * await client.depositEth(signer.address, 10n ** 18n);
 * await (await RollupWallet.create(signer, provider)).getBalance("ETH"); // 10n ** 18n
 */
export async function connectRollup(
  { rollupAddress, deploymentBlock = 0 }: RollupLocation,
  runner: ContractRunner,
  options: ConnectOptions = {},
): Promise<RollupClient> {
  const whole = { ...options, ...withDefaults(DEFAULT_PATIENCE, options) };
  const patient = patientRunner(runner, whole);
  const contract = new Contract(rollupAddress, ROLLUP_INTERFACE, patient) as unknown as Rollup;
  const provider = providerOf(contract);
  const { chainId } = await provider.getNetwork();
  const address = await contract.getAddress();
  const start = deploymentBlock || (await findDeploymentBlock(contract));
  const location = { chainId, rollupAddress: address, deploymentBlock: start };
  return new RollupClient(contract, location, whole);
}

/**
 * A typed client of one Rollup contract.
 *
 * Every method that sends resolves when its transaction is mined, and throws L1_REVERTED with name
 * and values of the Solidity error if L1 refuses it. The other codes of sending are
 * L1_TRANSACTION_FAILED if it was mined and failed without a reason; L1_REQUEST_FAILED,
 * L1_FUNDS_INSUFFICIENT, L1_TRANSACTION_REFUSED and L1_NONCE_TAKEN if it was not sent; and
 * L1_TRANSACTION_STUCK if it may still be mined. A retry is safe after each of them. All clients
 * share one queue per account.
 *
 * Every method that reads throws L1_REQUEST_FAILED if L1 does not answer.
 *
 * @example
 * const { requestId } = await client.depositEth(alice.address, 5n);
 * await rollup.processBlocks();
 * const { executed } = await client.readProgress(0, await ethers.provider.getBlockNumber());
 * (await client.readStoredBlock(executed)).priorityRequests; // 1
 * rollup.operator.requestReceipt(requestId).status; // "executed"
 */
export class RollupClient {
  /** The contract itself, for calls without a method here. */
  readonly contract: Rollup;
  /** Chain of the contract. */
  readonly chainId: bigint;
  /** Checksummed. */
  readonly rollupAddress: string;
  /** L1 block from which on events are read; 0 if it is unknown. */
  readonly deploymentBlock: number;

  readonly #options: ConnectOptions & Patience;
  readonly #limits: L1Limits;
  #sender: Sender | undefined;

  /** Use {@link connectRollup}. */
  constructor(
    contract: Rollup,
    location: Required<RollupLocation> & { readonly chainId: bigint },
    options: ConnectOptions & Patience = DEFAULT_PATIENCE,
  ) {
    this.contract = contract;
    this.#options = options;
    this.#limits = options.limits ?? L1_LIMITS;
    this.chainId = location.chainId;
    this.rollupAddress = location.rollupAddress;
    this.deploymentBlock = location.deploymentBlock;
  }

  /**
   * Requests a deposit of ETH, and pays the request fee in addition.
   *
   * @param owner - L1 address that owns the L2 account.
   * @param amount - In wei, without the fee; uint128, not 0.
   * @returns The place of the request in the priority queue, and its L1 transaction.
   * @throws L1_SIGNER_MISSING, L1_EVENT_MISSING, and the codes of sending, see {@link RollupClient}
   */
  async depositEth(owner: string, amount: bigint): Promise<PriorityRequestResult> {
    return this.#request("depositEth", (fee) =>
      this.contract.depositEth.populateTransaction(owner, { value: amount + fee }),
    );
  }

  /**
   * Requests a deposit of a token, and pays the request fee in addition.
   *
   * @param token - L1 address of a listed token; {@link RollupClient.approve} `amount` of it first.
   * @param amount - In the token's smallest unit; uint128, not 0.
   * @param owner - L1 address that owns the L2 account.
   * @returns The place of the request in the priority queue, and its L1 transaction.
   * @throws L1_SIGNER_MISSING, L1_EVENT_MISSING, and the codes of sending, see {@link RollupClient}
   */
  async depositErc20(token: string, amount: bigint, owner: string): Promise<PriorityRequestResult> {
    return this.#request("depositErc20", (value) =>
      this.contract.depositErc20.populateTransaction(token, amount, owner, { value }),
    );
  }

  /**
   * Requests a full exit of one token, and pays the request fee in addition.
   *
   * @param accountId - An account of the runner's address.
   * @param token - L1 address; the zero address is ETH.
   * @returns The place of the request in the priority queue, and its L1 transaction.
   * @throws L1_SIGNER_MISSING, L1_EVENT_MISSING, and the codes of sending, see {@link RollupClient}
   */
  async requestFullExit(accountId: number, token: string): Promise<PriorityRequestResult> {
    return this.#request("requestFullExit", (value) =>
      this.contract.requestFullExit.populateTransaction(accountId, token, { value }),
    );
  }

  /**
   * Approves tokens of the runner's account to the rollup.
   *
   * @param token - L1 address of an ERC-20 contract.
   * @param amount - In the token's smallest unit, uint256.
   * @returns The mined L1 transaction.
   * @throws L1_SIGNER_MISSING, and the codes of sending, see {@link RollupClient}
   */
  async approve(token: string, amount: bigint): Promise<L1Transaction> {
    const data = APPROVAL.encodeFunctionData("approve", [this.rollupAddress, amount]);
    const send = () => Promise.resolve({ to: token, data });
    return toTransaction(await this.#send("approve", send));
  }

  /**
   * Reads a listed token from L1.
   *
   * @param id - In [0, token count of the contract); 0 is ETH.
   * @returns Address, symbol and decimals of the token.
   * @throws L1_REVERTED if none is listed under the id
   */
  async readListedToken(id: number): Promise<Token> {
    const address = await readContract("tokenAddress", () => this.contract.tokenAddress(id));
    return readToken(this.#provider, id, address);
  }

  /** Returns the current fee of a priority request, in wei. */
  async readRequestFee(): Promise<bigint> {
    return readContract("requestFeeWei", () => this.contract.requestFeeWei());
  }

  /**
   * Withdraws a pending balance to its owner; anyone may call.
   *
   * @param owner - L1 address that the balance belongs to.
   * @param token - L1 address; the zero address is ETH.
   * @returns The mined L1 transaction.
   * @throws L1_SIGNER_MISSING, and the codes of sending, see {@link RollupClient}
   */
  async withdrawPendingBalance(owner: string, token: string): Promise<L1Transaction> {
    const send = () => this.contract.withdrawPendingBalance.populateTransaction(owner, token);
    return toTransaction(await this.#send("withdrawPendingBalance", send));
  }

  /**
   * Stores the runner's consent to a signing key on L1. A different earlier consent is replaced in
   * two calls: the first arms the reset, the second makes it a day later.
   *
   * @param claim - Hash of the key, account of the runner's address, and its nonce before the
   * ChangePubKey.
   * @returns The mined L1 transaction.
   * @throws L1_SIGNER_MISSING, and the codes of sending, see {@link RollupClient}
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

  /**
   * Lists a token; governor only.
   *
   * @param token - L1 address of an ERC-20 contract.
   * @returns The token with its new id.
   * @throws L1_SIGNER_MISSING, L1_EVENT_MISSING, and the codes of sending, see {@link RollupClient}
   */
  async listToken(token: string): Promise<Token> {
    const receipt = await this.#send("listToken", () =>
      this.contract.listToken.populateTransaction(token),
    );
    const { args } = this.#eventsOf(receipt, "TokenListed")[0]!;
    return readToken(this.#provider, Number(args.tokenId), token);
  }

  /**
   * Commits blocks; validators only.
   *
   * @param last - The last committed block.
   * @param blocks - At least one, in order.
   * @returns The L1 transaction, and the new blocks as L1 has stored them, in order.
   * @throws L1_SIGNER_MISSING, L1_EVENT_MISSING, and the codes of sending, see {@link RollupClient}
   */
  async commitBlocks(
    last: StoredBlock,
    blocks: readonly CommitBlock[],
  ): Promise<{ transaction: L1Transaction; storedBlocks: StoredBlock[] }> {
    const structs = blocks.map(toCommitStruct);
    const send = () => this.contract.commitBlocks.populateTransaction(last, structs);
    const purpose = toPurpose("commit", last.blockNumber + 1, blocks.length);
    const call = { name: "commitBlocks", purpose };
    const receipt = await this.#sendAlone(call, send, commitCost(blocks));
    const storedBlocks = this.#eventsOf(receipt, "BlockCommitted").map(toStoredBlock);
    return { transaction: toTransaction(receipt), storedBlocks };
  }

  /**
   * Proves committed blocks; L1 verifies all proofs together.
   *
   * @param blocks - At least one, in order.
   * @returns The mined L1 transaction.
   * @throws L1_SIGNER_MISSING, and the codes of sending, see {@link RollupClient}
   */
  async proveBlocks(blocks: readonly ProveBlock[]): Promise<L1Transaction> {
    const send = () => this.contract.proveBlocks.populateTransaction(...toProveArguments(blocks));
    const cost = proveCost(blocks.length, new Set(blocks.map(({ kind }) => kind)).size);
    const purpose = toPurpose("prove", blocks[0]?.storedBlock.blockNumber, blocks.length);
    return toTransaction(await this.#sendAlone({ name: "proveBlocks", purpose }, send, cost));
  }

  /**
   * Executes proven blocks; validators only. Payouts that lack gas stay open, see
   * {@link RollupClient.readOpenPayouts}.
   *
   * @param blocks - At least one, in order.
   * @returns The mined L1 transaction.
   * @throws L1_SIGNER_MISSING, and the codes of sending, see {@link RollupClient}
   */
  async executeBlocks(blocks: readonly ExecuteBlock[]): Promise<L1Transaction> {
    const structs = blocks.map(toExecuteStruct);
    const send = () => this.contract.executeBlocks.populateTransaction(structs);
    const cost = executeCost(blocks.map(({ payouts }) => payouts.length));
    const purpose = toPurpose("execute", blocks[0]?.storedBlock.blockNumber, blocks.length);
    return toTransaction(await this.#sendAlone({ name: "executeBlocks", purpose }, send, cost));
  }

  /**
   * Makes open payouts of an executed block as far as the gas lasts; anyone may call, also in
   * exodus.
   *
   * @param block - The block with all its payouts.
   * @param range - Payouts to make; default: all.
   * @returns The mined L1 transaction.
   * @throws L1_SIGNER_MISSING, and the codes of sending, see {@link RollupClient}
   */
  async payOut(block: ExecuteBlock, range?: PayoutRange): Promise<L1Transaction> {
    const { storedBlock, payouts } = toExecuteStruct(block);
    const { first, count } = range ?? { first: 0, count: payouts.length };
    const send = () => this.contract.payOut.populateTransaction(storedBlock, payouts, first, count);
    const cost = payOutCost(payouts.length, count);
    return toTransaction(await this.#send("payOut", send, cost));
  }

  /**
   * Reads the number of open payouts of an executed block.
   *
   * @param blockNumber - Number of the rollup's block, from 1.
   * @param l1BlockNumber - L1 block whose state is read; default: the latest.
   * @returns The number; 0 also if the block is not executed, and 2^32 - 1 if all are open and L1
   * has not counted them.
   */
  async readOpenPayouts(blockNumber: number, l1BlockNumber?: number): Promise<number> {
    return Number(
      await this.contract.openPayouts(blockNumber, { blockTag: l1BlockNumber ?? "latest" }),
    );
  }

  /**
   * Returns whether an address has code, which ends its CREATE2 consent.
   *
   * @param address - L1 address, uint160.
   */
  async hasCode(address: bigint): Promise<boolean> {
    return (await this.#provider.getCode(toChecksumAddress(address))) !== "0x";
  }

  /**
   * Reverts committed blocks that are not executed; validators only.
   *
   * @param blocks - At least one, newest first, from the last committed one on.
   * @returns The mined L1 transaction.
   * @throws L1_SIGNER_MISSING, and the codes of sending, see {@link RollupClient}
   */
  async revertBlocks(blocks: readonly StoredBlock[]): Promise<L1Transaction> {
    const send = () => this.contract.revertBlocks.populateTransaction([...blocks]);
    const purpose = toPurpose("revert", blocks.at(-1)?.blockNumber, blocks.length);
    const cost = revertCost(blocks.length);
    return toTransaction(await this.#sendAlone({ name: "revertBlocks", purpose }, send, cost));
  }

  /**
   * Reads what the contract was deployed with, and its last committed block.
   *
   * @returns Protocol digest, capacities, and the last block; genesis on a new rollup.
   * @throws L1_BLOCK_NOT_FOUND
   */
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
   * Reads a committed block as L1 has stored it.
   *
   * @param blockNumber - Number of the rollup's block; 0 is genesis.
   * @returns The block of the last commit with that number.
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
      // A block that was reverted and committed again has several events; the last one is valid.
      const committed = await findLastEvent(contract, "BlockCommitted", range, blockNumber);
      if (committed !== undefined) return toStoredBlock(committed);
    }
    throw l1Error({ code: "L1_BLOCK_NOT_FOUND", blockNumber, rollupAddress });
  }

  /**
   * Reads the runner's standing with the contract.
   *
   * @param l1BlockNumber - L1 block at whose end the state is read.
   * @returns Whether the runner is a validator, and the contract's protocol digest.
   */
  async readStanding(l1BlockNumber: number): Promise<L1Standing> {
    return readStanding(this.contract, l1BlockNumber);
  }

  /**
   * Returns whether the runner, not another validator, has committed a block.
   *
   * @param blockNumber - Number of the rollup's block, from 1.
   */
  async isOwnCommit(blockNumber: number): Promise<boolean> {
    const toBlock = await this.#provider.getBlockNumber();
    return isOwnCommit(this.contract, blockNumber, { fromBlock: this.deploymentBlock, toBlock });
  }

  /**
   * Returns the hash of an L1 block, 0x-hex; undefined if there is no block with this number.
   *
   * @param blockNumber - Number of the L1 block.
   */
  async readBlockHash(blockNumber: number): Promise<string | undefined> {
    return (await this.#provider.getBlock(blockNumber))?.hash ?? undefined;
  }

  /**
   * Reads how far blocks have come.
   *
   * @param fromBlockNumber - First rollup block whose hash is read; hashes of all blocks that are
   * not executed are read in any case.
   * @param l1BlockNumber - L1 block at whose end the state is read.
   * @returns Numbers of the last committed, proven and executed blocks, and hashes of stored
   * blocks.
   */
  async readProgress(fromBlockNumber: number, l1BlockNumber: number): Promise<L1Progress> {
    return readProgress(this.contract, fromBlockNumber, l1BlockNumber);
  }

  /**
   * Reads the events of L1 blocks up to the latest that counts, see `deposits` of
   * {@link connectRollup}.
   *
   * @param fromBlock - The first L1 block that is read.
   * @returns Requests, tokens, consents and exodus of these blocks, and the latest block.
   * @throws L1_LOGS_REFUSED
   */
  async readNews(fromBlock: number): Promise<L1News> {
    const { contract, deploymentBlock } = this;
    const tag = this.#options.deposits ?? "latest";
    return readNews(contract, { fromBlock, deploymentBlock, tag });
  }

  /**
   * Reads the blocks that were committed from an L1 block on and not reverted.
   *
   * @param fromBlock - The first L1 block that is read; default: that of the deployment.
   * @returns The blocks with their public data, oldest first.
   * @throws L1_CALLDATA_NOT_FOUND, L1_LOGS_REFUSED
   */
  async readCommittedBlocks(fromBlock = this.deploymentBlock): Promise<BlockOnL1[]> {
    const toBlock = await this.#provider.getBlockNumber();
    return readCommittedBlocks(this.contract, { fromBlock, toBlock });
  }

  /**
   * Starts the exodus; anyone may call once a request has expired.
   *
   * @returns The mined L1 transaction.
   * @throws L1_SIGNER_MISSING, and the codes of sending, see {@link RollupClient}
   */
  async activateExodusMode(): Promise<L1Transaction> {
    const send = () => this.contract.activateExodusMode.populateTransaction();
    return toTransaction(await this.#send("activateExodusMode", send));
  }

  /**
   * Pays an account's balance out in exodus; anyone may call.
   *
   * @param last - The last executed block.
   * @param claim - Account, token, owner, and the whole balance in the state after that block.
   * @param proof - Proof of the exit circuit: eight words in the order of EIP-197.
   * @returns The mined L1 transaction.
   * @throws L1_SIGNER_MISSING, and the codes of sending, see {@link RollupClient}
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
   * Like {@link performExit}, with a path instead of a proof; anyone may call.
   *
   * @param last - The last executed block.
   * @param claim - As of {@link performExit}.
   * @param path - Words of the account's leaf, siblings in the token's tail, which a main token has
   * none of, and siblings in the state tree, as field elements; see `IExitVerifier`.
   * @returns The mined L1 transaction.
   * @throws L1_SIGNER_MISSING, and the codes of sending, see {@link RollupClient}
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

  /**
   * Turns deposits outside of executed blocks into pending balances in exodus; anyone may call.
   *
   * @param deposits - Open deposits of the priority queue, as they were requested.
   * @returns The mined L1 transaction.
   * @throws L1_SIGNER_MISSING, and the codes of sending, see {@link RollupClient}
   */
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

  /**
   * Reads which nonces of the runner's account are pending, of transactions of any sender.
   *
   * @returns The range of pending nonces, empty if both ends are equal.
   * @throws L1_SIGNER_MISSING
   */
  async readPending(): Promise<PendingTransactions> {
    return this.#connectSender("readPending").readPending();
  }

  /**
   * Waits until no transaction of the runner's account is pending. An operator calls it at its
   * start, so that no transaction of a predecessor is mined after L1 is read.
   *
   * @param graceMs - Time to mine pending transactions before they are replaced. Default: 15 s.
   * @returns The transactions that were pending at first.
   * @throws L1_SIGNER_MISSING, L1_FUNDS_INSUFFICIENT, L1_TRANSACTION_REFUSED, L1_TRANSACTION_STUCK
   */
  async settlePending(graceMs?: number): Promise<PendingTransactions> {
    return this.#connectSender("settlePending").settlePending(graceMs);
  }

  /**
   * Which L1 node answers, of several: it changes whenever another one does. What is read before
   * and after a change must not be combined.
   */
  get source(): number {
    return sourceOf(this.#provider);
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

  /** Sends for a user. @param cost - Determines the gas limit; default: the node's estimate. */
  async #send(call: string, send: Send, cost?: L1Cost): Promise<TransactionReceipt> {
    const { to, data, value = 0n } = await send();
    const gasLimit = cost && toGasLimit(cost, this.#limits);
    const sender = this.#connectSender(call);
    return sender.send({ name: call, to, data, value }, gasLimit);
  }

  /** Sends for an operator, with the gas of the worst case. */
  async #sendAlone(
    call: Pick<L1Call, "name" | "purpose">,
    send: Send,
    cost: L1Cost,
  ): Promise<TransactionReceipt> {
    const { to, data, value = 0n } = await send();
    const gasLimit = toGasLimit(cost, this.#limits);
    const sender = this.#connectSender(call.name);
    return sender.sendAlone({ ...call, to, data, value }, gasLimit);
  }

  #connectSender(call: string): Sender {
    const { runner } = this.contract;
    if (!isSigner(runner)) throw l1Error({ code: "L1_SIGNER_MISSING", call });
    const isUrgent = () => isRequestUrgent(this.contract);
    const options = { isUrgent, ...this.#options };
    this.#sender ??= new Sender(runner, this.#provider, this.chainId, options, options);
    return this.#sender;
  }
}

/** Describes a call for people, such as `commit 12-15`. */
function toPurpose(step: string, first = 0, count: number): string {
  return count === 1 ? `${step} ${first}` : `${step} ${first}-${first + count - 1}`;
}

function toGasLimit({ gas }: L1Cost, { gasMax }: L1Limits): bigint {
  return BigInt(Math.min(gas, gasMax));
}

function isSigner(runner: ContractRunner | null): runner is Signer {
  return runner !== null && "getAddress" in runner;
}

/** The payouts of a block with an index in [first, first + count). */
export interface PayoutRange {
  readonly first: number;
  readonly count: number;
}

/** A request in the priority queue. */
export interface PriorityRequestResult {
  /** Place in the queue, counting from 0. */
  readonly requestId: number;
  readonly transaction: L1Transaction;
}

const APPROVAL = new Interface(["function approve(address spender, uint256 amount)"]);

type Send = () => Promise<ContractTransaction>;

function toTransaction(receipt: TransactionReceipt): L1Transaction {
  const { hash, blockNumber, gasUsed, fee } = receipt;
  return { hash, blockNumber, gasUsed, feeWei: fee };
}

function toCommitStruct(block: CommitBlock): CommitBlockStruct {
  return { ...block, authorizations: [...block.authorizations] };
}

/** Returns the arguments of the contract's `proveBlocks`. */
export function toProveArguments(
  blocks: readonly ProveBlock[],
): [parentCommitment: string, last: StoredBlock, blocks: ProveBlockStruct[]] {
  const [first, last] = [blocks[0], blocks.at(-1)];
  assert(first !== undefined && last !== undefined, "there is a block to prove");
  const structs = blocks.map(({ kind, digest, z, y, proof }) => {
    return { kind, digest, z, y, proof: [...proof] as ProveBlockStruct["proof"] };
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
