/**
 * A node for a week: the real operator with its durable store, its fees and its journal, on the
 * real contracts, under a load that follows the hours of the day. L1 reorgs, prices jump, provers
 * die, the disk fills up, and the process is killed at any of its calls. One seed decides it all.
 */
import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "chai";
import type { LedgerEvent } from "../../src/operator/ledger/events.ts";
import { type BlockRecord, isPrepared, numberOf } from "../../src/operator/ledger/blocks.ts";
import type { Ledger } from "../../src/operator/ledger/ledger.ts";
import { type PresetName, PRESETS } from "../../src/protocol/presets.ts";
import { type Stage, STAGES } from "../../src/protocol/stages.ts";
import type { ProofJob } from "../../src/prover/prover.ts";
import type { SqlTarget } from "../../src/store/sql/executor.ts";
import { isRollupError } from "../../src/util/errors.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { createRandom, type Random } from "../helpers/random.ts";
import { describeLedger } from "../helpers/recording-store.ts";
import { AcknowledgedTransactions } from "./acknowledged.ts";
import { agrees, Auditor } from "./auditor.ts";
import { BURN_GAS, SimChain } from "./chain.ts";
import { DISK_FAULTS, FaultyDisk } from "./faulty-disk.ts";
import { FaultyL1, L1_FAULTS, READ_FAULTS, REQUEST_FAULTS } from "./faulty-l1.ts";
import { Market, PRICED_TOKEN_ID } from "./market.ts";
import { Payers } from "./payers.ts";
import { isBrokenInvariant, isWanted, SimEvents } from "./sim-events.ts";
import { PromiseHolders } from "./promises.ts";
import { PROVER_FAULTS, SimProver } from "./sim-prover.ts";
import { SimUsers } from "./users.ts";
import { FINAL_RECEIPTS_MAX, readKeptLedger, WeekNode } from "./week-node.ts";

const HOURS_OF_DAY = 24;
const HOUR_SECONDS = 60 * 60;
/** A step takes some minutes. */
const STEP_MINUTES_MIN = 6;
const STEP_MINUTES_SPREAD = 9;
/** Transactions of a step at the quietest and at the busiest hour. */
const LOAD_MIN = 0;
const LOAD_MAX = 5;
const QUIETEST_HOUR = 4;
/** Steps after which L1 does not return to a snapshot: a ledger remembers 64 views of L1. */
const REORG_STEPS_MAX = 6;
const READS_BEFORE_MAX = 10;
/** A killed process makes up to this many calls before it ends. */
const CALLS_BEFORE_DEATH_MAX = 150;
const STARTS_MAX = 6;
const DRAIN_ATTEMPTS = 8;
/** L1 blocks after which a reorg needs no executed block any more; more than the views of L1. */
const QUIET_BLOCKS = 70;
/** What may stay in memory once everything is executed and that old. */
const BLOCKS_AT_REST_MAX = 2;
const RECEIPTS_AT_REST_MAX = 2 * FINAL_RECEIPTS_MAX;
/** What each user deposits at first, of ETH and of a token that pays fees. */
const FIRST_DEPOSIT = 10n ** 18n;
const KEEP_ALIVE_MS = 60_000;
const STORE_POLL_MS = 50;
const STORE_POLLS_MAX = 2_400;

/** What may happen in a step, each with its probability in thousandths. */
const CHANCES = {
  requestOnL1: 350,
  crowd: 4,
  leave: 4,
  misbehave: 30,
  withdrawPending: 20,
  armReset: 25,
  carryOutReset: 10,
  deployWallet: 10,
  failL1: 60,
  failRead: 50,
  failRequest: 30,
  frontRun: 40,
  mineStuck: 40,
  failProver: 120,
  failDisk: 60,
  fillDisk: 6,
  spikeGas: 20,
  spikeToken: 20,
  silencePrice: 40,
  kill: 30,
  restart: 8,
  takeSnapshot: 90,
  reorg: 40,
} as const;
type Happening = keyof typeof CHANCES;
const HAPPENINGS = Object.entries(CHANCES) as [Happening, number][];
const FRONT_RUNS = ["burns gas", "resets key", "deploys wallet", "requests"] as const;

