/** A witness of a circuit, whose signals are read and changed by name. */
import { checkConstraints, checkWitness } from "../groth16/check-witness.ts";
import type { R1cs } from "../groth16/formats/r1cs.ts";
import type { Witness } from "../groth16/formats/wtns.ts";
import type { ProofWithSignals } from "../groth16/snarkjs.ts";
import type { ConstraintLocator } from "./diagnosis/constraint-places.ts";
import { showValue, type SourcePlace } from "./diagnosis/trace.ts";
import { showConstraint, wiresOf } from "./equations.ts";
import { isList, type NameTree, type SignalTree } from "./signal-tree.ts";
import type { SignalTable } from "./signal-table.ts";
import type { CircuitSignals, SignalDeclaration } from "./signals.ts";
import { type FlatInput, flattenInputs, type InputValue } from "./witness-inputs.ts";

/** Values of outputs by name; a bus is an object of its fields. */
export type OutputValues = Readonly<Record<string, SignalTree>>;

/** Values of signals by full name. */
export type SignalValues = Readonly<Record<string, SignalTree>>;

/** A constraint that a witness violates. */
export interface Violation {
  /** Index of the constraint, from 0 on. */
  readonly constraint: number;
  /** The constraint by names: "main.a * main.b = main.product". */
  readonly equation: string;
  /** The values of its signals, by full name. */
  readonly signals: Readonly<Record<string, bigint>>;
  /** The statement that it comes from, where the source can be evaluated. */
  readonly place: SourcePlace | undefined;
}

/**
 * The values of all wires of a circuit, computed from inputs or changed by hand.
 *
 * @typeParam Outputs - Type of the outputs, as generated for the project's circuits.
 * @typeParam Signals - Types of the signals of the main component, by full name.
 * @typeParam Proven - A proof with its public values.
 */
export interface CircuitWitness<
  Outputs extends object = OutputValues,
  Signals extends object = SignalValues,
  ProveOptions = unknown,
  Proven = ProofWithSignals,
> {
  /** Name of the circuit. */
  readonly circuit: string;
  /** One field element for each wire, in [0, r); wire 0 is the constant 1. */
  readonly values: Witness;
  /** The outputs by name, nested as their declarations. */
  readonly outputs: Outputs;
  /**
   * Reads a signal. Where circom has substituted the signal away, its value follows from the
   * signals in its place.
   *
   * @param name - Full name of a signal, "main.hash.out" or "main.in[2]"; or of an array, a bus or
   *   a component, whose values are nested.
   * @returns A field element in [0, r), or a nesting of them.
   * @throws SIGNAL_NOT_FOUND; SIGNAL_WITHOUT_WIRE for a signal that is in no constraint, unless the
   *   circuit is compiled with `optimization: 0`
   *
   * @example
   * const multiplier = await hre.circuits.get("multiplier");
   * const witness = await multiplier.witness({ a: 6, b: 7 });
   * witness.signal("main.product"); // 42n
   * witness.signal("main"); // { product: 42n, a: 6n, b: 7n }
   */
  signal<Name extends keyof Signals & string>(name: Name): Signals[Name];
  signal(name: string): SignalTree;
  /**
   * Returns a copy with other values, such as an attacker could prove: nothing is recomputed.
   *
   * @param changes - Values by full name, from 0 to r - 1; arrays are nested. A signal that circom
   *   has replaced by an equal one shares its wire, so both change.
   * @throws SIGNAL_NOT_FOUND; SIGNAL_SUBSTITUTED and SIGNAL_WITHOUT_WIRE, unless the circuit is
   *   compiled with `optimization: 0`; INPUT_…
   *
   * @example
   * const multiplier = await hre.circuits.get("multiplier");
   * const forged = (await multiplier.witness({ a: 6, b: 7 })).with({ "main.product": 43n });
   * forged.isSatisfied(); // false
   * forged.violations()[0].equation; // "main.a * main.b = main.product"
   */
  with(
    changes: Readonly<Record<string, InputValue>>,
  ): CircuitWitness<Outputs, Signals, ProveOptions, Proven>;
  /** Whether all constraints hold. */
  isSatisfied(): boolean;
  /**
   * Lists the violated constraints with their signals.
   *
   * @param limit - Maximum number, from 1; default: all.
   * @returns The first violated constraints, in ascending order; none if all hold.
   */
  violations(limit?: number): Violation[];
  /**
   * Proves this witness.
   *
   * @param options - `prover` for this proof.
   * @returns The proof in snarkjs's form, with the public values.
   * @throws CONSTRAINT_VIOLATED, and as `Circuit.prove`
   */
  prove(options?: ProveOptions): Promise<Proven>;
}

/** The part of a circuit that its witnesses need. */
export interface WitnessContext<ProveOptions, Proven> {
  readonly circuit: Pick<CircuitSignals, "outputs"> & { readonly name: string };
  constraints(): R1cs;
  signals(): SignalTable;
  /** Finds the statements behind violated constraints. */
  locator(witness: Witness): ConstraintLocator;
  prove(witness: Witness, options?: ProveOptions): Promise<Proven>;
}

