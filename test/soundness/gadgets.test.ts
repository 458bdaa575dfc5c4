import { expect } from "chai";
import type { Circuit } from "../../src/circom/circuit.ts";
import { weakenCircuit } from "../../src/circom/determinacy/weakened.ts";
import type { InputValues } from "../../src/circom/witness-inputs.ts";
import { multiplyBase } from "../../src/crypto/baby-jubjub.ts";
import { invert, reduce } from "../../src/crypto/field.ts";
import { PACKED_AMOUNT } from "../../src/protocol/constants.ts";
import { OPERATION_NAMES } from "../../src/operations/table.ts";
import { createRandom } from "../helpers/random.ts";
import { loadTemplate } from "../helpers/template-circuit.ts";
import { FREE_HINT } from "../helpers/weakened-block.ts";
import {
  constraintsOf,
  describeConstraint,
  inputWires,
  wireNames,
} from "../helpers/weakened-circuit.ts";

const random = createRandom();

interface Gadget {
  readonly file: string;
  readonly instance: string;
  /** Honest inputs, tried in order until each constraint has proven needed. */
  readonly inputs: readonly (() => InputValues)[];
}

const fields = (count: number) => Array.from({ length: count }, () => random.field());
const point = () => ({ ...multiplyBase(1n + random.bigint(250)) });
const montgomeryPoint = () => {
  const { x, y } = point();
  const u = reduce((1n + y) * invert(reduce(1n - y)));
  return { u, v: reduce(u * invert(x)) };
};

/** Gadgets without assertions: every constraint determines a signal. */
const GADGETS: readonly Gadget[] = [
  {
    file: "lib/bits.circom",
    instance: "ToBits(128)",
    inputs: [() => ({ in: random.bigint(128) }), () => ({ in: 0 })],
  },
  {
    file: "lib/bits.circom",
    instance: "ToBits(253)",
    inputs: [() => ({ in: random.bigint(253) })],
  },
  {
    file: "lib/comparators.circom",
    instance: "IsZero()",
    inputs: [() => ({ in: random.field() })],
  },
  { file: "lib/comparators.circom", instance: "IsEqual()", inputs: [() => ({ in: fields(2) })] },
  {
    file: "lib/one-hot.circom",
    instance: `OneHot(${OPERATION_NAMES.length})`,
    inputs: [...OPERATION_NAMES.keys()].map((index) => () => ({ index })),
  },
  ...[2, 3, 4, 5, 8, 16].map((count): Gadget => ({
    file: "lib/poseidon.circom",
    instance: `Poseidon(${count})`,
    inputs: [() => ({ inputs: fields(count) })],
  })),
  {
    file: "lib/baby-jubjub.circom",
    instance: "EdwardsAdd()",
    inputs: [() => ({ p: point(), q: point() })],
  },
  {
    file: "lib/baby-jubjub.circom",
    instance: "EdwardsDouble()",
    inputs: [() => ({ point: point() })],
  },
  {
    file: "lib/baby-jubjub.circom",
    instance: "EdwardsToMontgomery()",
    inputs: [() => ({ edwards: point() })],
  },
  {
    file: "lib/baby-jubjub.circom",
    instance: "MontgomeryToEdwards()",
    inputs: [() => ({ montgomery: montgomeryPoint() })],
  },
  {
    file: "lib/baby-jubjub.circom",
    instance: "MontgomeryAdd()",
    inputs: [() => ({ p: montgomeryPoint(), q: montgomeryPoint() })],
  },
  {
    file: "lib/baby-jubjub.circom",
    instance: "MontgomeryDouble()",
    inputs: [() => ({ point: montgomeryPoint() })],
  },
  {
    file: "lib/baby-jubjub.circom",
    instance: "MontgomeryDoubleAdd()",
    inputs: [() => ({ p: montgomeryPoint(), q: montgomeryPoint() })],
  },
  {
    file: "lib/scalar-mul-any.circom",
    instance: "ScalarMulAny()",
    // A comparison's constraint decides only for scalars with certain top bits.
    inputs: new Array(20).fill(() => ({ scalar: random.field(), point: point() })),
  },
  {
    file: "operations/unpack.circom",
    instance: `Unpack(${PACKED_AMOUNT.mantissaBits}, ${PACKED_AMOUNT.exponentBits})`,
    inputs: [() => ({ packed: (1n << 39n) + random.bigint(39) })],
  },
  {
    file: "state/tree-path.circom",
    instance: "TreeIndex(8, 8)",
    inputs: [() => ({ index: random.bigint(24) })],
  },
];

describe(`Weakened gadgets, ${random.title}`, () => {
  for (const { file, instance, inputs } of GADGETS) {
    it(`${instance}: the inputs determine all signals, and every constraint is needed`, async () => {
      const circuit = await loadTemplate(file, instance);
      const { undetermined, unmissed } = await weakenEverywhere(circuit, inputs);
      expect(undetermined).to.deep.equal([]);
      expect(unmissed).to.deep.equal([]);
    });
  }
});

/** Removes each constraint at each of the inputs, until a signal is no longer determined. */
async function weakenEverywhere(circuit: Circuit, inputs: Gadget["inputs"]) {
  const names = wireNames(circuit);
  const r1cs = circuit.constraints();
  const undetermined = new Set<string>();
  let unmissed = [...constraintsOf(r1cs)];
  for (const createInput of inputs) {
    const honest = await circuit.calculateWitness(createInput());
    const weakened = weakenCircuit(r1cs, honest, inputWires(circuit));
    for (const wire of weakened.undetermined) undetermined.add(names.get(wire)!);
    unmissed = unmissed.filter((row) => !weakened.isMissed(row));
    if (unmissed.length === 0) break;
  }
  const describeRow = (row: number) => describeConstraint(r1cs, row, names);
  const bound = [...undetermined].filter((name) => !FREE_HINT.test(name));
  return { undetermined: bound, unmissed: unmissed.map(describeRow) };
}
