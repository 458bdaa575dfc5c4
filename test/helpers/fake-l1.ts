/**
 * The Rollup contract in memory, as an operator sees it. It checks the rules of the contract from
 * the public data alone, and its transactions have the limits of L1. Only tests advance its clock.
 * Tests can make every call fail, and can do anything between the send of a transaction and its
 * inclusion.
 */
import { concat, keccak256, toBeHex, ZeroHash } from "ethers";
import {
  challenge,
  committedElements,
  digestOf,
  blockData,
  evaluate,
  headerWord,
} from "../../src/block/commitment.ts";
import { decodePubdata } from "../../src/block/pubdata.ts";
import { toChecksumAddress } from "../../src/l1/addresses.ts";
import {
  findAuthorizer,
  isCreate2Authorization,
  ON_CHAIN_AUTHORIZATION,
} from "../../src/l1/authorization.ts";
import { l1Error } from "../../src/l1/errors.ts";
import {
  commitCost,
  executeCost,
  L1_LIMITS,
  type L1Cost,
  payOutCost,
  proveCost,
  revertCost,
} from "../../src/l1/gas.ts";
import { hashStoredBlock } from "../../src/l1/stored-block.ts";
import {
  type AuthorizationPlace,
  type AuthorizationReset,
  type CommitBlock,
  type ExecuteBlock,
  type L1Deployment,
  type L1News,
  type L1Progress,
  type L1Standing,
  type L1Transaction,
  PAYOUTS_NOT_COUNTED,
  type ProveBlock,
  type PubKeyAuthorization,
  type QueuedRequest,
  type StoredBlock,
  type Token,
} from "../../src/l1/types.ts";
import type { L1Port } from "../../src/operator/l1-port.ts";
import type { PublicOperation } from "../../src/operations/operation.ts";
import { payoutsOf } from "../../src/operations/payouts.ts";
import type { Payout } from "../../src/operations/rules.ts";
import type { PriorityRequest } from "../../src/operations/to-operation.ts";
import {
  TIMESTAMP_LAG_MAX_SECONDS,
  TIMESTAMP_LEAD_MAX_SECONDS,
} from "../../src/protocol/constants.ts";
import { slotsOfKindId } from "../../src/protocol/kinds.ts";
import { PROTOCOL_DIGEST, OPERATIONS } from "../../src/operations/table.ts";
import { accountCapacity, type Preset, tokenCapacity } from "../../src/protocol/presets.ts";
import { signingDomain } from "../../src/operations/transaction.ts";

type Transaction = "commitBlocks" | "proveBlocks" | "executeBlocks" | "payOut" | "revertBlocks";
type Call = "readNews" | Transaction;

interface KeptBlock {
  readonly stored: StoredBlock;
  readonly payouts: readonly Payout[];
  readonly committer: string;
  readonly status: "committed" | "proven" | "executed";
  /** Whether each payout has been made; undefined before payouts are counted. */
  readonly made?: readonly boolean[];
}

/** The mutable state of L1. */
interface Content {
  blockNumber: number;
  /** Points of reorgs: later blocks have new hashes. */
  forks: { blockNumber: number; id: number }[];
  timestamp: bigint;
  requests: QueuedRequest[];
  servedRequests: number;
  tokens: Token[];
  authorizations: PubKeyAuthorization[];
  resets: AuthorizationReset[];
  /** Addresses with a contract. */
  deployed: bigint[];
  validators: string[];
  isInExodus: boolean;
  blocks: KeptBlock[];
  paid: Payout[];
}

const GAS_USED = 100_000n;
/** Sender of the operator's transactions. */
const OPERATOR = "the operator";

/** The only proof that this L1 refuses. */
export const WRONG_PROOF: readonly bigint[] = new Array<bigint>(8).fill(1n);

export class FakeL1 implements L1Port {
  readonly chainId = 31337n;
  readonly rollupAddress = toChecksumAddress(0x1234567890abcdefn);
  readonly domain = signingDomain(this.chainId, BigInt(this.rollupAddress));
  readonly deploymentBlock = 0;
  readonly calls: Call[] = [];
  /** The contract's deployment data, which tests may change. */
  deployment: L1Deployment;
  /** Limits of one transaction. */
  limits = L1_LIMITS;
  /** Hook between the send of a valid transaction and its inclusion. */
  beforeInclusion: ((call: Transaction) => void | Promise<void>) | undefined;
  #content: Content;
  #failures: Call[] = [];
  #refusals: { readonly call: Call; readonly error: string }[] = [];
  #lostAnswers: Call[] = [];
  #reverts = 0;

