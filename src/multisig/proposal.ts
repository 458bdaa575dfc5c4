/**
 * Proposals: what a session signs. A proposal names the transaction itself, and each member
 * computes the signed message from it, so that nobody signs a number that another has computed.
 */
import { bytesToHex, hexToBytes, randomBytes } from "@noble/hashes/utils.js";
import { FIELD_MODULUS } from "../crypto/field.ts";
import { getAddress, isHexString } from "ethers";
import { signingDomain, signingMessage, type Transaction } from "../operations/transaction.ts";
import { TRANSACTION_FORMS } from "../operations/transaction-forms.ts";
import { ADDRESS_BYTES } from "../protocol/constants.ts";
import type { RollupIdentity } from "../sdk/key-derivation.ts";
import { integerToBytes } from "../util/bytes.ts";
import { bigintToJson, toJson } from "../util/json.ts";
import { multisigError } from "./errors.ts";
import { type MultisigGroup, toSigners } from "./group.ts";
import {
  fieldError,
  MESSAGE_VERSION,
  readFields,
  readHex,
  readInteger,
  readList,
  readMessage,
  readNumber,
} from "./messages.ts";
import { hashBytes, scalarToBytes } from "./scalars.ts";

const TYPE = "multisig/proposal";
const SALT_BYTES = 16;
const DIGEST_BYTES = 32;
const QUANTITY_LIMIT = 1n << 128n;
const SOURCE = "proposal";

/** The rollup of a proposal, as JSON. */
interface RollupJson {
  readonly chainId: string;
  readonly rollupAddress: string;
}

/** A proposal, which travels by any channel. */
export interface MultisigProposal {
  readonly type: "multisig/proposal";
  readonly version: typeof MESSAGE_VERSION;
  /** Fingerprint of the group. */
  readonly group: string;
  /** Members that sign, ascending. */
  readonly signers: readonly number[];
  /** 16 random bytes of 0x-hex: two sessions for one transaction differ. */
  readonly salt: string;
  /** Rollup and transaction, with bigints as 0x-hex; or else `message`. */
  readonly rollup?: RollupJson;
  readonly transaction?: unknown;
  /** A bare field element, which members only sign if they pass it themselves. */
  readonly message?: string;
}

/** What a proposal is for: a transaction, or a bare field element such as of a batch. */
export type ProposalContent =
  | { readonly rollup: RollupIdentity; readonly transaction: Transaction }
  | { readonly message: bigint };

/** A proposal that has been read and checked. */
export interface ReadProposal {
  readonly signers: readonly number[];
  readonly content: ProposalContent;
  /** The field element to sign. */
  readonly message: bigint;
  /** 16 random bytes of 0x-hex. */
  readonly salt: string;
  /** Id of the session: a hash of group, signers, message and salt; 32 bytes of 0x-hex. */
  readonly session: string;
}

/**
 * Proposes to sign a transaction.
 *
 * @param group - The signing group.
 * @param signers - Members that will sign, from 1 on: all of a MuSig2 group, or of a FROST group
 * any, at least as many as the threshold.
 * @param content - The rollup and the complete transaction; or a bare message, for experts.
 * @returns The proposal, for all signers.
 * @throws MULTISIG_SIGNERS_INVALID, AMOUNT_OUT_OF_RANGE, FIELD_OUT_OF_RANGE,
 * MULTISIG_MESSAGE_INVALID
 *
 * @example
 * const [{ group }] = dealFrostShares({ threshold: 2, members: 3 });
 * const rollup = await provider.getConfig();
 * const content = { type: "withdraw", accountId: 1, tokenId: 0, recipient: 0xb0bn, amount: 5n };
 * const transaction = { ...content, fee: 0n, nonce: 0, validFrom: 0n, validUntil: 2n ** 64n - 1n };
 * const proposal = createProposal(group, [1, 3], { rollup, transaction });
 * readProposal(group, proposal).content.transaction; // transaction
 * createProposal(group, [1], { rollup, transaction }); // throws MULTISIG_SIGNERS_INVALID
 */
export function createProposal(
  group: MultisigGroup,
  signers: readonly number[],
  content: ProposalContent,
): MultisigProposal {
  const salt = `0x${bytesToHex(randomBytes(SALT_BYTES))}`;
  return proposalWithSalt(group, signers, content, salt);
}

/** As {@link createProposal}, with a given salt. */
export function proposalWithSalt(
  group: MultisigGroup,
  signers: readonly number[],
  content: ProposalContent,
  salt: string,
): MultisigProposal {
  const head = { type: TYPE, version: MESSAGE_VERSION, group: group.fingerprint } as const;
  const all = { ...head, signers: toSigners(group, signers), salt };
  const proposal =
    "message" in content
      ? { ...all, message: bigintToJson(content.message) }
      : { ...all, rollup: toRollupJson(content.rollup), transaction: toJson(content.transaction) };
  messageOf(readContent(proposal)); // what is sent can be read and signed
  return proposal;
}

function toRollupJson({ chainId, rollupAddress }: RollupIdentity): RollupJson {
  return { chainId: bigintToJson(chainId), rollupAddress: getAddress(rollupAddress) };
}

/**
 * Reads a proposal strictly, and computes from the transaction what is signed.
 *
 * @param group - The group of the reader.
 * @param value - The proposal, unchecked.
 * @returns Signers, content, message and session. Show the content to whoever decides.
 * @throws MULTISIG_MESSAGE_INVALID, MULTISIG_SESSION_MISMATCH for another group,
 * MULTISIG_SIGNERS_INVALID, AMOUNT_OUT_OF_RANGE, FIELD_OUT_OF_RANGE
 *
 * @example
 * const [{ group }] = dealFrostShares({ threshold: 2, members: 3 });
 * const proposal = createProposal(group, [1, 2], { message: 7n });
 * readProposal(group, JSON.parse(JSON.stringify(proposal))).message; // 7n
 * readProposal(group, { ...proposal, note: "" }); // throws MULTISIG_MESSAGE_INVALID
 */
