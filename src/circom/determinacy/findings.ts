/** Collects what is found about the signals of one circuit, sample by sample. */
import type { R1cs } from "../../groth16/formats/r1cs.ts";
import type { Witness } from "../../groth16/formats/wtns.ts";
import { createDeterminacyCheck } from "../determinacy.ts";
import type { InputValues } from "../witness-inputs.ts";
import { CounterExampleSearch } from "./counter-examples.ts";
import type {
  CounterExample,
  DeterminacyReport,
  DeterminacyVerdict,
  SignalFinding,
} from "./report.ts";

/** Honest inputs and their witness. */
export interface Sample {
  readonly inputs: InputValues;
  readonly witness: Witness;
}

export interface CheckedCircuit {
  readonly r1cs: R1cs;
  readonly rowsOf: (wire: number) => Uint32Array;
  /** Wires that both witnesses share. */
  readonly given: readonly number[];
  readonly nameOf: ReadonlyMap<number, string>;
  readonly isOver: () => boolean;
}

/** Maximum counter-examples that are kept; each has two whole witnesses. */
const COUNTER_EXAMPLES_MAX = 20;

export class Findings {
  readonly #circuit: CheckedCircuit;
  /** By wire, 1 if it is determined for every input. */
  readonly #isKnown: Uint8Array;
  readonly #isGiven: Uint8Array;
  /** Wires that some sample does not determine, and those that differ in a counter-example. */
  readonly #isOpen: Uint8Array;
  readonly #isShown: Uint8Array;
  readonly #shownArrays = new Set<string>();
  readonly #examples: CounterExample[] = [];
  /** Searches at the intermediate signals of each sample. */
  readonly #laterSearches: (() => void)[] = [];
  #searched = 0;

  constructor(circuit: CheckedCircuit, isKnown: Uint8Array) {
    const { wires } = circuit.r1cs;
    this.#circuit = circuit;
    this.#isKnown = isKnown;
    this.#isGiven = new Uint8Array(wires);
    for (const wire of [0, ...circuit.given]) this.#isGiven[wire] = 1;
    this.#isOpen = new Uint8Array(wires);
    this.#isShown = new Uint8Array(wires);
  }

  /** Whether each wire is determined for every input, or shown to be under-constrained. */
  get isSettled(): boolean {
    return this.#isKnown.every((known, wire) => known === 1 || this.#isShown[wire] === 1);
  }

  /** Finds the wires that an honest witness leaves open, and counter-examples at outputs. */
  search(sample: Sample): void {
    const { r1cs, isOver } = this.#circuit;
    const known = [...this.#isKnown.keys()].filter((wire) => this.#isKnown[wire] === 1);
    const check = createDeterminacyCheck(r1cs, sample.witness, { isOver, looksFurther: true });
    const { undetermined } = check(known);
    if (isOver()) return;
    this.#searched++;
    for (const wire of undetermined) this.#isOpen[wire] = 1;
    if (undetermined.length === 0) return;
    const search = this.#searchFrom(sample, undetermined);
    this.#laterSearches.push(() => search(undetermined));
    search(undetermined.filter((wire) => this.#isOutput(wire)));
  }

  /** Searches counter-examples at intermediate signals, which may reach outputs after all. */
  searchFurther(): void {
    for (const search of this.#laterSearches) search();
  }

  #searchFrom(sample: Sample, free: readonly number[]): (wires: readonly number[]) => void {
    const { r1cs, rowsOf, isOver } = this.#circuit;
    const search = new CounterExampleSearch({ r1cs, rowsOf, honest: sample.witness, free, isOver });
    return (wires) => {
      // One element of an array is enough, unless the same sample shows more of them.
      const shownBefore = new Set(this.#shownArrays);
      for (const wire of wires) {
        if (this.#isShown[wire] === 1 || shownBefore.has(this.#arrayOf(wire))) continue;
        if (isOver()) return;
        const other = search.find(wire);
        if (other !== undefined) this.#add(sample, other);
      }
    };
  }

  report(): Omit<DeterminacyReport, "circuit" | "samples" | "seed" | "isTimedOut"> {
    const { r1cs } = this.#circuit;
    const wires = [...this.#isKnown.keys()].filter((wire) => this.#isGiven[wire] === 0);
    const outputs = wires.filter((wire) => this.#isOutput(wire)).map((wire) => this.#find(wire));
    const inner = wires.filter((wire) => !this.#isOutput(wire) && this.#isKnown[wire] === 0);
    const has = (verdict: DeterminacyVerdict) => outputs.some((out) => out.verdict === verdict);
    const worst = (["under-constrained", "unknown"] as const).find(has);
    return {
      verdict: worst ?? "determined",
      passed: outputs.every(
        ({ verdict, determinedWhereTried }) =>
          verdict !== "under-constrained" && determinedWhereTried,
      ),
      outputs,
      intermediates: inner.map((wire) => this.#find(wire)),
      counterExamples: this.#examples,
      wires: {
        total: r1cs.wires - this.#isGiven.reduce((sum, given) => sum + given, 0),
        determined: wires.filter((wire) => this.#isKnown[wire] === 1).length,
      },
    };
  }

  #find(wire: number): SignalFinding {
    const isKnown = this.#isKnown[wire] === 1;
    const verdict =
      this.#isShown[wire] === 1 ? "under-constrained" : isKnown ? "determined" : "unknown";
    const isTried = this.#searched > 0 && this.#isOpen[wire] === 0;
    return { signal: this.#name(wire), verdict, determinedWhereTried: isKnown || isTried };
  }

  #add({ inputs, witness }: Sample, other: Witness): void {
    const differing = [...witness.keys()].filter((wire) => witness[wire] !== other[wire]);
    const isNew = differing.some((wire) => this.#isShown[wire] === 0);
    for (const wire of differing) {
      this.#isShown[wire] = 1;
      this.#shownArrays.add(this.#arrayOf(wire));
    }
    if (!isNew || this.#examples.length >= COUNTER_EXAMPLES_MAX) return;
    this.#examples.push({
      inputs,
      // The first wires are the outputs.
      differences: differing.map((wire) => ({
        signal: this.#name(wire),
        honest: witness[wire]!,
        other: other[wire]!,
      })),
      reachesOutput: differing.some((wire) => this.#isOutput(wire)),
      honest: witness,
      other,
    });
  }

  #isOutput(wire: number): boolean {
    return wire >= 1 && wire <= this.#circuit.r1cs.publicOutputs;
  }

  /** Names a signal without the index of the element. */
  #arrayOf(wire: number): string {
    return this.#name(wire).replace(/(?:\[\d+\])+$/, "");
  }

  #name(wire: number): string {
    return this.#circuit.nameOf.get(wire) ?? `wire ${wire}`;
  }
}
