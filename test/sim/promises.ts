/**
 * Users who ask for promises about what was accepted, and hold the operator to them: a breach by a
 * block that L1 has executed must be one that the operator has said before.
 */
import { expect } from "chai";
import { Wallet } from "ethers";
import type { Logger } from "../../src/operator/logger.ts";
import type { Operator } from "../../src/operator/operator.ts";
import type { PromiseParts } from "../../src/operator/promises.ts";
import type { SignedInclusion } from "../../src/receipts/inclusion.ts";
import { findBreach } from "../../src/receipts/inclusion-evidence.ts";
import type { Random } from "../helpers/random.ts";
import type { SimChain } from "./chain.ts";

const SIGNER = new Wallet(`0x${"5".repeat(64)}`);
const BOND_ADDRESS = `0x${"b0".repeat(20)}`;
const HOUR_SECONDS = 60 * 60;
/** Promises that are held at a time; the oldest are given up. */
const HELD_MAX = 100;

export class PromiseHolders {
  /** What the operator promises with. It goes on if L1 makes it break a promise, and says so. */
  readonly parts: PromiseParts;
  readonly #chain: SimChain;
  readonly #note: (event: string) => void;
  /** By hash, the latest last. */
  readonly #held = new Map<string, SignedInclusion>();
  /** Hashes of the transactions about which promises are broken, as the operator has said. */
  readonly #said = new Set<string>();
  /** Executed blocks that were compared with the promises. */
  readonly #judged = new Set<string>();

  constructor(chain: SimChain, random: Random, note: (event: string) => void) {
    this.#chain = chain;
    this.#note = note;
    this.parts = {
      bond: { chainId: chain.client.chainId, bondAddress: BOND_ADDRESS },
      signer: SIGNER,
      signerAddress: SIGNER.address,
      onConflict: "break",
      dueSeconds: HOUR_SECONDS * random.pick([1, 2, 24]),
    };
  }

  /** A log that passes on, and takes in what the operator says of broken promises. */
  listen(logger: Logger): Logger {
    return {
      ...logger,
      error: (message, facts) => {
        for (const hash of (facts?.["broken"] ?? []) as readonly string[]) this.#said.add(hash);
        logger.error(message, facts);
      },
    };
  }

  /** Asks for promises about transactions that were just accepted. @throws as the operator */
  async ask(operator: Operator, hashes: readonly string[]): Promise<void> {
    const promises = await operator.promiseTransactions(hashes);
    for (const [index, promise] of promises.entries()) {
      this.#note(promise === undefined ? "promise: none" : "promise: signed");
      if (promise !== undefined) this.#held.set(hashes[index]!, promise);
    }
    for (const hash of this.#held.keys()) {
      if (this.#held.size > HELD_MAX) this.#held.delete(hash);
    }
  }

  /** Compares all promises with the executed blocks that are new. The operator has read L1. */
  async check({ blocks }: Operator): Promise<void> {
    for (const block of blocks) {
      if (block.status !== "executed") continue;
      const { storedBlock, applied } = block;
      if (this.#judged.has(storedBlock.commitment)) continue;
      this.#judged.add(storedBlock.commitment);
      const { operations } = applied.block;
      for (const [hash, promise] of this.#held) {
        const breach = findBreach(promise, { storedBlock, operations, state: applied.state });
        if (breach === undefined || !(await this.#counts(promise))) continue;
        this.#note(`promise: broken, ${breach.type}`);
        const words = `block ${storedBlock.blockNumber} breaks the promise about ${hash}: ${breach.type}`;
        expect(this.#said.has(hash), words).to.equal(true);
        this.#held.delete(hash);
      }
    }
  }

  /** A promise counts while L1 has the block that it was made on. */
  async #counts({ group: { anchorNumber, anchorHash } }: SignedInclusion): Promise<boolean> {
    const block = await this.#chain.rollup.ethers.provider.getBlock(anchorNumber);
    return block?.hash === anchorHash;
  }
}
