/** An L1 in this process, a rollup, its users, and the store of an operator that is killed. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { connectRollup, type RollupClient } from "../../../src/l1/client.ts";
import type { SqlTarget } from "../../../src/store/sql/executor.ts";
import { openTestDatabase } from "../../helpers/postgres.ts";
import { createRandom, type Random } from "../../helpers/random.ts";
import { FaultProxy } from "../fault-proxy.ts";
import { connectUsers, fundUsers, type Users } from "../load.ts";
import { freePort, mineEach, VALIDATOR, VALIDATOR_KEY } from "../processes.ts";
import type { ChildSettings } from "./child.ts";
import { L1Audit } from "./l1-audit.ts";
import { L1Watch } from "./l1-watch.ts";
import { startVictim, type Victim } from "./process.ts";
import type { Stop } from "./stop.ts";
import { CrashUsers } from "./users.ts";

/** Kinds of stores that survive a process. */
export const CRASH_STORES = ["sqlite", "postgres"] as const;
export type CrashStore = (typeof CRASH_STORES)[number];

const USERS = 3;
/** A process that is killed ends its connections; until then, a slow machine is no fault. */
const CALL_LIMIT_MS = 60_000;

export interface CrashOptions {
  readonly seed: string;
  readonly store: CrashStore;
  /** URL of a database for tests; needed by the store `postgres`. */
  readonly postgresUrl?: string | undefined;
  readonly prover: ChildSettings["prover"];
  /** Time between L1 blocks. */
  readonly l1BlockMs: number;
}

export interface CrashWorld {
  readonly random: Random;
  readonly folder: string;
  readonly target: SqlTarget;
  readonly l1Watch: L1Watch;
  readonly l1Audit: L1Audit;
  readonly connected: Users;
  readonly users: CrashUsers;
  /** The users on L1, in their order. */
  readonly clients: readonly RollupClient[];
  readonly pointsFile: string;
  /** The process that runs when the world is ready. */
  readonly first: Victim;
  /** File of the log of a process, by its number. */
  logFile(number: number): string;
  start(number: number, stop?: Stop): Victim;
  /** @param keep - Whether the files stay, so that a failure can be looked into. */
  close(keep: boolean): Promise<void>;
}

export async function createCrashWorld(
  hre: HardhatRuntimeEnvironment,
  { seed, store, postgresUrl, prover, l1BlockMs }: CrashOptions,
): Promise<CrashWorld> {
  const random = createRandom(`${seed}-${store}`);
  const folder = await mkdtemp(join(tmpdir(), "zkrollup-crash-"));
  const closing: (() => Promise<unknown>)[] = [];
  const nodeUrl = await startL1(hre, closing);
  const rollup = await deploy(hre, nodeUrl, prover);
  // The operator's calls are watched, and those of the users are not.
  const proxy = await FaultProxy.start(nodeUrl, random);
  const direct = await FaultProxy.start(nodeUrl, random);
  const l1Url = direct.url;
  closing.push(() => Promise.all([proxy.close(), direct.close()]));
  const target = await createTarget(store, folder, postgresUrl, closing);
  const l1Watch = new L1Watch(proxy);
  const logFile = (number: number) => join(folder, `node-${number}.log`);
  const pointsFile = join(folder, "points");
  const settings = {
    ...{ l1Url: proxy.url, l1Key: VALIDATOR_KEY, rollup, port: await freePort(), prover },
    ...{ store: target, output: join(folder, "checkpoint.json"), pointsFile },
  };
  const start = (number: number, stop?: Stop) =>
    startVictim({ ...settings, logFile: logFile(number), stop });
  const first = start(0);
  await first.ready;
  // The server closes idle connections; a user of a slow machine would take that for a death.
  const front = await FaultProxy.start(`http://127.0.0.1:${settings.port}`, random);
  closing.push(() => front.close());
  const connected = await connectUsers(l1Url, front.url, USERS, CALL_LIMIT_MS);
  closing.push(() => {
    connected.l1.destroy();
    return Promise.resolve();
  });
  await fundUsers(connected);
  await mineEach(l1Url, l1BlockMs);
  const { wallets, provider } = connected;
  const [{ l1Signer }] = wallets as [(typeof wallets)[0]];
  const close = async (keep: boolean) => {
    for (const step of closing.toReversed()) await step();
    if (!keep) await rm(folder, { recursive: true, force: true });
  };
  return {
    ...{ random, folder, target, l1Watch, connected, pointsFile, first, logFile, start, close },
    l1Audit: await L1Audit.create(l1Signer, rollup, VALIDATOR),
    users: await CrashUsers.create(wallets, provider, random),
    clients: await Promise.all(
      wallets.map((wallet) => connectRollup({ rollupAddress: rollup }, wallet.l1Signer)),
    ),
  };
}

async function startL1(
  hre: HardhatRuntimeEnvironment,
  closing: (() => Promise<unknown>)[],
): Promise<string> {
  // Its clock does not run ahead, though it mines more than a block a second.
  const override = { allowBlocksWithSameTimestamp: true };
  const server = await hre.network.createServer({ network: "node", override }, "127.0.0.1", 0);
  const { address, port } = await server.listen();
  closing.push(() => server.close());
  return `http://${address}:${port}`;
}

/** @returns Address of the rollup, whose validator is the first account. */
async function deploy(
  hre: HardhatRuntimeEnvironment,
  url: string,
  prover: ChildSettings["prover"],
): Promise<string> {
  const connection = await hre.network.create({ network: "localhost", override: { url } });
  try {
    await connection.rollup.deploy({ prover, mode: "manual" });
    return await connection.rollup.contracts.rollup.getAddress();
  } finally {
    await connection.close();
  }
}

async function createTarget(
  store: CrashStore,
  folder: string,
  postgresUrl: string | undefined,
  closing: (() => Promise<unknown>)[],
): Promise<SqlTarget> {
  if (store === "sqlite") {
    const path = join(folder, "store", "node.sqlite");
    await mkdir(join(folder, "store"));
    return { type: "sqlite", path };
  }
  if (postgresUrl === undefined) throw new Error("a store in PostgreSQL needs a database");
  const database = await openTestDatabase(postgresUrl, "crash");
  closing.push(() => database.drop());
  await database.query(`create schema ${database.schema}`);
  const url = new URL(postgresUrl);
  url.searchParams.set("options", `-c search_path=${database.schema}`);
  return { type: "postgres", url: url.href };
}
