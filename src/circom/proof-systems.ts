/** The proof systems of a circuit: which key, prover and verifier belong to its protocol. */
import { inspect } from "node:util";
import { groth16Error } from "../groth16/errors.ts";
import { readVerificationKey } from "../groth16/formats/verification-key.ts";
import type { ProverChoice } from "../groth16/provers/prover.ts";
import { createGroth16Workers, type Groth16Workers } from "../groth16/provers/workers.ts";
import { DEFAULT_PRIME } from "../crypto/primes.ts";
import type { R1csHeader } from "../groth16/formats/r1cs.ts";
import type { SetupCircuit } from "../groth16/setup/circuit.ts";
import { ceremonyKeyPath } from "../groth16/setup/ceremony.ts";
import { devKeyPath, isInsecureZkey } from "../groth16/setup/dev-setup.ts";
import { ensureProvingKey, type KeyOptions } from "../groth16/setup/proving-keys.ts";
import { type PlonkProtocol, type PlonkProven, PROTOCOL_TITLES } from "../plonk/protocols.ts";
import { ensurePlonkKey, isInsecurePlonkKey, plonkKeyPath } from "../plonk/setup/keys.ts";
import { createPlonkWorkers, type PlonkWorkers } from "../plonk/workers.ts";
import { once } from "../util/once.ts";
import { circomError } from "./errors.ts";
import {
  isPlonk,
  type Protocol,
  PROTOCOLS,
  type ProvenBy,
  type VerificationKeyOf,
} from "./protocols.ts";

/** The part of a compiled circuit that a proof system needs. */
type ProvableCircuit = SetupCircuit & { readonly stats: Pick<R1csHeader, "prime"> };

/** How a circuit proves. */
export interface ProveOptions {
  /**
   * The prover: `"kernel"`, `"snarkjs"` or `{ external: command }`. Default: the prover that the
   * circuit was loaded with, or else the kernel. PLONK and fflonk have snarkjs only.
   */
  readonly prover?: ProverChoice;
}

export interface SystemKeyOptions extends KeyOptions {
  /**
   * PLONK and fflonk: path of powers of tau, prepared for phase 2. Default: powers of a known tau,
   * INSECURE, which a ceremony's setup refuses.
   */
  readonly ptau?: string;
}

export interface ProofSystemOptions<P extends Protocol> extends SystemKeyOptions, ProveOptions {
  /** The proof system. Default `"groth16"`. */
  readonly protocol?: P;
  /** Threads that circuits share; their creator closes them. Default: the circuit's own. */
  readonly workers?: Groth16Workers;
  /** The same for PLONK and fflonk. */
  readonly plonkWorkers?: PlonkWorkers;
}

