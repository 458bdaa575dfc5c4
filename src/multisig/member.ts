/** A member of a group with its secret share. */
import { multiplyBase, isSamePoint, COFACTOR } from "../crypto/baby-jubjub.ts";
import { createSigningKey } from "../crypto/eddsa.ts";
import { bigintToJson } from "../util/json.ts";
import { multisigError } from "./errors.ts";
import type { MultisigGroup } from "./group.ts";
import { type GroupJson, groupFromJson, groupToJson } from "./group-json.ts";
import { readMessage, readScalar } from "./messages.ts";
import { INSPECT } from "./nonces.ts";
import { toScalar } from "./scalars.ts";

/** What a member keeps, with its secret in the clear. */
export interface MemberSecret {
  readonly type: "multisig/member-secret";
  readonly version: 1;
  readonly member: number;
  readonly group: GroupJson;
  /** Secret scalar, 0x-hex. */
  readonly secret: string;
}

const TYPE = "multisig/member-secret";

/** Reads the secret of a member; for this module, and never exported to users. */
export let secretOf: (member: MultisigMember) => bigint;

/**
 * One member of a group: it can sign its part of a session. The secret is in no field that code
 * outside can read, `JSON.stringify` throws, and inspecting shows nothing of it.
 *
 * @example
 * const seeds = [1, 2].map((byte) => new Uint8Array(32).fill(byte));
 * const group = createMusigGroup(seeds.map((seed) => RollupSigner.fromSeed(seed).publicKey));
 * const member = MultisigMember.fromSeed(group, seeds[0]);
 * member.group.fingerprint === group.fingerprint; // true
 * JSON.stringify(member); // throws MULTISIG_SECRET_SERIALIZED
 */
export class MultisigMember {
  static {
    secretOf = (member) => member.#secret;
  }

  /** The group, which is public. */
  readonly group: MultisigGroup;
  /** Number of the member, from 1 on. */
  readonly id: number;
  /**
   * Exports the secret, to store it in a safe place. The only way to it.
   *
   * @returns A JSON-safe object, which is as secret as the share. A function as a field, so that no
   * structured clone copies the member.
   */
  readonly exportSecret: () => MemberSecret;
  readonly #secret: bigint;

  /**
   * @param secret - Scalar whose multiple of B8 is the member's public key.
   * @throws MULTISIG_NOT_A_MEMBER, MULTISIG_SECRET_MISMATCH
   */
  constructor(group: MultisigGroup, id: number, secret: bigint) {
    const key = group.members[id - 1];
    if (key === undefined) {
      const facts = { member: id, members: group.members.length };
      throw multisigError({ code: "MULTISIG_NOT_A_MEMBER", ...facts });
    }
    const reduced = toScalar(secret);
    if (!isSamePoint(multiplyBase(reduced), key)) {
      throw multisigError({ code: "MULTISIG_SECRET_MISMATCH", member: id });
    }
    this.group = group;
    this.id = id;
    this.#secret = reduced;
    this.exportSecret = () => ({
      type: TYPE,
      version: 1,
      member: id,
      group: groupToJson(group),
      secret: bigintToJson(this.#secret),
    });
  }

  /**
   * Finds the member of a MuSig2 group that a seed belongs to.
   *
   * @param group - From {@link createMusigGroup}.
   * @param seed - 32 secret bytes, as of `RollupSigner.fromSeed`.
   * @returns The member.
   * @throws SIGNING_SEED_LENGTH, MULTISIG_NOT_A_MEMBER, MULTISIG_SECRET_MISMATCH
   */
  static fromSeed(group: MultisigGroup, seed: Uint8Array): MultisigMember {
    const secret = createSigningKey(seed).scalar / COFACTOR;
    const publicKey = multiplyBase(secret);
    const index = group.members.findIndex((key) => isSamePoint(key, publicKey));
    if (index >= 0) return new MultisigMember(group, index + 1, secret);
    const facts = { member: undefined, members: group.members.length };
    throw multisigError({ code: "MULTISIG_NOT_A_MEMBER", ...facts });
  }

  /**
   * Loads what {@link MultisigMember.exportSecret} has returned.
   *
   * @param value - The object, unchecked.
   * @returns The member.
   * @throws MULTISIG_MESSAGE_INVALID, MULTISIG_SECRET_MISMATCH, and as {@link groupFromJson}
   */
  static fromSecret(value: unknown): MultisigMember {
    const source = "member's secret";
    const fields = readMessage(value, { type: TYPE, source, keys: ["member", "group", "secret"] });
    const secret = readScalar(fields["secret"], { source, field: "secret" });
    return new MultisigMember(groupFromJson(fields["group"]), fields["member"] as number, secret);
  }

  /**
   * Refuses to be written to JSON by accident.
   *
   * @throws MULTISIG_SECRET_SERIALIZED
   */
  toJSON(): never {
    throw multisigError({ code: "MULTISIG_SECRET_SERIALIZED", secret: "member's secret" });
  }

  /** Returns the number and the group's fingerprint, for logs. */
  [INSPECT](): string {
    return `MultisigMember ${this.id} of ${this.group.fingerprint}`;
  }
}
