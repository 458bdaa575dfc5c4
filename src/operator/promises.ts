/**
 * Signs promises about blocks, when somebody asks for one. What is promised is decided and kept
 * first, so the same is signed again after a restart; see `ledger/promises.ts`.
 */
import { keccak256 } from "ethers";
import type { TypedDataSigner } from "../l1/authorization.ts";
import { reasonOf } from "../l1/refusals.ts";
import { hashStoredBlock } from "../l1/stored-block.ts";
import type { L1BlockId } from "../l1/types.ts";
import type { BondIdentity } from "../receipts/sealed-block.ts";
import { signSealedBlock, verifySealedBlock } from "../receipts/sealed-block.ts";
import { withDeadline } from "../util/deadline.ts";
import type { RollupError } from "../util/errors.ts";
import type { Clock } from "./clock.ts";
import { operatorError } from "./errors.ts";
import type { EventLog } from "./event-log.ts";
import type { L1Follower } from "./follower.ts";
import type { L1Port } from "./l1-port.ts";
import { type BlockRecord, isPrepared, isSealed } from "./ledger/blocks.ts";
import {
  type BlockPromise,
  promiseOf,
  pubdataOf,
  reasonAgainstPromise,
} from "./ledger/promises.ts";
import { blockOf, latestView } from "./ledger/queries.ts";

/** What promises are signed with. */
export interface PromiseParts {
  /** The contract that judges them; its signer, rollup and balance are the caller's to check. */
  readonly bond: BondIdentity;
  /** Who signs; may be slow, and may fail. */
  readonly signer: TypedDataSigner;
  /** L1 address of the signer, as the bond names it. */
  readonly signerAddress: string;
  /**
   * What happens when a promised block can only be committed with other public data: `stop` commits
   * nothing more, `break` gives the promise up, and the bond may pay for it. Default `stop`.
   */
  readonly onConflict?: "stop" | "break";
  /** Seconds of L1's time in which a transaction is due that is promised when it is accepted. */
  readonly dueSeconds?: number;
}

/** A promise with what its holder needs to check it. */
export interface SignedPromise {
  readonly bond: BondIdentity;
  readonly promise: BlockPromise;
  /** 65 bytes, 0x-hex. */
  readonly signature: string;
  /** Public data of the block. */
  readonly pubdata: Uint8Array;
}

/** Time that a signer has for an answer. */
export const SIGNING_MS_MAX = 10_000;
/** Signatures that are being made at a time. */
const SIGNINGS_MAX = 16;

interface Signing {
  readonly promise: BlockPromise;
  readonly signature: Promise<string>;
}

export interface PromisesParts {
  readonly l1: Pick<L1Port, "readBlockHash" | "readProgress" | "source">;
  readonly log: EventLog;
  readonly clock: Clock;
  readonly follower: L1Follower;
  /** Undefined if nothing is promised. */
  readonly promises: PromiseParts | undefined;
  /** Why nothing that is accepted would come to L1, if so. */
  readonly findObstacle: () => RollupError | undefined;
}

export class Promises {
  readonly #parts: PromisesParts;
  /** By block number: signatures that are made or being made. */
  readonly #signings = new Map<number, Signing>();
  #running = 0;

  constructor(parts: PromisesParts) {
    this.#parts = parts;
  }

  /**
   * Promises a block, or returns what was promised about it.
   *
   * @throws PROMISES_NOT_OFFERED, PROMISE_NOT_READY, PROMISE_FORGOTTEN, PROMISE_SIGNER_FAILED,
   * STORE_FAILED, L1_REQUEST_FAILED
   */
  async promise(blockNumber: number): Promise<SignedPromise> {
    const { log, promises } = this.#parts;
    if (promises === undefined) throw operatorError({ code: "PROMISES_NOT_OFFERED" });
    const promise = promiseOf(log.ledger, blockNumber) ?? (await this.#make(blockNumber));
    await log.saved();
    const pubdata = this.#pubdataOf(promise);
    const signature = await this.#sign(promises, promise, pubdata);
    this.#pubdataOf(promise);
    return { bond: promises.bond, promise, signature, pubdata };
  }

  /** @throws PROMISE_NOT_READY if a reorg has voided the promise meanwhile */
  #pubdataOf(promise: BlockPromise): Uint8Array {
    const { blockNumber } = promise;
    const { ledger } = this.#parts.log;
    const block = blockOf(ledger, blockNumber);
    if (block !== undefined && promiseOf(ledger, blockNumber) === promise) return pubdataOf(block);
    throw notReady(blockNumber, "a reorg of L1 has just voided a promise about it");
  }