export interface WeekOptions {
  readonly seed: string;
  readonly hours: number;
  /** Database of the node, which must be empty. */
  readonly target: SqlTarget;
  /** Default: the seed chooses `minimal` or `dev`. */
  readonly preset?: PresetName;
  readonly onStep?: (progress: WeekProgress) => void;
}

export interface WeekProgress {
  readonly steps: number;
  readonly hour: number;
  readonly blocks: number;
}

/** What has happened, which shows that the week was not idle. */
export interface WeekReport {
  readonly steps: number;
  readonly proofs: number;
  readonly acknowledged: number;
  /** Number of times of each event; each operation in an executed block is one, too. */
  readonly counts: ReadonlyMap<string, number>;
  /** Digest of L1 and L2 at the end of each day. */
  readonly digest: string;
}

interface Parts {
  readonly options: WeekOptions;
  readonly random: Random;
  readonly chain: SimChain;
  readonly clock: FakeClock;
}

export class Week {
  readonly #options: WeekOptions;
  readonly #random: Random;
  readonly #chain: SimChain;
  readonly #clock: FakeClock;
  readonly #events = new SimEvents();
  readonly #note = this.#events.note;
  readonly #hash = createHash("sha256");
  readonly #disk = new FaultyDisk();
  readonly #l1: FaultyL1;
  readonly #prover: SimProver;
  readonly #market: Market;
  readonly #users: SimUsers;
  readonly #auditor: Auditor;
  readonly #acknowledged: AcknowledgedTransactions;
  readonly #promises: PromiseHolders;
  /** Hashes of what was accepted by the last submission. */
  #accepted: readonly string[] = [];
  /** Public inputs of the blocks whose proofs are recorded. */
  #proven = new Set<string>();
  /** Proofs that were made although they were recorded. */
  readonly #madeAgain: string[] = [];
  #node!: WeekNode;
  #steps = 0;
  #snapshotStep = -Infinity;
  /** Reorgs so far, and those that the operator has seen for certain. */
  #reorgs = 0;
  #reorgsSeen = 0;
  /** Steps until there is room on the disk again. */
  #stepsFull = 0;

  private constructor({ options, random, chain, clock }: Parts) {
    this.#options = options;
    this.#random = random;
    this.#chain = chain;
    this.#clock = clock;
    this.#l1 = new FaultyL1(chain);
    this.#prover = new SimProver(random, (job) => this.#look(job), 1 + random.int(4));
    this.#market = new Market(chain, random, clock, this.#preset);
    this.#auditor = new Auditor(chain);
    this.#acknowledged = new AcknowledgedTransactions(random);
    this.#promises = new PromiseHolders(chain, random, this.#note);
    const payers = new Payers({
      random,
      clock,
      market: this.#market,
      disk: this.#disk,
      passTime: (seconds) => this.#passTime(seconds),
      note: this.#note,
      onAccepted: (receipts, batch) => {
        this.#acknowledged.add(receipts, batch);
        this.#accepted = receipts.map(({ hash }) => hash);
      },
    });
    this.#users = new SimUsers(chain, random, payers);
    this.#prover.meanwhile = () => this.#meanwhile();
    this.#l1.meanwhile = () => this.#node.life.outside("meanwhile", () => this.#meanwhile());
  }

  static async create(given: WeekOptions): Promise<Week> {
    const random = createRandom(given.seed);
    const preset = given.preset ?? random.pick(["minimal", "dev"] as const);
    const chain = await SimChain.create(PRESETS[preset], random);
    const week = new Week({ options: { ...given, preset }, random, chain, clock: new FakeClock() });
    await week.#users.fund(PRICED_TOKEN_ID, FIRST_DEPOSIT);
    await week.#start();
    return week;
  }

