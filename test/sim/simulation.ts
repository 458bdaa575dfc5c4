/**
 * The real operator on the real contracts, under random users and faults of every kind. One seed
 * determines everything random, and nothing reads a real clock, so a run can be replayed exactly.
 */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { expect } from "chai";
import type { ExecuteBlock, QueuedRequest } from "../../src/l1/types.ts";
import type { Ledger, StartingPoint } from "../../src/operator/ledger/ledger.ts";
import { Operator } from "../../src/operator/operator.ts";
import type { PublicOperation } from "../../src/operations/operation.ts";
import { TIMESTAMP_LEAD_MAX_SECONDS } from "../../src/protocol/constants.ts";
import { type PresetName, PRESETS } from "../../src/protocol/presets.ts";
import { type Stage, STAGES } from "../../src/protocol/stages.ts";
import type { StateAtBlock } from "../../src/restore/chain.ts";
import { restoreRollup, type RestoredRollup } from "../../src/restore/restore.ts";
import { prepareStart } from "../../src/restore/resume.ts";
import { createRestoreSource } from "../../src/restore/source.ts";
import { createGenesisState } from "../../src/state/rollup-state.ts";
import { isRollupError } from "../../src/util/errors.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { createRandom, type Random } from "../helpers/random.ts";
import { describeLedger, RecordingStore } from "../helpers/recording-store.ts";
import { FEE_ACCOUNT_ADDRESS, ZERO_PROOF } from "../helpers/test-rollup.ts";
import { agrees, Auditor } from "./auditor.ts";
import { BURN_GAS, type Misbehaving, SimChain } from "./chain.ts";
import { leaveAll } from "./exodus.ts";
import { FaultyL1, L1_FAULTS, READ_FAULTS, REQUEST_FAULTS } from "./faulty-l1.ts";
import { HostileValidator } from "./hostile-validator.ts";
import { LIES, Rogue } from "./rogue.ts";
import type { ProofSample } from "./proof-sample.ts";
import { PROVER_FAULTS, SimProver } from "./sim-prover.ts";
import { isBrokenInvariant, isWanted, SimEvents } from "./sim-events.ts";
import { SimUsers } from "./users.ts";

export interface SimulationOptions {
  readonly seed: string;
  /** Default: the seed chooses `minimal` or `dev`. */
  readonly preset?: PresetName;
  /** Also proves some jobs for real, if they have its size. */
  readonly sample?: ProofSample | undefined;
}

/** Events of a run, which show that it was not idle, and its digest to compare replays. */
export interface SimulationReport {
  readonly steps: number;
  readonly proofs: number;
  /** Number of times of each event; each operation in an executed block is one, too. */
  readonly counts: ReadonlyMap<string, number>;
  /** Digest of L1 and L2 after every round, and so of the whole run. */
  readonly digest: string;
}

interface Parts {
  readonly random: Random;
  readonly chain: SimChain;
  readonly l1: FaultyL1;
  readonly prover: SimProver;
  readonly store: RecordingStore;
  readonly start: StartingPoint;
  readonly events: SimEvents;
}

interface Memory {
  readonly start: StartingPoint;
  readonly checkpoint: Ledger;
}

/** Actions of a step, with their relative frequency. */
const ACTIONS = {
  transact: 60,
  requestOnL1: 14,
  crowd: 1,
  leave: 1,
  rush: 2,
  process: 16,
  processPartly: 5,
  sync: 4,
  passTime: 5,
  passLongTime: 1,
  armReset: 4,
  carryOutReset: 1,
  deployWallet: 1,
  misbehave: 4,
  withdrawPending: 2,
  failL1: 5,
  failRead: 5,
  failRequest: 3,
  frontRun: 6,
  mineStuck: 3,
  failProver: 4,
  restart: 2,
  takeSnapshot: 4,
  reorg: 4,
  lie: 2,
  censor: 2,
  overtake: 1,
  publishHostile: 1,
  revertBlocks: 1,
} as const;
type Action = keyof typeof ACTIONS;
const ACTION_POOL = Object.entries(ACTIONS).flatMap(([action, weight]) =>
  new Array<Action>(weight).fill(action as Action),
);