/**
 * @param values - One field element for each wire.
 * @param inputs - The inputs that the values were computed from. They are known of an input that is
 *   in no constraint, too.
 */
export function createCircuitWitness<
  Outputs extends object,
  Signals extends object,
  ProveOptions,
  Proven = ProofWithSignals,
>(
  context: WitnessContext<ProveOptions, Proven>,
  values: Witness,
  inputs: readonly FlatInput[] = [],
): CircuitWitness<Outputs, Signals, ProveOptions, Proven> {
  const { circuit, constraints, signals, prove } = context;
  let known: ReadonlyMap<string, bigint> | undefined;
  const given = (name: string) => {
    known ??= valuesByName(signals(), inputs);
    return known.get(name);
  };
  return {
    circuit: circuit.name,
    values,
    get outputs() {
      return readOutputs(context, values) as Outputs;
    },
    signal: (name: string) => signals().value(values, name, given) as never,
    with: (changes) => {
      const changed = [...values];
      for (const [name, value] of Object.entries(changes)) {
        for (const [wire, element] of toWires(context, name, value)) {
          changed[wire] = element;
        }
      }
      return createCircuitWitness(context, changed, inputs);
    },
    isSatisfied: () => checkWitness(constraints(), values) === null,
    violations: (limit = Infinity) => findViolations(context, values, limit),
    prove: (options) => prove(values, options),
  };
}

function readOutputs<P>(
  { circuit, signals }: WitnessContext<P, unknown>,
  values: Witness,
): OutputValues {
  const names = circuit.outputs.map(({ name }) => /^[^.[]+/.exec(name)![0]);
  const unique = [...new Set(names)];
  return Object.fromEntries(unique.map((name) => [name, signals().value(values, `main.${name}`)]));
}

function valuesByName(table: SignalTable, inputs: readonly FlatInput[]): Map<string, bigint> {
  return new Map(
    inputs.flatMap(({ name, values }) => {
      const names = listNames(table.names(`main.${name}`));
      return values.map((value, index) => [names[index]!, value] as const);
    }),
  );
}

/** Lists the wires that a changed signal, or the elements of an array, have, and their values. */
function toWires(
  { circuit, constraints, signals }: WitnessContext<never, unknown>,
  name: string,
  value: InputValue,
): (readonly [wire: number, value: bigint])[] {
  const table = signals();
  const declared = declareLeaves(table.names(name), name);
  const { prime } = constraints();
  return flattenInputs(circuit.name, declared, { [name]: value }, prime).flatMap((leaf) => {
    const names = listNames(table.names(leaf.name));
    return leaf.values.map((element, index) => [table.wire(names[index]!), element] as const);
  });
}

/** Declares the values and arrays of values below a name. */
function declareLeaves(tree: NameTree, name: string): SignalDeclaration[] {
  const shape = shapeOf(tree);
  if (shape !== undefined) return [{ name, shape, public: false }];
  const children = isList(tree)
    ? tree.map((child, index) => [`${name}[${index}]`, child] as const)
    : Object.entries(tree).map(([member, child]) => [`${name}.${member}`, child] as const);
  return children.flatMap(([path, child]) => declareLeaves(child, path));
}

/** @returns Undefined for a tree with members. */
function shapeOf(tree: NameTree): number[] | undefined {
  if (typeof tree === "string") return [];
  const inner = isList(tree) ? shapeOf(tree[0]!) : undefined;
  return isList(tree) && inner !== undefined ? [tree.length, ...inner] : undefined;
}

function listNames(tree: NameTree): string[] {
  if (typeof tree === "string") return [tree];
  return (isList(tree) ? tree : Object.values(tree)).flatMap(listNames);
}

function findViolations<P>(
  { constraints, signals, locator }: WitnessContext<P, unknown>,
  values: Witness,
  limit: number,
): Violation[] {
  const r1cs = constraints();
  let locate: ConstraintLocator | undefined;
  const found: Violation[] = [];
  for (let row = 0; row < r1cs.constraints && found.length < limit; row++) {
    if (checkConstraints(r1cs, values, [row]) === null) continue;
    const { nameOf } = signals();
    const wires = wiresOf(r1cs, row).map((wire) => [nameOf(wire), values[wire]!]);
    found.push({
      constraint: row,
      equation: showConstraint(r1cs, row, nameOf),
      signals: Object.fromEntries(wires) as Readonly<Record<string, bigint>>,
      place: (locate ??= locator(values))(row),
    });
  }
  return found;
}

/** Describes a violation in lines of text. */
export function describeViolation(violation: Violation | undefined): string[] {
  if (violation === undefined) return [];
  const { place, equation, signals } = violation;
  const statement =
    place === undefined
      ? equation
      : `${place.file}:${place.line} in ${place.component}: ${place.source}`;
  const values = Object.entries(signals).map(([name, value]) => `  ${name} = ${showValue(value)}`);
  return [statement, ...values];
}
