/**
 * Signing sessions: three messages by any channel.
 *
 * 1. Commitment: each signer's nonces, after it has reviewed the proposal.
 * 2. Package: all commitments. Anybody collects them; a coordinator sees no secret, and can at
 *    worst make the session fail.
 * 3. Share: each signer's partial signature. Anybody adds them up.
 */
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import type { Signature } from "../crypto/eddsa.ts";
import type { SignedTransaction, TransactionSignature } from "../operations/transaction.ts";
import type { RollupIdentity } from "../sdk/key-derivation.ts";
import { bigintToJson } from "../util/json.ts";
import { multisigError } from "./errors.ts";
import { MEMBERS_MAX, type MultisigGroup } from "./group.ts";
import { type MultisigMember, secretOf } from "./member.ts";
import {
  byMember,
  MESSAGE_VERSION,
  readHex,
  readList,
  readMessage,
  readScalar,
} from "./messages.ts";
import { INSPECT, type NonceCommitment, SecretNonces } from "./nonces.ts";
import { pointFromHex, pointToBytes, pointToHex } from "./points.ts";
import { assertContent, assertRollup, type ReadProposal, readProposal } from "./proposal.ts";
import { hashBytes } from "./scalars.ts";
import { addShares, type Commitments, createRound, signShare } from "./signing.ts";

/** Nonce commitments of one signer: the first message. */
export interface CommitmentMessage {
  readonly type: "multisig/commitment";
  readonly version: typeof MESSAGE_VERSION;
  readonly session: string;
  readonly member: number;
  /** Points, 64 bytes of 0x-hex each. */
  readonly hiding: string;
  readonly binding: string;
}

/** The commitments of all signers: the second message. */
export interface PackageMessage {
  readonly type: "multisig/package";
  readonly version: typeof MESSAGE_VERSION;
  readonly session: string;
  readonly commitments: readonly CommitmentMessage[];
}

/** A partial signature: the third message. */
export interface ShareMessage {
  readonly type: "multisig/share";
  readonly version: typeof MESSAGE_VERSION;
  readonly session: string;
  readonly member: number;
  /** Hash of the package that was signed, 32 bytes of 0x-hex. */
  readonly package: string;
  /** Scalar, 0x-hex. */
  readonly share: string;
}

/** What a member expects, so that a proposal cannot mislead it. */
export type Expectation =
  /** The rollup that the member uses: the proposal's transaction must be for it. */
  | { readonly rollup: RollupIdentity }
  /** The message that the member has computed itself, as of a batch. */
  | { readonly message: bigint };

const DIGEST_BYTES = 32;
const TYPES = {
  commitment: "multisig/commitment",
  package: "multisig/package",
  share: "multisig/share",
} as const;

/** @throws MULTISIG_SESSION_MISMATCH */
function assertSame(
  { source, member, session }: { source: string; member: number | undefined; session: string },
  expected: string,
): void {
  if (session === expected) return;
  throw multisigError({ code: "MULTISIG_SESSION_MISMATCH", source, member, session, expected });
}

interface ReadCommitment {
  readonly member: number;
  readonly points: NonceCommitment;
  /** As it was sent. */
  readonly message: CommitmentMessage;
}

function readCommitment(value: unknown, session: string): ReadCommitment {
  const source = "commitment";
  const keys = ["session", "member", "hiding", "binding"];
  const fields = readMessage(value, { type: TYPES.commitment, source, keys });
  const member = fields["member"] as number;
  const place = { source, member, field: "session" };
  const named = readHex(fields["session"], DIGEST_BYTES, place);
  assertSame({ source, member, session: named }, session);
  const points = {
    hiding: pointFromHex(fields["hiding"], "hiding nonce", member),
    binding: pointFromHex(fields["binding"], "binding nonce", member),
  };
  return { member, points, message: value as CommitmentMessage };
}

/** Reads one commitment of each signer. @returns The messages in order, and their points. */
function readCommitments(values: readonly unknown[], { signers, session }: ReadProposal) {
  const list = readList(values, signers.length, { source: "commitments", field: "list" });
  const read = list.map((value) => readCommitment(value, session));
  const ordered = byMember(read, signers, "commitment");
  const commitments: Commitments = new Map(
    [...ordered].map(([member, { points }]) => [member, points]),
  );
  return { ordered: [...ordered.values()], commitments };
}

function readPackage(value: unknown, proposal: ReadProposal): Commitments {
  const source = "package";
  const keys = ["session", "commitments"];
  const fields = readMessage(value, { type: TYPES.package, source, keys });
  const session = readHex(fields["session"], DIGEST_BYTES, { source, field: "session" });
  assertSame({ source, member: undefined, session }, proposal.session);
  const list = readList(fields["commitments"], MEMBERS_MAX, { source, field: "commitments" });
  return readCommitments(list, proposal).commitments;
}

