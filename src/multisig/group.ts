/**
 * Groups of signers: who the members are, and how their keys make one key.
 *
 * The one key is an ordinary EdDSA key A of the rollup. A signature satisfies S·B8 = R + h·8A with
 * circomlib's h = Poseidon(R, A, m). With A = k·B8 that is Schnorr's equation in the subgroup of
 * prime order l, for the challenge c = 8h mod l: S = r + c·k. All that follows is about shares of k
 * and r; the cofactor 8 occurs in c and nowhere else.
 */
import { bytesToHex } from "@noble/hashes/utils.js";
import { IDENTITY, isSamePoint, type Point } from "../crypto/baby-jubjub.ts";
import { hashPublicKey } from "../kernel/signatures.ts";
import { integerToBytes } from "../util/bytes.ts";
import { compareText } from "../util/compare-text.ts";
import { multisigError } from "./errors.ts";
import { assertMemberPoint, combinePoints, pointToBytes, pointToHex } from "./points.ts";
import { hashBytes, hashToScalar, lagrangeCoefficient } from "./scalars.ts";

/** Maximum number of members: the work of a session grows with its square. */
export const MEMBERS_MAX = 64;

/** How a group signs: all members (MuSig2), or any `threshold` of them (FROST). */
export type MultisigScheme = "musig2" | "frost";

/** The public description of a group. Create it with the functions of this module only. */
export interface MultisigGroup {
  readonly scheme: MultisigScheme;
  /** Number of signers that a signature needs. */
  readonly threshold: number;
  /** Public key of each member, or in FROST of its share; member 1 is the first. */
  readonly members: readonly Point[];
  /** The one key, a point of the prime subgroup. */
  readonly publicKey: Point;
  /** Poseidon hash of the key, which the account stores. */
  readonly pubKeyHash: bigint;
  /** Hash of all of the above, 32 bytes of 0x-hex: members compare it. */
  readonly fingerprint: string;
}

/** Checks a threshold and a number of members. @throws MULTISIG_SIZE_INVALID */
export function assertSize(threshold: number, members: number): void {
  const isWhole = Number.isSafeInteger(threshold) && Number.isSafeInteger(members);
  if (isWhole && threshold >= 2 && threshold <= members && members <= MEMBERS_MAX) return;
  const facts = { threshold, members, maximum: MEMBERS_MAX };
  throw multisigError({ code: "MULTISIG_SIZE_INVALID", ...facts });
}

/**
 * Aggregates public keys as MuSig2 does: A = Σ a_i·A_i, where the coefficient a_i hashes all keys
 * and A_i. So no member gains by a key that depends on the others (a rogue key). In the manner of
 * BIP-327, with keys sorted; without its shortcut of a coefficient 1 for the second key.
 *
 * @param publicKeys - One of each member, in any order: members count in the order of the
 * encodings. Such as `RollupSigner.publicKey`.
 * @returns The group, in which all members sign.
 * @throws MULTISIG_SIZE_INVALID, MULTISIG_POINT_INVALID, MULTISIG_KEY_DUPLICATE,
 * MULTISIG_GROUP_KEY_INVALID
 * @see https://github.com/bitcoin/bips/blob/master/bip-0327.mediawiki
 * @see https://eprint.iacr.org/2020/1261
 *
 * @example
 * const keys = [1, 2, 3].map((byte) => RollupSigner.fromSeed(new Uint8Array(32).fill(byte)));
 * const group = createMusigGroup(keys.map(({ publicKey }) => publicKey));
 * group.threshold; // 3
 * createMusigGroup([keys[0].publicKey, keys[0].publicKey]); // throws MULTISIG_KEY_DUPLICATE
 */
