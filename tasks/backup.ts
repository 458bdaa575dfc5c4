/**
 * `hardhat rollup:backup`: copies the store of a node into a file or a database, and reads the copy
 * back.
 */
import { resolve } from "node:path";
import { pluginError } from "../src/plugin/errors.ts";
import { isStoreName, resolveStore } from "../src/plugin/config/node/store.ts";
import type { Backup } from "../src/store/backup.ts";
import type { SqlTarget } from "../src/store/sql/executor.ts";
import { type CommonArguments, defineAction, printJson } from "./common.ts";
import type { RestoreArguments } from "./restore-arguments.ts";
import { findStore, type StoreArguments } from "./store-arguments.ts";

const REPORT_INTERVAL_MS = 1_000;

const action = defineAction<CommonArguments & RestoreArguments & StoreArguments>(
  async ({ output, ...args }, hre) => {
    if (output === undefined) throw pluginError({ code: "OUTPUT_MISSING", task: "rollup:backup" });
    const { backUpStore } = await import("../src/store/backup.ts");
    const { DEFAULT_OPTIONS } = await import("../src/operator/options.ts");
    const { restorablePresets } = await import("../src/plugin/config/resolve.ts");
    const backup = await backUpStore({
      target: await findStore(args, hre),
      output: toOutput(output, hre.config.paths.root),
      presets: restorablePresets(hre.config.rollup),
      finalReceiptsMax: DEFAULT_OPTIONS.finalReceiptsMax,
      onProgress: createReporter(args),
    });
    if (args.json) printJson(backup);
    else print(backup);
  },
);

/** A file if it is not the name of a database. */
function toOutput(output: string, root: string): SqlTarget {
  const store = isStoreName(output) ? resolveStore(output, root) : undefined;
  return store?.type === "postgres" ? store : { type: "sqlite", path: resolve(output) };
}

/** Prints how far it is, once a second. */
function createReporter({ json }: CommonArguments): (step: string, records: number) => void {
  const stream = json ? process.stderr : process.stdout;
  let lastMs = performance.now();
  return (step, records) => {
    if (performance.now() - lastMs < REPORT_INTERVAL_MS) return;
    lastMs = performance.now();
    stream.write(`${records.toLocaleString("en")} records ${step}\n`);
  };
}

function print({ name, bytes, records, sequence, head, identity }: Backup): void {
  console.log(`Backup in ${name}, ${bytes.toLocaleString("en")} bytes`);
  if (head === undefined) console.log("The store has no ledger yet.");
  else {
    console.log(`Rollup     ${identity["rollup"]} on chain ${identity["chain"]}`);
    console.log(`Ledger     after event ${sequence}, block ${head.blockNumber}`);
    console.log(`State root ${head.stateRoot}`);
  }
  console.log(`Checked    ${records} records, and the root of each block`);
}

export default action;
