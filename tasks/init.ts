/** `hardhat rollup:init`: writes a project to start from. */
import { PACKAGE_NAME } from "../src/plugin/package-root.ts";
import { type CommonArguments, defineAction, printJson } from "./common.ts";

interface InitArguments extends CommonArguments {
  readonly folder: string;
  readonly force: boolean;
}

const action = defineAction<InitArguments>(async ({ folder, force, json }, { interruptions }) => {
  const report = await import("../src/plugin/init/report.ts");
  const { writeProject } = await import("../src/plugin/init/write-project.ts");
  const confirm = async (files: readonly string[]) =>
    report.isYes(await interruptions.requestInput(PACKAGE_NAME, report.overwriteQuestion(files)));
  const done = await writeProject({
    folder,
    force,
    confirm: report.canAsk(json) ? confirm : undefined,
  });
  if (json) printJson(report.toJson(done));
  else console.log(report.formatReport(done));
});

export default action;
