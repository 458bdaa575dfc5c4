/** Compiles statements that assign nothing: blocks, conditions, loops, constraints, logs. */
import type { Block, Constraint, For, If, Log, Statement, While } from "../language/syntax.ts";
import { decide, noteDecision } from "./decisions.ts";
import { activationOf, type Evaluate, type Execute, type Frame } from "./frame.ts";
import { assertSteps } from "./limits.ts";
import type { Scope } from "./scope.ts";
import { cellsOf, toScalar, unknownLike, type Value } from "./values.ts";

/** Marks the statement as the one that runs. */
export function atStatement(node: Statement, execute: Execute): Execute {
  return (frame) => {
    const { machine } = frame;
    frame.statement = node;
    assertSteps(++machine.steps, machine.stepsMax);
    machine.observer?.statement?.(node, frame);
    return execute(frame);
  };
}

export function compileBlock(node: Block, outer: Scope): Execute {
  const scope = outer.block();
  const statements = node.statements.map((statement) => scope.statement(statement));
  return (frame) => {
    for (const execute of statements) {
      const returned = execute(frame);
      if (returned !== undefined) return returned;
    }
    return undefined;
  };
}

export function compileIf(node: If, scope: Scope): Execute {
  const condition = scope.expression(node.condition);
  const whenTrue = scope.block().statement(node.whenTrue);
  const whenFalse =
    node.whenFalse === undefined ? () => undefined : scope.block().statement(node.whenFalse);
  return atStatement(node, (frame) => {
    const isTrue = decide(node, condition, frame);
    if (isTrue === undefined) return runUnknown(frame, [whenTrue, whenFalse]);
    return isTrue ? whenTrue(frame) : whenFalse(frame);
  });
}

export function compileWhile(node: While, outer: Scope): Execute {
  const scope = outer.loop();
  const condition = scope.expression(node.condition);
  const run = toLoop(node, scope, condition, scope.statement(node.body));
  return atStatement(node, run);
}

export function compileFor(node: For, outer: Scope): Execute {
  const scope = outer.loop();
  const initial = scope.statement(node.initial);
  const condition = scope.expression(node.condition);
  const body = scope.statement(node.body);
  const step = scope.statement(node.step);
  const run = toLoop(node, scope, condition, (frame) => body(frame) ?? step(frame));
  return atStatement(node, (frame) => {
    initial(frame);
    return run(frame);
  });
}

/** The rounds are counted over all runs of the loop: circom numbers anonymous components so. */
function toLoop(
  node: For | While,
  { loopSlot }: Scope,
  condition: Evaluate,
  body: Execute,
): Execute {
  const slot = loopSlot!;
  return (frame) => {
    frame.slots[slot] ??= 0;
    for (;;) {
      const isTrue = decide(node, condition, frame);
      if (isTrue === undefined) return runUnknown(frame, [body]);
      if (!isTrue) return undefined;
      const returned = body(frame);
      if (returned !== undefined) return returned;
      (frame.slots[slot] as number)++;
    }
  };
}

/** Runs what may or may not run, once each. Variables that are assigned there become unknown. */
function runUnknown(frame: Frame, branches: readonly Execute[]): Value | undefined {
  frame.unknownConditions++;
  let longest: Value | undefined;
  for (const execute of branches) {
    const returned = execute(frame);
    if (returned === undefined) continue;
    if (longest === undefined || cellsOf(returned).length > cellsOf(longest).length) {
      longest = unknownLike(returned);
    }
  }
  frame.unknownConditions--;
  return longest;
}

export function compileReturn(node: Extract<Statement, { kind: "return" }>, scope: Scope): Execute {
  const evaluate = scope.expression(node.value);
  return atStatement(node, (frame) => {
    const value = evaluate(frame);
    return frame.unknownConditions > 0 ? unknownLike(value) : value;
  });
}

export function compileAssert(node: Extract<Statement, { kind: "assert" }>, scope: Scope): Execute {
  const condition = scope.expression(node.condition);
  return atStatement(node, (frame) => {
    const isTrue = toScalar(condition(frame));
    noteDecision(node, isTrue, frame);
    frame.machine.check(isTrue, frame);
    return undefined;
  });
}

export function compileConstraint(node: Constraint, scope: Scope): Execute {
  const left = scope.expression(node.left);
  const right = scope.expression(node.right);
  return atStatement(node, (frame) => {
    activationOf(frame).constrain(left(frame), right(frame), frame);
    return undefined;
  });
}

export function compileLog(node: Log, scope: Scope): Execute {
  const parts = node.parts.map((part) =>
    typeof part === "string" ? part : scope.expression(part),
  );
  return atStatement(node, (frame) => {
    const values = parts.map((part) => (typeof part === "string" ? part : part(frame)));
    frame.machine.observer?.log?.(values, frame);
    return undefined;
  });
}
