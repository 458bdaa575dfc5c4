/** Random lives of a node that promises: no user, deposit or L1 block makes it break its word. */
import { expect } from "chai";
import { ON_CHAIN_AUTHORIZATION } from "../../src/l1/authorization.ts";
import type { AuthorizationPlace } from "../../src/l1/types.ts";
import type { SignedInclusion } from "../../src/receipts/inclusion.ts";
import { isRollupError } from "../../src/util/errors.ts";
import {
  authorize,
  createFundedUser,
  deposit,
  type Draft,
  signBatch,
  signFor,
  User,
} from "../helpers/operator-world.ts";
import { breachesOf, createPromiseWorld, type PromiseWorld } from "../helpers/promise-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const RUNS = 4;
const STEPS = 200;
const HALF_DAY = 13 * 3_600;
/** L1 blocks after each reorg: enough for every anchor to be replaced. */
const REORG_BLOCKS = 400;

class Life {
  readonly world: PromiseWorld;
  readonly users: User[];
  readonly keyless = [new User(random), new User(random)];
  readonly promises: SignedInclusion[] = [];
  readonly facts: AuthorizationPlace[] = [];
  #snapshot: ReturnType<PromiseWorld["l1"]["snapshot"]> | undefined;
  #reorgs = 0;

  constructor(world: PromiseWorld, third: User) {
    this.world = world;
    this.users = [world.alice, world.bob, third];
  }

  get actions(): (() => Promise<unknown>)[] {
    const { operator, l1 } = this.world;
    const anyStage = () => random.pick(["committed", "proven", "executed"] as const);
    const anyOwner = () => random.pick([...this.users, ...this.keyless]).address;
    const sync = (seconds: number) => {
      l1.increaseTime(seconds);
      return operator.syncL1();
    };
    return [
      ...new Array<() => Promise<void>>(12).fill(() => this.#single()),
      ...new Array<() => Promise<void>>(3).fill(() => this.#batch()),
      ...new Array<() => Promise<void>>(2).fill(() => this.#changeKey()),
      ...new Array<() => Promise<void>>(2).fill(() => this.#seal()),
      () => deposit(this.world, anyOwner(), BigInt(random.int(50)), random.int(2)),
      () => deposit(this.world, BigInt(100 + random.int(1_000)), 1n),
      () => this.#exit(),
      () => operator.processBlocks(anyStage()),
      () => sync(random.int(40)),
      () => sync(random.bool() ? HALF_DAY + random.int(HALF_DAY) : 0),
      () => this.#withdrawKey(),
      () => this.#reorganise(),
    ];
  }

  #draft(user: User): Draft | undefined {
    const { operator, l1 } = this.world;
    const accountId = operator.state.accountIdOf(user.address);
    if (accountId === undefined) return undefined;
    const tokenId = random.int(2);
    const balance = operator.state.balance(accountId, tokenId);
    const seconds = random.pick([60, 60, 50_000]);
    const common = {
      ...{ tokenId, fee: random.int(4) === 0 ? BigInt(random.int(3)) : 0n },
      ...(random.int(3) === 0 && { validUntil: l1.timestamp + BigInt(random.int(seconds)) }),
    };
    const amount = random.bool() ? balance : BigInt(random.int(20));
    const known = random.pick([...this.users, ...this.keyless]).address;
    const recipient = random.int(5) === 0 ? BigInt(100 + random.int(30)) : known;
    const type = random.pick(["withdraw", "forcedExit", "transfer", "transfer"] as const);
    if (type !== "forcedExit") return { type, ...common, recipient, amount };
    return { type, ...common, recipient: random.pick(this.keyless).address };
  }

  async #keep(hashes: readonly string[]): Promise<void> {
    const signed = await this.world.operator.promiseTransactions(hashes);
    this.promises.push(...signed.filter((promise) => promise !== undefined));
  }

  async #single(): Promise<void> {
    const user = random.pick(this.users);
    const draft = this.#draft(user);
    if (draft === undefined) return;
    await this.#keep([this.world.operator.submit(signFor(this.world, user, draft)).hash]);
  }

  async #batch(): Promise<void> {
    const parts = Array.from({ length: 2 + random.int(6) }, () => {
      const user = random.pick(this.users);
      const draft = this.#draft(user);
      return draft === undefined ? [] : [[user, draft] as const];
    }).flat();
    const receipts = this.world.operator.submitBatch(
      signBatch(this.world, parts).map((transaction) => ({ transaction, authorization: "0x" })),
    );
    await this.#keep(receipts.map(({ hash }) => hash));
  }

