/** The process that is killed: the node of `rollup:operator` without its command line. */
import { appendFileSync } from "node:fs";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import zkrollup from "../../../src/index.ts";
import { createLog } from "../../../src/logs/log.ts";
import { PACKAGE_ROOT } from "../../../src/plugin/package-root.ts";
import { watchSqlCalls } from "./sql-points.ts";
import { type Stop, StopWatch } from "./stop.ts";

/** What the parent passes in {@link SETTINGS_VARIABLE}, as JSON. */
export interface ChildSettings {
  readonly l1Url: string;
  readonly l1Key: string;
  readonly rollup: string;
  readonly port: number;
  readonly prover: "mock" | "kernel";
  /** As the option `--store`. */
  readonly store: { readonly type: "sqlite"; readonly path: string } | PostgresStore;
  /** File of the restore's checkpoint. */
  readonly output: string;
  /** Gets the log, one line of JSON for each entry, at once. */
  readonly logFile: string;
  /** Gets the name of each point of the store, once. */
  readonly pointsFile: string;
  /** Where it is killed while it starts. */
  readonly stop?: Stop | undefined;
}

interface PostgresStore {
  readonly type: "postgres";
  readonly url: string;
}

export const SETTINGS_VARIABLE = "CRASH_CHILD_SETTINGS";
const BLOCK_TIME_MS = 50;
/** The users of the test are no strangers. */
const UNITS_PER_SECOND = 1e6;

async function run({ logFile, pointsFile, stop, ...settings }: ChildSettings): Promise<void> {
  const watch = new StopWatch();
  watch.arm(stop);
  watchSqlCalls(watch, pointsFile);
  process.on("message", (message) => watch.arm(message as Stop));
  const { l1Url, l1Key, rollup, port, prover, store, output } = settings;
  const networks = { l1: { type: "http" as const, url: l1Url, accounts: [l1Key] } };
  const config = { plugins: [zkrollup], networks, paths: { sources: "contracts" } };
  const hre = await createHardhatRuntimeEnvironment(config, { network: "l1" }, PACKAGE_ROOT);
  const write = (line: string) => appendFileSync(logFile, line);
  const { startOperatorNode } = await import("../../../src/plugin/node/operator-node.ts");
  const node = await startOperatorNode(hre, {
    ...{ rollup, port, prover, store, output },
    blockTimeMs: BLOCK_TIME_MS,
    limits: { unitsPerSecond: UNITS_PER_SECOND, unitsBurst: UNITS_PER_SECOND },
    log: createLog({ format: "json", level: "debug", output: { write } }),
  });
  process.once("SIGTERM", () => void node.close().then(() => process.exit(0)));
  process.once("disconnect", () => process.exit(1));
  process.send!("ready");
}

const text = process.env[SETTINGS_VARIABLE];
if (text !== undefined) await run(JSON.parse(text) as ChildSettings);
