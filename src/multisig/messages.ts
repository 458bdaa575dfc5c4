/** Strict readers of what other members send: known fields only, each of its one form. */
import { isHexString } from "ethers";
import { SUBGROUP_ORDER } from "../crypto/baby-jubjub.ts";
import { multisigError } from "./errors.ts";

/** Version of all messages; it changes with any of their forms. */
export const MESSAGE_VERSION = 1;

/** Where a field is read from, for errors. */
export interface FieldPlace {
  /** What the message is, such as "commitment". */
  readonly source: string;
  readonly field: string;
  readonly member?: number | undefined;
}

/** Creates the error of a field that is not as expected. */
export function fieldError({ source, field, member }: FieldPlace, expected: string) {
  return multisigError({ code: "MULTISIG_MESSAGE_INVALID", source, member, field, expected });
}

/** Reads an object with exactly these fields. @throws MULTISIG_MESSAGE_INVALID */
export function readFields(
  value: unknown,
  keys: readonly string[],
  place: FieldPlace,
): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw fieldError(place, `an object with ${keys.join(", ")}`);
  }
  const names = Object.keys(value);
  const stranger = names.find((name) => !keys.includes(name));
  if (stranger !== undefined) {
    throw fieldError({ ...place, field: stranger.slice(0, 40) }, "no such field");
  }
  const missing = keys.find((key) => !names.includes(key));
  if (missing !== undefined) throw fieldError({ ...place, field: missing }, "a value");
  return value as Readonly<Record<string, unknown>>;
}

/** The form of one type of message. */
interface MessageForm {
  readonly type: string;
  readonly source: string;
  /** Its fields besides type and version. */
  readonly keys: readonly string[];
}

/**
 * Reads a message of a type and this version.
 *
 * @returns Its fields; `member`, if it has one, is a whole number from 1 on.
 * @throws MULTISIG_MESSAGE_INVALID, which names the member if the message does
 */
export function readMessage(
  value: unknown,
  { type, source, keys }: MessageForm,
): Readonly<Record<string, unknown>> {
  const member = memberOf(value);
  const fields = readFields(value, ["type", "version", ...keys], { source, field: "form", member });
  if (fields["type"] !== type) throw fieldError({ source, field: "type", member }, `"${type}"`);
  if (fields["version"] !== MESSAGE_VERSION) {
    throw fieldError({ source, field: "version", member }, String(MESSAGE_VERSION));
  }
  if (keys.includes("member") && member === undefined) {
    throw fieldError({ source, field: "member" }, "a whole number from 1 on");
  }
  return fields;
}

/** Returns the member that a message names, if it is a message and names one. */
function memberOf(value: unknown): number | undefined {
  if (typeof value !== "object" || value === null || !("member" in value)) return undefined;
  const { member } = value;
  return Number.isSafeInteger(member) && (member as number) >= 1 ? (member as number) : undefined;
}

/** Reads a list that is not longer than expected. @throws MULTISIG_MESSAGE_INVALID */
export function readList(value: unknown, lengthMax: number, place: FieldPlace): unknown[] {
  if (Array.isArray(value) && value.length <= lengthMax) return value;
  throw fieldError(place, `a list of at most ${lengthMax}`);
}

/** Reads a whole number that is not negative. @throws MULTISIG_MESSAGE_INVALID */
export function readNumber(value: unknown, place: FieldPlace): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw fieldError(place, "a whole number from 0 on");
}

/** Reads bytes of one length as lower-case 0x-hex. @throws MULTISIG_MESSAGE_INVALID */
export function readHex(value: unknown, bytes: number, place: FieldPlace): string {
  if (isHexString(value, bytes) && value === value.toLowerCase()) return value;
  throw fieldError(place, `${bytes} bytes of lower-case 0x-hex`);
}

/** Reads 0x-hex without leading zeros, below a limit. @throws MULTISIG_MESSAGE_INVALID */
export function readInteger(value: unknown, limit: bigint, place: FieldPlace): bigint {
  if (typeof value === "string" && /^0x(?:0|[1-9a-f][0-9a-f]{0,63})$/.test(value)) {
    const integer = BigInt(value);
    if (integer < limit) return integer;
  }
  throw fieldError(place, `0x-hex without leading zeros, below ${limit}`);
}

/** Reads a scalar in [0, l). @throws MULTISIG_MESSAGE_INVALID */
export function readScalar(value: unknown, place: FieldPlace): bigint {
  return readInteger(value, SUBGROUP_ORDER, place);
}

/**
 * Sorts one message of each member by its member.
 *
 * @param members - Who has to send one.
 * @returns The messages by member, in the order of `members`.
 * @throws MULTISIG_NOT_A_MEMBER, MULTISIG_MESSAGE_REPEATED, MULTISIG_MESSAGES_INCOMPLETE
 */
export function byMember<T extends { readonly member: number }>(
  messages: readonly T[],
  members: readonly number[],
  source: string,
): ReadonlyMap<number, T> {
  const found = new Map<number, T>();
  for (const message of messages) {
    const { member } = message;
    if (!members.includes(member)) {
      const facts = { member, members: members.length };
      throw multisigError({ code: "MULTISIG_NOT_A_MEMBER", ...facts });
    }
    if (found.has(member)) {
      throw multisigError({ code: "MULTISIG_MESSAGE_REPEATED", source, member });
    }
    found.set(member, message);
  }
  const missing = members.filter((member) => !found.has(member));
  if (missing.length > 0) {
    throw multisigError({ code: "MULTISIG_MESSAGES_INCOMPLETE", source, members: missing });
  }
  return new Map(members.map((member) => [member, found.get(member)!]));
}
