import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { defineConfig } from "hardhat/config";
import zkrollup from "hardhat-zkrollup";

export default defineConfig({
  plugins: [toolbox, zkrollup],
});
