/** Kills an operator again and again, and compares after each kill what it knows with L1. */
import { readFile } from "node:fs/promises";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { createRestoreSource } from "../../../src/restore/source.ts";
import { restoreRollup } from "../../../src/restore/restore.ts";
import { poll, sleep } from "../../helpers/json-rpc.ts";
import { readMadeProofs, readRecordedProofs } from "./proofs.ts";
import type { Victim } from "./process.ts";
import { type Moment, MOMENTS, type Stop } from "./stop.ts";
import { type CrashOptions, type CrashWorld, createCrashWorld } from "./world.ts";

/** How long a process runs that is killed at a random instant. */
const RUNNING_MS_MAX = 2_000;
/** How long one starts that is killed meanwhile: longer than it takes. */
const STARTING_MS_MAX = 1_500;
/** How long one closes that is killed meanwhile. */
const CLOSING_MS_MAX = 150;
/** After this time, a process that has not come to its point is killed where it is. */
const POINT_MS_MAX = 4_000;
const NTH_MAX = 2;
/** Time for L2 to take a deposit, and for everything to be executed in the end. */
const DEPOSIT_MS_MAX = 30_000;
const END_MS_MAX = 120_000;
const DEPOSIT_AMOUNT_MAX = 1_000;

/** What the process does when it is killed. */
const PHASES = ["running", "starting", "closing"] as const;
type Phase = (typeof PHASES)[number];

interface Plan {
  readonly phase: Phase;
  /** Undefined: at a random instant. */
  readonly stop: Stop | undefined;
  readonly isOnL1: boolean;
  readonly afterMs: number;
}

/** A kill, and where it has happened. */
export interface Kill {
  readonly phase: Phase;
  /** Name of the point; undefined for an instant, or if it was not reached. */
  readonly point?: string;
  readonly moment?: Moment;
  readonly seconds: number;
}

export interface CrashResult {
  readonly kills: readonly Kill[];
  /** Transactions that were acknowledged, or found accepted after a kill. */
  readonly accepted: number;
  readonly deposits: number;
  /** Blocks on L1. */
  readonly blocks: number;
  readonly proofs: number;
  /** Blocks whose proof was made, and lost before it was recorded. */
  readonly proofsAgain: number;
  readonly l1Transactions: number;
  readonly refusals: Readonly<Record<string, number>>;
}

/**
 * Runs an operator under load, and kills it.
 *
 * @param onKill - Gets each kill after its audit, and the number of accepted transactions.
 * @throws Error with all that is wrong, at the first audit that finds something
 */
export async function runCrashes(
  hre: HardhatRuntimeEnvironment,
  options: CrashOptions & { readonly kills: number },
  onKill: (kill: Kill, accepted: number) => void = () => undefined,
): Promise<CrashResult> {
  const world = await createCrashWorld(hre, options);
  const run = new CrashRun(world);
  let isSound = false;
  try {
    while (run.kills.length < options.kills) {
      await run.killOnce();
      onKill(run.kills.at(-1)!, world.users.accepted.length);
    }
    const result = await run.finish();
    isSound = true;
    return result;
  } finally {
    await run.close(!isSound);
  }
}

class CrashRun {
  readonly kills: Kill[] = [];
  readonly #world: CrashWorld;
  #victim: Victim;
  #number = 0;
  #deposits = 0;
  /** Numbers of blocks whose proof is in the store, and the last event that was read there. */
  readonly #recorded = new Set<number>();
  #lastEvent = 0;
  readonly #proofs = new Map<number, number>();

  constructor(world: CrashWorld) {
    this.#world = world;
    this.#victim = world.first;
  }

  async killOnce(): Promise<void> {
    const startMs = performance.now();
    const plan = await this.#plan();
    const { users } = this.#world;
    users.start();
    const deposit = this.#deposit();
    if (plan.phase === "starting") {
      // What it leaves when it is stopped at once is what the next one starts with.
      await sleep(plan.afterMs / 2);
      this.#victim.signal("SIGKILL");
      await this.#bury();
      this.#start(plan);
    }
    const isReached = await this.#kill(plan);
    await users.stop();
    await this.#bury();
    this.#start();
    await this.#victim.ready;
    await this.#credit(await deposit);
    await this.#audit("some");
    const { phase, stop } = plan;
    const seconds = (performance.now() - startMs) / 1000;
    const { point, moment } = stop ?? {};
    this.kills.push({ phase, ...(isReached && point && { point, moment: moment! }), seconds });
  }

