/**
 * Points that other members send. They travel as 64 bytes, x and then y, both big-endian: a reader
 * needs no square root, and each point has one encoding.
 */
import { bytesToHex, concatBytes } from "@noble/hashes/utils.js";
import {
  addPoints,
  IDENTITY,
  isInSubgroup,
  isOnCurve,
  isSamePoint,
  multiplyPoint,
  type Point,
} from "../crypto/baby-jubjub.ts";
import { isFieldElement } from "../crypto/field.ts";
import { integerToBytes } from "../util/bytes.ts";
import { multisigError } from "./errors.ts";

const COORDINATE_BYTES = 32;
const POINT_HEX = /^0x[0-9a-f]{128}$/;

/** Encodes a point as 64 bytes. */
export function pointToBytes({ x, y }: Point): Uint8Array {
  return concatBytes(integerToBytes(x, COORDINATE_BYTES), integerToBytes(y, COORDINATE_BYTES));
}

/** Encodes a point as 0x-hex. */
export function pointToHex(point: Point): string {
  return `0x${bytesToHex(pointToBytes(point))}`;
}

/** Says why a point cannot be a key or a nonce commitment; undefined if it can. */
function problemOf(point: Point): string | undefined {
  if (!isFieldElement(point.x) || !isFieldElement(point.y)) return "is not canonical";
  if (!isOnCurve(point)) return "is not on the curve";
  if (isSamePoint(point, IDENTITY)) return "is the identity";
  // With a component of small order, partial signatures would verify and their sum would not.
  if (!isInSubgroup(point)) return "is not in the prime subgroup";
  return undefined;
}

/**
 * Checks a point of a member.
 *
 * @param source - What it is, such as "public key".
 * @throws MULTISIG_POINT_INVALID
 */
export function assertMemberPoint(point: Point, source: string, member: number | undefined): void {
  const problem = problemOf(point);
  if (problem === undefined) return;
  throw multisigError({ code: "MULTISIG_POINT_INVALID", source, member, problem });
}

/** Decodes and checks a point of a member. @throws MULTISIG_POINT_INVALID */
export function pointFromHex(value: unknown, source: string, member: number | undefined): Point {
  if (typeof value !== "string" || !POINT_HEX.test(value)) {
    const problem = "is not 64 bytes of lower-case 0x-hex";
    throw multisigError({ code: "MULTISIG_POINT_INVALID", source, member, problem });
  }
  const point = { x: BigInt(value.slice(0, 66)), y: BigInt(`0x${value.slice(66)}`) };
  assertMemberPoint(point, source, member);
  return point;
}

/** Adds points; the sum of none is the identity. */
export function sumPoints(points: readonly Point[]): Point {
  return points.reduce((sum, point) => addPoints(sum, point), IDENTITY);
}

/** Adds multiples of points. @param scalars - Not negative, one a point. */
export function combinePoints(points: readonly Point[], scalars: readonly bigint[]): Point {
  return sumPoints(points.map((point, index) => multiplyPoint(point, scalars[index]!)));
}
