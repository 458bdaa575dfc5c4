/** The project's config for L1 node, deployment and operator as separate processes. */
import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { defineConfig } from "hardhat/config";
import zkrollup from "../../src/index.ts";

const key = process.env["FAULTS_L1_KEY"];
const root = new URL("../../", import.meta.url).pathname;

export default defineConfig({
  plugins: [toolbox, zkrollup],
  typechain: { outDir: "types/ethers-contracts", tsNocheck: true },
  paths: { tests: `${root}test` },
  networks: {
    l1: {
      type: "http",
      url: process.env["FAULTS_L1_URL"] ?? "http://127.0.0.1:8545",
      accounts: key === undefined ? "remote" : [key],
    },
  },
  rollup: {
    prover: process.env["FAULTS_PROVER"] === "mock" ? "mock" : "kernel",
  },
});
