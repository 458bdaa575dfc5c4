/** What is known of an expression before signals have values. */
import { add, FIELD_MODULUS, invert, multiply, negate } from "../../crypto/field.ts";
import type { BinaryOperator, UnaryOperator } from "../language/syntax.ts";
import { applyBinary, applyUnary } from "./field-operations.ts";

/** A sum of signals with coefficients, and a constant. */
export interface Linear {
  readonly kind: "linear";
  readonly constant: bigint;
  /** Coefficients by the symbol of a signal; some may be 0. */
  readonly terms: ReadonlyMap<number, bigint>;
}

/** A product of two linear forms, and a third one: a · b + c. */
export interface Quadratic {
  readonly kind: "quadratic";
  readonly a: Linear;
  readonly b: Linear;
  readonly c: Linear;
}

/** Depends on signals, but not by any form that a constraint can have. */
export interface Unknown {
  readonly kind: "unknown";
}

export type Form = Linear | Quadratic | Unknown;

/** A single value: known, or a form in signals. */
export type Scalar = bigint | Form;

export const UNKNOWN: Unknown = { kind: "unknown" };
const MINUS_ONE = FIELD_MODULUS - 1n;

/** Returns the form of a signal. */
export function signalForm(symbol: number): Linear {
  return { kind: "linear", constant: 0n, terms: new Map([[symbol, 1n]]) };
}

/** Returns a known value or a linear form as a linear form. */
function toLinear(value: bigint | Linear): Linear {
  return typeof value === "bigint" ? { kind: "linear", constant: value, terms: new Map() } : value;
}

/** Applies a binary operator to any scalars. @throws ArithmeticProblem */
export function combine(operator: BinaryOperator, left: Scalar, right: Scalar): Scalar {
  if (typeof left === "bigint" && typeof right === "bigint") {
    return applyBinary(operator, left, right);
  }
  switch (operator) {
    case "+":
      return sum(left, right);
    case "-":
      return sum(left, typeof right === "bigint" ? negate(right) : scale(right, MINUS_ONE));
    case "*":
      return product(left, right);
    case "/":
      return typeof right === "bigint" && right !== 0n ? product(left, invert(right)) : UNKNOWN;
    case "**":
      return right === 2n ? product(left, left) : UNKNOWN;
    default:
      return UNKNOWN;
  }
}

export function combineUnary(operator: UnaryOperator, value: Scalar): Scalar {
  if (typeof value === "bigint") return applyUnary(operator, value);
  return operator === "-" ? product(MINUS_ONE, value) : UNKNOWN;
}

function sum(left: Scalar, right: Scalar): Scalar {
  if (isLinear(left)) return isLinear(right) ? sumLinear(left, right) : addTo(right, left);
  if (isLinear(right)) return addTo(left, right);
  return UNKNOWN;
}

function addTo(form: Quadratic | Unknown, linear: bigint | Linear): Form {
  if (form.kind === "unknown") return UNKNOWN;
  return { ...form, c: sumLinear(toLinear(linear), form.c) };
}

/** Copies the longer one: a sum often grows by one signal at a time. */
function sumLinear(left: bigint | Linear, right: bigint | Linear): Linear {
  if (typeof left === "bigint") return shift(right as Linear, left);
  if (typeof right === "bigint") return shift(left, right);
  const [longer, shorter] = left.terms.size < right.terms.size ? [right, left] : [left, right];
  const terms = new Map(longer.terms);
  for (const [symbol, coefficient] of shorter.terms) {
    const before = terms.get(symbol);
    terms.set(symbol, before === undefined ? coefficient : add(before, coefficient));
  }
  return { kind: "linear", constant: add(left.constant, right.constant), terms };
}

function shift({ kind, constant, terms }: Linear, by: bigint): Linear {
  return { kind, constant: add(constant, by), terms };
}

function product(left: Scalar, right: Scalar): Scalar {
  if (typeof left === "bigint") return scale(right as Form, left);
  if (typeof right === "bigint") return scale(left, right);
  if (left.kind !== "linear" || right.kind !== "linear") return UNKNOWN;
  return { kind: "quadratic", a: left, b: right, c: toLinear(0n) };
}

function scale(form: Form, factor: bigint): Form {
  switch (form.kind) {
    case "unknown":
      return UNKNOWN;
    case "linear":
      return scaleLinear(form, factor);
    case "quadratic":
      return { ...form, a: scaleLinear(form.a, factor), c: scaleLinear(form.c, factor) };
  }
}

function scaleLinear({ constant, terms }: Linear, factor: bigint): Linear {
  const scaled = new Map<number, bigint>();
  for (const [symbol, coefficient] of terms) {
    scaled.set(symbol, factor === MINUS_ONE ? negate(coefficient) : multiply(coefficient, factor));
  }
  return { kind: "linear", constant: multiply(constant, factor), terms: scaled };
}

function isLinear(value: Scalar): value is bigint | Linear {
  return typeof value === "bigint" || value.kind === "linear";
}

/** A constraint a · b = c over the signals of one template instance and of its components. */
export interface ConstraintForm {
  readonly a: Linear;
  readonly b: Linear;
  readonly c: Linear;
}

/**
 * Returns the constraint left = right.
 *
 * @returns Null if both sides are known, or the same: such a constraint is not written to an r1cs.
 *   Undefined if it is not quadratic.
 */
export function toConstraint(left: Scalar, right: Scalar): ConstraintForm | null | undefined {
  const difference = combine("-", left, right);
  if (typeof difference === "bigint") return null;
  if (difference.kind === "unknown") return undefined;
  const zero = toLinear(0n);
  const { a, b, c } =
    difference.kind === "quadratic" ? difference : { a: zero, b: zero, c: difference };
  const [cleanA, cleanB, cleanC] = [clean(a), clean(b), scaleLinear(clean(c), MINUS_ONE)];
  const isProduct = !isZero(cleanA) && !isZero(cleanB);
  const form = isProduct ? { a: cleanA, b: cleanB, c: cleanC } : { a: zero, b: zero, c: cleanC };
  return form.a.terms.size + form.b.terms.size + form.c.terms.size === 0 ? null : form;
}

function clean(linear: Linear): Linear {
  const terms = new Map([...linear.terms].filter(([, coefficient]) => coefficient !== 0n));
  return terms.size === linear.terms.size ? linear : { ...linear, terms };
}

function isZero({ constant, terms }: Linear): boolean {
  return constant === 0n && terms.size === 0;
}
