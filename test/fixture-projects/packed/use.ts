/** Uses all that the package exports, and the types that a build has generated. */
import zkrollup from "hardhat-zkrollup";
import * as assert from "hardhat-zkrollup/assert";
import * as chai from "hardhat-zkrollup/chai";
import * as circom from "hardhat-zkrollup/circom";
import * as compat from "hardhat-zkrollup/compat";
import * as core from "hardhat-zkrollup/core";
import * as exit from "hardhat-zkrollup/exit";
import * as groth16 from "hardhat-zkrollup/groth16";
import * as groth16Browser from "hardhat-zkrollup/groth16-browser";
import * as node from "hardhat-zkrollup/node";
import * as multisig from "hardhat-zkrollup/multisig";
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
export const product = async (circuits: ProjectCircuits): Promise<bigint> => {
  const witness = await (await circuits.get("nested")).witness(inputs);
  const [, row] = witness.signal("main.grid");
  return witness.outputs.product + (row?.[2] ?? 0n);
};
export const checks = async (circuits: ProjectCircuits) => {
  const circuit = await circuits.get("nested");
  await circom.checkDeterminacy(circuit);
  await circom.mutateConstraints(circuit);
  await circom.fuzzCircuit(circuit, () => null);
  compat.createWitnessTester(circuit);
  await assert.circuitAssert.determined(circuit);
};
export {
  assert,
  chai,
  circom,
  compat,
  core,
  exit,
  groth16,
  groth16Browser,
  multisig,
  node,
  sdk,
  zkrollup,
};