  constructor(preset: Preset, genesisRoot: bigint) {
    const lastBlock: StoredBlock = {
      blockNumber: 0,
      priorityRequests: 0,
      timestamp: 0n,
      payoutsHash: ZeroHash,
      stateRoot: genesisRoot,
      commitment: ZeroHash,
    };
    this.deployment = {
      protocolDigest: PROTOCOL_DIGEST,
      accountCapacity: accountCapacity(preset),
      tokenCapacity: tokenCapacity(preset),
      lastBlock,
    };
    this.#content = {
      blockNumber: 1,
      forks: [],
      timestamp: 1_700_000_000n,
      requests: [],
      servedRequests: 0,
      tokens: [],
      authorizations: [],
      resets: [],
      deployed: [],
      validators: [OPERATOR],
      isInExodus: false,
      blocks: [],
      paid: [],
    };
  }

  get timestamp(): bigint {
    return this.#content.timestamp;
  }

  /** Payouts of executed blocks, in order. */
  get paid(): readonly Payout[] {
    return this.#content.paid;
  }

  /** Status of each committed block, in order. */
  get statuses(): string[] {
    return this.#content.blocks.map(({ status }) => status);
  }

  // ------------------------------------------------------------------------- what tests may do

  /** Makes the next call of this name fail without effect. */
  failNext(call: Call): void {
    this.#failures.push(call);
  }

  /** Makes the contract revert the next call of this name with this error. */
  refuseNext(call: Call, error: string): void {
    this.#refusals.push({ call, error });
  }

  /** Makes the next call of this name take effect, but loses its answer. */
  loseAnswerOfNext(call: Call): void {
    this.#lostAnswers.push(call);
  }

  increaseTime(seconds: bigint | number): void {
    this.#content.timestamp += BigInt(seconds);
    this.#content.blockNumber++;
  }

  listToken(symbol: string): Token {
    const id = this.#content.tokens.length + 1;
    const token = { id, address: toChecksumAddress(BigInt(id)), symbol, decimals: 6 };
    this.#content.tokens.push(token);
    this.#content.blockNumber++;
    return token;
  }

  /** Adds a request. @returns Its place in the queue. */
  request(request: PriorityRequest): number {
    const requestId = this.#content.requests.length;
    this.#content.requests.push({ ...request, requestId });
    this.#content.blockNumber++;
    return requestId;
  }

  authorize(authorization: PubKeyAuthorization): void {
    const isOther = (reset: AuthorizationReset) => !isOfPlace(reset, authorization);
    this.#content.resets = this.#content.resets.filter(isOther);
    this.#content.authorizations.push(authorization);
    this.#content.blockNumber++;
  }

  /** Arms a reset of a fact. */
  startReset(reset: AuthorizationReset): void {
    this.#content.resets.push(reset);
    this.#content.blockNumber++;
  }

  /** Deploys a contract at an address. */
  deployAt(address: bigint): void {
    this.#content.deployed.push(address);
    this.#content.blockNumber++;
  }

  setValidator(validator: string, isActive: boolean): void {
    const others = this.#content.validators.filter((other) => other !== validator);
    this.#content.validators = isActive ? [...others, validator] : others;
    this.#content.blockNumber++;
  }

  beginExodus(): void {
    this.#content.isInExodus = true;
    this.#content.blockNumber++;
  }

  snapshot(): Content {
    return structuredClone(this.#content);
  }

  /** Makes a reorg: restores a snapshot, after which blocks have other hashes. */
  revert(snapshot: Content): void {
    const content = structuredClone(snapshot);
    content.forks.push({ blockNumber: content.blockNumber, id: ++this.#reverts });
    this.#content = content;
  }

  /** Answers from another block of the same chain, as one of several L1 nodes may. */
  rewind(snapshot: Content): void {
    this.#content = structuredClone(snapshot);
  }

  /** Proves all committed blocks, as anybody can. */
  proveBySomebodyElse(): void {
    this.#content.blocks = this.#content.blocks.map((block) =>
      block.status === "committed" ? { ...block, status: "proven" } : block,
    );
    this.#content.blockNumber++;
  }

  /** Returns this L1 for another sender of transactions. */
  as(sender: string): L1Port {
    const { chainId, rollupAddress, deploymentBlock } = this;
    return {
      chainId,
      rollupAddress,
      deploymentBlock,
      readDeployment: () => this.readDeployment(),
      readNews: (fromBlock) => this.readNews(fromBlock),
      readBlockHash: (blockNumber) => this.readBlockHash(blockNumber),
      readProgress: (fromBlockNumber) => this.readProgress(fromBlockNumber),
      readStanding: () => Promise.resolve(this.#standingOf(sender)),
      readStoredBlock: (blockNumber) => this.readStoredBlock(blockNumber),
      isOwnCommit: (blockNumber) => Promise.resolve(this.#isCommitOf(sender, blockNumber)),
      hasCode: (address) => this.hasCode(address),
      readOpenPayouts: (blockNumber) => this.readOpenPayouts(blockNumber),
      commitBlocks: (last, blocks) => this.#commitBlocks(sender, last, blocks),
      proveBlocks: (blocks) => this.proveBlocks(blocks),
      executeBlocks: (blocks) => this.executeBlocks(blocks),
      payOut: (block) => this.payOut(block),
      revertBlocks: (blocks) => this.revertBlocks(blocks),
    };
  }

  // ------------------------------------------------------------------------------- the L1 port

  readDeployment(): Promise<L1Deployment> {
    return Promise.resolve(this.deployment);
  }

  async readNews(fromBlock: number): Promise<L1News> {
    await this.#called("readNews");
    const { blockNumber, timestamp, requests, tokens, isInExodus } = this.#content;
    const { authorizations, resets } = this.#content;
    const isNew = fromBlock <= blockNumber;
    return {
      blockNumber,
      blockHash: this.#blockHash(blockNumber),
      tip: { number: blockNumber, hash: this.#blockHash(blockNumber) },
      timestamp,
      executed: this.#executed,
      // Includes old entries, like an L1 node that returns more than was requested.
      requests: [...requests],
      tokens: [...tokens],
      authorizations: isNew ? [...authorizations] : [],
      authorizationResets: isNew ? [...resets] : [],
      isExodusBegun: isInExodus,
      requestCount: requests.length,
      tokenCount: 1 + tokens.length,
    };
  }

  readBlockHash(blockNumber: number): Promise<string | undefined> {
    const exists = blockNumber <= this.#content.blockNumber;
    return Promise.resolve(exists ? this.#blockHash(blockNumber) : undefined);
  }

  get #executed(): number {
    return this.#content.blocks.filter(({ status }) => status === "executed").length;
  }

  readProgress(fromBlockNumber: number): Promise<L1Progress> {
    const { blocks } = this.#content;
    const executed = this.#executed;
    const firstBlockNumber = Math.min(fromBlockNumber, executed + 1);
    return Promise.resolve({
      committed: blocks.length,
      proven: blocks.filter(({ status }) => status !== "committed").length,
      executed,
      firstBlockNumber,
      storedBlockHashes: [this.deployment.lastBlock, ...blocks.map(({ stored }) => stored)]
        .slice(firstBlockNumber)
        .map(hashStoredBlock),
    });
  }

  readStoredBlock(blockNumber: number): Promise<StoredBlock> {
    const block = this.#content.blocks[blockNumber - 1];
    return Promise.resolve(block?.stored ?? this.deployment.lastBlock);
  }

  readStanding(): Promise<L1Standing> {
    return Promise.resolve(this.#standingOf(OPERATOR));
  }

  isOwnCommit(blockNumber: number): Promise<boolean> {
    return Promise.resolve(this.#isCommitOf(OPERATOR, blockNumber));
  }

  hasCode(address: bigint): Promise<boolean> {
    return Promise.resolve(this.#content.deployed.includes(address));
  }

  readOpenPayouts(blockNumber: number): Promise<number> {
    const block = this.#content.blocks[blockNumber - 1];
    if (block?.status !== "executed") return Promise.resolve(0);
    const open = block.made?.filter((isMade) => !isMade).length;
    return Promise.resolve(open ?? PAYOUTS_NOT_COUNTED);
  }

  commitBlocks(last: StoredBlock, blocks: readonly CommitBlock[]) {
    return this.#commitBlocks(OPERATOR, last, blocks);
  }

  async proveBlocks(blocks: readonly ProveBlock[]): Promise<L1Transaction> {
    const cost = proveCost(blocks.length);
    return this.#transact("proveBlocks", cost, (content) => {
      check(!content.isInExodus, "ExodusMode");
      if (blocks.some(({ proof }) => proof === WRONG_PROOF)) throw refusal("ProofsInvalid");
      for (const block of blocks) {
        const index = nextIndex(content, "committed", block.storedBlock);
        const { parentCommitment, kind, digest, z, y } = block;
        const commitment = hashWords([BigInt(parentCommitment), BigInt(kind), digest, z, y]);
        check(commitment === block.storedBlock.commitment, "CommitmentMismatch");
        content.blocks[index] = { ...content.blocks[index]!, status: "proven" };
      }
    });
  }

  async executeBlocks(blocks: readonly ExecuteBlock[]): Promise<L1Transaction> {
    const counts = blocks.map(({ payouts }) => payouts.length);
    const costOf = (made: number) => executeCost(counts, made);
    const affordable = this.#affordable(
      counts.reduce((sum, count) => sum + count, 0),
      costOf,
    );
    return this.#transact("executeBlocks", costOf(0), (content) => {
      let left = affordable;
      check(!content.isInExodus, "ExodusMode");
      for (const { storedBlock, payouts } of blocks) {
        const index = nextIndex(content, "proven", storedBlock);
        const block: KeptBlock = { ...content.blocks[index]!, status: "executed" };
        const isFinalizeOnly = payouts.length === 0 && block.payouts.length > 0;
        check(
          isFinalizeOnly || hashPayouts(payouts) === storedBlock.payoutsHash,
          "PayoutsMismatch",
        );
        const made = payouts.map(() => left-- > 0);
        content.paid.push(...payouts.filter((_, payout) => made[payout]));
        content.blocks[index] = isFinalizeOnly ? block : { ...block, made };
      }
    });
  }

  async payOut({ storedBlock, payouts }: ExecuteBlock): Promise<L1Transaction> {
    const costOf = (made: number) => payOutCost(payouts.length, made);
    const affordable = this.#affordable(payouts.length, costOf);
    return this.#transact("payOut", costOf(0), (content) => {
      let left = affordable;
      const index = storedBlock.blockNumber - 1;
      const block = content.blocks[index];
      check(block?.status === "executed", "BlockNotExecuted");
      check(hashStoredBlock(block.stored) === hashStoredBlock(storedBlock), "StoredBlockMismatch");
      check(hashPayouts(payouts) === storedBlock.payoutsHash, "PayoutsMismatch");
      const made = payouts.map((payout, place) => {
        if (block.made?.[place] === true) return true;
        if (left-- <= 0) return false;
        content.paid.push(payout);
        return true;
      });
      content.blocks[index] = { ...block, made };
    });
  }

  async revertBlocks(blocks: readonly StoredBlock[]): Promise<L1Transaction> {
    return this.#transact("revertBlocks", revertCost(blocks.length), (content) => {
      for (const stored of blocks) {
        const last = content.blocks.at(-1);
        check(last !== undefined && last.status !== "executed", "BlockAlreadyExecuted");
        check(hashStoredBlock(last.stored) === hashStoredBlock(stored), "StoredBlockMismatch");
        content.blocks.pop();
        content.servedRequests -= stored.priorityRequests;
      }
    });
  }

  // --------------------------------------------------------------------------------------------

  async #commitBlocks(sender: string, last: StoredBlock, blocks: readonly CommitBlock[]) {
    let storedBlocks: readonly StoredBlock[] = [];
    const transaction = await this.#transact("commitBlocks", commitCost(blocks), (content) => {
      check(!content.isInExodus, "ExodusMode");
      check(content.validators.includes(sender), "NotValidator");
      const known = content.blocks.at(-1)?.stored ?? this.deployment.lastBlock;
      check(hashStoredBlock(last) === hashStoredBlock(known), "StoredBlockMismatch");
      let parent = last;
      for (const block of blocks) {
        const kept = this.#toKeptBlock(content, sender, parent, block);
        parent = kept.stored;
        content.servedRequests += parent.priorityRequests;
        content.blocks.push(kept);
      }
      storedBlocks = content.blocks.slice(-blocks.length).map(({ stored }) => stored);
    });
    return { transaction, storedBlocks };
  }

  #standingOf(sender: string): L1Standing {
    const { protocolDigest } = this.deployment;
    return { isValidator: this.#content.validators.includes(sender), protocolDigest };
  }

  #isCommitOf(sender: string, blockNumber: number): boolean {
    return this.#content.blocks[blockNumber - 1]?.committer === sender;
  }

  /** Returns the number of payouts, at most `count`, that the gas of one transaction allows. */
  #affordable(count: number, costOf: (made: number) => L1Cost): number {
    let made = count;
    while (made > 0 && costOf(made).gas > this.limits.gasMax) made--;
    return made;
  }

  /** Sends a transaction. If it is valid when sent and not when mined, it is mined as failed. */
  async #transact(
    call: Transaction,
    { gas, bytes }: L1Cost,
    apply: (content: Content) => void,
  ): Promise<L1Transaction> {
    await this.#called(call);
    if (bytes > this.limits.bytesMax) throw new Error("oversized data");
    if (gas > this.limits.gasMax) throw refusal("NoReason", { gas }, call);
    if (this.beforeInclusion !== undefined) {
      apply(copyContent(this.#content));
      await this.beforeInclusion(call);
    }
    const content = copyContent(this.#content);
    try {
      apply(content);
    } catch (error) {
      this.#content.blockNumber++;
      throw error;
    }
    this.#content = content;
    return this.#mine(call);
  }

  #toKeptBlock(
    content: Content,
    committer: string,
    parent: StoredBlock,
    block: CommitBlock,
  ): KeptBlock {
    const { timestamp, kind, newStateRoot, digest, pubdata, feeAccountId } = block;
    const { timestamp: now, servedRequests: served } = content;
    check(timestamp >= parent.timestamp, "TimestampOutOfRange");
    check(timestamp >= now - BigInt(TIMESTAMP_LAG_MAX_SECONDS), "TimestampOutOfRange");
    check(timestamp <= now + BigInt(TIMESTAMP_LEAD_MAX_SECONDS), "TimestampOutOfRange");
    const operations = decodePubdata(pubdata);
    const slots = slotsOfKindId(kind);
    check(operations.length <= slots, "TooManyRecords");
    const requests = operations.filter(({ type }) => OPERATIONS[type].origin === "l1");
    for (const [index, operation] of requests.entries()) {
      check(serves(operation, content.requests[served + index]), "PriorityRequestMismatch");
    }
    this.#checkAuthorizations(content, operations, block.authorizations);
    const blockNumber = parent.blockNumber + 1;
    const data = blockData([...operations, ...noops(slots - operations.length)]);
    const oldStateRoot = parent.stateRoot;
    const header = headerWord({ blockNumber, timestamp, feeAccountId });
    const inputs = { oldStateRoot, newStateRoot, header, domain: this.domain };
    const elements = committedElements(inputs, data);
    check(digestOf(elements) === digest, "the digest is that of the data");
    const z = challenge({ pubdata, kind, digest, oldStateRoot, newStateRoot, header });
    const words = [BigInt(parent.commitment), BigInt(kind), digest, z];
    const payouts = payoutsOf(operations);
    return {
      status: "committed",
      committer,
      payouts,
      stored: {
        blockNumber,
        priorityRequests: requests.length,
        timestamp,
        payoutsHash: hashPayouts(payouts),
        stateRoot: newStateRoot,
        commitment: hashWords([...words, evaluate(elements, z)]),
      },
    };
  }

  #checkAuthorizations(
    { authorizations, deployed }: Content,
    operations: readonly PublicOperation[],
    given: readonly string[],
  ): void {
    const changes = [...operations.entries()].filter(([, { type }]) => type === "changePubKey");
    check(changes.length === given.length, "AuthorizationCountMismatch");
    for (const [index, [slot, change]] of changes.entries()) {
      if (change.type !== "changePubKey") continue;
      const { owner, accountId, nonce, pubKeyHash } = change;
      const authorization = given[index]!;
      const fact = authorizations.findLast((fact) => isOfPlace(fact, { owner, accountId, nonce }));
      const isDeployed = isCreate2Authorization(authorization) && deployed.includes(owner);
      const isAuthorized =
        authorization === ON_CHAIN_AUTHORIZATION
          ? fact?.pubKeyHash === pubKeyHash
          : !isDeployed && findAuthorizer(this, change, authorization) === toChecksumAddress(owner);
      if (isAuthorized) continue;
      const values = { slot: BigInt(slot), owner: toChecksumAddress(owner) };
      throw refusal("AuthorizationInvalid", values);
    }
  }

  #blockHash(blockNumber: number): string {
    const fork = this.#content.forks.findLast((fork) => fork.blockNumber < blockNumber);
    return hashWords([BigInt(blockNumber), BigInt(fork?.id ?? 0)]);
  }

  #mine(call: Call): L1Transaction {
    const blockNumber = ++this.#content.blockNumber;
    const lost = this.#lostAnswers.indexOf(call);
    if (lost >= 0) {
      this.#lostAnswers.splice(lost, 1);
      throw new Error(`the answer of ${call} is lost as the test wants`);
    }
    return { hash: toBeHex(blockNumber, 32), blockNumber, gasUsed: GAS_USED };
  }

  async #called(call: Call): Promise<void> {
    this.calls.push(call);
    await Promise.resolve();
    const refused = this.#refusals.findIndex((refused) => refused.call === call);
    if (refused >= 0) throw refusal(this.#refusals.splice(refused, 1)[0]!.error, {}, call);
    const index = this.#failures.indexOf(call);
    if (index < 0) return;
    this.#failures.splice(index, 1);
    throw new Error(`${call} fails as the test wants`);
  }
}

