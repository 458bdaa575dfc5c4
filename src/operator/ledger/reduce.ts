/**
 * The ledger after an event. Pure: the same ledger and the same event lead to the same ledger.
 *
 * An event is offered to the ledger before it is appended anywhere. If that throws (an accepted
 * batch that breaks a rule, news with a gap) it has not happened; an event that was appended never
 * throws when it is replayed.
 */
import type { LedgerEvent } from "./events.ts";
import { recheckPayouts, settlePayouts, takeNews, takeProgress } from "./apply-l1.ts";
import { dropInclusions } from "./inclusions.ts";
import type { Ledger } from "./ledger.ts";
import { addProof, dropProof, forgetBlocks, moveBlocks, prepareBlocks } from "./move-blocks.ts";
import { addPromise, dropPromises } from "./promises.ts";
import { latestView } from "./queries.ts";
import { adopt, rebuild, reject, sequenceAfter } from "./rebuild.ts";
import { changeSecondFactor, chargeBatch } from "./second-factor-checks.ts";
import { placeBatch, sealOpenSlots } from "./sequence.ts";

/**
 * @throws The code of the rule that an accepted batch breaks; and for an event that does not belong
 * to the ledger.
 */
export function reduce(ledger: Ledger, event: LedgerEvent): Ledger {
  switch (event.type) {
    case "batchAccepted":
      return chargeBatch(
        adopt(ledger, placeBatch(sequenceAfter(ledger), event.batch)),
        event.batch,
      );
    case "newsTaken":
      return takeNews(ledger, event);
    case "progressTaken":
      return takeProgress(ledger, event.progress);
    case "payoutsRechecked":
      return recheckPayouts(ledger);
    case "payoutsSettled":
      return settlePayouts(ledger, event.blockNumbers);
    case "blockSealed":
      return adopt(ledger, sealOpenSlots(sequenceAfter(ledger)));
    case "blocksReopened":
      return rebuild(ledger, event.fromBlockNumber, latestView(ledger));
    case "transactionsRejected":
      return reject(ledger, event);
    case "create2Paused":
      return { ...ledger, create2PausedUntil: event.until };
    case "limitsChanged":
      return { ...ledger, limits: event.limits };
    case "blockOverheadChanged":
      return { ...ledger, blockOverhead: event.blockOverhead };
    case "blocksPrepared":
      return prepareBlocks(ledger, event);
    case "blocksCommitted":
    case "blocksProven":
    case "blocksExecuted":
      return moveBlocks(ledger, event);
    case "proofMade":
      return addProof(ledger, event);
    case "proofRefused":
      return dropProof(ledger, event.blockNumber);
    case "blocksForgotten":
      return forgetBlocks(ledger, event.upToBlockNumber);
    case "blockPromised":
      return addPromise(ledger, event.promise);
    case "promisesDropped":
      return dropInclusions(dropPromises(ledger, event.blockNumbers), event);
    case "secondFactorChanged":
      return changeSecondFactor(ledger, event);
  }
}
