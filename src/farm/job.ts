/** A proof job as it is kept in the database, and what a worker answers. */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { InputValue, InputValues } from "../circom/witness-inputs.ts";
import type { JobProof, ProofJob } from "../prover/prover.ts";
import { BIGINT_JSON, bigintFromJson, bigintToJson } from "../util/json.ts";
import { farmError } from "./errors.ts";

/** What belongs to a key of the rollup's verifier, by its hashes. */
export interface FarmKey {
  /** Id of the key in the rollup's verifier. */
  readonly keyId: number;
  /** SHA-256 of the circuit's r1cs file, in hex. */
  readonly circuit: string;
  /** SHA-256 of the verification key's JSON, in hex. */
  readonly key: string;
}

const HASH = /^[0-9a-f]{64}$/;
/** Longer than any element of the field. */
const NUMBER_LENGTH_MAX = 80;
const PUBLIC_INPUTS_MAX = 64;
const PROOF_WORDS = 8;

const numberSchema = z
  .string()
  .max(NUMBER_LENGTH_MAX)
  .regex(BIGINT_JSON)
  .transform((text) => bigintFromJson(text));
const publicInputsSchema = z.array(numberSchema).max(PUBLIC_INPUTS_MAX);

const jobSchema = z.object({
  version: z.literal(1),
  keyId: z.number().int().nonnegative(),
  circuit: z.string().regex(HASH),
  key: z.string().regex(HASH),
  publicInputs: publicInputsSchema,
  input: z.record(z.unknown()),
});

const proofSchema = z.object({
  proof: z.array(numberSchema).length(PROOF_WORDS),
  publicInputs: publicInputsSchema,
});

/** A job as a worker reads it. */
export interface FarmJob extends FarmKey {
  readonly job: ProofJob;
}

/** Turns a job into a value for JSON: integers are 0x-hex. */
export function encodeJob({ input, publicInputs }: ProofJob, { keyId, circuit, key }: FarmKey) {
  return {
    version: 1,
    keyId,
    circuit,
    key,
    publicInputs: publicInputs.map(bigintToJson),
    input: encodeValue(input) as Record<string, unknown>,
  };
}

/**
 * Reads a job. Its inputs are checked where their circuit is known; a circuit takes 0x-hex.
 *
 * @throws FARM_JOB_MALFORMED
 */
export function decodeJob(data: unknown): FarmJob {
  const parsed = jobSchema.safeParse(data);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw farmError({ code: "FARM_JOB_MALFORMED", problem: `${path.join(".")}: ${message}` });
  }
  const { keyId, circuit, key, publicInputs, input } = parsed.data;
  return { keyId, circuit, key, job: { keyId, publicInputs, input: input as InputValues } };
}

export function encodeProof({ proof, publicInputs }: JobProof) {
  return { proof: proof.map(bigintToJson), publicInputs: publicInputs.map(bigintToJson) };
}

/** @returns Undefined if it is no proof. */
export function decodeProof(value: unknown): JobProof | undefined {
  return proofSchema.safeParse(value).data;
}

/**
 * Identifies what a job proves. Two jobs with one statement have the same proofs: a block's public
 * inputs bind its commitment, and its circuit and key are in it. So nothing is proven twice.
 *
 * @returns 32 bytes in hex.
 */
export function statementOf({ publicInputs }: ProofJob, { keyId, circuit, key }: FarmKey): string {
  return sha256(JSON.stringify([1, keyId, circuit, key, publicInputs.map(bigintToJson)]));
}

/**
 * Id of a statement's job. It follows from the statement, so that the database itself refuses a
 * second one, also after a restart.
 *
 * @param generation - From 0: a job that has gone wrong is replaced by the next generation.
 */
export function jobIdOf(statement: string, generation: number): string {
  const hex = sha256(`${statement}:${generation}`);
  // A UUID of version 8, RFC 9562: bits of our own.
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`];
  return [...parts, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");
}

/** Name of the queue of a key: who lacks the key, or has another one, sees none of its jobs. */
export function queueOf({ keyId, circuit, key }: FarmKey): string {
  return `proofs-${sha256(JSON.stringify([keyId, circuit, key])).slice(0, 32)}`;
}

function encodeValue(value: InputValue | InputValues): unknown {
  if (typeof value === "bigint") return bigintToJson(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return Array.from(value as readonly InputValue[], encodeValue);
  }
  if (typeof value !== "object") return value;
  const entries = Object.entries(value as InputValues);
  return Object.fromEntries(entries.map(([name, each]) => [name, encodeValue(each)]));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
