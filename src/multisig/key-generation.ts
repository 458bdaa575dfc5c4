/**
 * Distributed key generation of a FROST group: nobody ever knows the key. Pedersen's protocol with
 * proofs of possession, as in figure 1 of the FROST paper, in two messages that all members see.
 *
 * 1. Announcement: commitments to the coefficients of a secret polynomial, a proof of knowledge of
 *    its constant, and a key for this run only, to which others encrypt.
 * 2. Shares: the polynomial's value for each other member, encrypted to it, and a hash of all
 *    announcements, so that nobody can show different ones to different members.
 *
 * Names of culprits are as good as the channel: it must be authentic, but need not be confidential.
 *
 * @see https://eprint.iacr.org/2020/852
 */
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import {
  addPoints,
  isSamePoint,
  multiplyBase,
  multiplyPoint,
  type Point,
} from "../crypto/baby-jubjub.ts";
import { integerFromBytes, integerToBytes } from "../util/bytes.ts";
import { bigintToJson } from "../util/json.ts";
import { multisigError } from "./errors.ts";
import { assertSize, createFrostGroup } from "./group.ts";
import { MultisigMember } from "./member.ts";
import {
  byMember,
  fieldError,
  MESSAGE_VERSION,
  readFields,
  readHex,
  readList,
  readMessage,
  readNumber,
  readScalar,
} from "./messages.ts";
import { INSPECT } from "./nonces.ts";
import { pointFromHex, pointToBytes, pointToHex, sumPoints } from "./points.ts";
import { randomPolynomial, randomScalar } from "./dealer.ts";
import {
  evaluatePolynomial,
  hashBytes,
  hashToScalar,
  SCALAR_BYTES,
  scalarToBytes,
  toScalar,
} from "./scalars.ts";

/** First message of a member, for all others. */
export interface KeygenAnnouncement {
  readonly type: "multisig/keygen-announcement";
  readonly version: typeof MESSAGE_VERSION;
  /** Id of the run, 32 bytes of 0x-hex. */
  readonly session: string;
  readonly member: number;
  /** Multiples of B8 by the polynomial's coefficients, the constant first. */
  readonly commitments: readonly string[];
  /** Key to which shares for this member are encrypted. */
  readonly encryptionKey: string;
  /** Schnorr proof of the constant: nonce commitment and response. */
  readonly proof: { readonly nonce: string; readonly response: string };
}

/** Second message of a member, for all others. */
export interface KeygenShares {
  readonly type: "multisig/keygen-shares";
  readonly version: typeof MESSAGE_VERSION;
  readonly session: string;
  readonly member: number;
  /** Hash of all announcements, 32 bytes of 0x-hex. */
  readonly transcript: string;
  /** Encrypted share of each member, 32 bytes of 0x-hex; the sender's own place is empty text. */
  readonly shares: readonly string[];
}

/** Opens what a member has received in this run, which has failed, so that all can judge. */
export interface KeygenComplaint {
  readonly type: "multisig/keygen-complaint";
  readonly version: typeof MESSAGE_VERSION;
  readonly session: string;
  /** Who complains. */
  readonly member: number;
  readonly accused: number;
  /** Secret of the complainer's encryption key, 0x-hex. */
  readonly encryptionSecret: string;
}

/** What all members of a run agree on beforehand. */
export interface KeygenOptions {
  /** Text that no earlier run has had, such as name and date; 1 to 100 printable characters. */
  readonly label: string;
  /** Number of signers that a signature needs, from 2 on. */
  readonly threshold: number;
  /** Number of members, up to 64. */
  readonly members: number;
}

interface Announced {
  readonly member: number;
  readonly commitments: readonly Point[];
  readonly encryptionKey: Point;
  readonly proof: { readonly nonce: Point; readonly response: bigint };
}

const LABEL_CHARACTERS_MAX = 100;
const DIGEST_BYTES = 32;
const TYPES = {
  announcement: "multisig/keygen-announcement",
  shares: "multisig/keygen-shares",
  complaint: "multisig/keygen-complaint",
} as const;

/** @throws MULTISIG_SIZE_INVALID, KEYGEN_LABEL_INVALID */
function sessionOf({ label, threshold, members }: KeygenOptions): string {
  assertSize(threshold, members);
  if (label.length > LABEL_CHARACTERS_MAX || !/^[\x20-\x7e]+$/.test(label)) {
    const facts = { length: label.length, maximum: LABEL_CHARACTERS_MAX };
    throw multisigError({ code: "KEYGEN_LABEL_INVALID", ...facts });
  }
  const size = Uint8Array.of(threshold, members);
  return toDigest(hashBytes("keygen/session", size, utf8ToBytes(label)));
}

