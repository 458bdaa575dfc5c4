/**
 * Finds input signals that no constraint binds: a proof says nothing about their values.
 *
 * The constraints of a compiled circuit show that of public inputs only: circom removes private
 * inputs together with constraints that it simplifies. So private inputs without a wire are looked
 * up in the constraints as they were before.
 */
import { wiresOf } from "./equations.ts";
import { indexConstraints } from "../groth16/check-witness.ts";
import { publicCount, type R1cs } from "../groth16/formats/r1cs.ts";
import { type SignalDeclaration, signalCount } from "./signals.ts";

/** The constraints of a circuit, with its signals by full name, such as "main.in[2]". */
export interface NamedConstraints {
  readonly r1cs: R1cs;
  readonly wires: ReadonlyMap<string, number>;
}

/** Lists the single signals of inputs, such as "in[2]". */
export function inputNames(inputs: readonly SignalDeclaration[]): string[] {
  return inputs.flatMap(({ name, shape }) =>
    Array.from({ length: signalCount(shape) }, (_, index) => name + indicesOf(shape, index)),
  );
}

/** Inputs that have no wire in simplified constraints, so that these do not show their use. */
export function inputsWithoutWire(
  inputs: readonly SignalDeclaration[],
  wires: NamedConstraints["wires"],
): string[] {
  return inputNames(inputs).filter((name) => !wires.has(`main.${name}`));
}

/**
 * Inputs with a wire that nothing binds. A linear constraint binds nothing if it defines an
 * intermediate signal that is in no other constraint; without it, others may bind nothing either.
 */
export function inputsBoundByNothing(
  names: readonly string[],
  inputs: readonly SignalDeclaration[],
  { r1cs, wires }: NamedConstraints,
): string[] {
  const wireOf = (name: string) => wires.get(`main.${name}`);
  const ofInputs = new Set(inputNames(inputs).map(wireOf));
  const isIntermediate = (wire: number) => wire > publicCount(r1cs) && !ofInputs.has(wire);
  const uses = countBinding(r1cs, isIntermediate);
  return names.filter((name) => uses[wireOf(name) ?? 0] === 0);
}

/** Counts the constraints of each wire that bind something. */
function countBinding(r1cs: R1cs, isIntermediate: (wire: number) => boolean): Uint32Array {
  const rowsOf = indexConstraints(r1cs);
  const uses = Uint32Array.from({ length: r1cs.wires }, (_, wire) => rowsOf(wire).length);
  const isRemoved = new Uint8Array(r1cs.constraints);
  const isFree = (wire: number) => uses[wire] === 1 && isIntermediate(wire);
  const free = Array.from(uses.keys()).filter(isFree);
  for (let wire = free.pop(); wire !== undefined; wire = free.pop()) {
    const row = rowsOf(wire).find((candidate) => isRemoved[candidate] === 0);
    if (row === undefined || !isLinear(r1cs, row)) continue;
    isRemoved[row] = 1;
    for (const other of wiresOf(r1cs, row)) {
      uses[other]!--;
      if (isFree(other)) free.push(other);
    }
  }
  return uses;
}

/** Whether a constraint has no product, and so is C·w = 0. */
function isLinear({ a, b }: R1cs, row: number): boolean {
  return [a, b].some(({ rowStart }) => rowStart[row] === rowStart[row + 1]);
}

function indicesOf(shape: readonly number[], index: number): string {
  let rest = index;
  return shape.reduceRight((text, length) => {
    const own = rest % length;
    rest = (rest - own) / length;
    return `[${own}]${text}`;
  }, "");
}
