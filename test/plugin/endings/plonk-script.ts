/** Proves by PLONK and fflonk, and closes neither the circuits nor hre.circuits. */
import { loadCircuit } from "../../../src/circom/circuit.ts";
import { writeSquare } from "./circuits.ts";

const options = await writeSquare();
const plonk = await loadCircuit({ ...options, protocol: "plonk" });
const fflonk = await loadCircuit({ ...options, protocol: "fflonk" });
console.log(await plonk.verify(await plonk.prove({ a: 6n })));
console.log(await fflonk.verify(await fflonk.prove({ a: 6n })));
