/**
 * The Poseidon hash with circomlib's parameters, used for all trees, messages and key hashes.
 *
 * @see https://eprint.iacr.org/2019/458
 */

import { cryptoError } from "./errors.ts";
import { FIELD_MODULUS, assertFieldElement } from "./field.ts";
import {
  POSEIDON_FULL_ROUNDS,
  POSEIDON_MAX_INPUTS,
  poseidonSchedule,
} from "./poseidon-constants.ts";
import type { Matrix, Vector } from "./matrices.ts";
import type { PoseidonSchedule } from "./poseidon-constants.ts";

/**
 * Hashes 1 to 16 field elements. Lists of different lengths have unrelated hashes.
 *
 * @param inputs - Each in [0, r).
 * @returns A field element, equal to circomlib's `Poseidon(n)`.
 * @throws POSEIDON_INPUT_COUNT, FIELD_ELEMENT_OUT_OF_RANGE
 *
 * @example
 * poseidon([1n, 2n]) % 10n ** 12n; // 327459813530n
 */
export function poseidon(inputs: readonly bigint[]): bigint {
  const count = inputs.length;
  if (count < 1 || count > POSEIDON_MAX_INPUTS) {
    throw cryptoError({ code: "POSEIDON_INPUT_COUNT", count, maximum: POSEIDON_MAX_INPUTS });
  }
  inputs.forEach(assertFieldElement);
  return permute([0n, ...inputs], poseidonSchedule(count + 1))[0]!;
}

function permute(initial: Vector, schedule: PoseidonSchedule): Vector {
  const { fullConstants, mds, bridge } = schedule;
  const half = POSEIDON_FULL_ROUNDS / 2;
  let state = initial;
  for (let round = 0; round < half; round++) {
    state = fullRound(state, fullConstants[round]!, round === half - 1 ? bridge : mds);
  }
  state = partialRounds(state, schedule);
  for (let round = half; round < POSEIDON_FULL_ROUNDS; round++) {
    state = fullRound(state, fullConstants[round]!, mds);
  }
  return state;
}

function fullRound(state: Vector, constants: Vector, matrix: Matrix): bigint[] {
  const powers = state.map((element, i) => fifthPower(element + constants[i]!));
  return matrix.map((row) => {
    let sum = 0n;
    for (let i = 0; i < powers.length; i++) sum += row[i]! * powers[i]!;
    return sum % FIELD_MODULUS;
  });
}

function partialRounds(state: Vector, schedule: PoseidonSchedule): bigint[] {
  const { partialConstants, corner, rows, columns } = schedule;
  const [first, ...others] = state;
  let x = first!;
  for (let round = 0; round < partialConstants.length; round++) {
    const row = rows[round]!;
    const column = columns[round]!;
    const fifth = fifthPower(x + partialConstants[round]!);
    let sum = corner * fifth;
    for (let i = 0; i < others.length; i++) {
      sum += row[i]! * others[i]!;
      others[i] = (others[i]! + column[i]! * fifth) % FIELD_MODULUS;
    }
    x = sum % FIELD_MODULUS;
  }
  return [x, ...others];
}

function fifthPower(x: bigint): bigint {
  const square = (x * x) % FIELD_MODULUS;
  return (((square * square) % FIELD_MODULUS) * x) % FIELD_MODULUS;
}
