/**
 * The syntax tree of circom 2.2.
 *
 * Nodes stay as close to the source as possible: nothing is expanded, so that each node is a part
 * of the text at its `span`.
 */
import type { SourceText, Span } from "./source-text.ts";

/** One .circom file. */
export interface Program {
  readonly source: SourceText;
  readonly pragmas: readonly Pragma[];
  readonly includes: readonly Include[];
  readonly definitions: readonly Definition[];
  readonly main: MainComponent | null;
}

/** `pragma circom 2.2.0` or `pragma custom_templates`. */
export interface Pragma {
  readonly name: string;
  /** What follows the name: a version, or nothing. */
  readonly value: string;
  readonly span: Span;
}

export interface Include {
  readonly path: string;
  readonly span: Span;
}

/** A function, a template or a bus. */
export interface Definition {
  readonly kind: "function" | "template" | "bus";
  readonly name: string;
  readonly nameSpan: Span;
  readonly parameters: readonly string[];
  /** `template custom`: its constraints are those of a custom gate. */
  readonly isCustom: boolean;
  /** `template parallel`: its witness is computed in a thread of its own. */
  readonly isParallel: boolean;
  /** `template extern_c`: its witness is computed by code in C. */
  readonly isExternal: boolean;
  readonly body: Block;
  readonly span: Span;
}

export interface MainComponent {
  /** Public inputs; the others are private. */
  readonly publicSignals: readonly string[];
  readonly value: Expression;
  readonly span: Span;
}

export type Expression =
  | NumberLiteral
  | Variable
  | Unary
  | Binary
  | Conditional
  | Call
  | AnonymousComponent
  | Parallel
  | ArrayLiteral
  | Tuple;

/** A decimal or hexadecimal number; it is not reduced. */
export interface NumberLiteral {
  readonly kind: "number";
  readonly value: bigint;
  readonly span: Span;
}

/** A name with indices and members: `hash.in[2]`; or `_`, which takes a value that is unused. */
export interface Variable {
  readonly kind: "variable";
  readonly name: string;
  readonly accesses: readonly Access[];
  readonly span: Span;
}

export type Access =
  | { readonly kind: "index"; readonly index: Expression }
  | { readonly kind: "member"; readonly name: string };

export interface Unary {
  readonly kind: "unary";
  readonly operator: UnaryOperator;
  readonly operand: Expression;
  readonly span: Span;
}

export interface Binary {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

export interface Conditional {
  readonly kind: "conditional";
  readonly condition: Expression;
  readonly whenTrue: Expression;
  readonly whenFalse: Expression;
  readonly span: Span;
}

/** A call of a function, or of a template to create a component. */
export interface Call {
  readonly kind: "call";
  readonly name: string;
  readonly arguments: readonly Expression[];
  readonly span: Span;
}

/** `Template(parameters)(inputs)`: a component without a name. */
export interface AnonymousComponent {
  readonly kind: "anonymous";
  readonly name: string;
  readonly arguments: readonly Expression[];
  readonly inputs: readonly AnonymousInput[];
  readonly span: Span;
}

export interface AnonymousInput {
  /** Absent where inputs are given by their order. */
  readonly name: string | undefined;
  readonly operator: AssignmentOperator;
  readonly value: Expression;
}

export interface Parallel {
  readonly kind: "parallel";
  readonly operand: Expression;
  readonly span: Span;
}

export interface ArrayLiteral {
  readonly kind: "array";
  readonly elements: readonly Expression[];
  readonly span: Span;
}

export interface Tuple {
  readonly kind: "tuple";
  readonly elements: readonly Expression[];
  readonly span: Span;
}

export type UnaryOperator = "!" | "~" | "-";

export type BinaryOperator =
  | ("||" | "&&" | "==" | "!=" | "<" | ">" | "<=" | ">=" | "|" | "^" | "&" | "<<" | ">>")
  | ("+" | "-" | "*" | "/" | "\\" | "%" | "**");

/** `-->` and `==>` are kept as `<--` and `<==`, with the sides exchanged. */
export type AssignmentOperator = "=" | "<--" | "<==";

export type Statement =
  | Declaration
  | Assignment
  | Constraint
  | Assertion
  | Log
  | If
  | While
  | For
  | Block
  | Return
  | ExpressionStatement;

/** `var`, `component`, `signal`, or signals of the type of a bus. */
export interface Declaration {
  readonly kind: "declaration";
  readonly type: "var" | "component" | "signal" | "bus";
  readonly direction: "input" | "output" | "intermediate";
  readonly tags: readonly string[];
  /** The bus of a declaration of the type "bus". */
  readonly bus: Call | undefined;
  readonly names: readonly DeclaredName[];
  /** The value of `signal (a, b) <== …`. */
  readonly tupleValue: InitialValue | undefined;
  readonly span: Span;
}

export interface DeclaredName {
  readonly name: string;
  readonly dimensions: readonly Expression[];
  readonly initial: InitialValue | undefined;
  readonly span: Span;
}

export interface InitialValue {
  readonly operator: AssignmentOperator;
  readonly value: Expression;
}

export interface Assignment {
  readonly kind: "assignment";
  /** A variable or a tuple. */
  readonly target: Expression;
  readonly operator: AssignmentOperator;
  /** The operator of `+=`, `++` and so on. */
  readonly compound: BinaryOperator | undefined;
  readonly value: Expression;
  readonly span: Span;
}

/** `left === right`. */
export interface Constraint {
  readonly kind: "constraint";
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

export interface Assertion {
  readonly kind: "assert";
  readonly condition: Expression;
  readonly span: Span;
}

export interface Log {
  readonly kind: "log";
  readonly parts: readonly (string | Expression)[];
  readonly span: Span;
}

export interface If {
  readonly kind: "if";
  readonly condition: Expression;
  readonly whenTrue: Statement;
  readonly whenFalse: Statement | undefined;
  readonly span: Span;
}

export interface While {
  readonly kind: "while";
  readonly condition: Expression;
  readonly body: Statement;
  readonly span: Span;
}

export interface For {
  readonly kind: "for";
  readonly initial: Statement;
  readonly condition: Expression;
  readonly step: Statement;
  readonly body: Statement;
  readonly span: Span;
}

export interface Block {
  readonly kind: "block";
  readonly statements: readonly Statement[];
  readonly span: Span;
}

export interface Return {
  readonly kind: "return";
  readonly value: Expression;
  readonly span: Span;
}

/** An anonymous component whose outputs are unused. */
export interface ExpressionStatement {
  readonly kind: "expression";
  readonly value: Expression;
  readonly span: Span;
}
