import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { defineConfig } from "hardhat/config";
import zkrollup from "hardhat-zkrollup";

export default defineConfig({
  plugins: [toolbox, zkrollup],
  networks: { l1: { type: "http", url: "http://127.0.0.1:18545" } },
  test: { mocha: { timeout: 300_000 } },
});