/** What a circuit has of its proof system: a key, a prover with threads, a verifier. */
export interface ProofSystem<P extends Protocol> {
  zkeyPath(): Promise<string>;
  verificationKey(): Promise<VerificationKeyOf[P]>;
  /** @param witness - The bytes of a `.wtns` file. */
  prove(witness: Uint8Array, options?: ProveOptions): Promise<ProvenBy[P]>;
  verify(proven: ProvenBy[P]): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Finds or makes the key of a circuit for a protocol.
 *
 * @returns The path of the zkey.
 * @throws PRIME_WITHOUT_PROVER, PTAU_NOT_CONFIGURED, and as `ensureProvingKey` and `ensurePlonkKey`
 */
export async function ensureSystemKey(
  circuit: ProvableCircuit,
  protocol: Protocol,
  options: SystemKeyOptions,
): Promise<string> {
  const { prime } = circuit.stats;
  if (prime !== DEFAULT_PRIME) {
    throw circomError({ code: "PRIME_WITHOUT_PROVER", circuit: circuit.name, prime });
  }
  if (!isPlonk(protocol)) return ensureProvingKey(circuit, options);
  const { zkeyPath, setup = { type: "dev" }, ptau } = options;
  if (setup.type === "ceremony" && ptau === undefined && zkeyPath === undefined) {
    const facts = { circuit: circuit.name, protocol: PROTOCOL_TITLES[protocol] };
    throw groth16Error({ code: "PTAU_NOT_CONFIGURED", ...facts });
  }
  return ensurePlonkKey(circuit, protocol, toPlonkOptions(options));
}

/**
 * Returns where the key of a circuit is, or would be made. Nothing is made or downloaded.
 *
 * @returns Undefined while the powers of tau are missing that the key follows from.
 */
export function systemKeyPath(
  circuit: ProvableCircuit,
  protocol: Protocol,
  options: SystemKeyOptions,
): string | undefined {
  const { zkeyPath, setup = { type: "dev" }, ptau, cacheDir } = options;
  if (zkeyPath !== undefined) return zkeyPath;
  if (isPlonk(protocol)) {
    if (setup.type === "ceremony" && ptau === undefined) return undefined;
    return plonkKeyPath(circuit, protocol, toPlonkOptions(options));
  }
  if (setup.type === "ceremony") return ceremonyKeyPath(circuit, setup.keysDir);
  const { seed } = setup;
  return devKeyPath({ circuit, cacheDir, ...(seed !== undefined && { seed }) });
}

function toPlonkOptions({ zkeyPath, setup = { type: "dev" }, ptau, cacheDir }: SystemKeyOptions) {
  const seed = setup.type === "dev" ? setup.seed : undefined;
  return {
    ...(zkeyPath !== undefined && { zkeyPath }),
    setup: { ...(ptau !== undefined && { ptau }), ...(seed !== undefined && { seed }) },
    cacheDir,
  };
}

/** Extracts the verification key of a proving key, as snarkjs does. @throws as its reader */
export async function readSystemKey<P extends Protocol>(
  zkeyPath: string,
  protocol: P,
): Promise<VerificationKeyOf[P]>;
export async function readSystemKey(zkeyPath: string, protocol: Protocol): Promise<unknown> {
  if (!isPlonk(protocol)) return readVerificationKey(zkeyPath);
  const workers = createPlonkWorkers();
  try {
    return await workers.verificationKey(protocol, zkeyPath);
  } finally {
    await workers.close();
  }
}

/** Returns whether everybody can forge proofs under a key. */
export function isInsecureKey(zkeyPath: string, protocol: Protocol): boolean {
  return isPlonk(protocol) ? isInsecurePlonkKey(zkeyPath, protocol) : isInsecureZkey(zkeyPath);
}

/** Nothing starts before the first use. @throws PROTOCOL_UNKNOWN */
export function createProofSystem<P extends Protocol>(
  circuit: ProvableCircuit,
  options: ProofSystemOptions<P>,
): ProofSystem<P> {
  const { protocol = "groth16" } = options;
  if (!(PROTOCOLS as readonly unknown[]).includes(protocol)) {
    throw groth16Error({ code: "PROTOCOL_UNKNOWN", protocol: inspect(protocol), known: PROTOCOLS });
  }
  const zkeyPath = once(() => ensureSystemKey(circuit, protocol, options));
  const system = isPlonk(protocol)
    ? createPlonkSystem(protocol, zkeyPath, options)
    : createGroth16System(zkeyPath, options);
  return system as unknown as ProofSystem<P>;
}

function createGroth16System(
  zkeyPath: () => Promise<string>,
  { prover: usual = "kernel", workers: shared }: ProofSystemOptions<Protocol>,
): ProofSystem<"groth16"> {
  const workers = shared ?? createGroth16Workers();
  const verificationKey = once(async () => readVerificationKey(await zkeyPath()));
  const opening = createOpening();
  let key: Promise<string> | undefined;
  return {
    zkeyPath,
    verificationKey,
    prove: async (witness, { prover = usual } = {}) => {
      opening.assertOpen();
      key ??= zkeyPath();
      return workers.prove(prover, await key, witness);
    },
    verify: async (proven) => {
      opening.assertOpen();
      return workers.verify(await verificationKey(), proven);
    },
    close: async () => {
      opening.close();
      if (shared === undefined) await workers.close();
      else await key?.then(workers.releaseKey, () => undefined);
    },
  };
}

function createPlonkSystem<P extends PlonkProtocol>(
  protocol: P,
  zkeyPath: () => Promise<string>,
  { prover: usual = "snarkjs", plonkWorkers: shared }: ProofSystemOptions<Protocol>,
) {
  const workers = shared ?? createPlonkWorkers();
  const verificationKey = once(async () => workers.verificationKey(protocol, await zkeyPath()));
  const opening = createOpening();
  return {
    zkeyPath,
    verificationKey,
    prove: async (witness: Uint8Array, { prover = usual }: ProveOptions = {}) => {
      opening.assertOpen();
      if (prover !== "snarkjs") {
        const facts = { prover: inspect(prover), protocol: PROTOCOL_TITLES[protocol] };
        throw groth16Error({ code: "PROVER_NOT_OF_PROTOCOL", ...facts });
      }
      return workers.prove(protocol, await zkeyPath(), witness);
    },
    verify: async (proven: PlonkProven[P]) => {
      opening.assertOpen();
      return workers.verify(protocol, await verificationKey(), proven);
    },
    close: async () => {
      opening.close();
      if (shared === undefined) await workers.close();
    },
  };
}

/** Whether a circuit is still open, which shared threads do not know. */
function createOpening() {
  let isClosed = false;
  return {
    assertOpen: () => {
      if (isClosed) throw groth16Error({ code: "PROVER_CLOSED", prover: "circuit's" });
    },
    close: () => {
      isClosed = true;
    },
  };
}
