/** Dev keys of synthetic circuits, for tests of provers. */
import { join } from "node:path";
import {
  createSyntheticCircuit,
  type SyntheticOptions,
  writeSyntheticR1cs,
} from "../../src/bench/synthetic-circuit.ts";
import { readVerificationKey } from "../../src/groth16/formats/verification-key.ts";
import { createDevSetup } from "../../src/groth16/setup/dev-setup.ts";

/** Creates a key. @param name - Name of the files in `folder`, and seed of the key. */
export async function createSyntheticKey(folder: string, name: string, options: SyntheticOptions) {
  const circuit = createSyntheticCircuit(options);
  const [r1csPath, zkeyPath] = [join(folder, `${name}.r1cs`), join(folder, `${name}.zkey`)];
  writeSyntheticR1cs(r1csPath, circuit);
  await createDevSetup({ r1csPath, seed: name, zkeyPath });
  const verificationKey = await readVerificationKey(zkeyPath);
  return { r1csPath, zkeyPath, verificationKey, witness: circuit.witness };
}
