/** What assertions about circuits take, and how they resolve it. */
import type { Circuit } from "../circom/circuit.ts";
import type { CircuitWitness } from "../circom/circuit-witness.ts";
import type { SignalTree } from "../circom/signal-tree.ts";
import type { InputValue } from "../circom/witness-inputs.ts";
import type { Witness } from "../groth16/formats/wtns.ts";
import type { Protocol, ProvenBy } from "../circom/protocols.ts";
import type { RollupError } from "../util/errors.ts";
import { isRefusal } from "../circom/errors.ts";
import { testingError } from "./errors.ts";

/** The part of a witness that assertions need. */
export interface WitnessLike<Outputs extends object = object> extends Pick<
  CircuitWitness<Outputs>,
  "circuit" | "values" | "outputs" | "isSatisfied" | "violations"
> {
  /**
   * Reads a signal.
   *
   * @param name - Full name, such as "main.hash.out".
   * @returns A field element in [0, r), or a nesting of them.
   */
  signal(name: string): SignalTree;
  /** Returns the proof of this witness, with the public values. */
  prove(): Promise<AnyProof>;
}

/** The part of a circuit that assertions need; its proofs may be of any proof system. */
export interface CircuitLike extends Pick<Circuit, "name" | "stats"> {
  /**
   * Verifies a proof.
   *
   * @param proven - The proof with all its public values.
   * @returns Whether it is valid.
   * @throws PROOF_MALFORMED
   */
  verify(proven: never): Promise<boolean>;
}

/** A circuit for Groth16 with any types of inputs and outputs, as testers use it. */
export interface TestedCircuit extends CircuitLike {
  /**
   * Verifies a proof.
   *
   * @param proven - The proof with all its public values.
   * @returns Whether it is valid.
   * @throws PROOF_MALFORMED
   */
  verify(proven: ProvenBy["groth16"]): Promise<boolean>;
  /**
   * Returns the values of all wires, each in [0, r).
   *
   * @param inputs - Values of all input signals.
   */
  calculateWitness(inputs: never): Promise<Witness>;
  /**
   * Returns the witness of some inputs, with signals by name.
   *
   * @param inputs - Values of all input signals.
   */
  witness(inputs: never): Promise<ChangeableWitness>;
  /**
   * Returns a witness whose signals are read by name, without a check.
   *
   * @param values - One field element for each wire.
   */
  toWitness(values: Witness): ChangeableWitness;
  /**
   * Returns the proof of some inputs, with the public values.
   *
   * @param inputs - Values of all input signals.
   */
  prove(inputs: never): Promise<ProvenBy["groth16"]>;
}

/** A witness that testers change. */
interface ChangeableWitness extends WitnessLike {
  prove(): Promise<ProvenBy["groth16"]>;
  with(changes: Readonly<Record<string, InputValue>>): ChangeableWitness;
}

/** A witness, or a computation of it that the circuit may refuse. */
export type WitnessSubject<Outputs extends object = object> =
  WitnessLike<Outputs> | PromiseLike<WitnessLike<Outputs>>;

/** A proof of any proof system, with its public values. */
export type AnyProof = ProvenBy[Protocol];

/** A proof, or a witness to be proven. */
export type ProofSubject = AnyProof | WitnessLike | PromiseLike<AnyProof | WitnessLike>;

/** A witness, or the error by which the circuit has refused the inputs. */
export type Run =
  | { readonly witness: WitnessLike; readonly refusal?: undefined }
  | { readonly witness?: undefined; readonly refusal: RollupError };

/** Awaits a witness or the circuit's refusal. @throws ASSERTION_SUBJECT, and other errors */
export async function resolveRun(assertion: string, subject: unknown): Promise<Run> {
  try {
    const witness = await subject;
    if (isWitness(witness)) return { witness };
    throw subjectError(assertion, "a witness", witness);
  } catch (error) {
    if (isRefusal(error)) return { refusal: error };
    throw error;
  }
}

/** Awaits a witness. @throws ASSERTION_SUBJECT, and the circuit's refusal */
export async function resolveWitness(assertion: string, subject: unknown): Promise<WitnessLike> {
  const witness = await subject;
  if (isWitness(witness)) return witness;
  throw subjectError(assertion, "a witness", witness);
}

/** Awaits a proof; proves a witness. @throws ASSERTION_SUBJECT, and the codes of `prove` */
export async function resolveProof(assertion: string, subject: unknown): Promise<AnyProof> {
  const value = await subject;
  if (isWitness(value)) return value.prove();
  if (hasMembers(value, ["proof", "publicSignals"])) return value as unknown as AnyProof;
  throw subjectError(assertion, "a proof or a witness", value);
}

/** @throws ASSERTION_SUBJECT */
export function requireCircuit<T extends CircuitLike>(assertion: string, subject: unknown): T {
  if (hasMembers(subject, ["name", "stats", "verify"])) return subject as unknown as T;
  throw subjectError(assertion, "a circuit", subject);
}

function isWitness(value: unknown): value is WitnessLike {
  return hasMembers(value, ["circuit", "values", "signal", "violations"]);
}

function hasMembers(value: unknown, members: readonly string[]): value is object {
  return typeof value === "object" && value !== null && members.every((name) => name in value);
}

function subjectError(assertion: string, expected: string, value: unknown): RollupError {
  const actual =
    typeof value === "object" && value !== null
      ? `an object with ${Object.keys(value).slice(0, 4).join(", ") || "nothing"}`
      : String(value);
  return testingError({ code: "ASSERTION_SUBJECT", assertion, expected, actual });
}
