/** snarkjs's functions of PLONK and fflonk, with types. */
import type { Snarkjs } from "../groth16/snarkjs.ts";
import type {
  AnyPlonkKey,
  AnyPlonkProven,
  PlonkKeys,
  PlonkProtocol,
  PlonkProven,
} from "./protocols.ts";

/** The functions of one protocol. */
interface ProtocolFunctions<P extends PlonkProtocol> {
  /** Returns -1 instead of an error for most of what it refuses. */
  setup(r1cs: string, ptau: string, zkey: string): Promise<number | undefined>;
  prove(zkey: string, witness: { type: "mem"; data: Uint8Array }): Promise<PlonkProven[P]>;
  verify(
    key: PlonkKeys[P],
    publicSignals: readonly string[],
    proof: PlonkProven[P]["proof"],
    logger: Logger,
  ): Promise<boolean>;
}

type Logger = Readonly<Record<"debug" | "info" | "warn" | "error", (line: string) => void>>;

type PlonkModule = {
  readonly [P in PlonkProtocol]: ProtocolFunctions<P>;
} & {
  readonly zKey: {
    exportVerificationKey(zkey: string): Promise<AnyPlonkKey>;
    exportSolidityVerifier(zkey: string, templates: object): Promise<string>;
  };
};

const ignore = () => undefined;
/** snarkjs calls the logger without a check whether it has one. */
const SILENT: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

export interface SetupFiles {
  readonly r1csPath: string;
  readonly ptauPath: string;
  readonly zkeyPath: string;
}

/** Makes a proving key. @returns False if snarkjs has refused, without a reason. */
export async function makeKey(
  { run }: Snarkjs,
  protocol: PlonkProtocol,
  { r1csPath, ptauPath, zkeyPath }: SetupFiles,
): Promise<boolean> {
  const result = await run((module) =>
    withoutLine("Variable not used", () =>
      (module as PlonkModule)[protocol].setup(r1csPath, ptauPath, zkeyPath),
    ),
  );
  return result !== -1;
}

/** @param witness - The bytes of a .wtns file, which is not checked. */
export function makeProof<P extends PlonkProtocol>(
  { run }: Snarkjs,
  protocol: P,
  zkeyPath: string,
  witness: Uint8Array,
): Promise<PlonkProven[P]> {
  return run((module) => {
    const functions = (module as PlonkModule)[protocol] as unknown as ProtocolFunctions<P>;
    return functions.prove(zkeyPath, { type: "mem", data: witness });
  });
}

export function checkProof(
  { run }: Snarkjs,
  protocol: PlonkProtocol,
  key: AnyPlonkKey,
  { proof, publicSignals }: AnyPlonkProven,
): Promise<boolean> {
  return run((module) =>
    (module as PlonkModule)[protocol as "plonk"].verify(
      // snarkjs replaces the values of the key by others.
      structuredClone(key) as PlonkKeys["plonk"],
      publicSignals,
      proof as PlonkProven["plonk"]["proof"],
      SILENT,
    ),
  );
}

export function exportKey({ run }: Snarkjs, zkeyPath: string): Promise<AnyPlonkKey> {
  return run((module) => (module as PlonkModule).zKey.exportVerificationKey(zkeyPath));
}

/** @param templates - snarkjs's own, by protocol. */
export function exportContract(
  { run }: Snarkjs,
  zkeyPath: string,
  templates: Readonly<Partial<Record<PlonkProtocol, string>>>,
): Promise<string> {
  return run((module) => (module as PlonkModule).zKey.exportSolidityVerifier(zkeyPath, templates));
}

/** Drops a line that snarkjs prints for each unused wire, which would spoil a task's output. */
async function withoutLine<T>(line: string, work: () => Promise<T>): Promise<T> {
  const { log } = console;
  const filtered = (...texts: unknown[]) => {
    if (texts[0] !== line) log(...texts);
  };
  console.log = filtered;
  try {
    return await work();
  } finally {
    // Another caller may have replaced it since.
    if (console.log === filtered) console.log = log;
  }
}
