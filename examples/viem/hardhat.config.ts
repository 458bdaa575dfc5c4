import toolbox from "@nomicfoundation/hardhat-toolbox-viem";
import { defineConfig } from "hardhat/config";
import zkrollup from "hardhat-zkrollup";

export default defineConfig({
  plugins: [toolbox, zkrollup],
});