/** Names a package: the hash of session and commitments. */
function packageDigest({ session }: ReadProposal, commitments: Commitments): string {
  const parts = [...commitments].flatMap(([member, { hiding, binding }]) => [
    Uint8Array.of(member),
    pointToBytes(hiding),
    pointToBytes(binding),
  ]);
  const digest = hashBytes("package", hexToBytes(session.slice(2)), ...parts);
  return `0x${bytesToHex(digest.slice(0, DIGEST_BYTES))}`;
}

/** @throws MULTISIG_BLIND, MULTISIG_CONTENT_MISMATCH */
function assertExpected({ content, message }: ReadProposal, expected: Expectation): void {
  if ("message" in expected) {
    assertContent("message", bigintToJson(message), bigintToJson(expected.message));
    return;
  }
  if ("message" in content) throw multisigError({ code: "MULTISIG_BLIND" });
  assertRollup(content.rollup, expected.rollup);
}

/**
 * One member's part in one session. Its nonces are in memory only and sign once; a session that is
 * interrupted is started again from a new proposal.
 *
 * @example
 * const [first, second, third] = dealFrostShares({ threshold: 2, members: 3 });
 * const rollup = await provider.getConfig();
 * const content = { type: "withdraw", accountId: 1, tokenId: 0, recipient: 0xb0bn, amount: 5n };
 * const transaction = { ...content, fee: 0n, nonce: 0, validFrom: 0n, validUntil: 2n ** 64n - 1n };
 * const proposal = createProposal(first.group, [1, 3], { rollup, transaction });
 * // Each member reads the transaction, which `describeTransaction` puts in words, and joins.
 * const one = new MultisigSession(first, proposal, { rollup });
 * const other = new MultisigSession(third, proposal, { rollup });
 * const commitments = [one.commitment, other.commitment];
 * const packed = bundleCommitments(first.group, proposal, commitments);
 * const shares = [one.sign(packed), other.sign(packed)];
 * const signed = combineShares(first.group, proposal, packed, shares);
 * signed.transaction.publicKey; // first.group.publicKey
 * one.sign(packed); // throws MULTISIG_NONCES_USED
 * new MultisigSession(second, proposal, { rollup }); // throws MULTISIG_NOT_A_MEMBER
 */
export class MultisigSession {
  /** First message, for whoever bundles. */
  readonly commitment: CommitmentMessage;
  /** What is signed: signers, transaction, message. */
  readonly proposal: ReadProposal;
  readonly #member: MultisigMember;
  readonly #nonces: SecretNonces;
  /**
   * Signs, once. A wrong package is refused before the nonces are used, so a right one may follow.
   * A function as a field, so that no structured clone copies the session.
   *
   * @param packed - The second message, unchecked.
   * @returns The third message, for whoever combines.
   * @throws MULTISIG_MESSAGE_INVALID, MULTISIG_SESSION_MISMATCH, MULTISIG_POINT_INVALID,
   * MULTISIG_NOT_A_MEMBER, MULTISIG_MESSAGE_REPEATED, MULTISIG_MESSAGES_INCOMPLETE,
   * MULTISIG_COMMITMENT_REPLACED, MULTISIG_NONCES_USED
   */
  readonly sign: (packed: unknown) => ShareMessage;

  /**
   * Joins a session: show the transaction to the person who decides first.
   *
   * @param member - The member, with its secret.
   * @param proposal - The proposal, unchecked.
   * @param expected - The rollup that this member uses, or the message it has computed itself.
   * @throws as `readProposal`, MULTISIG_NOT_A_MEMBER, MULTISIG_BLIND, MULTISIG_CONTENT_MISMATCH
   */
  constructor(member: MultisigMember, proposal: unknown, expected: Expectation) {
    const { group, id } = member;
    this.proposal = readProposal(group, proposal);
    const { signers, message, session } = this.proposal;
    if (!signers.includes(id)) {
      const facts = { member: id, members: group.members.length };
      throw multisigError({ code: "MULTISIG_NOT_A_MEMBER", ...facts });
    }
    assertExpected(this.proposal, expected);
    this.#member = member;
    this.#nonces = new SecretNonces({
      secret: secretOf(member),
      memberKey: group.members[id - 1]!,
      groupKey: group.publicKey,
      message,
      session: hexToBytes(session.slice(2)),
    });
    const { hiding, binding } = this.#nonces.commitment;
    this.commitment = {
      type: TYPES.commitment,
      version: MESSAGE_VERSION,
      session,
      member: id,
      hiding: pointToHex(hiding),
      binding: pointToHex(binding),
    };
    this.sign = (packed) => this.#sign(packed);
  }

  #sign(packed: unknown): ShareMessage {
    const { group, id } = this.#member;
    const { message, session } = this.proposal;
    const commitments = readPackage(packed, this.proposal);
    const { hiding, binding } = commitments.get(id)!;
    const { commitment } = this;
    const isOwn =
      pointToHex(hiding) === commitment.hiding && pointToHex(binding) === commitment.binding;
    if (!isOwn) throw multisigError({ code: "MULTISIG_COMMITMENT_REPLACED", member: id });
    const round = createRound(group, commitments, message);
    const share = signShare(round, id, secretOf(this.#member), this.#nonces.take());
    return {
      type: TYPES.share,
      version: MESSAGE_VERSION,
      session,
      member: id,
      package: packageDigest(this.proposal, commitments),
      share: bigintToJson(share),
    };
  }

  /**
   * Refuses to be written to JSON by accident.
   *
   * @throws MULTISIG_SECRET_SERIALIZED
   */
  toJSON(): never {
    throw multisigError({ code: "MULTISIG_SECRET_SERIALIZED", secret: "session" });
  }

  /** Returns the session's id and the member's number, for logs. */
  [INSPECT](): string {
    return `MultisigSession ${this.proposal.session} of member ${this.#member.id}`;
  }
}