  /** Waits until everything is executed, and compares all with L1 alone. */
  async finish(): Promise<CrashResult> {
    const { users, l1Audit, connected } = this.#world;
    // Between kills, a slow machine may have acknowledged nothing.
    users.start();
    const count = () => Promise.resolve(users.accepted.length);
    await poll(count, (accepted) => accepted > 0, END_MS_MAX);
    await users.stop();
    const isExecuted = async () => {
      await this.#audit("some");
      return users.sent.every(({ receipt }) => (receipt?.status ?? "executed") === "executed");
    };
    let isDone = false;
    for (const endMs = Date.now() + END_MS_MAX; !isDone && Date.now() < endMs;) {
      await sleep(500);
      isDone = await isExecuted();
    }
    if (!isDone) this.#fail(["not everything is executed"]);
    // Those of which nobody was told are executed when L1 holds what the accounts have.
    const owes = () => users.accepted.filter(({ to, isPaid }) => to === undefined && !isPaid);
    await poll(
      () => this.#audit("some"),
      () => owes().length === 0,
      END_MS_MAX,
    );
    await this.#audit("all");
    const wrong = await l1Audit.auditHistory(users);
    const { executed } = await restoreRollup(createRestoreSource(l1Audit.client));
    for (const address of users.addresses) {
      const id = executed.state.accountIdOf(BigInt(address));
      const found = id === undefined ? 0n : executed.state.balance(id, 0);
      const expected = await connected.provider.getBalance(address, 0);
      if (found !== expected) wrong.push(`${address} has ${found} by a restore, not ${expected}`);
    }
    if (wrong.length > 0) this.#fail(wrong);
    this.#victim.signal("SIGTERM");
    await this.#bury();
    const { executed: blocks } = await l1Audit.client.contract.blockCounts();
    const counts = [...this.#proofs.values()];
    return {
      kills: this.kills,
      accepted: users.accepted.length,
      deposits: this.#deposits,
      blocks: Number(blocks),
      proofs: counts.reduce((sum, count) => sum + count, 0),
      proofsAgain: counts.filter((count) => count > 1).length,
      l1Transactions: l1Audit.transactions,
      refusals: Object.fromEntries(users.refusals),
    };
  }

  async close(keep: boolean): Promise<void> {
    await this.#world.users.stop();
    this.#victim.signal("SIGKILL");
    await this.#victim.ended;
    await this.#world.close(keep);
  }

  async #plan(): Promise<Plan> {
    const { random, l1Watch, pointsFile } = this.#world;
    const phase = PHASES[[0, 0, 0, 0, 0, 0, 1, 1, 1, 2][random.int(10)]!]!;
    const storePoints = (await readFile(pointsFile, "utf8")).trim().split("\n");
    const isOnL1 = phase !== "closing" && random.int(5) < 2;
    const points = isOnL1 ? [...l1Watch.points] : [...new Set(storePoints)];
    const stop: Stop = {
      point: random.pick(points.sort()),
      moment: random.pick(MOMENTS),
      nth: 1 + random.int(NTH_MAX),
    };
    const limitMs = { running: RUNNING_MS_MAX, starting: STARTING_MS_MAX, closing: CLOSING_MS_MAX };
    const afterMs = random.int(limitMs[phase]);
    return { phase, isOnL1, afterMs, stop: random.int(5) < 2 ? undefined : stop };
  }

  /** @returns Whether it has come to its point. */
  async #kill({ phase, stop, isOnL1, afterMs }: Plan): Promise<boolean> {
    const victim = this.#victim;
    if (phase === "closing") await sleep(RUNNING_MS_MAX / 2);
    if (stop !== undefined && isOnL1) {
      this.#world.l1Watch.arm(stop, () => victim.signal("SIGKILL"));
    } else if (stop !== undefined && phase !== "starting") victim.arm(stop);
    if (phase === "closing") victim.signal("SIGTERM");
    const limitMs = stop === undefined ? afterMs : POINT_MS_MAX;
    const isLate = await Promise.race([
      victim.ended.then(() => false),
      sleep(limitMs).then(() => true),
    ]);
    if (isLate) victim.signal("SIGKILL");
    await victim.ended;
    return !isLate;
  }

  #start(plan?: Plan): void {
    const { l1Watch, start } = this.#world;
    l1Watch.reset();
    this.#victim = start(++this.#number, plan?.isOnL1 === false ? plan.stop : undefined);
  }

  /** Looks at what a dead process has left. */
  async #bury(): Promise<void> {
    await this.#victim.ended;
    const { logFile, target, l1Watch } = this.#world;
    const wrong = l1Watch.audit();
    for (const block of await readMadeProofs(logFile(this.#number))) {
      if (this.#recorded.has(block)) wrong.push(`the proof of block ${block} was made again`);
      this.#proofs.set(block, (this.#proofs.get(block) ?? 0) + 1);
    }
    const { blocks, last } = await readRecordedProofs(target, this.#lastEvent);
    for (const block of blocks) this.#recorded.add(block);
    this.#lastEvent = last;
    if (wrong.length > 0) this.#fail(wrong);
  }

  async #deposit(): Promise<Deposit> {
    const { clients, users, random } = this.#world;
    const user = random.int(clients.length);
    const amount = BigInt(1 + random.int(DEPOSIT_AMOUNT_MAX));
    const { requestId } = await clients[user]!.depositEth(users.addresses[user]!, amount);
    return { user, amount, requestId };
  }

  async #credit({ user, amount, requestId }: Deposit): Promise<void> {
    const { connected, users } = this.#world;
    const receipt = await poll(
      () => connected.provider.getPriorityRequest(requestId),
      (found) => found !== null,
      DEPOSIT_MS_MAX,
      50,
    );
    if (receipt === null || receipt === undefined) this.#fail([`deposit ${requestId} is lost`]);
    users.credit(user, amount);
    this.#deposits++;
  }

  async #audit(sample: "some" | "all"): Promise<void> {
    const { users, l1Audit } = this.#world;
    const wrong = await users.audit(sample);
    wrong.push(...(await l1Audit.audit(users)));
    if (wrong.length > 0) this.#fail(wrong);
  }

  #fail(wrong: readonly string[]): never {
    const { folder } = this.#world;
    const words = this.#victim.words();
    throw new Error(
      `After ${this.kills.length} kills, in ${folder}:\n${wrong.join("\n")}\n${words}`,
    );
  }
}

interface Deposit {
  readonly user: number;
  readonly amount: bigint;
  readonly requestId: number;
}