  /** @throws An error that names seed and step. */
  async run(): Promise<WeekReport> {
    const { hours, onStep } = this.#options;
    let doing = "step";
    // A store that tries again does not keep a process alive, which a server does in a node.
    const alive = setInterval(() => undefined, KEEP_ALIVE_MS);
    try {
      for (let day = 1; this.#hour < hours; day++) {
        const end = Math.min(day * HOURS_OF_DAY, hours);
        while (this.#hour < end) {
          doing = "step";
          await this.#step();
          const blocks = this.#events.of("blocks");
          onStep?.({ steps: this.#steps, hour: this.#hour, blocks });
        }
        doing = `end of day ${day}`;
        await this.#endDay();
      }
      await this.#node.close();
    } catch (cause) {
      const place = `seed ${this.#random.seed}, step ${this.#steps} (${doing})`;
      throw new Error(`${place}: ${String(cause)}`, { cause });
    } finally {
      await this.#node.kill();
      await this.#chain.close();
      clearInterval(alive);
    }
    return {
      steps: this.#steps,
      proofs: this.#prover.jobs,
      acknowledged: this.#acknowledged.count,
      counts: this.#events.counts,
      digest: this.#hash.digest("hex").slice(0, 16),
    };
  }

  get #preset() {
    return PRESETS[this.#options.preset!];
  }

  /** Hours since the beginning. */
  get #hour(): number {
    return this.#clock.nowMs() / 1000 / HOUR_SECONDS;
  }

  // ------------------------------------------------------------------------------------- steps

  async #step(): Promise<void> {
    const random = this.#random;
    this.#steps++;
    await this.#passTime(60 * (STEP_MINUTES_MIN + random.int(STEP_MINUTES_SPREAD)));
    this.#market.drift();
    await this.#makeRoom();
    for (const [happening, thousandths] of HAPPENINGS) {
      if (random.int(1000) >= thousandths) continue;
      this.#note(happening);
      if (happening === "restart") await this.#restart();
      else await this.#within(() => this.#do(happening));
    }
    const load = this.#load();
    for (let count = 0; count < load; count++) await this.#transact();
    await this.#process(random.int(8) === 0 ? random.pick(STAGES) : "executed");
    expect(this.#madeAgain, "proofs made again").to.deep.equal([]);
  }

  /** More at noon than at night, and at random. */
  #load(): number {
    const angle = (2 * Math.PI * (this.#hour - QUIETEST_HOUR)) / HOURS_OF_DAY;
    const mean = LOAD_MIN + ((LOAD_MAX - LOAD_MIN) * (1 - Math.cos(angle))) / 2;
    return this.#random.int(2 * Math.round(mean) + 1);
  }

  async #passTime(seconds: number): Promise<void> {
    await this.#clock.advance(1000 * seconds);
    await this.#chain.passTime(seconds);
    await this.#market.refresh();
  }

  async #do(happening: Exclude<Happening, "restart">): Promise<void> {
    const { state } = this.#node.operator;
    switch (happening) {
      case "requestOnL1":
        return this.#users.requestOnL1(state);
      case "crowd":
        return this.#users.crowd(state);
      case "leave":
        return this.#users.leave(state);
      case "misbehave":
        return this.#misbehave();
      case "withdrawPending":
        return this.#withdrawPending();
      case "armReset":
      case "carryOutReset":
      case "deployWallet":
        return this.#changeConsent(happening);
      case "failL1":
      case "failRead":
      case "failRequest":
      case "failProver":
      case "failDisk":
      case "frontRun":
        this.#arm(happening);
        return;
      case "mineStuck":
        return this.#l1.mineStuck();
      case "fillDisk":
        this.#disk.isFull = true;
        this.#stepsFull = 1 + this.#random.int(2);
        return;
      case "spikeGas":
        return this.#market.spikeGas();
      case "spikeToken":
        this.#market.spikeToken();
        return;
      case "silencePrice":
        this.#market.silence();
        return;
      case "kill":
        this.#sentence();
        return;
      case "takeSnapshot":
        this.#snapshotStep = this.#steps;
        return this.#chain.takeSnapshot();
      case "reorg":
        return this.#reorg();
    }
  }

