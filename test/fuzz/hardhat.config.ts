/** The project's config with a network for the L1 node of the fuzz test. */
import config from "../../hardhat.config.ts";

export const L1_URL_VARIABLE = "FUZZ_L1_URL";
/** Key of the first account of Hardhat's node, which is public. */
const DEPLOYER_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

export default {
  ...config,
  networks: {
    fuzz: {
      type: "http" as const,
      url: process.env[L1_URL_VARIABLE] || "http://127.0.0.1:8545",
      accounts: [DEPLOYER_KEY],
    },
  },
  rollup: { operator: { blockTimeMs: 200 } },
};
