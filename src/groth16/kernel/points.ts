/** Operations on single points in a key's memory, to assemble a proof. */

import { readCoordinates } from "../formats/bn254.ts";
import type { CurveFunctions } from "../../kernel/curve.ts";
import type { Group } from "../../kernel/groups.ts";
import { elementMemory } from "../../kernel/instance.ts";
import { ELEMENT_BYTES, FQ, invertModulo, modulo, PAIR_BYTES } from "../../kernel/limbs.ts";
import type { LoadedKey } from "./key.ts";

/** Coordinates by their components: one in G1, two in G2. */
export type Coordinate = readonly bigint[];

export interface AffinePoint {
  readonly x: Coordinate;
  readonly y: Coordinate;
}

/** Points of one group by their addresses; each operation leaves its result at `target`. */
export interface PointArithmetic {
  readonly bytes: number;
  /** Writes a point in the form of key files. */
  write(target: number, fileBytes: Uint8Array): void;
  add(target: number, a: number, b: number): void;
  /** scalar·point; `target` must not be `point`. */
  multiply(target: number, point: number, scalar: bigint): void;
  read(address: number): AffinePoint;
}

export function createPointArithmetic(
  key: Pick<LoadedKey, "memory" | "functions" | "module">,
  group: Group,
): PointArithmetic {
  const { memory, functions, module } = key;
  const curve: CurveFunctions = group === "G1" ? module.g1 : module.g2;
  const elements = elementMemory(memory, FQ);
  const components = curve.coordinates.bytes / ELEMENT_BYTES;
  const coordinateBytes = components * PAIR_BYTES;
  const addPoints = functions[`add${group}`]!;
  const writeCoordinate = (address: number, value: Coordinate) =>
    value.forEach((component, i) => {
      elements.write(address + i * PAIR_BYTES, component, 2);
      elements.write(address + i * PAIR_BYTES + 8, component, 2);
    });
  const readCoordinate = (address: number): Coordinate =>
    Array.from({ length: components }, (_, i) => elements.read(address + i * PAIR_BYTES, 2));
  const one = [1n, 0n].slice(0, components);
  const zero = [0n, 0n].slice(0, components);
  const write = (target: number, coordinates: readonly Coordinate[]) =>
    coordinates.forEach((value, i) => writeCoordinate(target + i * coordinateBytes, value));
  return {
    bytes: curve.projectiveBytes,
    write: (target, fileBytes) => {
      const values = readCoordinates(fileBytes, 0, 2 * components);
      write(target, [values.slice(0, components), values.slice(components), one]);
    },
    add: (target, a, b) => void addPoints(target, a, b),
    multiply: (target, point, scalar) => {
      write(target, [zero, one, zero]);
      for (const bit of scalar.toString(2)) {
        addPoints(target, target, target);
        if (bit === "1") addPoints(target, target, point);
      }
    },
    read: (address) => {
      const [x, y, z] = [0, 1, 2].map((i) => readCoordinate(address + i * coordinateBytes));
      const inverse = invertCoordinate(z!);
      return { x: multiplyCoordinates(x!, inverse), y: multiplyCoordinates(y!, inverse) };
    },
  };
}

function multiplyCoordinates(a: Coordinate, b: Coordinate): Coordinate {
  const [a0, a1] = a as [bigint, bigint?];
  const [b0, b1] = b as [bigint, bigint?];
  if (a1 === undefined || b1 === undefined) return [modulo(a0 * b0, FQ.modulus)];
  return [modulo(a0 * b0 - a1 * b1, FQ.modulus), modulo(a0 * b1 + a1 * b0, FQ.modulus)];
}

function invertCoordinate(a: Coordinate): Coordinate {
  const [a0, a1 = 0n] = a as [bigint, bigint?];
  const inverse = invertModulo(a0 * a0 + a1 * a1, FQ.modulus);
  return [a0 * inverse, -a1 * inverse].slice(0, a.length).map((c) => modulo(c, FQ.modulus));
}
