/**
 * What a worker answers, signed. A worker's account in the database can write any answer to any
 * job, also under another worker's name; it cannot sign it. So nobody is blamed for what others do.
 */
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { z } from "zod";
import type { JobProof } from "../prover/prover.ts";
import { decodeProof, encodeProof } from "./job.ts";

/** What became of a job: proven, failed, or given back by a worker that stops. */
export type Outcome =
  | { readonly type: "proof"; readonly proof: JobProof }
  | { readonly type: "failure"; readonly reason: string }
  | { readonly type: "returned" };

/** Who signs answers. */
export interface WorkerIdentity {
  /** Name that its owner gave it, and a fingerprint of its signing key. */
  readonly name: string;
  readonly publicKey: string;
  sign(text: string): string;
}

/** An answer whose signature is right. */
export interface Answer {
  readonly worker: string;
  readonly outcome: Outcome;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}$/;
const REASON_LENGTH_MAX = 300;
/** An answer with a proof has about 1,200 characters. */
export const ANSWER_LENGTH_MAX = 8_192;

const answerSchema = z.object({
  body: z.string().max(ANSWER_LENGTH_MAX),
  publicKey: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  signature: z.string().max(128),
});
const bodySchema = z.object({
  jobId: z.string(),
  name: z.string().regex(NAME),
  type: z.enum(["proof", "failure", "returned"]),
  proof: z.unknown(),
  reason: z.string().optional(),
});

/** Whether a text can name a worker. */
export function isWorkerName(name: string): boolean {
  return NAME.test(name);
}

/** A new key for each start: nothing secret is kept. @param name - See {@link isWorkerName}. */
export function createIdentity(name: string): WorkerIdentity {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const x = publicKey.export({ format: "jwk" }).x!;
  return {
    name: fullName(name, x),
    publicKey: x,
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString("base64url"),
  };
}

/** @param jobId - An answer holds for this job alone. */
export function encodeAnswer(identity: WorkerIdentity, jobId: string, outcome: Outcome) {
  const { publicKey } = identity;
  const [name] = identity.name.split("#");
  const body = JSON.stringify({
    jobId,
    name,
    type: outcome.type,
    ...(outcome.type === "proof" && { proof: encodeProof(outcome.proof) }),
    ...(outcome.type === "failure" && { reason: outcome.reason.slice(0, REASON_LENGTH_MAX) }),
  });
  return { body, publicKey, signature: identity.sign(body) };
}

/** @returns Undefined if nobody has signed it for this job. */
export function decodeAnswer(text: string, jobId: string): Answer | undefined {
  const answer = answerSchema.safeParse(parse(text)).data;
  if (answer === undefined || !isSigned(answer)) return undefined;
  const body = bodySchema.safeParse(parse(answer.body)).data;
  if (body?.jobId !== jobId) return undefined;
  return { worker: fullName(body.name, answer.publicKey), outcome: toOutcome(body) };
}

function toOutcome({ type, proof, reason }: z.infer<typeof bodySchema>): Outcome {
  if (type === "returned") return { type };
  if (type === "failure") return { type, reason: oneLine(reason ?? "it does not say why") };
  const decoded = decodeProof(proof);
  return decoded === undefined
    ? { type: "failure", reason: "its proof cannot be read" }
    : { type, proof: decoded };
}

function isSigned({ body, publicKey, signature }: z.infer<typeof answerSchema>): boolean {
  try {
    const bytes = Buffer.from(signature, "base64url");
    return verify(null, Buffer.from(body), toKey(publicKey), bytes);
  } catch {
    return false;
  }
}

function toKey(x: string): KeyObject {
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
}

function fullName(name: string, publicKey: string): string {
  return `${name}#${createHash("sha256").update(publicKey).digest("hex").slice(0, 16)}`;
}

/** A worker's text goes into logs: it forges no other line. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").slice(0, REASON_LENGTH_MAX);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
