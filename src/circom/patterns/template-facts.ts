/** What the statements of a template do with its signals and components, by name. */
import type { Span } from "../language/source-text.ts";
import type {
  AssignmentOperator,
  Call,
  Declaration,
  Definition,
  Expression,
  Statement,
  Variable,
} from "../language/syntax.ts";
import { walkExpression } from "../language/walk.ts";

export interface SignalFact {
  readonly name: string;
  readonly direction: "input" | "output" | "intermediate";
  readonly isArray: boolean;
  readonly span: Span;
}

/** `signal <-- value`. */
export interface Hint {
  readonly name: string;
  readonly value: Expression;
  readonly span: Span;
}

/** `component.member <== value`. */
export interface Connection {
  readonly component: string;
  readonly member: string;
  readonly value: Expression;
  readonly span: Span;
}

export interface TemplateFacts {
  readonly definition: Definition;
  readonly signals: ReadonlyMap<string, SignalFact>;
  /** The template of each component, with the place of its creation. */
  readonly components: ReadonlyMap<string, Call>;
  readonly hints: readonly Hint[];
  readonly connections: readonly Connection[];
  /** Names in constraints, directly or by variables. */
  readonly constrained: ReadonlySet<string>;
  /** Names of components of which a member is read. */
  readonly read: ReadonlySet<string>;
  readonly calls: readonly Call[];
}

/** Collects the facts of one template. */
export function collectFacts(definition: Definition): TemplateFacts {
  const collector = new Collector();
  collector.statement(definition.body);
  return { definition, ...collector.facts() };
}

class Collector {
  readonly #signals = new Map<string, SignalFact>();
  readonly #components = new Map<string, Call>();
  readonly #hints: Hint[] = [];
  readonly #connections: Connection[] = [];
  readonly #constrained = new Set<string>();
  readonly #read = new Set<string>();
  readonly #calls: Call[] = [];
  /** By variable, the names in what is assigned to it. */
  readonly #sources = new Map<string, Set<string>>();

  facts(): Omit<TemplateFacts, "definition"> {
    // A set grows while it is walked: variables of variables are followed, too.
    for (const name of this.#constrained) {
      for (const source of this.#sources.get(name) ?? []) this.#constrained.add(source);
    }
    return {
      signals: this.#signals,
      components: this.#components,
      hints: this.#hints,
      connections: this.#connections,
      constrained: this.#constrained,
      read: this.#read,
      calls: this.#calls,
    };
  }

  statement(statement: Statement): void {
    switch (statement.kind) {
      case "block":
        return statement.statements.forEach((inner) => this.statement(inner));
      case "declaration":
        return this.#declare(statement);
      case "assignment":
        return this.#assign(statement.target, statement.operator, statement.value, statement.span);
      case "constraint":
        return [statement.left, statement.right].forEach((side) => this.#constrain(side));
      case "expression":
        return this.#constrain(statement.value);
      case "if":
        this.#names(statement.condition);
        this.statement(statement.whenTrue);
        if (statement.whenFalse !== undefined) this.statement(statement.whenFalse);
        return;
      case "for":
        this.statement(statement.initial);
        this.statement(statement.step);
        return this.statement(statement.body);
      case "while":
        return this.statement(statement.body);
      default:
        return;
    }
  }

  #declare({ type, direction, names, tupleValue, span }: Declaration): void {
    for (const { name, dimensions, initial, span: place } of names) {
      const isArray = dimensions.length > 0;
      if (type === "var") this.#sources.set(name, this.#sources.get(name) ?? new Set());
      if (type === "signal" || type === "bus") {
        this.#signals.set(name, { name, direction, isArray, span: place });
      }
      if (initial === undefined) continue;
      const target: Variable = { kind: "variable", name, accesses: [], span: place };
      this.#assign(target, initial.operator, initial.value, span);
    }
    if (tupleValue !== undefined) this.#constrain(tupleValue.value);
  }

  #assign(target: Expression, operator: AssignmentOperator, value: Expression, span: Span): void {
    const created = callOf(value);
    if (target.kind !== "variable") {
      if (operator !== "<--") this.#constrain(value);
      else this.#names(value);
      return;
    }
    const [member] = target.accesses.filter((access) => access.kind === "member");
    for (const access of target.accesses) if (access.kind === "index") this.#names(access.index);
    if (operator === "<==") {
      this.#constrain(value);
      if (member === undefined) this.#constrained.add(target.name);
      else {
        const connection = { component: target.name, member: member.name, value, span };
        this.#connections.push(connection);
      }
    } else if (operator === "<--") {
      if (member === undefined) this.#hints.push({ name: target.name, value, span });
      this.#names(value);
    } else if (created !== undefined && !this.#sources.has(target.name)) {
      this.#components.set(target.name, created);
      this.#names(value);
    } else {
      const sources = this.#sources.get(target.name) ?? new Set();
      for (const name of this.#names(value)) sources.add(name);
      this.#sources.set(target.name, sources);
    }
  }

  #constrain(expression: Expression): void {
    for (const name of this.#names(expression)) this.#constrained.add(name);
  }

  /** Lists the names in an expression, and notes calls and components that are read. */
  #names(expression: Expression): string[] {
    const names: string[] = [];
    for (const node of walkExpression(expression)) {
      if (node.kind === "call") this.#calls.push(node);
      if (node.kind === "anonymous") this.#calls.push({ ...node, kind: "call" });
      if (node.kind !== "variable") continue;
      names.push(node.name);
      if (node.accesses.some(({ kind }) => kind === "member")) this.#read.add(node.name);
    }
    return names;
  }
}

function callOf(expression: Expression): Call | undefined {
  if (expression.kind === "parallel") return callOf(expression.operand);
  return expression.kind === "call" ? expression : undefined;
}
