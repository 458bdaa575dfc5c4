/** A random run of an operator, with faults, reorgs and restarts. */
import { expect } from "chai";
import { Operator } from "../../src/operator/operator.ts";
import { numberOf } from "../../src/operator/ledger/blocks.ts";
import type { PromiseParts, SignedPromise } from "../../src/operator/promises.ts";
import { TIMESTAMP_LAG_MAX_SECONDS } from "../../src/protocol/constants.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { isRollupError } from "../../src/util/errors.ts";
import {
  createFundedUser,
  createOperatorWorld,
  deposit,
  type Draft,
  FEE_ACCOUNT_ADDRESS,
  type OperatorWorld,
  setSigningKey,
  submit,
  User,
} from "./operator-world.ts";
import type { Random } from "./random.ts";
import { describeLedger, RecordingStore } from "./recording-store.ts";
import { setLimit } from "./second-factor.ts";

const TRANSFER: Draft = { type: "transfer", tokenId: 0, recipient: 5n, amount: 1n };
/** Actions of a run; faults among them may fail. */
const ACTIONS = {
  transfer: 8,
  expiring: 2,
  deposit: 4,
  setKey: 2,
  process: 4,
  processPartly: 3,
  fail: 3,
  wrongProof: 1,
  passTime: 2,
  passLongTime: 1,
  snapshot: 2,
  reorg: 2,
  revertBlocks: 1,
  checkpoint: 1,
  restart: 1,
  promise: 4,
  secondFactor: 2,
} as const;
type Action = keyof typeof ACTIONS;
const POOL = Object.entries(ACTIONS).flatMap(([action, weight]) =>
  new Array<Action>(weight).fill(action as Action),
);

export class OperatorRun {
  world: OperatorWorld & { alice: User };
  readonly store: RecordingStore;
  /** All that was promised, by operators before a restart too. */
  readonly promised: SignedPromise[] = [];
  readonly #promises: PromiseParts | undefined;
  #snapshot: ReturnType<OperatorWorld["l1"]["snapshot"]> | undefined;
  #checkpoint: ReturnType<Operator["checkpoint"]> | undefined;

  readonly #random: Random;

  private constructor(
    world: OperatorWorld & { alice: User },
    store: RecordingStore,
    random: Random,
    promises: PromiseParts | undefined,
  ) {
    this.#promises = promises;
    this.world = world;
    this.store = store;
    this.#random = random;
  }

  /** @param promises - With them, the operator promises blocks, and is not rolled back. */
  static async create(random: Random, promises?: PromiseParts): Promise<OperatorRun> {
    const store = new RecordingStore({ executedBlocksMax: 4, finalReceiptsMax: 20 });
    const world = await createOperatorWorld({
      ...{ preset: PRESETS.dev, store },
      ...(promises && { promises }),
    });
    const alice = await createFundedUser(world, random);
    return new OperatorRun({ ...world, alice }, store, random, promises);
  }

  /** Does some random things; what fails as the faults want is left at that. */
  async step(): Promise<void> {
    await this.#do(this.#random.pick(POOL)).catch((error: unknown) => {
      if (!isExpected(error)) throw error;
    });
  }

  async #do(action: Action): Promise<void> {
    const random = this.#random;
    const { l1, operator, prover, alice } = this.world;
    switch (action) {
      case "transfer":
        submit(this.world, alice, TRANSFER);
        return;
      case "expiring":
        submit(this.world, alice, { ...TRANSFER, validUntil: l1.timestamp + 5n });
        return;
      case "deposit":
        await deposit(this.world, BigInt(1 + random.int(9)), 1n);
        return;
      case "setKey": {
        const user = new User(random);
        await deposit(this.world, user.address, 10n);
        await setSigningKey(this.world, user, random.pick(["eip712", "onchain"]));
        return;
      }
      case "process":
        await operator.processBlocks();
        return;
      case "processPartly":
        await operator.processBlocks(random.pick(["committed", "proven"]));
        return;
      case "fail":
        l1.failNext(random.pick(["commitBlocks", "proveBlocks", "executeBlocks"]));
        return;
      case "wrongProof":
        prover.wrongAfter(0);
        return;
      case "passTime":
        l1.increaseTime(random.int(20));
        return;
      case "passLongTime":
        l1.increaseTime(random.int(TIMESTAMP_LAG_MAX_SECONDS + 100));
        return;
      case "snapshot":
        this.#snapshot = l1.snapshot();
        return;
      case "reorg":
        if (this.#snapshot !== undefined) l1.revert(this.#snapshot);
        l1.increaseTime(1);
        return;
      case "revertBlocks": {
        const { executed } = operator.progress;
        return operator.revertBlocks(executed + 1);
      }
      case "checkpoint":
        // A rollback without one of L1 would forget promises.
        if (this.#promises !== undefined) return;
        if (random.bool()) this.#checkpoint = operator.checkpoint();
        else if (this.#checkpoint !== undefined) operator.restore(this.#checkpoint);
        return;
      case "restart":
        return this.#restart();
      case "secondFactor":
        await setLimit(this.world, alice, random.pick([undefined, 2n, 1000n]));
        return;
      case "promise":
        if (this.#promises !== undefined) await this.#promise();
        return;
    }
  }

  async #promise(): Promise<void> {
    const { operator } = this.world;
    if (this.#random.bool()) operator.sealBlock();
    await operator.syncL1();
    const { blocks } = operator;
    if (blocks.length === 0) return;
    this.promised.push(await operator.promiseBlock(numberOf(this.#random.pick(blocks))));
  }

  /** Starts another operator from the store. */
  async #restart(): Promise<void> {
    const { l1, prover, operator } = this.world;
    const { isRunning } = operator;
    await operator.close();
    const before = describeLedger(operator.checkpoint());
    const promises = this.#promises;
    const parts = {
      ...{ preset: PRESETS.dev, feeAccountAddress: FEE_ACCOUNT_ADDRESS },
      ...(promises && { promises }),
    };
    const { store } = this;
    // After a start that has failed, the store has what that has found out.
    if (isRunning) expect(describeLedger(store.replay())).to.deep.equal(before);
    this.world = {
      ...this.world,
      operator: await Operator.create({ ...parts, l1, prover, store }),
    };
  }
}

/** Returns whether a failure is expected under these faults. */
function isExpected(error: unknown): boolean {
  return isRollupError(error) || String(error).includes("as the test wants");
}