/**
 * Makes the second message of a session from the first ones. Anybody can.
 *
 * @param group - The signing group.
 * @param proposal - The session's proposal, unchecked.
 * @param commitments - One of each signer, unchecked.
 * @returns The package for all signers.
 * @throws as `readProposal`, MULTISIG_MESSAGE_INVALID, MULTISIG_SESSION_MISMATCH,
 * MULTISIG_POINT_INVALID, MULTISIG_NOT_A_MEMBER, MULTISIG_MESSAGE_REPEATED,
 * MULTISIG_MESSAGES_INCOMPLETE
 *
 * @example
 * const [{ group }] = dealFrostShares({ threshold: 2, members: 3 });
 * const proposal = createProposal(group, [1, 3], { message: 7n });
 * bundleCommitments(group, proposal, []); // throws MULTISIG_MESSAGES_INCOMPLETE
 */
export function bundleCommitments(
  group: MultisigGroup,
  proposal: unknown,
  commitments: readonly unknown[],
): PackageMessage {
  const read = readProposal(group, proposal);
  const { ordered } = readCommitments(commitments, read);
  const messages = ordered.map(({ message }) => message);
  const head = { type: TYPES.package, version: MESSAGE_VERSION, session: read.session } as const;
  return { ...head, commitments: messages };
}

/** What a session has made. */
export interface MultisigResult {
  /** An ordinary EdDSA signature of the message by the group's key. */
  readonly signature: Signature;
  /** The signed transaction; none for a bare message. */
  readonly transaction?: SignedTransaction & TransactionSignature;
}

/**
 * Adds up the partial signatures of a session, after it has checked each. Anybody can.
 *
 * @param group - The signing group.
 * @param proposal - The session's proposal, unchecked.
 * @param packed - The session's package, unchecked.
 * @param shares - The third message of each signer, unchecked.
 * @returns The signature, and the signed transaction.
 * @throws as {@link bundleCommitments}, and MULTISIG_MESSAGE_INVALID, MULTISIG_SESSION_MISMATCH,
 * MULTISIG_SHARE_INVALID with the members whose shares are wrong
 *
 * @example
 * const [{ group }] = dealFrostShares({ threshold: 2, members: 3 });
 * const proposal = createProposal(group, [1, 3], { message: 7n });
 * combineShares(group, proposal, {}, []); // throws MULTISIG_MESSAGE_INVALID
 */
export function combineShares(
  group: MultisigGroup,
  proposal: unknown,
  packed: unknown,
  shares: readonly unknown[],
): MultisigResult {
  const read = readProposal(group, proposal);
  const commitments = readPackage(packed, read);
  const digest = packageDigest(read, commitments);
  const list = readList(shares, read.signers.length, { source: "shares", field: "list" });
  const sent = list.map((value) => readShare(value, read.session, digest));
  const ordered = byMember(sent, read.signers, "share");
  const values = new Map([...ordered].map(([member, { share }]) => [member, share]));
  const round = createRound(group, commitments, read.message);
  const signature = addShares(group, round, read.message, values);
  const { content } = read;
  if ("message" in content) return { signature };
  const { publicKey } = group;
  return { signature, transaction: { ...content.transaction, publicKey, signature } };
}

function readShare(value: unknown, session: string, digest: string) {
  const source = "share";
  const keys = ["session", "member", "package", "share"];
  const fields = readMessage(value, { type: TYPES.share, source, keys });
  const member = fields["member"] as number;
  const hex = (field: string) => readHex(fields[field], DIGEST_BYTES, { source, member, field });
  assertSame({ source, member, session: hex("session") }, session);
  assertSame({ source, member, session: hex("package") }, digest);
  return { member, share: readScalar(fields["share"], { source, member, field: "share" }) };
}
