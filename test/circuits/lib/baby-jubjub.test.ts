import { expect } from "chai";
import {
  BASE8,
  IDENTITY,
  addPoints,
  doublePoint,
  negatePoint,
} from "../../../src/crypto/baby-jubjub.ts";
import type { Point } from "../../../src/crypto/baby-jubjub.ts";
import type { Circuit } from "../../../src/circom/circuit.ts";
import type { InputValues } from "../../../src/circom/witness-inputs.ts";
import { add, invert, multiply, subtract } from "../../../src/crypto/field.ts";
import { SMALL_ORDER_POINTS, randomCurvePoint } from "../../helpers/curve-points.ts";
import { expectCircuitRefusal, findFreeWires } from "../../helpers/forged-witness.ts";
import { createRandom } from "../../helpers/random.ts";
import { loadTemplate } from "../../helpers/template-circuit.ts";

const random = createRandom();
const points = [...SMALL_ORDER_POINTS, BASE8, randomCurvePoint(random), randomCurvePoint(random)];
const largePoints = points.slice(SMALL_ORDER_POINTS.length);
const ORDER_TWO: Point = SMALL_ORDER_POINTS[4]!;

function toMontgomery({ x, y }: Point): { u: bigint; v: bigint } {
  const u = multiply(add(1n, y), invert(subtract(1n, y)));
  return { u, v: multiply(u, invert(x)) };
}

function load(instance: string): Promise<Circuit> {
  return loadTemplate("lib/baby-jubjub.circom", instance);
}

/** Reads a point of a witness, and asserts that no wire of it is free. */
async function evaluate(
  circuit: Circuit,
  input: InputValues,
  output: string,
  names: [string, string],
) {
  const witness = await circuit.calculateWitness(input);
  expect(circuit.checkWitness(witness)).to.equal(null);
  expect(findFreeWires(circuit.constraints(), witness)).to.deep.equal([]);
  return Object.fromEntries(
    names.map((name) => [name, witness[circuit.wire(`main.${output}.${name}`)]!]),
  );
}

describe(`Baby Jubjub circuits, ${random.title}`, () => {
  it("AssertOnCurve accepts points of the curve and refuses their neighbors", async () => {
    const circuit = await load("AssertOnCurve()");
    for (const point of points) {
      const witness = await circuit.calculateWitness({ point: { ...point } });
      expect(circuit.checkWitness(witness)).to.equal(null);
      await expectCircuitRefusal(circuit, { point: { x: point.x, y: add(point.y, 1n) } });
    }
    await expectCircuitRefusal(circuit, { point: { x: 0n, y: 0n } });
  });

  it("EdwardsAdd adds any two points", async () => {
    const circuit = await load("EdwardsAdd()");
    for (const p of points) {
      for (const q of [random.pick(points), p, negatePoint(p), IDENTITY]) {
        const witness = await circuit.calculateWitness({ p: { ...p }, q: { ...q } });
        expect(circuit.checkWitness(witness)).to.equal(null);
        const sum = addPoints(p, q);
        expect(witness[circuit.wire("main.sum.x")]).to.equal(sum.x);
        expect(witness[circuit.wire("main.sum.y")]).to.equal(sum.y);
      }
    }
  });

  it("EdwardsDouble doubles any point", async () => {
    const circuit = await load("EdwardsDouble()");
    for (const point of points) {
      const witness = await circuit.calculateWitness({ point: { ...point } });
      expect(circuit.checkWitness(witness)).to.equal(null);
      const double = doublePoint(point);
      expect(witness[circuit.wire("main.double.x")]).to.equal(double.x);
      expect(witness[circuit.wire("main.double.y")]).to.equal(double.y);
    }
  });

  it("converts points to the Montgomery form and back, but none of order 1 or 2", async () => {
    const there = await load("EdwardsToMontgomery()");
    const back = await load("MontgomeryToEdwards()");
    expect(doublePoint(ORDER_TWO)).to.deep.equal(IDENTITY);
    for (const point of points) {
      if (point.x === 0n) {
        await expectCircuitRefusal(there, { edwards: { ...point } });
        continue;
      }
      const montgomery = await evaluate(there, { edwards: { ...point } }, "montgomery", ["u", "v"]);
      expect(montgomery).to.deep.equal(toMontgomery(point));
      expect(await evaluate(back, { montgomery }, "edwards", ["x", "y"])).to.deep.equal(point);
    }
  });

  it("adds and doubles on the Montgomery form", async () => {
    const addCircuit = await load("MontgomeryAdd()");
    const doubleCircuit = await load("MontgomeryDouble()");
    const doubleAddCircuit = await load("MontgomeryDoubleAdd()");
    for (const [i, p] of largePoints.entries()) {
      const q = largePoints[(i + 1) % largePoints.length]!;
      const double = doublePoint(p);
      const pair = { p: toMontgomery(p), q: toMontgomery(q) };
      expect(await evaluate(addCircuit, pair, "sum", ["u", "v"])).to.deep.equal(
        toMontgomery(addPoints(p, q)),
      );
      expect(await evaluate(doubleAddCircuit, pair, "sum", ["u", "v"])).to.deep.equal(
        toMontgomery(addPoints(double, q)),
      );
      const single = { point: toMontgomery(p) };
      expect(await evaluate(doubleCircuit, single, "double", ["u", "v"])).to.deep.equal(
        toMontgomery(double),
      );
    }
  });

  it("MontgomeryDoubleAdd has no solution where 2p + q is the identity", async () => {
    const circuit = await load("MontgomeryDoubleAdd()");
    const p = randomCurvePoint(random);
    const q = negatePoint(doublePoint(p));
    await expectCircuitRefusal(circuit, { p: toMontgomery(p), q: toMontgomery(q) });
  });
});
