/** Compiles expressions to functions of a frame. */
import { FIELD_MODULUS } from "../../crypto/field.ts";
import type { Binary, Conditional, Expression, Unary } from "../language/syntax.ts";
import { notUnderstood } from "../language/tokens.ts";
import { compileAnonymous, readOutput } from "./anonymous.ts";
import { compileCall } from "./calls.ts";
import { decide } from "./decisions.ts";
import { applyBinary } from "./field-operations.ts";
import { combine, combineUnary, UNKNOWN } from "./forms.ts";
import type { Evaluate } from "./frame.ts";
import { compileVariable } from "./references.ts";
import type { Scope } from "./scope.ts";
import { arrayOf, toScalar } from "./values.ts";

/** @throws CIRCUIT_NOT_UNDERSTOOD */
export function compileExpression(node: Expression, scope: Scope): Evaluate {
  switch (node.kind) {
    case "number": {
      const value = node.value % FIELD_MODULUS;
      return () => value;
    }
    case "variable":
      return compileVariable(node, scope);
    case "unary":
      return compileUnary(node, scope);
    case "binary":
      return compileBinary(node, scope);
    case "conditional":
      return compileConditional(node, scope);
    case "call":
      return compileCall(node, scope);
    case "array": {
      const elements = node.elements.map((element) => scope.expression(element));
      return (frame) => arrayOf(elements.map((evaluate) => evaluate(frame)));
    }
    case "anonymous": {
      const create = compileAnonymous(node, scope);
      return (frame) => readOutput(create(frame));
    }
    case "parallel":
      return scope.expression(node.operand);
    case "tuple":
      throw notUnderstood(node.span, "a tuple is no value");
  }
}

function compileUnary({ operator, operand }: Unary, scope: Scope): Evaluate {
  const evaluate = scope.expression(operand);
  return (frame) => combineUnary(operator, toScalar(evaluate(frame)));
}

/** Both operands are always evaluated, as by circom. */
function compileBinary({ operator, left, right }: Binary, scope: Scope): Evaluate {
  const evaluateLeft = scope.expression(left);
  const evaluateRight = scope.expression(right);
  return (frame) => {
    const leftValue = evaluateLeft(frame);
    const rightValue = evaluateRight(frame);
    return typeof leftValue === "bigint" && typeof rightValue === "bigint"
      ? applyBinary(operator, leftValue, rightValue)
      : combine(operator, toScalar(leftValue), toScalar(rightValue));
  };
}

function compileConditional(node: Conditional, scope: Scope): Evaluate {
  const condition = scope.expression(node.condition);
  const whenTrue = scope.expression(node.whenTrue);
  const whenFalse = scope.expression(node.whenFalse);
  return (frame) => {
    const isTrue = decide(node, condition, frame);
    if (isTrue === undefined) return UNKNOWN;
    return isTrue ? whenTrue(frame) : whenFalse(frame);
  };
}
