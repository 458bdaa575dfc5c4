/** The verifier contract of one circuit of the project, by its proof system. */
import { generateVerifier } from "../../groth16/verifier/verifier.ts";
import { generateFflonkContract } from "../../plonk/verifier/fflonk.ts";
import { generatePlonkContract } from "../../plonk/verifier/plonk.ts";
import type { CircuitKeys } from "./keys.ts";

/** Generates the source of a contract. The circuit has one or more public values. */
export async function generateProjectVerifier(
  contractName: string,
  name: string,
  keys: CircuitKeys,
): Promise<string> {
  const { insecure, zkeyPath } = keys;
  switch (keys.protocol) {
    case "groth16": {
      const { verificationKey } = keys;
      return generateVerifier({ contractName, keys: [{ id: 0, name, verificationKey }], insecure });
    }
    case "plonk": {
      const { verificationKey } = keys;
      return generatePlonkContract({ contractName, name, verificationKey, insecure });
    }
    case "fflonk":
      return generateFflonkContract({ contractName, name, zkeyPath, insecure });
  }
}
