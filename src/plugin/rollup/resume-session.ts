/** Sessions of a rollup that an operator before this one has left, from its store or from L1. */
import type { Preset } from "../../protocol/presets.ts";
import { connectRollup, type RollupClient, type RollupLocation } from "../../l1/client.ts";
import type { Held, Holder } from "../../lease/lease.ts";
import { assertDeployment } from "../../operator/deployment.ts";
import { operatorError } from "../../operator/errors.ts";
import { type SecondFactors, withoutSpending } from "../../operator/ledger/second-factors.ts";
import { waitingSubmissions } from "../../operator/ledger/waiting.ts";
import { type Logger, silentLogger } from "../../operator/logger.ts";
import type { Operator } from "../../operator/operator.ts";
import type { PromiseParts } from "../../operator/promises.ts";
import type { Submission } from "../../operator/submissions.ts";
import type { Prover } from "../../prover/prover.ts";
import { completeHistory } from "../../restore/history.ts";
import { findOpenPayouts } from "../../restore/open-payouts.ts";
import { prepareStart } from "../../restore/resume.ts";
import { readInput } from "../../sdk/inputs.ts";
import type { DurableStore } from "../../store/durable-store.ts";
import type { RollupError } from "../../util/errors.ts";
import { type L1Access, openL1 } from "../node/l1-access.ts";
import { locateNodeStore, type NodeStorePlace } from "../node/node-store.ts";
import { openPromises } from "../node/promises.ts";
import { restoreFromNetwork } from "../restore/restore-from-network.ts";
import { buildRollupIfLeftOut } from "./build-on-demand.ts";
import { locateRollup } from "./locate-rollup.ts";
import { resumeOptions } from "./options.ts";
import { createProver } from "./prover.ts";
import {
  closeSession,
  createLocal,
  type Environment,
  type LocalPart,
  type Session,
  toSession,
} from "./session.ts";
import type { ResumeOptions } from "./types.ts";

/** Batches that are accepted again at a time, in their order. */
const AGAIN_MAX = 128;

/** What an operator is resumed with, and where. */
interface Resumption {
  readonly environment: Environment;
  readonly options: Omit<ResumeOptions, "store">;
  readonly location: Required<RollupLocation>;
  readonly store: DurableStore | undefined;
  readonly access: L1Access;
  readonly l1: RollupClient;
  readonly promises: PromiseParts | undefined;
  readonly logger: Logger;
}

/**
 * Starts an operator in this process for a rollup without one: with the ledger of its store, or, if
 * the store has none, from the data on L1. With a store it leads first, so nobody else does.
 *
 * @throws ROLLUP_ADDRESS_UNKNOWN, ROLLUP_IN_EXODUS, PROTOCOL_DIGEST_MISMATCH, ROLLUP_NOT_BUILT,
 * L1_REVERTED, LEASE_LOST, and the codes of `Lease.acquire`, `openDurableStore`, `restoreRollup`
 * and `readInput`
 */
export async function resumeSession(
  environment: Environment,
  given: ResumeOptions,
): Promise<Session> {
  const { store: kept = { type: "memory" }, ...options } = readInput(resumeOptions, given);
  const { config, connection } = environment;
  const { logger = silentLogger } = options;
  const known = environment.location;
  const location = await locateRollup(config, connection, { ...options, known });
  const { rollupAddress } = location;
  const place = await locateNodeStore(kept, { config, connection, rollupAddress, logger });
  const lease = place && (await lead(place, options, logger));
  const start = { environment, options, location, logger, place, lease };
  return new Beginning(start).run();
}

/** Waits until this process leads. @throws as `Lease.acquire` */
async function lead(
  { lease }: NodeStorePlace,
  { signal, onStandby }: ResumeOptions,
  logger: Logger,
): Promise<Held> {
  const leaders: Holder[] = [];
  const onWaiting = (leader: Holder) => {
    leaders.push(leader);
    const { host, pid } = leader;
    logger.info(
      `Standby: the process ${pid} on the host ${host} leads; this one waits for its end`,
    );
    onStandby?.(leader);
  };
  const held = await lease.acquire({ ...(signal && { signal }), onWaiting });
  if (leaders.length > 0) logger.info("The leader has ended: this process leads now");
  return held;
}

interface BeginningParts extends Pick<
  Resumption,
  "environment" | "options" | "location" | "logger"
> {
  readonly place: NodeStorePlace | undefined;
  readonly lease: Held | undefined;
}

/** The start of an operator, which ends early if the lease is lost or nobody wants it any more. */
class Beginning {
  readonly #parts: BeginningParts;
  #opening: Promise<DurableStore> | undefined;

  constructor(parts: BeginningParts) {
    this.#parts = parts;
  }

