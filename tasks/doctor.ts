/** `hardhat rollup:doctor`: checks what a node needs, and says what to do about what is wrong. */
import { formatTable } from "@nomicfoundation/hardhat-utils/format";
import type { Check, CheckStatus } from "../src/plugin/doctor/checks.ts";
import { createProgress } from "../src/plugin/progress.ts";
import { type CommonArguments, defineAction, printJson, row, toSize } from "./common.ts";
import { connectToL1, type RestoreArguments, toRestoreSettings } from "./restore-arguments.ts";
import { type StoreArguments, toStore } from "./store-arguments.ts";

const MARKS: Readonly<Record<CheckStatus, string>> = {
  passed: "✔",
  warned: "!",
  failed: "✖",
  skipped: "–",
};

const action = defineAction<CommonArguments & RestoreArguments & StoreArguments>(
  async (args, hre) => {
    const options = {
      ...toSize(args, hre.config.rollup),
      ...(await toRestoreSettings(args)),
      store: toStore(args, hre),
    };
    const { examineNode } = await import("../src/plugin/doctor/examine.ts");
    const progress = createProgress(args.json ? process.stderr : process.stdout);
    const connection = await connectToL1(hre);
    try {
      const checks = await progress("Examining", () => examineNode(hre, connection, options));
      const isHealthy = checks.every(({ status }) => status !== "failed");
      if (args.json) printJson({ isHealthy, checks });
      else print(checks);
      if (!isHealthy) process.exitCode = 1;
    } finally {
      await connection.close();
    }
  },
);

function print(checks: readonly Check[]): void {
  console.log(
    formatTable([
      { type: "section-header", text: "The node" },
      ...checks.map(({ name, status, text }) => row(`${MARKS[status]} ${name}`, text)),
    ]),
  );
  for (const { name, status, fix } of checks) {
    if (fix !== undefined) console.log(`${MARKS[status]} ${name}: ${fix}`);
  }
}

export default action;
