/** Counts what the evaluations of a test run have reached. */
import type { Decision, Observer } from "../evaluation/frame.ts";
import type { Definition, Statement } from "../language/syntax.ts";

/** How often a condition was true and false. */
export interface DecisionCounts {
  whenTrue: number;
  whenFalse: number;
}

/**
 * What was reached, by nodes of the syntax tree: files that several circuits include are parsed
 * once, so that their counts add up.
 */
export interface CoverageCounts {
  /** Components of a template, or calls of a function. */
  readonly routines: Map<Definition, number>;
  readonly statements: Map<Statement, number>;
  readonly decisions: Map<Decision, DecisionCounts>;
  /** Statements that ran for inputs that the circuit accepts. */
  readonly accepted: Set<Statement>;
  /** Inputs that an `===` or assert has refused. */
  readonly refused: Map<Statement, number>;
  /** Statements that ran as templates were instantiated. */
  readonly instantiated: Set<Statement>;
  /** Statements that have made a constraint. */
  readonly constraining: Set<Statement>;
  /** Statements with a constraint of which a signal has changed from input to input. */
  readonly varied: Set<Statement>;
  /** Conditions that depend on signals, in at least one instance. */
  readonly onSignals: Set<Decision>;
  /** Conditions that were decided as templates were instantiated. */
  readonly onParameters: Set<Decision>;
}

export function createCounts(): CoverageCounts {
  return {
    routines: new Map(),
    statements: new Map(),
    decisions: new Map(),
    accepted: new Set(),
    refused: new Map(),
    instantiated: new Set(),
    constraining: new Set(),
    varied: new Set(),
    onSignals: new Set(),
    onParameters: new Set(),
  };
}

/** Watches one evaluation. */
export interface RunRecorder extends Observer {
  /** Adds what it has seen. @param isAccepted - Whether the circuit accepts the inputs. */
  addTo(counts: CoverageCounts, isAccepted: boolean): void;
}

export function recordRun(): RunRecorder {
  const routines = new Map<Definition, number>();
  const statements = new Map<Statement, number>();
  const decisions = new Map<Decision, DecisionCounts>();
  return {
    mayMissCalls: true,
    started: (definition) => increase(routines, definition, 1),
    statement: (statement) => increase(statements, statement, 1),
    decided: (node, isTrue) => {
      const known = countsOf(decisions, node);
      if (isTrue === true) known.whenTrue++;
      else known.whenFalse++;
    },
    addTo: (counts, isAccepted) => {
      for (const [definition, count] of routines) increase(counts.routines, definition, count);
      for (const [statement, count] of statements) {
        increase(counts.statements, statement, count);
        if (isAccepted) counts.accepted.add(statement);
      }
      for (const [node, { whenTrue, whenFalse }] of decisions) {
        const known = countsOf(counts.decisions, node);
        known.whenTrue += whenTrue;
        known.whenFalse += whenFalse;
      }
    },
  };
}

/** Watches the instantiation of a circuit. */
export function recordInstantiation(counts: CoverageCounts): Observer {
  const { instantiated, onSignals, onParameters } = counts;
  return {
    mayMissCalls: true,
    statement: (statement) => void instantiated.add(statement),
    decided: (node, isTrue) => {
      (isTrue === undefined ? onSignals : onParameters).add(node);
    },
  };
}

export function increase<Key>(counts: Map<Key, number>, key: Key, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function countsOf(decisions: Map<Decision, DecisionCounts>, node: Decision): DecisionCounts {
  const known = decisions.get(node);
  if (known !== undefined) return known;
  const made = { whenTrue: 0, whenFalse: 0 };
  decisions.set(node, made);
  return made;
}