function toDigest(hash: Uint8Array): string {
  return `0x${bytesToHex(hash.slice(0, DIGEST_BYTES))}`;
}

function toIds(members: number): number[] {
  return Array.from({ length: members }, (_, index) => index + 1);
}

/** Everything of an announcement but its proof, which signs it. */
function announcedBytes(session: string, announced: Omit<Announced, "proof">): Uint8Array[] {
  const { member, commitments, encryptionKey } = announced;
  return [
    integerToBytes(BigInt(session), DIGEST_BYTES),
    integerToBytes(member, 1),
    pointToBytes(encryptionKey),
    ...commitments.map(pointToBytes),
  ];
}

function proofChallenge(
  session: string,
  announced: Omit<Announced, "proof">,
  nonce: Point,
): bigint {
  return hashToScalar("keygen/proof", pointToBytes(nonce), ...announcedBytes(session, announced));
}

/** Returns whether the sender knows the constant of its polynomial: μ·B8 = R + c·C_0. */
function isProofValid(session: string, announced: Announced): boolean {
  const { nonce, response } = announced.proof;
  const challenge = proofChallenge(session, announced, nonce);
  const expected = addPoints(nonce, multiplyPoint(announced.commitments[0]!, challenge));
  return isSamePoint(multiplyBase(response), expected);
}

function readAnnouncement(value: unknown, session: string, threshold: number): Announced {
  const source = "announcement";
  const keys = ["session", "member", "commitments", "encryptionKey", "proof"];
  const fields = readMessage(value, { type: TYPES.announcement, source, keys });
  const member = fields["member"] as number;
  assertSession(fields, session, source);
  const place = { source, member };
  const list = readList(fields["commitments"], threshold, { ...place, field: "commitments" });
  if (list.length !== threshold) {
    throw fieldError({ ...place, field: "commitments" }, `${threshold} points`);
  }
  const proof = readFields(fields["proof"], ["nonce", "response"], { ...place, field: "proof" });
  return {
    member,
    commitments: list.map((point) => pointFromHex(point, "commitment", member)),
    encryptionKey: pointFromHex(fields["encryptionKey"], "encryption key", member),
    proof: {
      nonce: pointFromHex(proof["nonce"], "proof", member),
      response: readScalar(proof["response"], { ...place, field: "response" }),
    },
  };
}

interface ReadShares {
  readonly member: number;
  readonly transcript: string;
  /** Encrypted shares by the receiver's place. */
  readonly shares: readonly string[];
}

function readShares(value: unknown, session: string, members: number): ReadShares {
  const source = "shares";
  const keys = ["session", "member", "transcript", "shares"];
  const fields = readMessage(value, { type: TYPES.shares, source, keys });
  const member = fields["member"] as number;
  assertSession(fields, session, source);
  const place = { source, member, field: "shares" };
  const list = readList(fields["shares"], members, place);
  if (list.length !== members) throw fieldError(place, `${members} shares`);
  const shares = list.map((share, index) => {
    if (index === member - 1 && share === "") return share;
    return readHex(share, SCALAR_BYTES, place);
  });
  const transcript = readHex(fields["transcript"], DIGEST_BYTES, { ...place, field: "transcript" });
  return { member, transcript, shares };
}

/** @throws MULTISIG_SESSION_MISMATCH */
function assertSession(
  fields: Readonly<Record<string, unknown>>,
  expected: string,
  source: string,
): void {
  const member = fields["member"] as number;
  const field = "session";
  const session = readHex(fields["session"], DIGEST_BYTES, { source, member, field });
  if (session === expected) return;
  throw multisigError({ code: "MULTISIG_SESSION_MISMATCH", source, member, session, expected });
}

/** Reads and checks one announcement of each member. */
function readAnnouncements(
  values: readonly unknown[],
  session: string,
  { threshold, members }: KeygenOptions,
): ReadonlyMap<number, Announced> {
  const list = readList(values, members, { source: "announcements", field: "list" });
  const read = list.map((value) => readAnnouncement(value, session, threshold));
  const announced = byMember(read, toIds(members), "announcement");
  const wrong = [...announced.values()].filter((each) => !isProofValid(session, each));
  if (wrong.length > 0) {
    const names = wrong.map(({ member }) => member);
    throw multisigError({ code: "KEYGEN_PROOF_INVALID", members: names });
  }
  return announced;
}

