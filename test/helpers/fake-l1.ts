/**
 * The Rollup contract in memory, as far as an operator sees it: it checks what the contract checks,
 * from the public data alone. Its clock stands still unless a test moves it, and every call can be
 * made to fail.
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
import { findAuthorizer, ON_CHAIN_AUTHORIZATION } from "../../src/l1/authorization.ts";
import { l1Error } from "../../src/l1/errors.ts";
import { hashStoredBlock } from "../../src/l1/stored-block.ts";
import type {
  CommitBlock,
  ExecuteBlock,
  L1Deployment,
  L1News,
  L1Progress,
  L1Transaction,
  ProveBlock,
  PubKeyAuthorization,
  QueuedRequest,
  StoredBlock,
  Token,
} from "../../src/l1/types.ts";
import type { L1Port } from "../../src/operator/l1-port.ts";
import type { PublicOperation } from "../../src/ops/operation.ts";
import { payoutsOf } from "../../src/ops/payouts.ts";
import type { Payout } from "../../src/ops/rules.ts";
import type { PriorityRequest } from "../../src/ops/to-operation.ts";
import {
  TIMESTAMP_LAG_MAX_SECONDS,
  TIMESTAMP_LEAD_MAX_SECONDS,
} from "../../src/protocol/constants.ts";
import { PROTOCOL_DIGEST } from "../../src/protocol/digest.ts";
import { OPERATIONS } from "../../src/protocol/operations.ts";
import { accountCapacity, type Preset, tokenCapacity } from "../../src/protocol/presets.ts";
import { signingDomain } from "../../src/ops/transaction.ts";

type Call = "readNews" | "commitBlocks" | "proveBlocks" | "executeBlocks" | "revertBlocks";

interface KeptBlock {
  readonly stored: StoredBlock;
  readonly payouts: readonly Payout[];
  status: "committed" | "proven" | "executed";
}

/** Everything that changes. */
interface Content {
  blockNumber: number;
  /** Where L1 has gone back before it went on: blocks after have hashes of their own. */
  forks: { blockNumber: number; id: number }[];
  timestamp: bigint;
  requests: QueuedRequest[];
  servedRequests: number;
  tokens: Token[];
  authorizations: PubKeyAuthorization[];
  isInExodus: boolean;
  blocks: KeptBlock[];
  paid: Payout[];
}

const GAS_USED = 100_000n;

/** The only one that this L1 refuses. */
export const WRONG_PROOF: readonly bigint[] = new Array<bigint>(8).fill(1n);

export class FakeL1 implements L1Port {
  readonly chainId = 31337n;
  readonly rollupAddress = toChecksumAddress(0x1234567890abcdefn);
  readonly domain = signingDomain(this.chainId, BigInt(this.rollupAddress));
  readonly deploymentBlock = 0;
  readonly calls: Call[] = [];
  /** What the contract says about itself; tests may lie. */
  deployment: L1Deployment;
  #content: Content;
  #failures: Call[] = [];
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

  /** The next call of this name fails without effect. */
  failNext(call: Call): void {
    this.#failures.push(call);
  }

  /** The next call of this name takes effect, but its answer is lost. */
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

  /** @returns Place in the queue. */
  request(request: PriorityRequest): number {
    const requestId = this.#content.requests.length;
    this.#content.requests.push({ ...request, requestId });
    this.#content.blockNumber++;
    return requestId;
  }

  authorize(authorization: PubKeyAuthorization): void {
    this.#content.authorizations.push(authorization);
    this.#content.blockNumber++;
  }

  beginExodus(): void {
    this.#content.isInExodus = true;
    this.#content.blockNumber++;
  }