export function createMusigGroup(publicKeys: readonly Point[]): MultisigGroup {
  assertSize(publicKeys.length, publicKeys.length);
  publicKeys.forEach((key, index) => assertMemberPoint(key, "public key", index + 1));
  const members = [...publicKeys].sort((one, other) =>
    compareText(pointToHex(one), pointToHex(other)),
  );
  const next = members.findIndex((key, i) => i > 0 && isSamePoint(key, members[i - 1]!));
  if (next >= 0) throw multisigError({ code: "MULTISIG_KEY_DUPLICATE", members: [next, next + 1] });
  const publicKey = combinePoints(members, musigCoefficients(members));
  return toGroup({ scheme: "musig2", threshold: members.length, members, publicKey });
}

/** Computes a_i for each member. @param members - Sorted. */
function musigCoefficients(members: readonly Point[]): bigint[] {
  const keys = hashBytes("musig/keys", ...members.map(pointToBytes));
  return members.map((key) => hashToScalar("musig/coefficient", keys, pointToBytes(key)));
}

/**
 * Creates a FROST group from the public shares. The group's key is what the first `threshold`
 * shares interpolate to, and all others must agree with it.
 *
 * @throws MULTISIG_SIZE_INVALID, MULTISIG_POINT_INVALID, MULTISIG_GROUP_INCONSISTENT,
 * MULTISIG_GROUP_KEY_INVALID
 */
export function createFrostGroup(threshold: number, members: readonly Point[]): MultisigGroup {
  assertSize(threshold, members.length);
  members.forEach((share, index) => assertMemberPoint(share, "public share", index + 1));
  const ids = Array.from({ length: threshold }, (_, index) => index + 1);
  const interpolate = (at: number) =>
    combinePoints(
      members.slice(0, threshold),
      ids.map((id) => lagrangeCoefficient(ids, id, at)),
    );
  for (let id = threshold + 1; id <= members.length; id++) {
    if (isSamePoint(interpolate(id), members[id - 1]!)) continue;
    throw multisigError({ code: "MULTISIG_GROUP_INCONSISTENT", member: id });
  }
  return toGroup({ scheme: "frost", threshold, members, publicKey: interpolate(0) });
}

function toGroup(
  group: Pick<MultisigGroup, "scheme" | "threshold" | "members" | "publicKey">,
): MultisigGroup {
  const { scheme, threshold, members, publicKey } = group;
  if (isSamePoint(publicKey, IDENTITY)) {
    throw multisigError({ code: "MULTISIG_GROUP_KEY_INVALID" });
  }
  const digest = hashBytes(
    `group/${scheme}`,
    integerToBytes(threshold, 1),
    pointToBytes(publicKey),
    ...members.map(pointToBytes),
  );
  const fingerprint = `0x${bytesToHex(digest.slice(0, 32))}`;
  return Object.freeze({ ...group, pubKeyHash: hashPublicKey(publicKey), fingerprint });
}

/**
 * Checks who signs: distinct members, at least as many as the threshold.
 *
 * @returns The signers, ascending.
 * @throws MULTISIG_SIGNERS_INVALID
 */
export function toSigners(
  { threshold, members }: MultisigGroup,
  signers: readonly number[],
): number[] {
  const isMember = (id: number) => Number.isSafeInteger(id) && id >= 1 && id <= members.length;
  const isDistinct = new Set(signers).size === signers.length;
  if (signers.every(isMember) && isDistinct && signers.length >= threshold) {
    return [...signers].sort((one, other) => one - other);
  }
  const facts = { signers: signers.slice(0, MEMBERS_MAX), threshold, members: members.length };
  throw multisigError({ code: "MULTISIG_SIGNERS_INVALID", ...facts });
}

/** Returns the weight of each signer's secret in the group's: k = Σ weight·secret mod l. */
export function weightsOf(
  { scheme, members }: MultisigGroup,
  signers: readonly number[],
): ReadonlyMap<number, bigint> {
  if (scheme === "frost") {
    return new Map(signers.map((id) => [id, lagrangeCoefficient(signers, id)]));
  }
  const coefficients = musigCoefficients(members);
  return new Map(signers.map((id) => [id, coefficients[id - 1]!]));
}