function check(condition: boolean, error: string): asserts condition {
  if (!condition) throw refusal(error);
}

function refusal(error: string, values: Record<string, unknown> = {}, call = "the call") {
  return l1Error({ code: "L1_REVERTED", call, error, values });
}

/** Copies the content so far that `apply` can change the copy alone. */
function copyContent(content: Content): Content {
  const { blocks, paid } = content;
  return { ...content, blocks: [...blocks], paid: [...paid] };
}

function isOfPlace(one: AuthorizationPlace, other: AuthorizationPlace): boolean {
  const { owner, accountId, nonce } = one;
  return owner === other.owner && accountId === other.accountId && nonce === other.nonce;
}

/** Returns the index of the oldest block of a status, which must be `stored`. */
function nextIndex({ blocks }: Content, status: KeptBlock["status"], stored: StoredBlock): number {
  const index = blocks.findIndex((block) => block.status === status);
  const next = blocks[index];
  const isNext = next !== undefined && hashStoredBlock(next.stored) === hashStoredBlock(stored);
  check(isNext, "BlockOutOfOrder");
  return index;
}

function serves(operation: PublicOperation, request: QueuedRequest | undefined): boolean {
  const isOfDeposit = operation.type === "deposit" || operation.type === "refund";
  if (request?.type === "deposit" && isOfDeposit) {
    const { owner, tokenId, amount } = operation;
    return request.owner === owner && request.tokenId === tokenId && request.amount === amount;
  }
  if (request?.type === "fullExit" && operation.type === "fullExit") {
    const { owner, tokenId, accountId } = operation;
    return (
      request.owner === owner && request.tokenId === tokenId && request.accountId === accountId
    );
  }
  return false;
}

function noops(count: number): PublicOperation[] {
  return new Array<PublicOperation>(count).fill({ type: "noop" });
}

const hashWords = (words: readonly bigint[]) => keccak256(concat(words.map((w) => toBeHex(w, 32))));
const hashPayouts = (payouts: readonly Payout[]) =>
  payouts.reduce((hash, { recipient, tokenId, amount }) => {
    return hashWords([BigInt(hash), recipient, BigInt(tokenId), amount]);
  }, ZeroHash);
