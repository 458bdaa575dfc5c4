/** Decides at conditions: of `if`, loops, `? :` and asserts. */
import type { Scalar } from "./forms.ts";
import type { Decision, Evaluate, Frame } from "./frame.ts";
import { toScalar } from "./values.ts";

/** @returns Undefined if the condition depends on signals without a value. */
export function decide(node: Decision, condition: Evaluate, frame: Frame): boolean | undefined {
  return noteDecision(node, toScalar(condition(frame)), frame);
}

/** Passes a decision on to the observer. */
export function noteDecision(node: Decision, condition: Scalar, frame: Frame): boolean | undefined {
  const isTrue = typeof condition === "bigint" ? condition !== 0n : undefined;
  frame.machine.observer?.decided?.(node, isTrue, frame);
  return isTrue;
}
