/** Leaves a circuit open that has proven. */
import { rm } from "node:fs/promises";
import { loadCircuit } from "../../../src/circom/circuit.ts";
import { writeSquare } from "./circuits.ts";

const options = await writeSquare();
const square = await loadCircuit({ ...options, prover: "snarkjs" });
console.log(await square.verify(await square.prove({ a: 6n })));
await rm(options.cacheDir, { recursive: true });
