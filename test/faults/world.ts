/** An L1 node, a proxy with faults, a rollup, and its operator behind the proxy. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom, type Random } from "../helpers/random.ts";
import { FaultProxy } from "./fault-proxy.ts";
import { connectUsers, fundUsers, Load, type Users } from "./load.ts";
import {
  deployRollup,
  freePort,
  mineEach,
  type OperatorSettings,
  type RunningProcess,
  startL1,
  startOperator,
} from "./processes.ts";

export interface World {
  readonly random: Random;
  /** The node itself, without faults. */
  readonly l1: RunningProcess;
  readonly proxy: FaultProxy;
  readonly rollup: string;
  readonly settings: OperatorSettings;
  /** Folder for files of the scenario. */
  readonly dir: string;
  readonly users: Users;
  readonly load: Load;
  /** The running operator. */
  operator: RunningProcess;
  /** Restarts the operator, behind the proxy unless `settings` has another URL. */
  restart(settings?: Partial<OperatorSettings>): Promise<void>;
  close(): Promise<void>;
}

/** @param mineEachMs - Time between L1 blocks once users are funded; 0 mines at once. */
export async function createWorld(seed: string, mineEachMs = 0): Promise<World> {
  const random = createRandom(seed);
  const dir = await mkdtemp(join(tmpdir(), "zkrollup-faults-"));
  const l1 = await startL1();
  const proxy = await FaultProxy.start(l1.url, random);
  const rollup = await deployRollup(l1.url, join(dir, "deployment.json"));
  const settings: OperatorSettings = {
    l1Url: proxy.url,
    rollup,
    port: await freePort(),
    output: join(dir, "checkpoint.json"),
  };
  const operator = await startOperator(settings);
  const users = await connectUsers(l1.url, operator.url);
  await fundUsers(users);
  if (mineEachMs > 0) await mineEach(l1.url, mineEachMs);
  const world: World = {
    random,
    l1,
    proxy,
    rollup,
    settings,
    dir,
    users,
    operator,
    load: new Load(users, random),
    restart: async (changed = {}) => {
      world.operator = await startOperator({ ...settings, ...changed });
    },
    close: async () => {
      await world.operator.kill();
      await proxy.close();
      users.l1.destroy();
      await l1.kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return world;
}