  async #changeKey(): Promise<void> {
    const { world } = this;
    const { operator, l1 } = world;
    const user = random.pick([...this.users, ...this.keyless]);
    if (operator.state.accountIdOf(user.address) === undefined) return;
    const short = random.int(3) === 0 && { validUntil: l1.timestamp + BigInt(random.int(60)) };
    const signed = signFor(world, user, { type: "changePubKey", tokenId: 0, ...short });
    let authorization = ON_CHAIN_AUTHORIZATION;
    if (random.bool()) authorization = await authorize(world, user, signed);
    else {
      const { accountId, nonce } = signed;
      const place = { owner: user.address, accountId, nonce };
      this.facts.push(place);
      l1.authorize({ ...place, pubKeyHash: user.signer.pubKeyHash });
      await operator.syncL1();
    }
    await this.#keep([operator.submit(signed, authorization).hash]);
  }

  async #withdrawKey(): Promise<void> {
    if (this.facts.length === 0) return;
    this.world.l1.authorize({ ...random.pick(this.facts), pubKeyHash: 7n });
    await this.world.operator.syncL1();
  }

  #seal(): Promise<void> {
    this.world.operator.sealBlock();
    return Promise.resolve();
  }

  async #exit(): Promise<void> {
    const { operator, l1 } = this.world;
    const { address: owner } = random.pick(this.users);
    const own = operator.state.accountIdOf(owner) ?? 0;
    const accountId = random.bool() ? own : random.int(20);
    l1.request({ type: "fullExit", owner, tokenId: random.int(2), accountId });
    await operator.syncL1();
  }

  /** Replaces all L1 blocks since a moment, so that no promise since then holds. */
  async #reorganise(): Promise<void> {
    const { operator, l1 } = this.world;
    if (this.#snapshot === undefined) this.#snapshot = l1.snapshot();
    else {
      l1.revert(this.#snapshot);
      this.#snapshot = undefined;
      this.#reorgs++;
      for (let count = 0; count < REORG_BLOCKS * this.#reorgs; count++) l1.increaseTime(0);
    }
    await operator.syncL1();
  }
}

async function runOnce(): Promise<Life> {
  const world = await createPromiseWorld(random, { dueSeconds: 600 * 86_400 });
  const { l1, operator } = world;
  l1.listToken("T");
  await operator.syncL1();
  const life = new Life(world, await createFundedUser(world, random, 50n));
  for (const { address } of life.users) await deposit(world, address, 100n, 1);
  for (let step = 0; step < STEPS; step++) {
    await random
      .pick(life.actions)()
      .catch((error: unknown) => {
        if (!isRollupError(error)) throw error;
      });
    await operator.syncL1().catch(() => undefined);
    expect(operator.obstacle?.code).to.not.equal("INCLUSION_CONFLICT");
  }
  await operator.processBlocks().catch(() => undefined);
  return life;
}

describe(`attacks: lives of a node that promises (${random.title})`, () => {
  it("keeps each promise, and never stops because of one", async () => {
    let [made, short] = [0, 0];
    for (let run = 0; run < RUNS; run++) {
      const { world, promises } = await runOnce();
      for (const promise of promises) {
        expect(await breachesOf(world, promise), JSON.stringify(promise, String)).to.deep.equal([]);
        if (promise.inclusion.validUntil < 2n ** 63n) short++;
      }
      made += promises.length;
      await world.operator.close();
    }
    expect(made).to.be.above(RUNS * 10);
    expect(short).to.be.above(0);
  });
});
