/** The verifier contract of a circuit, by its proof system. */
import { generateVerifier } from "../groth16/verifier/verifier.ts";
import { generateVyperVerifier } from "../groth16/verifier/vyper.ts";
import { generateFflonkContract } from "../plonk/verifier/fflonk.ts";
import { generatePlonkContract } from "../plonk/verifier/plonk.ts";
import { circomError } from "./errors.ts";
import type { Protocol, VerificationKeyOf } from "./protocols.ts";

/** A verification key with its proof system. */
export type ProtocolKey = {
  readonly [P in Protocol]: {
    readonly protocol: P;
    readonly verificationKey: VerificationKeyOf[P];
  };
}[Protocol];

export type VerifierSourceOptions = ProtocolKey & {
  readonly contractName: string;
  /** Name of the circuit, for the documentation. */
  readonly name: string;
  readonly zkeyPath: string;
  /** Whether the key is insecure: the constructor then reverts on chains that are not local. */
  readonly insecure: boolean;
};

export const VERIFIER_LANGUAGES = ["solidity", "vyper"] as const;
/** The language of a verifier contract. Vyper is for Groth16 only. */
export type VerifierLanguage = (typeof VERIFIER_LANGUAGES)[number];

/** Generates the source in Vyper. @throws VERIFIER_LANGUAGE, VERIFIER_KEYS */
export function generateVyperSource(
  options: Omit<VerifierSourceOptions, "contractName" | "zkeyPath">,
): string {
  const { name, protocol, insecure } = options;
  if (protocol !== "groth16") {
    throw circomError({ code: "VERIFIER_LANGUAGE", circuit: name, language: "vyper", protocol });
  }
  const { verificationKey } = options as Extract<ProtocolKey, { protocol: "groth16" }>;
  return generateVyperVerifier({ key: { name, verificationKey }, insecure });
}

/** Generates the source. The circuit has one or more public values. @throws VERIFIER_KEYS */
export async function generateVerifierSource(options: VerifierSourceOptions): Promise<string> {
  const { contractName, name, zkeyPath, insecure } = options;
  switch (options.protocol) {
    case "groth16": {
      const { verificationKey } = options;
      return generateVerifier({ contractName, keys: [{ id: 0, name, verificationKey }], insecure });
    }
    case "plonk": {
      const { verificationKey } = options;
      return generatePlonkContract({ contractName, name, verificationKey, insecure });
    }
    case "fflonk":
      return generateFflonkContract({ contractName, name, zkeyPath, insecure });
  }
}
