import { globSync } from "node:fs";
import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { defineConfig, overrideTask } from "hardhat/config";
import zkrollup from "./src/index.ts";

/** Tests are the *.test.ts files: not their helpers, nor the projects that serve as fixtures. */
const testMocha = overrideTask(["test", "mocha"])
  .setInlineAction((args, _hre, runSuper) => {
    const named = args["testFiles"] as string[];
    const all = globSync("test/**/*.test.ts", { exclude: ["test/fixture-projects"] });
    return runSuper({ ...args, testFiles: named.length > 0 ? named : all.sort() });
  })
  .build();

export default defineConfig({
  plugins: [toolbox, zkrollup],
  tasks: [testMocha],
  typechain: { outDir: "types/ethers-contracts", tsNocheck: true },
  test: { mocha: { timeout: 120_000 } },
});
