/** Closes circuits while and after they prove. */
import { rm } from "node:fs/promises";
import { loadCircuit } from "../../../src/circom/circuit.ts";
import { isRollupError } from "../../../src/util/errors.ts";
import { writeSquare } from "./circuits.ts";

const options = await writeSquare();
for (const prover of ["kernel", "snarkjs"] as const) {
  const square = await loadCircuit({ ...options, prover });
  console.log(await square.verify(await square.prove({ a: 6n })));
  const underWay = square.prove({ a: 7n }).catch((error: unknown) => error);
  await square.close();
  const outcome = await underWay;
  console.log(isRollupError(outcome) ? outcome.code : outcome);
}
await rm(options.cacheDir, { recursive: true });