/** Steps after which all pending blocks must be executed. */
const ROUND_STEPS = 40;
/** Longest time from an armed reset to the next commit. */
const MOMENT_SECONDS = 30 * 60;
/** Refusals of a revert after L1 has advanced. */
const TAKE_BACK_REFUSALS = ["BLOCKS_NOT_REVERTIBLE", "L1_REVERTED"];
const DRAIN_ATTEMPTS = 8;
/** Maximum number of reads that succeed before one fails. */
const READS_BEFORE_MAX = 10;
/** Acts of others between the operator's decision to send a transaction and its mining. */
const FRONT_RUNS = [
  "burns gas",
  "resets key",
  "deploys wallet",
  "requests",
  "overtakes",
  "passes time",
] as const;
/** A little more than the day after which L1 refuses a block as too old. */
const LONG_TIME_SECONDS = 26 * 60 * 60;

export class Simulation {
  readonly #random: Random;
  readonly #chain: SimChain;
  readonly #l1: FaultyL1;
  readonly #prover: SimProver;
  readonly #users: SimUsers;
  readonly #rogue: Rogue;
  readonly #hostile: HostileValidator;
  readonly #auditor: Auditor;
  readonly #events: SimEvents;
  readonly #note: (event: string) => void;
  readonly #hash = createHash("sha256");
  readonly #store: RecordingStore;
  #start: StartingPoint;
  #operator: Operator;
  /** State of an operator that restarts from an older checkpoint. */
  #memory: Memory | undefined;
  #steps = 0;

  private constructor(parts: Parts, operator: Operator) {
    const { random, chain, l1, prover, start } = parts;
    this.#events = parts.events;
    this.#note = parts.events.note;
    this.#random = random;
    this.#chain = chain;
    this.#l1 = l1;
    this.#prover = prover;
    this.#store = parts.store;
    this.#start = start;
    this.#operator = operator;
    this.#users = new SimUsers(chain, random);
    this.#rogue = new Rogue(chain);
    this.#hostile = new HostileValidator(chain, random);
    this.#auditor = new Auditor(chain);
    prover.meanwhile = () => this.#meanwhile();
    l1.meanwhile = () => this.#meanwhile();
  }

  static async create({ seed, preset, sample }: SimulationOptions): Promise<Simulation> {
    const random = createRandom(seed);
    const size = PRESETS[preset ?? random.pick(["minimal", "dev"] as const)];
    const chain = await SimChain.create(size, random);
    const l1 = new FaultyL1(chain);
    const prover = new SimProver(random, async (job) => {
      if (sample?.preset === size.name) await sample.look(job);
    });
    const state = createGenesisState(size, { feeAccountAddress: FEE_ACCOUNT_ADDRESS });
    const start = { state, storedBlock: chain.rollup.genesis, nextRequestId: 0 };
    const events = new SimEvents();
    events.note(`L1 takes ${chain.limits.gasMax} gas and ${chain.limits.bytesMax} bytes`);
    const store = new RecordingStore();
    const operator = await createOperator({ chain, l1, prover, store, start, events });
    return new Simulation({ random, chain, l1, prover, store, start, events }, operator);
  }