function transcriptOf(session: string, announced: ReadonlyMap<number, Announced>): string {
  const parts = [...announced.values()].flatMap((each) => [
    ...announcedBytes(session, each),
    pointToBytes(each.proof.nonce),
    scalarToBytes(each.proof.response),
  ]);
  return toDigest(hashBytes("keygen/transcript", ...parts));
}

/** Returns f(id)·B8 of a committed polynomial, by Horner's rule: its scalars are short. */
function evaluateCommitments(commitments: readonly Point[], id: number): Point {
  return commitments.reduceRight((value, commitment) =>
    addPoints(multiplyPoint(value, BigInt(id)), commitment),
  );
}

/** Who sends a share to whom in which run. */
interface Envelope {
  readonly transcript: string;
  readonly from: number;
  readonly to: number;
  /** Diffie-Hellman point of both encryption keys. */
  readonly shared: Point;
}

/** A pad for one share; each pair of members has one a run, and one in each direction. */
function padOf({ transcript, from, to, shared }: Envelope): Uint8Array {
  const place = [integerToBytes(BigInt(transcript), DIGEST_BYTES), Uint8Array.of(from, to)];
  return hashBytes("keygen/share", ...place, pointToBytes(shared)).slice(0, SCALAR_BYTES);
}

function encryptShare(share: bigint, envelope: Envelope): string {
  const pad = padOf(envelope);
  return `0x${bytesToHex(scalarToBytes(share).map((byte, index) => byte ^ pad[index]!))}`;
}

/** @returns The share, which is checked against the commitments; undefined if it is wrong. */
function decryptShare(encrypted: string, envelope: Envelope, dealer: Announced) {
  const pad = integerFromBytes(padOf(envelope));
  const share = BigInt(encrypted) ^ pad;
  if (share !== toScalar(share)) return undefined;
  const isRight = isSamePoint(
    multiplyBase(share),
    evaluateCommitments(dealer.commitments, envelope.to),
  );
  return isRight ? share : undefined;
}

/**
 * One member's part in a distributed key generation. It keeps its secrets in memory only; a run
 * that is interrupted starts again with a new label.
 *
 * @example
 * const options = { label: "treasury 2026-12-01", threshold: 2, members: 3 };
 * const runs = [1, 2, 3].map((member) => new KeyGeneration(member, options));
 * const announcements = runs.map(({ announcement }) => announcement);
 * const shares = runs.map((run) => run.createShares(announcements));
 * const members = runs.map((run) => run.finish(shares));
 * members[2].group.fingerprint === members[0].group.fingerprint; // true
 */
export class KeyGeneration {
  /** First message, for all members. */
  readonly announcement: KeygenAnnouncement;
  /** Number of this member, from 1 on. */
  readonly id: number;
  /**
   * Opens this run to judges, after KEYGEN_SHARE_INVALID: it publishes the secret with which shares
   * of this run were encrypted to this member. The run is over for all. A function as a field, so
   * that no structured clone copies the run.
   *
   * @param accused - Member whose share was wrong.
   * @returns A message for {@link judgeComplaint}.
   */
  readonly complain: (accused: number) => KeygenComplaint;
  readonly #options: KeygenOptions;
  readonly #session: string;
  readonly #coefficients: readonly bigint[];
  readonly #encryptionSecret: bigint;
  #announced: ReadonlyMap<number, Announced> | undefined;
  /** A complaint has published what protects the shares to this member. */
  #isOver = false;

