/** `hardhat rollup:init`: writes a project to start from. */
import { resolve } from "node:path";
import { PACKAGE_NAME } from "../src/plugin/package-root.ts";
import { type CommonArguments, defineAction, printJson } from "./common.ts";

/** The config of the template. */
const CONFIG_FILE = "hardhat.config.ts";

interface InitArguments extends CommonArguments {
  readonly folder: string;
  readonly force: boolean;
}

const action = defineAction<InitArguments>(async ({ folder, force, json }, hre) => {
  const { interruptions, config } = hre;
  const report = await import("../src/plugin/init/report.ts");
  const { writeProject } = await import("../src/plugin/init/write-project.ts");
  const confirm = async (files: readonly string[]) =>
    report.isYes(await interruptions.requestInput(PACKAGE_NAME, report.overwriteQuestion(files)));
  const done = await writeProject({
    folder,
    force,
    // This task runs by the config of its project, which has the plugin already.
    kept: resolve(folder) === config.paths.root ? [CONFIG_FILE] : [],
    confirm: report.canAsk(json) ? confirm : undefined,
  });
  if (json) printJson(report.toJson(done));
  else console.log(report.formatReport(done));
});

export default action;