  /** @throws An error that names seed and step. */
  async run(steps: number): Promise<SimulationReport> {
    let action: Action | "drain" | "exodus" = "drain";
    try {
      while (this.#steps < steps) {
        this.#steps++;
        action = this.#random.pick(ACTION_POOL);
        this.#note(action);
        await this.#do(action);
        if (this.#steps % ROUND_STEPS > 0 && this.#steps < steps) continue;
        action = "drain";
        await this.#drain();
      }
      action = "exodus";
      await this.#operator.close();
      const deposit = () => this.#users.requestOnL1(this.#operator.state);
      const leaving = { chain: this.#chain, prover: this.#prover, random: this.#random };
      await leaveAll({ ...leaving, auditor: this.#auditor }, deposit);
    } catch (cause) {
      const place = `seed ${this.#random.seed}, step ${this.#steps} (${action})`;
      throw new Error(`${place}: ${String(cause)}`, { cause });
    } finally {
      await this.#operator.close();
      await this.#chain.close();
    }
    const { counts } = this.#events;
    const { jobs: proofs } = this.#prover;
    return { steps, proofs, counts, digest: this.#hash.digest("hex").slice(0, 16) };
  }

  // ---------------------------------------------------------------------------------- actions

  async #do(action: Action): Promise<void> {
    const random = this.#random;
    switch (action) {
      case "transact":
        return this.#transact();
      case "requestOnL1":
        return this.#users.requestOnL1(this.#operator.state);
      case "crowd":
        return this.#users.crowd(this.#operator.state);
      case "leave":
        return this.#users.leave(this.#operator.state);
      case "rush":
        return this.#rush();
      case "process":
        await this.#process();
        return;
      case "processPartly":
        await this.#process(random.pick(STAGES));
        return;
      case "sync":
        return this.#sync();
      case "passTime":
        return this.#chain.passTime(random.int(60));
      case "passLongTime":
        return this.#chain.passTime(random.int(LONG_TIME_SECONDS));
      case "armReset":
      case "carryOutReset":
      case "deployWallet":
        return this.#changeConsent(action);
      case "misbehave":
        return this.#misbehave();
      case "withdrawPending":
        return this.#withdrawPending();
      case "failL1":
      case "failRead":
      case "failRequest":
      case "failProver":
      case "frontRun":
        this.#arm(action);
        return;
      case "mineStuck":
        return this.#l1.mineStuck();
      case "restart":
        return this.#restart();
      case "takeSnapshot":
        return this.#chain.takeSnapshot();
      case "reorg":
        return this.#reorg();
      case "lie":
        return this.#lie();
      case "censor":
        return this.#censor();
      case "overtake":
        await this.#overtake();
        return;
      case "publishHostile":
        return this.#publishHostile();
      case "revertBlocks":
        return this.#revertBlocks();
    }
  }

  async #transact(): Promise<void> {
    try {
      this.#note((await this.#users.transact(this.#operator)) ? "accepted" : "refused");
    } catch (error) {
      await this.#recover(error);
    }
  }

  /** Arms a fault. */
  #arm(action: "failL1" | "failRead" | "failRequest" | "failProver" | "frontRun"): void {
    const random = this.#random;
    switch (action) {
      case "failL1": {
        const fault = random.pick(L1_FAULTS);
        this.#note(`L1: ${fault}`);
        return this.#l1.arm(fault);
      }
      case "failRead": {
        const fault = random.pick(READ_FAULTS);
        this.#note(`read: ${fault}`);
        return this.#l1.armRead(fault, random.int(READS_BEFORE_MAX));
      }
      case "failRequest": {
        const name = random.pick(Object.keys(REQUEST_FAULTS));
        this.#note(`request: ${name}`);
        return this.#l1.armRequest(REQUEST_FAULTS[name]!);
      }
      case "failProver":
        return this.#prover.arm(random.pick(PROVER_FAULTS));
      case "frontRun":
        return this.#armFrontRun();
    }
  }

  #armFrontRun(what: (typeof FRONT_RUNS)[number] = this.#random.pick(FRONT_RUNS)): void {
    const isSameBlock = this.#random.bool();
    const act = async () => {
      if (await this.#frontRun(what)) this.#note(`front-run: ${what}`);
    };
    this.#l1.armFrontRun({ isSameBlock, act });
  }

  /** An owner arms a reset; sometimes it is carried out before the operator's next transaction. */
  async #armReset(): Promise<boolean> {
    if (!(await this.#users.armReset(this.#operator))) return false;
    await this.#chain.passTime(this.#random.int(MOMENT_SECONDS));
    if (this.#random.bool()) {
      this.#armFrontRun("resets key");
      await this.#process();
    }
    return true;
  }

  /** @returns Whether anything was done. */
  async #frontRun(what: (typeof FRONT_RUNS)[number]): Promise<boolean> {
    switch (what) {
      case "burns gas":
        for (const odd of this.#chain.oddRecipients) await this.#setBehavior(odd, BURN_GAS);
        return true;
      case "resets key":
        return this.#users.carryOutReset();
      case "deploys wallet":
        return this.#users.deployWallet(this.#operator.state);
      case "requests":
        await this.#users.requestOnL1(this.#operator.state);
        return true;
      case "overtakes":
        return this.#overtake();
      case "passes time":
        await this.#chain.passTime(this.#random.int(LONG_TIME_SECONDS));
        return true;
    }
  }

  async #rush(): Promise<void> {
    try {
      const accepted = await this.#users.rush(this.#operator);
      if (accepted > 0) this.#note("rush: accepted");
    } catch (error) {
      await this.#recover(error);
    }
  }

  async #changeConsent(action: "armReset" | "carryOutReset" | "deployWallet"): Promise<void> {
    try {
      const hasHappened =
        action === "armReset"
          ? await this.#armReset()
          : action === "carryOutReset"
            ? await this.#users.carryOutReset()
            : await this.#users.deployWallet(this.#operator.state);
      if (hasHappened) this.#note(`${action}: done`);
    } catch (error) {
      await this.#recover(error);
    }
  }

  async #sync(): Promise<void> {
    await this.#operator.syncL1().catch((error: unknown) => this.#recover(error));
  }