  #arm(what: "failL1" | "failRead" | "failRequest" | "failProver" | "failDisk" | "frontRun"): void {
    const random = this.#random;
    const named = (kind: string, fault: string) => this.#note(`${kind}: ${fault}`);
    if (what === "failL1") {
      const fault = random.pick(L1_FAULTS);
      named("L1", fault);
      this.#l1.arm(fault);
    } else if (what === "failRead") {
      const fault = random.pick(READ_FAULTS);
      named("read", fault);
      this.#l1.armRead(fault, random.int(READS_BEFORE_MAX));
    } else if (what === "failRequest") {
      const name = random.pick(Object.keys(REQUEST_FAULTS));
      named("request", name);
      this.#l1.armRequest(REQUEST_FAULTS[name]!);
    } else if (what === "failProver") {
      const fault = random.pick(PROVER_FAULTS);
      named("prover", fault);
      this.#prover.arm(fault);
    } else if (what === "failDisk") {
      const fault = random.pick(DISK_FAULTS);
      named("disk", fault);
      this.#disk.arm(fault);
    } else this.#armFrontRun(random.pick(FRONT_RUNS));
  }

  /** Arms an act of others between the decision to send a transaction and its mining. */
  #armFrontRun(what: (typeof FRONT_RUNS)[number]): void {
    const isSameBlock = this.#random.bool();
    const act = async () => {
      this.#note(`front-run: ${what}`);
      if (what === "requests") await this.#users.requestOnL1(this.#node.operator.state);
      else if (what === "resets key") await this.#changeConsent("carryOutReset");
      else if (what === "deploys wallet") await this.#changeConsent("deployWallet");
      else for (const odd of this.#chain.oddRecipients) await this.#setBehavior(odd, BURN_GAS);
    };
    this.#l1.armFrontRun({ isSameBlock, act });
  }

  async #changeConsent(what: "armReset" | "carryOutReset" | "deployWallet"): Promise<void> {
    this.#acknowledged.disturb();
    const { operator } = this.#node;
    if (what === "armReset") await this.#users.armReset(operator);
    else if (what === "carryOutReset") await this.#users.carryOutReset();
    else await this.#users.deployWallet(operator.state);
  }

  async #misbehave(): Promise<void> {
    const { oddToken, oddRecipients } = this.#chain;
    const isToken = this.#random.bool();
    const odd = isToken ? oddToken : this.#random.pick(oddRecipients);
    await this.#setBehavior(odd, this.#random.pick([0, this.#random.int(isToken ? 8 : 5)]));
  }

  async #setBehavior(odd: SimChain["oddToken"], behavior: number): Promise<void> {
    await this.#chain.act(async () => (await odd.setBehavior(behavior)).wait());
  }

  async #withdrawPending(): Promise<void> {
    const { oddRecipients, users, tokens } = this.#chain;
    const { address } = this.#random.pick([...oddRecipients, ...users]);
    await this.#users.withdrawPending(address, this.#random.pick(tokens));
  }

  async #reorg(): Promise<void> {
    if (this.#steps - this.#snapshotStep > REORG_STEPS_MAX) return;
    this.#reorgs++;
    this.#acknowledged.reopen();
    const isDone = await this.#chain.reorg((requests) => {
      const kept = requests.filter(() => this.#random.int(4) > 0);
      return this.#random.bool() ? kept : this.#random.shuffle(kept);
    });
    if (isDone) this.#note("reorg: done");
  }

  /** Acts of users and L1 while a proof is made or L1 is read. */
  async #meanwhile(): Promise<void> {
    if (this.#random.int(3) === 0) await this.#reorg();
    else await this.#users.requestOnL1(this.#node.operator.state);
  }

  async #transact(): Promise<void> {
    const isAccepted = await this.#within(() => this.#users.transact(this.#node.operator));
    if (isAccepted !== undefined) this.#note(isAccepted ? "accepted" : "refused");
    const hashes = this.#accepted;
    this.#accepted = [];
    if (hashes.length > 0 && this.#random.int(2) === 0) {
      await this.#within(() => this.#promises.ask(this.#node.operator, hashes));
    }
  }

  // ------------------------------------------------------------------------------------- blocks

  /** @returns The error that stopped it, if any. */
  async #process(stage: Stage = "executed"): Promise<unknown> {
    let failure: unknown = new Error("the process was killed");
    const reorgs = this.#reorgs;
    await this.#within(async () => {
      failure = await this.#node.operator.processBlocks(stage).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure !== undefined) throw failure as Error;
      this.#reorgsSeen = reorgs;
    });
    this.#events.countBlocks(this.#node.operator);
    const restored = await this.#auditor.audit();
    expect(agrees(this.#node.operator, restored), "operator = L1").to.equal(true);
    await this.#within(() => this.#checkAcknowledged());
    return failure;
  }

  async #checkAcknowledged(): Promise<void> {
    const { operator } = this.#node;
    if (operator.obstacle?.code.startsWith("STORE_") === true) return;
    await this.#acknowledged.check(operator, this.#chain.now);
    // Until the operator has read L1 it may take for executed what is not any more.
    if (this.#reorgsSeen < this.#reorgs) this.#acknowledged.reopen();
    else await this.#promises.check(operator);
  }

  /** Runs what needs the process, until that ends: then another one starts. */
  async #within<T>(action: () => Promise<T> | T): Promise<T | undefined> {
    const { life } = this.#node;
    try {
      const done = (async () => action())();
      done.catch(() => undefined);
      const result = await Promise.race([done, life.ended]);
      if (!life.isOver) return result as T;
    } catch (error) {
      if (!life.isOver) {
        this.#recover(error);
        return undefined;
      }
    }
    this.#note("killed at a call");
    await this.#node.kill();
    await this.#start();
    return undefined;
  }

  /** Bugs of the operator are thrown again. */
  #recover(error: unknown): void {
    if (isWanted(error)) {
      this.#note("failed as wanted");
      return;
    }
    if (!isRollupError(error)) throw error;
    this.#note(error.code);
    switch (error.code) {
      case "BLOCK_STEP_FAILED":
        if (isBrokenInvariant(error.cause)) throw error;
        return;
      case "BLOCKS_UNKNOWN": {
        const { blockNumber, executed } = error.facts as unknown as Record<string, number>;
        // All blocks on L1 are the node's own.
        if (executed! >= blockNumber!) throw error;
        return;
      }
      case "STORE_UNAVAILABLE":
      case "OPERATOR_NOT_ACCEPTING":
      case "OPERATOR_BUSY":
        return;
      default:
        if (!error.code.startsWith("L1_")) throw error;
    }
  }

  // -------------------------------------------------------------------------------- the process

  async #start(): Promise<void> {
    const [chain, l1, prover, disk] = [this.#chain, this.#l1, this.#prover, this.#disk];
    const shared = { chain, l1, prover, disk, market: this.#market, clock: this.#clock };
    const { target } = this.#options;
    const logger = this.#promises.listen(this.#events.logger);
    const promises = this.#promises.parts;
    const parts = { ...shared, preset: this.#preset, target, logger, promises };
    this.#l1.disarm();
    for (let starts = 1; ; starts++) {
      try {
        this.#node = await WeekNode.start(parts);
        break;
      } catch (error) {
        const isOfStore = isRollupError(error) && error.code === "STORE_UNREACHABLE";
        if (!isOfStore || starts === STARTS_MAX) throw error;
        this.#note("start: STORE_UNREACHABLE");
        if (this.#disk.isFull) this.#repairDisk();
      }
    }
    const { operator } = this.#node;
    this.#proven = new Set(operator.blocks.filter(hasProof).map(toProofKey));
    operator.watch({ onEvents: (events, ledger) => this.#noteEvents(events, ledger) });
    await this.#within(() => this.#checkAcknowledged());
  }

  /** Lets the process end at one of its next calls. */
  #sentence(): void {
    const at = 1 + this.#random.int(CALLS_BEFORE_DEATH_MAX);
    this.#node.life.endAt({ at, when: this.#random.pick(["before", "after"]) });
  }

  /** Ends the process in an orderly way, unless it is killed meanwhile. */
  async #restart(): Promise<void> {
    const { life } = this.#node;
    await Promise.race([this.#node.close(), life.ended]);
    await this.#node.kill();
    await this.#start();
  }

  /** Ends a full disk when its time has come; sometimes only another process sees that. */
  async #makeRoom(): Promise<void> {
    if (!this.#disk.isFull || this.#stepsFull-- > 0) return;
    if (this.#random.int(3) === 0) {
      this.#note("killed while the disk is full");
      await this.#node.kill();
      await this.#start();
      return;
    }
    this.#repairDisk();
    await this.#awaitStore();
  }

  #repairDisk(): void {
    this.#disk.repair();
    this.#note("disk: has room again");
  }

  /** Waits until the store has written what it was given. */
  async #awaitStore(): Promise<void> {
    const { operator } = this.#node;
    for (let polls = 0; operator.obstacle?.code === "STORE_UNAVAILABLE"; polls++) {
      expect(polls, "the store does not recover").to.be.lessThan(STORE_POLLS_MAX);
      await pause(STORE_POLL_MS);
    }
  }

  // --------------------------------------------------------------------------------- invariants

  #noteEvents(events: readonly LedgerEvent[], { blocks }: Ledger): void {
    for (const event of events) {
      // A batch that no block holds any more is rejected.
      if (event.type === "limitsChanged") this.#acknowledged.disturb();
      if (event.type !== "proofMade" && event.type !== "proofRefused") continue;
      const block = blocks.find((each) => numberOf(each) === event.blockNumber)!;
      if (event.type === "proofMade") this.#proven.add(toProofKey(block));
      else this.#proven.delete(toProofKey(block));
    }
  }

  #look({ publicInputs }: ProofJob): Promise<void> {
    const key = publicInputs.join();
    if (this.#proven.has(key)) this.#madeAgain.push(key);
    return Promise.resolve();
  }

  /** Ends all faults: everything must be executed, and what is kept leads to the same ledger. */
  async #endDay(): Promise<void> {
    await this.#endFaults();
    await this.#drain();
    // Once more, so that what was executed last is confirmed before the quiet blocks.
    await this.#drain();
    for (let count = 0; count < QUIET_BLOCKS; count++) {
      await this.#chain.passTime(1);
      await this.#node.operator.syncL1();
    }
    await this.#drain();
    const { operator } = this.#node;
    await this.#auditor.auditAtRest(operator);
    await this.#acknowledged.checkAll(operator, this.#chain.now);
    this.#checkSizes();
    const latest = (await this.#chain.rollup.ethers.provider.getBlock("latest"))!;
    this.#hash.update(`${latest.number} ${latest.stateRoot} ${operator.state.root};`);
    await this.#checkReplay();
    await this.#chain.markClear();
    this.#snapshotStep = -Infinity;
    this.#note("days");
  }

  async #endFaults(): Promise<void> {
    if (this.#disk.isFull) this.#repairDisk();
    this.#disk.repair();
    this.#l1.disarm();
    this.#prover.disarm();
    this.#node.life.spare();
    await this.#market.calm();
    await this.#awaitStore();
  }

  async #drain(): Promise<void> {
    let error: unknown = new Error("nothing was tried");
    for (let attempt = 0; attempt < DRAIN_ATTEMPTS && error !== undefined; attempt++) {
      await this.#chain.passTime(1);
      error = await this.#process();
    }
    expect(error, String(error)).to.equal(undefined);
  }

  #checkSizes(): void {
    const { blocks, receipts, unpaid } = this.#node.operator.sizes;
    expect(blocks, "blocks in memory").to.be.at.most(BLOCKS_AT_REST_MAX);
    expect(unpaid, "open payouts in memory").to.equal(0);
    const words = JSON.stringify(receipts);
    expect(Math.max(...Object.values(receipts)), words).to.be.at.most(RECEIPTS_AT_REST_MAX);
  }

  /** Kills the process; what it leaves behind leads to the same ledger, and another one starts. */
  async #checkReplay(): Promise<void> {
    const { operator } = this.#node;
    await operator.saved();
    const expected = describeLedger(operator.checkpoint());
    await this.#node.kill();
    const kept = await readKeptLedger(this.#options.target, this.#chain, this.#preset);
    expect(describeLedger(kept), "replayed").to.deep.equal(expected);
    await this.#start();
  }
}

function hasProof(block: BlockRecord): boolean {
  return isPrepared(block) && block.proof !== undefined;
}

function toProofKey(block: BlockRecord): string {
  return isPrepared(block) ? block.commitment.publicInputs.join() : "";
}
