/**
 * Renders Poseidon as a Solidity library: one function per width, with its constants in the code,
 * so that a contract reads no constant from storage or from another contract.
 */

import { FIELD_MODULUS } from "../crypto/field.ts";
import type { Vector } from "../crypto/matrices.ts";
import {
  POSEIDON_FULL_ROUNDS,
  type PoseidonRounds,
  poseidonRounds,
} from "../crypto/poseidon-constants.ts";

const WORD_BYTES = 32;
/** Reduced elements whose sum is below 2^256. */
const UNREDUCED_TERMS_MAX = Number(2n ** 256n / FIELD_MODULUS);

/**
 * Renders `contracts/generated/Poseidon.sol`.
 *
 * @param inputCounts - Numbers of inputs that contracts hash, with one function each.
 */
export function renderPoseidonSolidity(inputCounts: readonly number[]): string {
  return [
    "// SPDX-License-Identifier: MIT",
    "// generated from src/crypto/poseidon-constants.ts; run `npm run generate`",
    "pragma solidity ^0.8.24;",
    "",
    "// solhint-disable function-max-lines",
    "",
    "/// @title Poseidon with circomlib's parameters, as trees and leaves of the state use it",
    "/// @dev Sums of products are reduced only when they could exceed 256 bits: a sum of five",
    "/// field elements does not.",
    "library Poseidon {",
    ...inputCounts.flatMap((count) => renderHash(poseidonRounds(count + 1))),
    "}",
    "",
  ].join("\n");
}

function renderHash(rounds: PoseidonRounds): string[] {
  const { width } = rounds;
  const inputs = width - 1;
  return [
    `    /// @notice Poseidon of ${inputs} field elements.`,
    "    /// @dev The caller has checked that each is below the field modulus.",
    `    function hash${inputs}(uint256[${inputs}] memory inputs) internal pure returns (uint256 out) {`,
    '        assembly ("memory-safe") {',
    `            let r := ${FIELD_MODULUS}`,
    "            // The state, and the next one, in turns; both above what is allocated.",
    "            let a := mload(0x40)",
    `            let b := add(a, ${WORD_BYTES * width})`,
    "            mstore(a, 0)",
    `            mcopy(add(a, ${WORD_BYTES}), inputs, ${WORD_BYTES * inputs})`,
    ...renderPermutation(rounds),
    "            out := mod(mload(a), r)",
    "            function power5(x, m) -> y {",
    "                y := mulmod(x, x, m)",
    "                y := mulmod(mulmod(y, y, m), x, m)",
    "            }",
    ...renderMix(rounds),
    "        }",
    "    }",
    "",
  ];
}

/** Renders all rounds; their number is even, so the result is in the first buffer. */
function renderPermutation({ fullConstants, partialConstants }: PoseidonRounds): string[] {
  const half = POSEIDON_FULL_ROUNDS / 2;
  const layers: Vector[] = [
    ...fullConstants.slice(0, half),
    ...partialConstants.map((constant) => [constant]),
    ...fullConstants.slice(half),
  ];
  const lines = layers.flatMap((constants, round) => {
    const [from, to] = round % 2 === 0 ? ["a", "b"] : ["b", "a"];
    const boxes = constants.map((constant, i) => {
      const place = element(from, i);
      return `            mstore(${place}, power5(add(mload(${place}), ${constant}), r))`;
    });
    return [...boxes, `            mix(${from}, ${to}, r)`];
  });
  return layers.length % 2 === 0
    ? lines
    : [...lines, "            a := b // the number of rounds is odd"];
}

/** Renders the product of a state and the matrix; the elements of the result are not reduced. */
function renderMix({ mds, width }: PoseidonRounds): string[] {
  const names = Array.from({ length: width }, (_, i) => `x${i}`);
  return [
    "            function mix(from, to, m) {",
    ...names.map((name, i) => `                let ${name} := mload(${element("from", i)})`),
    ...mds.map((row, i) => `                mstore(${element("to", i)}, ${sumOf(row, names)})`),
    "            }",
  ];
}

/** Renders the sum of products, below 2^256 − r so that a constant can be added to it. */
function sumOf(factors: Vector, names: readonly string[]): string {
  const products = names.map((name, i) => `mulmod(${name}, ${factors[i]!}, m)`);
  let terms = 1;
  return products.reduce((sum, product) => {
    const fits = terms + 1 < UNREDUCED_TERMS_MAX;
    terms = fits ? terms + 1 : 1;
    return fits ? `add(${product}, ${sum})` : `addmod(${product}, ${sum}, m)`;
  });
}

function element(base: string, index: number): string {
  return index === 0 ? base : `add(${base}, ${WORD_BYTES * index})`;
}