  async run(): Promise<Session> {
    const { lease, options } = this.#parts;
    const ends = [lease?.lost, options.signal].filter((signal) => signal !== undefined);
    const beginning = this.#begin();
    try {
      const session = await unlessAborted(beginning, ends);
      lease?.assertHeld();
      if (lease !== undefined) this.#stopWhenLost(session, lease);
      session.local!.operator.start();
      return session;
    } catch (error) {
      // The next leader opens the store: nothing here may open it after that.
      await (await this.#opening?.catch(() => undefined))?.close();
      await lease?.release();
      beginning.then(closeSession).catch(() => undefined);
      throw error;
    }
  }

  async #begin(): Promise<Session> {
    const { environment, options, location, logger, place, lease } = this.#parts;
    const { config, connection } = environment;
    this.#opening = lease && place?.open(lease);
    const store = await this.#opening;
    const assertMaySend = lease && (() => lease.assertHeld());
    const genesisHash = place?.genesisHash;
    const access = await openL1(config, connection, {
      ...{ logger, store, genesisHash, assertMaySend },
    });
    const l1 = await connectRollup(location, access.signer, access.options);
    await settlePredecessor(l1, logger);
    if (await l1.contract.exodusMode()) {
      const { rollupAddress } = location;
      throw operatorError({ code: "ROLLUP_IN_EXODUS", rollupAddress });
    }
    // A simulated network has no bond of the config.
    const { promises: signed } = config.rollup.node;
    const isReal = connection.networkConfig.type === "http";
    const promises = isReal && signed ? await openPromises(signed, l1) : undefined;
    const resumption = { environment, options, location, store, access, l1, promises, logger };
    const preset = store?.preset;
    const local =
      preset === undefined
        ? await continueFromL1(resumption)
        : await continueFromStore(resumption, preset);
    return toSession(environment, l1, { ...local, lease });
  }

  #stopWhenLost({ local }: Session, { lost }: Held): void {
    const { logger, options } = this.#parts;
    const stop = () => {
      const error = lost.reason as RollupError;
      logger.error(`${error.message} ${error.fix}`);
      void local!.operator.close().catch(() => undefined);
      options.onLost?.(error);
    };
    if (lost.aborted) stop();
    else lost.addEventListener("abort", stop, { once: true });
  }
}

/** @throws The reason of the first signal that aborts before */
async function unlessAborted<T>(result: Promise<T>, signals: readonly AbortSignal[]): Promise<T> {
  const signal = AbortSignal.any([...signals]);
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([result, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Waits until an earlier operator has no pending transaction, before the rollup is read. */
async function settlePredecessor(l1: RollupClient, logger: Logger): Promise<void> {
  const { latestNonce, pendingNonce } = await l1.readPending();
  const count = pendingNonce - latestNonce;
  if (count > 0) {
    logger.info(`Waiting for ${count} L1 transactions of an operator before this one`);
  }
  await l1.settlePending();
}

/** Begins with what L1 has: transactions in blocks that are not proven are lost. */
async function continueFromL1(
  resumption: Resumption,
  secondFactors?: SecondFactors,
): Promise<LocalPart> {
  const { environment, options, location, access, l1, store, promises } = resumption;
  const { config, connection } = environment;
  const settings = { ...options, known: location, access };
  const { restored } = await restoreFromNetwork(config, connection, settings, options.onProgress);
  const { preset, feeAccountAddress } = restored;
  assertDeployment(preset, await l1.readDeployment());
  const prover = await createOwnProver(resumption, preset);
  const start = await prepareStart(l1, restored);
  const unpaid = await findOpenPayouts(l1, await completeHistory(l1, restored.history));
  const parts = { preset, feeAccountAddress, l1, prover, start, unpaid };
  return createLocal(environment, options, {
    ...parts,
    ...(store && { store }),
    ...(promises && { promises }),
    ...(secondFactors && { secondFactors }),
  });
}

/**
 * Continues the ledger of the store. If L1 has proven blocks that the store lacks, because the
 * store is a backup, the operator begins with those and accepts again what waits in the store.
 */
async function continueFromStore(resumption: Resumption, preset: Preset): Promise<LocalPart> {
  const { environment, options, l1, store, promises, logger } = resumption;
  const prover = await createOwnProver(resumption, preset);
  // The store's ledger has begun, so nothing depends on the owner of the fee account.
  const parts = {
    ...{ preset, feeAccountAddress: 0n, l1, prover },
    ...(store && { store }),
    ...(promises && { promises }),
  };
  const local = await createLocal(environment, options, parts);
  if (!(await isBehind(local.operator, l1))) return local;
  const ledger = local.operator.checkpoint();
  const waiting = waitingSubmissions(ledger);
  logger.info("L1 has proven blocks that the store lacks: the operator begins with those");
  await closeOperator(local);
  store!.discardLedger();
  const next = await continueFromL1(resumption, withoutSpending(ledger.secondFactors));
  await acceptAgain(next.operator, waiting, logger);
  return next;
}

/** Whether L1 has blocks that the operator does not know and that nobody can revert. */
async function isBehind({ obstacle }: Operator, { contract }: RollupClient): Promise<boolean> {
  if (obstacle?.code !== "BLOCKS_UNKNOWN") return false;
  const { proven } = await contract.blockCounts();
  return BigInt(obstacle.facts["blockNumber"] as number) <= proven;
}

async function closeOperator({ operator, prover, crypto, fees }: LocalPart): Promise<void> {
  await operator.close();
  await prover.close();
  await crypto.close();
  fees?.close();
}

/** What L1 has executed meanwhile, or nobody can include any more, is refused. */
async function acceptAgain(
  operator: Operator,
  batches: readonly (readonly Submission[])[],
  logger: Logger,
): Promise<void> {
  let accepted = 0;
  for (let first = 0; first < batches.length; first += AGAIN_MAX) {
    const some = batches.slice(first, first + AGAIN_MAX);
    const outcomes = await Promise.allSettled(some.map((batch) => operator.receiveBatch(batch)));
    accepted += outcomes.filter(({ status }) => status === "fulfilled").length;
  }
  logger.info(`${accepted} of ${batches.length} that waited are accepted again`);
}

async function createOwnProver(
  { environment: { config }, options, logger }: Resumption,
  preset: Preset,
): Promise<Prover> {
  const { queue } = options;
  const name = options.prover ?? config.rollup.prover;
  await buildRollupIfLeftOut(config, name);
  return createProver(config, preset.name, name, queue && { ...queue, logger });
}
