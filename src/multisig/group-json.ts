/** Groups as JSON-safe objects. The group's key is not among the fields: readers compute it. */
import { multisigError } from "./errors.ts";
import {
  createFrostGroup,
  createMusigGroup,
  MEMBERS_MAX,
  type MultisigGroup,
  type MultisigScheme,
} from "./group.ts";
import { fieldError, MESSAGE_VERSION, readList, readMessage, readNumber } from "./messages.ts";
import { pointFromHex, pointToHex } from "./points.ts";

/** A group as JSON. */
export interface GroupJson {
  readonly type: "multisig/group";
  readonly version: typeof MESSAGE_VERSION;
  readonly scheme: MultisigScheme;
  readonly threshold: number;
  /** Public keys or shares, member 1 first; 64 bytes of 0x-hex each. */
  readonly members: readonly string[];
}

const TYPE = "multisig/group";

/**
 * Writes a group as JSON; it is public.
 *
 * @param group - The group.
 * @returns A JSON-safe object for {@link groupFromJson}.
 *
 * @example
 * const [first] = dealFrostShares({ threshold: 2, members: 3 });
 * const text = JSON.stringify(groupToJson(first.group));
 * groupFromJson(JSON.parse(text)).fingerprint === first.group.fingerprint; // true
 */
export function groupToJson({ scheme, threshold, members }: MultisigGroup): GroupJson {
  const keys = members.map(pointToHex);
  return { type: TYPE, version: MESSAGE_VERSION, scheme, threshold, members: keys };
}

/**
 * Reads a group, checks every key, and computes the group's key. Compare the fingerprint with the
 * other members before money is sent to the account.
 *
 * @param value - The object, unchecked.
 * @returns The group.
 * @throws MULTISIG_MESSAGE_INVALID, MULTISIG_SIZE_INVALID, MULTISIG_POINT_INVALID,
 * MULTISIG_KEY_DUPLICATE, MULTISIG_GROUP_INCONSISTENT, MULTISIG_GROUP_KEY_INVALID
 *
 * @example
 * groupFromJson({ type: "multisig/group" }); // throws MULTISIG_MESSAGE_INVALID
 */
export function groupFromJson(value: unknown): MultisigGroup {
  const source = "group";
  const fields = readMessage(value, {
    type: TYPE,
    source,
    keys: ["scheme", "threshold", "members"],
  });
  const { scheme } = fields;
  const threshold = readNumber(fields["threshold"], { source, field: "threshold" });
  const members = readList(fields["members"], MEMBERS_MAX, { source, field: "members" }).map(
    (key, index) => pointFromHex(key, "public key", index + 1),
  );
  if (scheme === "frost") return createFrostGroup(threshold, members);
  if (scheme !== "musig2") {
    throw fieldError({ source, field: "scheme" }, '"musig2" or "frost"');
  }
  const group = createMusigGroup(members);
  if (threshold === group.threshold) return group;
  const facts = { threshold, members: members.length, maximum: MEMBERS_MAX };
  throw multisigError({ code: "MULTISIG_SIZE_INVALID", ...facts });
}
