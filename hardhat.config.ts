import { globSync } from "node:fs";
import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { defineConfig, overrideTask } from "hardhat/config";
import zkrollup from "./src/index.ts";

/** Tests are the *.test.ts files: not their helpers, nor the projects that serve as fixtures. */
const testMocha = overrideTask(["test", "mocha"])
  .setInlineAction((args, _hre, runSuper) =>
    runSuper({
      ...args,
      testFiles:
        args.testFiles.length > 0
          ? args.testFiles
          : globSync("test/**/*.test.ts", { exclude: ["test/fixture-projects"] }).sort(),
    }),
  )
  .build();

export default defineConfig({
  plugins: [toolbox, zkrollup],
  tasks: [testMocha],
  typechain: { outDir: "types/ethers-contracts", tsNocheck: true },
  test: { mocha: { timeout: 120_000 } },
});
