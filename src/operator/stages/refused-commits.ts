/** Rejects what L1 refuses in a block, and rebuilds the rest. */
import { isCreate2Authorization } from "../../l1/authorization.ts";
import { commitCost, type L1Cost } from "../../l1/gas.ts";
import { type BlockRecord, type Prepared, toCommitBlock } from "../ledger/blocks.ts";
import { hasRevocableConsent, withdrawnConsent } from "../ledger/consent.ts";
import {
  growBlocks,
  pauseCreate2,
  rejectTransactions,
  reopenRefusedBlocks,
  sealOpenBlock,
  shrinkBlocks,
} from "../ledger/decisions.ts";
import { blockOf, firstSealedNumber, latestView } from "../ledger/queries.ts";
import type { Item, VerifiedTransaction } from "../ledger/sequence.ts";
import type { GroupSize } from "./group-size.ts";
import type { Refusal } from "./refusals.ts";
import type { StageParts } from "./stage.ts";

/** Refused commits in a row that are answered by reading L1 again. */
const ANSWERS_MAX = 3;
/**
 * Commits that go well before larger blocks are tried again: a refusal for size may be a node's
 * mistake, and costs a question to L1 if it is none.
 */
const GROW_AFTER = 8;
/** Time after a refused consent by CREATE2 in which no other is accepted. */
const CREATE2_PAUSE_SECONDS = 10n * 60n;

type PreparedBlock = BlockRecord & Prepared;

/** Only for a turn on L1: blocks are rebuilt, so none may be on its way there. */
export class RefusedCommits {
  readonly #parts: StageParts;
  readonly #size: GroupSize;
  #answers = 0;
  /** Commits since blocks were last made smaller. */
  #calm = 0;

  constructor(parts: StageParts, size: GroupSize) {
    this.#parts = parts;
    this.#size = size;
  }

  /** A commit has gone through. */
  noteCommit(): void {
    const { log, l1Limits } = this.#parts;
    this.#answers = 0;
    this.#calm++;
    if (this.#calm % GROW_AFTER === 0) log.record(growBlocks(log.ledger, l1Limits));
  }

  /** @returns Whether the cause of the refusal is removed, so that the rest can be committed. */
  async answer(refusal: Refusal, batch: readonly PreparedBlock[]): Promise<boolean> {
    const { log, follower } = this.#parts;
    if (refusal.kind === "size") {
      this.#calm = 0;
      return this.#size.halve(batch.length) || this.#shrink(commitCost([toCommitBlock(batch[0]!)]));
    }
    if (refusal.kind === "authorization") return this.#rejectRefused(refusal, batch);
    if (++this.#answers > ANSWERS_MAX) return false;
    await follower.follow();
    if (refusal.kind === "changed") return true;
    const reopened = reopenRefusedBlocks(log.ledger);
    log.record(reopened);
    return reopened.length > 0;
  }

  /** @returns Whether the oldest block has become smaller. */
  #shrink(cost: L1Cost): boolean {
    const { log } = this.#parts;
    const length = () => {
      const { ledger } = log;
      return (blockOf(ledger, firstSealedNumber(ledger)) ?? ledger.open).items.length;
    };
    const before = length();
    log.record(shrinkBlocks(log.ledger, cost));
    return length() < before;
  }

  /**
   * Rejects the consent that L1 has refused, and with it every other one that its owner can revoke
   * in the same way: many together cost one refused transaction.
   */
  async #rejectRefused(
    { slot, owner }: Extract<Refusal, { kind: "authorization" }>,
    batch: readonly BlockRecord[],
  ): Promise<boolean> {
    const { log, follower } = this.#parts;
    const refused = batch.flatMap(({ items }) => items.slice(slot, slot + 1)).filter(isOf(owner));
    if (refused.length === 0) return false;
    await follower.follow();
    const isCreate2 = refused.some(isByCreate2);
    if (isCreate2) log.record(pauseCreate2(log.ledger, CREATE2_PAUSE_SECONDS));
    const view = latestView(log.ledger);
    const isRefused = isOneOf(refused);
    const reject = (item: VerifiedTransaction) => {
      if (isRefused(item)) return withdrawnConsent(item, "L1 has refused it");
      const isRevocable = hasRevocableConsent(view, item);
      if (!isRevocable || (isByCreate2(item) && !isCreate2)) return undefined;
      const reason = "its owner can revoke it, as L1 has shown with another one";
      return withdrawnConsent(item, reason);
    };
    log.record(rejectTransactions(log.ledger, reject));
    return true;
  }

  /**
   * Rejects consents by CREATE2 of wallets that have been deployed since, before L1 refuses them.
   *
   * @returns Whether there were any.
   */
  async rejectDeployed(blocks: readonly BlockRecord[]): Promise<boolean> {
    const { l1, log } = this.#parts;
    const byCreate2 = blocks.flatMap(({ items }) =>
      items.filter((item) => item.kind === "transaction").filter(isByCreate2),
    );
    if (byCreate2.length === 0) return false;
    const hasCode = await Promise.all(byCreate2.map(({ consent }) => l1.hasCode(consent!.owner)));
    const isDeployed = isOneOf(byCreate2.filter((_, index) => hasCode[index]));
    const reason = "the wallet has been deployed, so CREATE2 shows nothing any more";
    const rejected = rejectTransactions(log.ledger, (item) =>
      isDeployed(item) ? withdrawnConsent(item, reason) : undefined,
    );
    if (rejected.length === 0) return false;
    log.record(rejected);
    log.record(sealOpenBlock(log.ledger));
    return true;
  }
}

function isOf(owner: bigint): (item: Item) => item is VerifiedTransaction {
  return (item): item is VerifiedTransaction =>
    item.kind === "transaction" && item.consent?.owner === owner;
}

function isOneOf(items: readonly VerifiedTransaction[]): (item: VerifiedTransaction) => boolean {
  const hashes = new Set(items.map(({ hash }) => hash));
  return ({ hash }) => hashes.has(hash);
}

function isByCreate2({ consent }: VerifiedTransaction): boolean {
  return consent !== undefined && isCreate2Authorization(consent.authorization);
}