export function readProposal(group: MultisigGroup, value: unknown): ReadProposal {
  const isBare = typeof value === "object" && value !== null && "message" in value;
  const own = isBare ? ["message"] : ["rollup", "transaction"];
  const keys = ["group", "signers", "salt", ...own];
  const fields = readMessage(value, { type: TYPE, source: SOURCE, keys });
  const named = readHex(fields["group"], DIGEST_BYTES, { source: SOURCE, field: "group" });
  if (named !== group.fingerprint) {
    const facts = { source: SOURCE, member: undefined, session: named };
    throw multisigError({
      code: "MULTISIG_SESSION_MISMATCH",
      ...facts,
      expected: group.fingerprint,
    });
  }
  const list = readList(fields["signers"], group.members.length, {
    source: SOURCE,
    field: "signers",
  });
  const signers = toSigners(
    group,
    list.map((id) => readNumber(id, { source: SOURCE, field: "signers" })),
  );
  const salt = readHex(fields["salt"], SALT_BYTES, { source: SOURCE, field: "salt" });
  const content = readContent(fields);
  const message = messageOf(content);
  const session = sessionOf(group, signers, message, salt);
  return { signers, content, message, salt, session };
}

/** Writes a proposal as it was read: a copy that does not change with the original. */
export function writeProposal(
  group: MultisigGroup,
  { signers, content, salt }: ReadProposal,
): MultisigProposal {
  return proposalWithSalt(group, signers, content, salt);
}

/** @throws MULTISIG_MESSAGE_INVALID */
function readContent(fields: Readonly<Record<string, unknown>>): ProposalContent {
  const { rollup, transaction, message } = fields;
  if (message === undefined) {
    return { rollup: readRollup(rollup), transaction: readTransaction(transaction) };
  }
  return { message: readInteger(message, FIELD_MODULUS, { source: SOURCE, field: "message" }) };
}

/** Computes the signed field element. @throws AMOUNT_OUT_OF_RANGE, FIELD_OUT_OF_RANGE */
function messageOf(content: ProposalContent): bigint {
  if ("message" in content) return content.message;
  const { rollup, transaction } = content;
  return signingMessage(transaction, signingDomain(rollup.chainId, BigInt(rollup.rollupAddress)));
}

function sessionOf(
  { fingerprint }: MultisigGroup,
  signers: readonly number[],
  message: bigint,
  salt: string,
): string {
  const digest = hashBytes(
    "session",
    integerToBytes(BigInt(fingerprint), DIGEST_BYTES),
    scalarToBytes(message),
    hexToBytes(salt.slice(2)),
    Uint8Array.from(signers),
  );
  return `0x${bytesToHex(digest.slice(0, DIGEST_BYTES))}`;
}

function readRollup(value: unknown): RollupIdentity {
  const place = { source: SOURCE, field: "rollup" };
  const fields = readFields(value, ["chainId", "rollupAddress"], place);
  const { rollupAddress } = fields;
  const chainId = readInteger(fields["chainId"], 1n << 256n, { ...place, field: "chainId" });
  if (!isHexString(rollupAddress, ADDRESS_BYTES) || getAddress(rollupAddress) !== rollupAddress) {
    throw fieldError({ ...place, field: "rollupAddress" }, "an address with its checksum");
  }
  return { chainId, rollupAddress };
}

/**
 * Checks one fact of a proposal against what a member expects.
 *
 * @param what - Name of the fact.
 * @throws MULTISIG_CONTENT_MISMATCH
 */
export function assertContent(what: string, proposed: string, expected: string): void {
  if (proposed === expected) return;
  throw multisigError({ code: "MULTISIG_CONTENT_MISMATCH", what, proposed, expected });
}

/** Checks the rollup of a proposal. @throws MULTISIG_CONTENT_MISMATCH */
export function assertRollup(proposed: RollupIdentity, expected: RollupIdentity): void {
  const nameOf = ({ chainId, rollupAddress }: RollupIdentity) =>
    `${getAddress(rollupAddress)} on chain ${chainId}`;
  assertContent("rollup", nameOf(proposed), nameOf(expected));
}

const NUMBER_FIELDS = ["accountId", "tokenId", "nonce"];
const QUANTITY_FIELDS = ["fee", "validFrom", "validUntil"];

/** Reads a transaction without a signature: the fields of its type, and no others. */
function readTransaction(value: unknown): Transaction {
  const place = (field: string) => ({ source: SOURCE, field });
  const named = typeof value === "object" && value !== null && "type" in value ? value.type : null;
  const form = TRANSACTION_FORMS.find(({ type }) => type === named);
  if (form === undefined) {
    const known = TRANSACTION_FORMS.map(({ type }) => type).join(", ");
    throw fieldError(place("transaction"), `one of the types ${known}`);
  }
  const quantities = [...QUANTITY_FIELDS, ...form.columns];
  const keys = ["type", ...NUMBER_FIELDS, ...quantities];
  const fields = readFields(value, keys, place("transaction"));
  const numbers = NUMBER_FIELDS.map((field) => [field, readNumber(fields[field], place(field))]);
  const bigints = quantities.map((field) => {
    return [field, readInteger(fields[field], limitOf(field), place(field))];
  });
  return Object.fromEntries([["type", form.type], ...numbers, ...bigints]) as Transaction;
}

function limitOf(field: string): bigint {
  return field === "recipient" ? 1n << BigInt(8 * ADDRESS_BYTES) : QUANTITY_LIMIT;
}
