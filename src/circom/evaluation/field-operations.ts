/**
 * The operators of circom on field elements, as its witness generators compute them.
 *
 * @see https://docs.circom.io/circom-language/basic-operators/
 */
import { add, FIELD_BITS, FIELD_MODULUS, multiply, negate, subtract } from "../../crypto/field.ts";
import type { BinaryOperator, UnaryOperator } from "../language/syntax.ts";
import { invertFast } from "./inversion.ts";

const HALF = FIELD_MODULUS / 2n;
const MASK = (1n << BigInt(FIELD_BITS)) - 1n;

/** An operation without a result, such as an integer division by zero. */
export class ArithmeticProblem extends Error {}

export function applyUnary(operator: UnaryOperator, value: bigint): bigint {
  switch (operator) {
    case "-":
      return negate(value);
    case "!":
      return toBit(value === 0n);
    case "~":
      return toElement(value ^ MASK);
  }
}

/** Both operands are in [0, r), and so is the result. @throws ArithmeticProblem */
export function applyBinary(operator: BinaryOperator, left: bigint, right: bigint): bigint {
  return OPERATIONS[operator](left, right);
}

/** Returns the integer that comparisons and people read: from -r/2 to r/2. */
export function toSigned(value: bigint): bigint {
  return value > HALF ? value - FIELD_MODULUS : value;
}

const OPERATIONS: Readonly<Record<BinaryOperator, (left: bigint, right: bigint) => bigint>> = {
  "+": add,
  "-": subtract,
  "*": multiply,
  // The inverse of 0 is 0.
  "/": (left, right) => (right === 0n ? 0n : multiply(left, invertFast(right))),
  "\\": (left, right) => left / nonZero(right),
  "%": (left, right) => left % nonZero(right),
  "**": power,
  "<<": shiftLeft,
  ">>": shiftRight,
  "&": (left, right) => toElement(left & right),
  "|": (left, right) => toElement(left | right),
  "^": (left, right) => toElement(left ^ right),
  "&&": (left, right) => toBit(left !== 0n && right !== 0n),
  "||": (left, right) => toBit(left !== 0n || right !== 0n),
  "==": (left, right) => toBit(left === right),
  "!=": (left, right) => toBit(left !== right),
  "<": (left, right) => toBit(toSigned(left) < toSigned(right)),
  ">": (left, right) => toBit(toSigned(left) > toSigned(right)),
  "<=": (left, right) => toBit(toSigned(left) <= toSigned(right)),
  ">=": (left, right) => toBit(toSigned(left) >= toSigned(right)),
};

function toBit(condition: boolean): bigint {
  return condition ? 1n : 0n;
}

/** Reduces an integer of at most {@link FIELD_BITS} bits. */
function toElement(value: bigint): bigint {
  return value % FIELD_MODULUS;
}

function nonZero(divisor: bigint): bigint {
  if (divisor === 0n) throw new ArithmeticProblem("an integer is divided by 0");
  return divisor;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}

/** A distance above r/2 is a negative one. */
function shiftLeft(value: bigint, distance: bigint): bigint {
  if (distance > HALF) return shiftRight(value, FIELD_MODULUS - distance);
  return distance >= FIELD_BITS ? 0n : toElement((value << distance) & MASK);
}

function shiftRight(value: bigint, distance: bigint): bigint {
  if (distance > HALF) return shiftLeft(value, FIELD_MODULUS - distance);
  return distance >= FIELD_BITS ? 0n : value >> distance;
}
