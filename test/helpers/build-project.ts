/** Builds a project in a process of its own: `node build-project.ts ROOT [REPEATS]`. */
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import plugin from "../../src/index.ts";

const [root, repeats = "1"] = process.argv.slice(2);
for (let i = 0; i < Number(repeats); i++) {
  const hre = await createHardhatRuntimeEnvironment(
    { plugins: [plugin], rollup: { prover: "mock" } },
    {},
    root,
  );
  await hre.tasks.getTask("build").run({ quiet: true, noContracts: true });
}