  /** @returns The error that stopped it, if any. */
  async #process(stage: Stage = "executed"): Promise<unknown> {
    const error = await this.#operator.processBlocks(stage).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error !== undefined) await this.#recover(error);
    await this.#audit();
    return error;
  }

  /** Reacts to an error like an operator's administrator; bugs of the operator are thrown again. */
  async #recover(error: unknown): Promise<void> {
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
      case "START_NOT_ON_L1":
        return this.#restartFromL1();
      case "BLOCKS_UNKNOWN": {
        const { blockNumber, executed } = error.facts as unknown as Record<string, number>;
        const isFinal = executed! >= blockNumber!;
        if (isFinal || this.#random.int(4) === 0) return this.#restartFromL1();
        return this.#takeBack(blockNumber!);
      }
      // The reason ends, or appears again when blocks are processed.
      case "OPERATOR_NOT_ACCEPTING":
        return;
      default:
        // A failing L1 causes these; without faults nothing may fail in the end.
        if (!error.code.startsWith("L1_")) throw error;
    }
  }

  async #takeBack(fromBlockNumber: number): Promise<void> {
    try {
      await this.#operator.revertBlocks(fromBlockNumber);
    } catch (error) {
      if (isRollupError(error) && TAKE_BACK_REFUSALS.includes(error.code)) return;
      await this.#recover(error);
    }
  }

  async #misbehave(): Promise<void> {
    const { oddToken, oddRecipients } = this.#chain;
    const random = this.#random;
    const isToken = random.bool();
    const odd = isToken ? oddToken : random.pick(oddRecipients);
    const behaviors = isToken ? 8 : 5;
    await this.#setBehavior(odd, random.pick([0, random.int(behaviors)]));
  }

  async #setBehavior(odd: Misbehaving, behavior: number): Promise<void> {
    await this.#chain.act(async () => (await odd.setBehavior(behavior)).wait());
  }

  async #withdrawPending(): Promise<void> {
    const { oddRecipients, users, tokens } = this.#chain;
    const { address } = this.#random.pick([...oddRecipients, ...users]);
    await this.#users.withdrawPending(address, this.#random.pick(tokens));
  }

  /** Restarts the operator from everything it knew, from an older checkpoint, or from nothing. */
  async #restart(): Promise<void> {
    const kind = this.#random.pick(["durable", "forgetful", "restored"] as const);
    const now = { start: this.#start, checkpoint: this.#operator.checkpoint() };
    const memory = kind === "durable" ? now : this.#memory;
    this.#memory = now;
    if (kind === "restored" || memory === undefined) return this.#restartFromL1();
    try {
      await this.#replaceOperator(memory.start);
    } catch (error) {
      return this.#recover(error);
    }
    await this.#operator.exclusively(() => this.#operator.restore(memory.checkpoint));
  }

  /** Restarts the operator from L1 alone, mostly with a checkpoint of an earlier restore. */
  async #restartFromL1(): Promise<void> {
    this.#note("restartFromL1");
    this.#l1.disarm();
    const isFresh = this.#random.int(4) === 0;
    const source = createRestoreSource(this.#chain.client);
    const restored = await (isFresh ? restoreRollup(source) : this.#auditor.restore());
    await this.#replaceOperator(await prepareStart(this.#l1, restored, this.#chain.limits));
  }

  async #replaceOperator(start: StartingPoint): Promise<void> {
    await this.#operator.close();
    this.#l1.disarm();
    const unpaid = await this.#auditor.openPayouts();
    const [chain, l1, prover, events] = [this.#chain, this.#l1, this.#prover, this.#events];
    this.#store.clear();
    const parts = { chain, l1, prover, store: this.#store, start, unpaid, events };
    this.#operator = await createOperator(parts);
    this.#start = start;
  }

  async #reorg(): Promise<void> {
    const isDone = await this.#chain.reorg((requests) => {
      const kept = requests.filter(() => this.#random.int(4) > 0);
      return this.#random.bool() ? kept : this.#random.shuffle(kept);
    });
    if (isDone) this.#note("reorg: done");
  }

  /** Acts of users and L1 while a proof is made or L1 is read. */
  async #meanwhile(): Promise<void> {
    if (this.#random.int(3) === 0) await this.#reorg();
    else if (this.#random.int(6) === 0) await this.#overtake();
    else await this.#users.requestOnL1(this.#operator.state);
  }

  async #lie(): Promise<void> {
    const restored = await this.#audit();
    if (restored.faulty.length > 0 || !this.#canFollow(lastBlock(restored))) return;
    const lie = this.#random.pick(LIES);
    const { client, foreignClient } = this.#chain;
    const account = this.#random.pick([client, foreignClient]);
    await this.#rogue.publish(lie, lastBlock(restored), this.#lastProof(), account);
    this.#note(lie);
    await this.#audit();
  }

  /** Audits L1, and the operator, which must agree with L1 as soon as it has read it. */
  async #audit(): Promise<RestoredRollup> {
    const restored = await this.#auditor.audit();
    if (agrees(this.#operator, restored)) return restored;
    this.#note("operator: learns late of another block");
    this.#l1.disarm();
    await this.#sync();
    expect(agrees(this.#operator, restored), "operator").to.equal(true);
    return restored;
  }

  #lastProof(): readonly bigint[] {
    const proven = this.#operator.blocks.findLast((block) => "prove" in block);
    return proven !== undefined && "proof" in proven ? proven.proof.proof : ZERO_PROOF;
  }

  async #censor(): Promise<void> {
    const restored = await this.#audit();
    if (restored.faulty.length > 0 || !this.#canFollow(lastBlock(restored))) return;
    const [first, second] = (await this.#unservedRequests()).map(toServed);
    if (second === undefined || isDeepStrictEqual(first, second)) return;
    await this.#rogue.censor(lastBlock(restored), [second]);
    this.#note("censored");
  }

  /** Commits a block as another validator. @returns False if L1 takes none now. */
  async #overtake(): Promise<boolean> {
    const restored = await this.#auditor.restore();
    if (restored.faulty.length > 0 || !this.#canFollow(lastBlock(restored))) return false;
    await this.#rogue.overtake(lastBlock(restored));
    this.#note("overtaken");
    return true;
  }

  /** Whether L1 takes a block after this one: after a reorg its time may be too far ahead. */
  #canFollow({ storedBlock }: StateAtBlock): boolean {
    return storedBlock.timestamp <= BigInt(this.#chain.now + TIMESTAMP_LEAD_MAX_SECONDS);
  }

  /** Executes a hostile block as another validator, if no other block is pending. */
  async #publishHostile(): Promise<void> {
    const { executed, pending, faulty } = await this.#audit();
    if (pending.length + faulty.length > 0 || !this.#canFollow(executed)) return;
    if (await this.#hostile.publish(executed, await this.#unservedRequests())) {
      this.#note("hostile block");
    }
    await this.#auditor.audit();
  }

  /** Requests that no committed block serves. */
  async #unservedRequests(): Promise<readonly QueuedRequest[]> {
    const { client, rollup, firstOpenBlock } = this.#chain;
    const { firstUncommitted } = await rollup.rollup.priorityQueue();
    const { requests } = await client.readNews(firstOpenBlock);
    return requests.filter(({ requestId }) => requestId >= Number(firstUncommitted));
  }

  async #revertBlocks(): Promise<void> {
    const { committed, executed } = await this.#chain.rollup.rollup.blockCounts();
    if (committed === executed) return;
    await this.#takeBack(Number(executed) + 1 + this.#random.int(Number(committed - executed)));
    this.#note("reverted");
  }

  /** Ends all faults: every block must be executed, and operator and L1 agree. */
  async #drain(): Promise<void> {
    this.#l1.disarm();
    this.#prover.disarm();
    let error: unknown = new Error("nothing was tried");
    for (let attempt = 0; attempt < DRAIN_ATTEMPTS && error !== undefined; attempt++) {
      await this.#chain.passTime(1);
      error = await this.#process();
    }
    expect(error, String(error)).to.equal(undefined);
    await this.#auditor.auditAtRest(this.#operator);
    const { root } = this.#operator.state;
    // The block's hash is not stable: the deployment was before the simulation had the clock.
    const latest = (await this.#chain.rollup.ethers.provider.getBlock("latest"))!;
    this.#hash.update(`${latest.number} ${latest.timestamp} ${latest.stateRoot} ${root};`);
    this.#checkReplay();
    this.#events.countBlocks(this.#operator);
    await this.#chain.markClear();
  }

  /** The events since the last round, or the last start, lead to the same ledger again. */
  #checkReplay(): void {
    const ledger = this.#operator.checkpoint();
    expect(describeLedger(this.#store.replay()), "replayed").to.deep.equal(describeLedger(ledger));
    this.#store.replace(ledger);
  }
}

interface OperatorParts {
  readonly events: SimEvents;
  readonly chain: SimChain;
  readonly l1: FaultyL1;
  readonly prover: SimProver;
  readonly store: RecordingStore;
  readonly start: StartingPoint;
  readonly unpaid?: readonly ExecuteBlock[];
}

function createOperator({ chain, start, events, ...parts }: OperatorParts): Promise<Operator> {
  return Operator.create({
    ...parts,
    start,
    preset: start.state.preset,
    feeAccountAddress: FEE_ACCOUNT_ADDRESS,
    clock: new FakeClock(),
    logger: events.logger,
    options: { mode: "manual", l1Limits: chain.limits },
  });
}

function lastBlock({ executed, pending }: RestoredRollup): StateAtBlock {
  return pending.at(-1) ?? executed;
}

/** The operation that serves a request, with the columns that L1 checks. */
function toServed(request: QueuedRequest): PublicOperation {
  const { owner, tokenId } = request;
  return request.type === "deposit"
    ? { type: "deposit", accountId: 1, owner, tokenId, amount: request.amount }
    : { type: "fullExit", accountId: request.accountId, owner, tokenId, amount: 0n };
}