  /** Decides what is promised, and records it. */
  async #make(blockNumber: number): Promise<BlockPromise> {
    const { log, l1 } = this.#parts;
    const block = this.#find(blockNumber);
    const { source } = l1;
    const anchor = isSealed(block)
      ? this.#anchorOfSealed(blockNumber)
      : await this.#anchorOfCommitted(blockNumber, block);
    const hash = await l1.readBlockHash(anchor.number);
    if (hash !== anchor.hash || l1.source !== source) {
      throw notReady(blockNumber, "L1 has changed since it was read");
    }
    const made = promiseOf(log.ledger, blockNumber);
    if (made !== undefined) return made;
    const now = this.#find(blockNumber);
    // What could be promised before L1 was asked still can: nothing has changed since then.
    if (now.applied !== block.applied || isSealed(now) !== isSealed(block)) {
      throw notReady(blockNumber, "it has just changed");
    }
    if (isSealed(now)) this.#anchorOfSealed(blockNumber);
    const promise = {
      blockNumber,
      pubdataHash: keccak256(pubdataOf(now)),
      anchorNumber: anchor.number,
      anchorHash: anchor.hash,
    };
    log.record([{ type: "blockPromised", promise }]);
    return promise;
  }

  /** @throws PROMISE_NOT_READY, PROMISE_FORGOTTEN */
  #find(blockNumber: number): BlockRecord {
    const { ledger } = this.#parts.log;
    const block = blockOf(ledger, blockNumber);
    if (block !== undefined) return block;
    if (blockNumber <= ledger.start.storedBlock.blockNumber) {
      throw operatorError({ code: "PROMISE_FORGOTTEN", blockNumber });
    }
    throw notReady(blockNumber, "it is not sealed");
  }

  /** The L1 block up to which all that a sealed block rests on has been read. */
  #anchorOfSealed(blockNumber: number): L1BlockId {
    const { log, findObstacle } = this.#parts;
    const obstacle = findObstacle();
    if (obstacle !== undefined) {
      throw notReady(blockNumber, `L1 does not have it, and the operator stops (${obstacle.code})`);
    }
    const reason = reasonAgainstPromise(log.ledger, blockNumber);
    if (reason !== undefined) {
      throw notReady(blockNumber, `L1 does not have its commit, and ${reason}`);
    }
    const { nextBlock, blockHash } = latestView(log.ledger);
    if (blockHash === undefined) throw notReady(blockNumber, "L1 has not been read");
    return { number: nextBlock - 1, hash: blockHash };
  }

  /** The latest L1 block that was read, if L1 had this commit by then. */
  async #anchorOfCommitted(blockNumber: number, block: BlockRecord): Promise<L1BlockId> {
    const { l1, follower } = this.#parts;
    const { tip } = follower;
    if (tip === undefined || !isPrepared(block)) throw notReady(blockNumber, "L1 is being read");
    const progress = await l1.readProgress(blockNumber, tip.number);
    const hash = progress.storedBlockHashes[blockNumber - progress.firstBlockNumber];
    if (progress.committed < blockNumber || hash !== hashStoredBlock(block.storedBlock)) {
      throw notReady(blockNumber, "L1 has not been read since its commit");
    }
    return tip;
  }

  /** @throws PROMISE_SIGNER_FAILED */
  #sign(parts: PromiseParts, promise: BlockPromise, pubdata: Uint8Array): Promise<string> {
    const { blockNumber } = promise;
    const known = this.#signings.get(blockNumber);
    if (known?.promise === promise) return known.signature;
    this.#forgetOld();
    if (this.#running >= SIGNINGS_MAX) {
      const reason = `${SIGNINGS_MAX} others are being signed`;
      throw operatorError({ code: "PROMISE_SIGNER_FAILED", about: `block ${blockNumber}`, reason });
    }
    this.#running++;
    const signature = this.#ask(parts, promise, pubdata).finally(() => this.#running--);
    const signing = { promise, signature };
    this.#signings.set(blockNumber, signing);
    signature.catch(() => {
      if (this.#signings.get(blockNumber) === signing) this.#signings.delete(blockNumber);
    });
    return signature;
  }

  async #ask(
    { bond, signer, signerAddress }: PromiseParts,
    promise: BlockPromise,
    pubdata: Uint8Array,
  ): Promise<string> {
    const { blockNumber } = promise;
    const seconds = SIGNING_MS_MAX / 1000;
    const late = () => new Error(`the signer has not answered within ${seconds} s`);
    const { clock } = this.#parts;
    try {
      const signing = signSealedBlock(signer, bond, promise);
      const signature = await withDeadline(signing, SIGNING_MS_MAX, late, clock);
      // A signer elsewhere may sign with another key, or something else.
      const { anchorHash } = promise;
      verifySealedBlock(
        { ...bond, signer: signerAddress, anchorHash },
        promise,
        signature,
        pubdata,
      );
      return signature;
    } catch (error) {
      // The cause is left out, as it may name the signer's server.
      const reason = reasonOf(error);
      throw operatorError({ code: "PROMISE_SIGNER_FAILED", about: `block ${blockNumber}`, reason });
    }
  }

  /** Forgets signatures of promises that the ledger does not have any more. */
  #forgetOld(): void {
    const { ledger } = this.#parts.log;
    for (const [blockNumber, { promise }] of this.#signings) {
      if (promiseOf(ledger, blockNumber) !== promise) this.#signings.delete(blockNumber);
    }
  }
}

function notReady(blockNumber: number, reason: string): RollupError {
  return operatorError({ code: "PROMISE_NOT_READY", blockNumber, reason });
}
