/** PLONK and fflonk, snarkjs's proof systems with a universal setup: their names and values. */

export const PLONK_PROTOCOLS = ["plonk", "fflonk"] as const;
/** The proof systems whose keys follow from powers of tau without a ceremony of their own. */
export type PlonkProtocol = (typeof PLONK_PROTOCOLS)[number];

/** What errors and docs call a protocol. */
export const PROTOCOL_TITLES: Readonly<Record<PlonkProtocol, string>> = {
  plonk: "PLONK",
  fflonk: "fflonk",
};

/** A PLONK proof in snarkjs's JSON form: points as x, y, 1 and evaluations, all in decimal. */
export interface PlonkProof {
  readonly A: readonly string[];
  readonly B: readonly string[];
  readonly C: readonly string[];
  readonly Z: readonly string[];
  readonly T1: readonly string[];
  readonly T2: readonly string[];
  readonly T3: readonly string[];
  readonly Wxi: readonly string[];
  readonly Wxiw: readonly string[];
  readonly eval_a: string;
  readonly eval_b: string;
  readonly eval_c: string;
  readonly eval_s1: string;
  readonly eval_s2: string;
  readonly eval_zw: string;
  readonly protocol: string;
  readonly curve: string;
}

/** An fflonk proof in snarkjs's JSON form. */
export interface FflonkProof {
  /** C1, C2, W1 and W2 as x, y, 1. */
  readonly polynomials: Readonly<Record<string, readonly string[]>>;
  /** The evaluations by name, and `inv`, an inverse that saves the contract work. */
  readonly evaluations: Readonly<Record<string, string>>;
  readonly protocol: string;
  readonly curve: string;
}

/** What verification keys of both protocols have. */
interface UniversalKey {
  readonly protocol: string;
  readonly curve: string;
  readonly nPublic: number;
  /** The domain has 2^power points. */
  readonly power: number;
  readonly k1: string;
  readonly k2: string;
  readonly X_2: readonly (readonly string[])[];
  /** Generator of the domain. */
  readonly w: string;
}

/** A PLONK verification key in snarkjs's JSON form. */
export interface PlonkVerificationKey extends UniversalKey {
  readonly Qm: readonly string[];
  readonly Ql: readonly string[];
  readonly Qr: readonly string[];
  readonly Qo: readonly string[];
  readonly Qc: readonly string[];
  readonly S1: readonly string[];
  readonly S2: readonly string[];
  readonly S3: readonly string[];
}

/** An fflonk verification key in snarkjs's JSON form. */
export interface FflonkVerificationKey extends UniversalKey {
  readonly w3: string;
  readonly w4: string;
  readonly w8: string;
  readonly wr: string;
  readonly C0: readonly string[];
}

/** The verification key of each protocol. */
export interface PlonkKeys {
  readonly plonk: PlonkVerificationKey;
  readonly fflonk: FflonkVerificationKey;
}

/** A proof of each protocol, with the public values that it proves. */
export interface PlonkProven {
  readonly plonk: { readonly proof: PlonkProof; readonly publicSignals: readonly string[] };
  readonly fflonk: { readonly proof: FflonkProof; readonly publicSignals: readonly string[] };
}

export type AnyPlonkKey = PlonkKeys[PlonkProtocol];
export type AnyPlonkProven = PlonkProven[PlonkProtocol];
