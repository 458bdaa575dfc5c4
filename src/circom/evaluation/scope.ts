/** Which name means what where: circom has lexical scopes, and each block is one. */
import type { Span } from "../language/source-text.ts";
import type { Definition, Expression, Statement } from "../language/syntax.ts";
import { notUnderstood } from "../language/tokens.ts";
import type { Evaluate, Execute } from "./frame.ts";

/** What a name means, and the place of its value in a frame. */
export interface Binding {
  readonly kind: "variable" | "signal" | "component";
  readonly name: string;
  readonly slot: number;
}

/** The compiled body of a function, template or bus. Its parameters are in its first slots. */
export interface Routine {
  readonly definition: Definition;
  readonly slots: number;
  readonly run: Execute;
}

/** Compiles what is inside of other nodes, for modules that compile one kind each. */
export interface Compiler {
  expression(node: Expression, scope: Scope): Evaluate;
  statement(node: Statement, scope: Scope): Execute;
  /** Compiles a definition at its first use. */
  routine(definition: Definition): Routine;
}

/** A block. The outermost one is the body of a function or template. */
export class Scope {
  readonly compiler: Compiler;
  readonly #parent: Scope | undefined;
  readonly #bindings = new Map<string, Binding>();
  readonly #counter: { slots: number };
  /** Slot that counts the rounds of the innermost loop; undefined outside of loops. */
  readonly loopSlot: number | undefined;

  constructor(compiler: Compiler, parent?: Scope, loopSlot?: number) {
    this.compiler = compiler;
    this.#parent = parent;
    this.#counter = parent === undefined ? { slots: 0 } : parent.#counter;
    this.loopSlot = loopSlot ?? parent?.loopSlot;
  }

  /** Returns a block inside of this one. */
  block(): Scope {
    return new Scope(this.compiler, this);
  }

  /** Returns the body of a loop inside of this block. */
  loop(): Scope {
    return new Scope(this.compiler, this, this.newSlot());
  }

  expression(node: Expression): Evaluate {
    return this.compiler.expression(node, this);
  }

  statement(node: Statement): Execute {
    return this.compiler.statement(node, this);
  }

  /** Number of values that a frame of the function or template has. */
  get slots(): number {
    return this.#counter.slots;
  }

  newSlot(): number {
    return this.#counter.slots++;
  }

  declare(kind: Binding["kind"], name: string): Binding {
    const binding = { kind, name, slot: this.newSlot() };
    this.#bindings.set(name, binding);
    return binding;
  }

  /** @throws CIRCUIT_NOT_UNDERSTOOD */
  find(name: string, span: Span): Binding {
    const found = this.lookUp(name);
    if (found === undefined) throw notUnderstood(span, `${name} is not declared`);
    return found;
  }

  lookUp(name: string): Binding | undefined {
    return this.#bindings.get(name) ?? this.#parent?.lookUp(name);
  }

  /** Returns all names that are visible, inner ones first. */
  visible(): Binding[] {
    const own = [...this.#bindings.values()];
    const outer = this.#parent?.visible() ?? [];
    return [...own, ...outer.filter(({ name }) => !this.#bindings.has(name))];
  }
}
