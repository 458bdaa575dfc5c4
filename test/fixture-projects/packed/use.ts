/** Uses all that the package exports, and the types that a build has generated. */
import zkrollup from "hardhat-zkrollup";
import * as circom from "hardhat-zkrollup/circom";
import * as core from "hardhat-zkrollup/core";
import * as groth16 from "hardhat-zkrollup/groth16";
import * as node from "hardhat-zkrollup/node";
import * as sdk from "hardhat-zkrollup/sdk";
import type { InputsOf, ProjectCircuits, RollupUserConfig } from "hardhat-zkrollup/types";
import "./types/circuits/index.js";

const point = { x: 1n, y: [2, "3"] };
const inputs: InputsOf<"nested"> = {
  grid: [
    [1, 2, 3],
    [4, 5, 6],
  ],
  points: [
    [point, point],
    [point, point],
  ],
};

export const config: RollupUserConfig = { preset: "dev" };
export const prove = async (circuits: ProjectCircuits) =>
  (await circuits.get("nested")).prove(inputs);
export { circom, core, groth16, node, sdk, zkrollup };