  /**
   * @param id - Number of this member; members agree on their numbers.
   * @throws MULTISIG_SIZE_INVALID, KEYGEN_LABEL_INVALID, MULTISIG_NOT_A_MEMBER
   */
  constructor(id: number, options: KeygenOptions) {
    const { threshold, members } = options;
    this.#session = sessionOf(options);
    if (!toIds(members).includes(id)) {
      throw multisigError({ code: "MULTISIG_NOT_A_MEMBER", member: id, members });
    }
    this.id = id;
    this.#options = { ...options };
    this.#coefficients = randomPolynomial(randomScalar(), threshold);
    this.#encryptionSecret = randomScalar();
    this.announcement = this.#announce();
    this.complain = (accused) => {
      this.#isOver = true;
      return {
        type: TYPES.complaint,
        version: MESSAGE_VERSION,
        session: this.#session,
        member: id,
        accused,
        encryptionSecret: bigintToJson(this.#encryptionSecret),
      };
    };
  }

  #announce(): KeygenAnnouncement {
    const commitments = this.#coefficients.map(multiplyBase);
    const encryptionKey = multiplyBase(this.#encryptionSecret);
    const announced = { member: this.id, commitments, encryptionKey };
    const secretNonce = randomScalar();
    const nonce = multiplyBase(secretNonce);
    const challenge = proofChallenge(this.#session, announced, nonce);
    const response = toScalar(secretNonce + challenge * this.#coefficients[0]!);
    return {
      type: TYPES.announcement,
      version: MESSAGE_VERSION,
      session: this.#session,
      member: this.id,
      commitments: commitments.map(pointToHex),
      encryptionKey: pointToHex(encryptionKey),
      proof: { nonce: pointToHex(nonce), response: bigintToJson(response) },
    };
  }

  /**
   * Checks all announcements, and creates the second message. Once only: shares sent for two sets
   * of announcements could add up to the secret.
   *
   * @param announcements - One of each member, this one included, unchecked.
   * @returns The message for all members.
   * @throws MULTISIG_MESSAGE_INVALID, MULTISIG_SESSION_MISMATCH, MULTISIG_POINT_INVALID,
   * MULTISIG_NOT_A_MEMBER, MULTISIG_MESSAGE_REPEATED, MULTISIG_MESSAGES_INCOMPLETE,
   * MULTISIG_COMMITMENT_REPLACED, KEYGEN_PROOF_INVALID, KEYGEN_STEP_REPEATED,
   * KEYGEN_RUN_OVER
   */
  createShares(announcements: readonly unknown[]): KeygenShares {
    this.#assertGoesOn();
    if (this.#announced !== undefined) {
      throw multisigError({ code: "KEYGEN_STEP_REPEATED", member: this.id });
    }
    const announced = readAnnouncements(announcements, this.#session, this.#options);
    const own = announced.get(this.id)!;
    const isOwn = own.commitments.map(pointToHex).join() === this.announcement.commitments.join();
    if (!isOwn || pointToHex(own.encryptionKey) !== this.announcement.encryptionKey) {
      throw multisigError({ code: "MULTISIG_COMMITMENT_REPLACED", member: this.id });
    }
    this.#announced = announced;
    const transcript = transcriptOf(this.#session, announced);
    const shares = [...announced.values()].map(({ member: to, encryptionKey }) => {
      if (to === this.id) return "";
      const shared = multiplyPoint(encryptionKey, this.#encryptionSecret);
      const share = evaluatePolynomial(this.#coefficients, BigInt(to));
      return encryptShare(share, { transcript, from: this.id, to, shared });
    });
    const head = { type: TYPES.shares, version: MESSAGE_VERSION, session: this.#session } as const;
    return { ...head, member: this.id, transcript, shares };
  }

  /**
   * Checks the shares of all members, and computes this member's secret and the group.
   *
   * @param messages - The second message of each member, this one included, unchecked.
   * @returns The member. Compare the group's fingerprint with all others before using it.
   * @throws MULTISIG_MESSAGE_INVALID, MULTISIG_SESSION_MISMATCH, MULTISIG_NOT_A_MEMBER,
   * MULTISIG_MESSAGE_REPEATED, MULTISIG_MESSAGES_INCOMPLETE, KEYGEN_VIEWS_DIFFER,
   * KEYGEN_SHARE_INVALID, MULTISIG_GROUP_KEY_INVALID, KEYGEN_RUN_OVER
   */
  finish(messages: readonly unknown[]): MultisigMember {
    this.#assertGoesOn();
    const { threshold, members } = this.#options;
    const announced = this.#announced;
    if (announced === undefined) {
      const facts = { source: "announcement", members: toIds(members) };
      throw multisigError({ code: "MULTISIG_MESSAGES_INCOMPLETE", ...facts });
    }
    const list = readList(messages, members, { source: "shares", field: "list" });
    const read = list.map((value) => readShares(value, this.#session, members));
    const sent = byMember(read, toIds(members), "shares");
    assertSameViews(sent, transcriptOf(this.#session, announced));
    const secret = this.#sumOfShares(announced, sent);
    // The sum of all polynomials is the group's; its commitments are added up once for all members.
    const all = [...announced.values()];
    const commitments = this.#coefficients.map((_, k) =>
      sumPoints(all.map((each) => each.commitments[k]!)),
    );
    const publicShares = toIds(members).map((id) => evaluateCommitments(commitments, id));
    return new MultisigMember(createFrostGroup(threshold, publicShares), this.id, secret);
  }

  /** @throws KEYGEN_RUN_OVER */
  #assertGoesOn(): void {
    if (this.#isOver) throw multisigError({ code: "KEYGEN_RUN_OVER", member: this.id });
  }

  /** @throws KEYGEN_SHARE_INVALID */
  #sumOfShares(
    announced: ReadonlyMap<number, Announced>,
    sent: ReadonlyMap<number, ReadShares>,
  ): bigint {
    const to = this.id;
    let sum = evaluatePolynomial(this.#coefficients, BigInt(to));
    const wrong: number[] = [];
    for (const [from, { transcript, shares }] of sent) {
      if (from === to) continue;
      const dealer = announced.get(from)!;
      const shared = multiplyPoint(dealer.encryptionKey, this.#encryptionSecret);
      const share = decryptShare(shares[to - 1]!, { transcript, from, to, shared }, dealer);
      if (share === undefined) wrong.push(from);
      else sum = toScalar(sum + share);
    }
    if (wrong.length === 0) return sum;
    throw multisigError({ code: "KEYGEN_SHARE_INVALID", members: wrong });
  }

  /**
   * Refuses to be written to JSON by accident.
   *
   * @throws MULTISIG_SECRET_SERIALIZED
   */
  toJSON(): never {
    throw multisigError({ code: "MULTISIG_SECRET_SERIALIZED", secret: "key generation" });
  }

  /** Returns the number and the run, for logs. */
  [INSPECT](): string {
    return `KeyGeneration of member ${this.id} in ${this.#session}`;
  }
}

/** @throws KEYGEN_VIEWS_DIFFER if members have sent shares for other announcements */
function assertSameViews(sent: ReadonlyMap<number, ReadShares>, transcript: string): void {
  const others = [...sent.values()].filter((each) => each.transcript !== transcript);
  if (others.length === 0) return;
  const members = others.map(({ member }) => member);
  throw multisigError({ code: "KEYGEN_VIEWS_DIFFER", members });
}

/** What all members have seen of a run. */
export interface KeygenRecord {
  /** The first message of each member. */
  readonly announcements: readonly unknown[];
  /** The second message of each member. */
  readonly shares: readonly unknown[];
}

/**
 * Judges a complaint: decrypts the share in question as its receiver could, and checks it.
 *
 * @param options - Of the run.
 * @param record - All messages of the run, as the judge has seen them.
 * @param complaint - From {@link KeyGeneration.complain}, unchecked.
 * @returns The member who is at fault: the accused, or else who complains without a reason.
 * @throws MULTISIG_SIZE_INVALID, KEYGEN_LABEL_INVALID, MULTISIG_MESSAGE_INVALID,
 * MULTISIG_SESSION_MISMATCH, MULTISIG_POINT_INVALID, MULTISIG_NOT_A_MEMBER,
 * MULTISIG_MESSAGE_REPEATED, MULTISIG_MESSAGES_INCOMPLETE, KEYGEN_PROOF_INVALID,
 * KEYGEN_VIEWS_DIFFER: then nobody can judge
 *
 * @example
 * const options = { label: "a judged run", threshold: 2, members: 2 };
 * const runs = [1, 2].map((member) => new KeyGeneration(member, options));
 * const announcements = runs.map(({ announcement }) => announcement);
 * const shares = runs.map((run) => run.createShares(announcements));
 * // Member 2 complains of member 1, whose share is right.
 * judgeComplaint(options, { announcements, shares }, runs[1].complain(1)); // 2
 */
export function judgeComplaint(
  options: KeygenOptions,
  record: KeygenRecord,
  complaint: unknown,
): number {
  const source = "complaint";
  const session = sessionOf(options);
  const keys = ["session", "member", "accused", "encryptionSecret"];
  const fields = readMessage(complaint, { type: TYPES.complaint, source, keys });
  assertSession(fields, session, source);
  const to = fields["member"] as number;
  const from = readNumber(fields["accused"], { source, member: to, field: "accused" });
  const place = { source, member: to, field: "encryptionSecret" };
  const secret = readScalar(fields["encryptionSecret"], place);
  const announced = readAnnouncements(record.announcements, session, options);
  const { members } = options;
  const list = readList(record.shares, members, { source: "shares", field: "list" });
  const read = list.map((value) => readShares(value, session, members));
  const sent = byMember(read, toIds(members), "shares");
  assertSameViews(sent, transcriptOf(session, announced));
  const [complainer, dealer] = [announced.get(to), announced.get(from)];
  if (complainer === undefined || dealer === undefined || to === from) {
    const facts = { member: complainer === undefined ? to : from, members };
    throw multisigError({ code: "MULTISIG_NOT_A_MEMBER", ...facts });
  }
  if (!isSamePoint(multiplyBase(secret), complainer.encryptionKey)) return to;
  const { transcript, shares } = sent.get(from)!;
  const shared = multiplyPoint(dealer.encryptionKey, secret);
  const share = decryptShare(shares[to - 1]!, { transcript, from, to, shared }, dealer);
  return share === undefined ? from : to;
}