  snapshot(): Content {
    return structuredClone(this.#content);
  }

  /** Goes back to a snapshot, and on from there with other blocks. */
  revert(snapshot: Content): void {
    const content = structuredClone(snapshot);
    content.forks.push({ blockNumber: content.blockNumber, id: ++this.#reverts });
    this.#content = content;
  }

  /** What anybody can do: the oldest committed blocks become proven. */
  proveBySomebodyElse(): void {
    for (const block of this.#content.blocks) {
      if (block.status === "committed") block.status = "proven";
    }
    this.#content.blockNumber++;
  }

  // ------------------------------------------------------------------------------- the L1 port

  readDeployment(): Promise<L1Deployment> {
    return Promise.resolve(this.deployment);
  }

  async readNews(fromBlock: number): Promise<L1News> {
    await this.#called("readNews");
    const { blockNumber, timestamp, requests, tokens, authorizations, isInExodus } = this.#content;
    const isNew = fromBlock <= blockNumber;
    return {
      blockNumber,
      blockHash: this.#blockHash(blockNumber),
      timestamp,
      // Like an L1 node that answers with more than was asked for.
      requests: [...requests],
      tokens: [...tokens],
      authorizations: isNew ? [...authorizations] : [],
      authorizationResets: [],
      isExodusBegun: isNew && isInExodus,
    };
  }

  readBlockHash(blockNumber: number): Promise<string | undefined> {
    const exists = blockNumber <= this.#content.blockNumber;
    return Promise.resolve(exists ? this.#blockHash(blockNumber) : undefined);
  }

  readProgress(fromBlockNumber: number): Promise<L1Progress> {
    const { blocks } = this.#content;
    const isExecuted = ({ status }: KeptBlock) => status === "executed";
    const executed = blocks.filter(isExecuted).length;
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

  async commitBlocks(last: StoredBlock, blocks: readonly CommitBlock[]) {
    await this.#called("commitBlocks");
    const known = this.#content.blocks.at(-1)?.stored ?? this.deployment.lastBlock;
    check(hashStoredBlock(last) === hashStoredBlock(known), "StoredBlockMismatch");
    let parent = last;
    let served = this.#content.servedRequests;
    const added = blocks.map((block): KeptBlock => {
      const kept = this.#toKeptBlock(parent, served, block);
      parent = kept.stored;
      served += parent.priorityRequests;
      return kept;
    });
    this.#content.servedRequests = served;
    this.#content.blocks.push(...added);
    const storedBlocks = added.map(({ stored }) => stored);
    return { transaction: this.#mine("commitBlocks"), storedBlocks };
  }

  async proveBlocks(blocks: readonly ProveBlock[]): Promise<L1Transaction> {
    await this.#called("proveBlocks");
    if (blocks.some(({ proof }) => proof === WRONG_PROOF)) {
      const facts = { call: "proveBlocks", error: "ProofsInvalid", values: {} };
      throw l1Error({ code: "L1_REVERTED", ...facts });
    }
    for (const block of blocks) {
      const kept = this.#nextBlock("committed", block.storedBlock);
      const { parentCommitment, slots, digest, z, y } = block;
      const commitment = hashWords([BigInt(parentCommitment), BigInt(slots), digest, z, y]);
      check(commitment === block.storedBlock.commitment, "CommitmentMismatch");
      kept.status = "proven";
    }
    return this.#mine("proveBlocks");
  }

  async executeBlocks(blocks: readonly ExecuteBlock[]): Promise<L1Transaction> {
    await this.#called("executeBlocks");
    for (const { storedBlock, payouts } of blocks) {
      const kept = this.#nextBlock("proven", storedBlock);
      check(hashPayouts(payouts) === kept.stored.payoutsHash, "PayoutsMismatch");
      kept.status = "executed";
      this.#content.paid.push(...payouts);
    }
    return this.#mine("executeBlocks");
  }

  async revertBlocks(blocks: readonly StoredBlock[]): Promise<L1Transaction> {
    await this.#called("revertBlocks");
    for (const stored of blocks) {
      const last = this.#content.blocks.at(-1);
      check(last !== undefined && last.status !== "executed", "BlockAlreadyExecuted");
      check(hashStoredBlock(last.stored) === hashStoredBlock(stored), "StoredBlockMismatch");
      this.#content.blocks.pop();
      this.#content.servedRequests -= stored.priorityRequests;
    }
    return this.#mine("revertBlocks");
  }

  // --------------------------------------------------------------------------------------------

  #toKeptBlock(parent: StoredBlock, served: number, block: CommitBlock): KeptBlock {
    const { timestamp, slots, newStateRoot, digest, pubdata, feeAccountId } = block;
    const { timestamp: now } = this.#content;
    check(timestamp >= parent.timestamp, "TimestampOutOfRange");
    check(timestamp >= now - BigInt(TIMESTAMP_LAG_MAX_SECONDS), "TimestampOutOfRange");
    check(timestamp <= now + BigInt(TIMESTAMP_LEAD_MAX_SECONDS), "TimestampOutOfRange");
    const operations = decodePubdata(pubdata);
    check(operations.length <= slots, "TooManyRecords");
    const requests = operations.filter(({ type }) => OPERATIONS[type].origin === "l1");
    for (const [index, operation] of requests.entries()) {
      check(serves(operation, this.#content.requests[served + index]), "PriorityRequestMismatch");
    }
    this.#checkAuthorizations(operations, block.authorizations);
    const blockNumber = parent.blockNumber + 1;
    const data = blockData([...operations, ...noops(slots - operations.length)]);
    const oldStateRoot = parent.stateRoot;
    const header = headerWord({ blockNumber, timestamp, feeAccountId });
    const inputs = { oldStateRoot, newStateRoot, header, domain: this.domain };
    const elements = committedElements(inputs, data);
    check(digestOf(elements) === digest, "the digest is that of the data");
    const z = challenge({ pubdata, slots, digest, oldStateRoot, newStateRoot, header });
    const words = [BigInt(parent.commitment), BigInt(slots), digest, z];
    const payouts = payoutsOf(operations);
    return {
      status: "committed",
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

  #checkAuthorizations(operations: readonly PublicOperation[], given: readonly string[]): void {
    const changes = operations.filter((operation) => operation.type === "changePubKey");
    check(changes.length === given.length, "AuthorizationCountMismatch");
    for (const [index, change] of changes.entries()) {
      const { owner, accountId, nonce, pubKeyHash } = change;
      const authorization = given[index]!;
      const isAuthorized =
        authorization === ON_CHAIN_AUTHORIZATION
          ? this.#content.authorizations.findLast(
              (fact) =>
                fact.owner === owner && fact.accountId === accountId && fact.nonce === nonce,
            )?.pubKeyHash === pubKeyHash
          : findAuthorizer(this, change, authorization) === toChecksumAddress(owner);
      check(isAuthorized, "AuthorizationInvalid");
    }
  }

  #nextBlock(status: KeptBlock["status"], stored: StoredBlock): KeptBlock {
    const next = this.#content.blocks.find((block) => block.status === status);
    const isNext = next && hashStoredBlock(next.stored) === hashStoredBlock(stored);
    check(isNext === true, "BlockOutOfOrder");
    return next;
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
    const index = this.#failures.indexOf(call);
    if (index < 0) return;
    this.#failures.splice(index, 1);
    throw new Error(`${call} fails as the test wants`);
  }
}

function check(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new Error(`reverted: ${reason}`);
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
