/**
 * Renders Poseidon as a Solidity library: one function per width, with its constants in the code,
 * so that a contract reads no constant from storage or from another contract.
 *
 * Nodes have many hashes in a path, so their partial rounds are a recurrence, which takes little
 * gas. Its matrices for the 16 words of a leaf are larger than a contract may be; that one hash
 * multiplies the state by the full matrix in every round.
 *
 * @see {@link poseidonRecurrenceTerms}
 */

import { FIELD_MODULUS, negate } from "../crypto/field.ts";
import type { Vector } from "../crypto/matrices.ts";
import {
  POSEIDON_FULL_ROUNDS,
  type PoseidonRounds,
  poseidonRounds,
} from "../crypto/poseidon-constants.ts";
import { poseidonRecurrenceTerms } from "../kernel/poseidon-recurrence.ts";

const WORD_BYTES = 32;
/** Reduced elements whose sum is below 2^256. */
const UNREDUCED_TERMS_MAX = Number(2n ** 256n / FIELD_MODULUS);
/** Elements that a function can have on the stack, which reaches 16 words deep. */
const VARIABLES_MAX = 9;
/** Bytes of a round in the memory of a recurrence: its power, and the element after it. */
const ENTRY_BYTES = 2 * WORD_BYTES;

/**
 * Renders `contracts/generated/Poseidon.sol`.
 *
 * @param recurrentInputs - Number of inputs of the function with a recurrence.
 * @param plainInputs - Number of inputs of the function with the full matrix.
 */
export function renderPoseidonSolidity(recurrentInputs: number, plainInputs: number): string {
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
    ...renderHash(recurrentInputs, renderRecurrence(recurrentInputs + 1)),
    ...renderHash(plainInputs, renderPlain(plainInputs + 1)),
    "}",
    "",
  ].join("\n");
}

function renderHash(inputs: number, permutation: readonly string[]): string[] {
  return [
    `    /// @notice Poseidon of ${inputs} field elements.`,
    "    /// @dev The caller has checked that each is below the field modulus.",
    `    function hash${inputs}(uint256[${inputs}] memory inputs) internal pure returns (uint256 out) {`,
    '        assembly ("memory-safe") {',
    `            let r := ${FIELD_MODULUS}`,
    "            // The state, and the next one, in turns; both above what is allocated.",
    "            let a := mload(0x40)",
    `            let b := add(a, ${WORD_BYTES * (inputs + 1)})`,
    "            mstore(a, 0)",
    `            mcopy(add(a, ${WORD_BYTES}), inputs, ${WORD_BYTES * inputs})`,
    ...permutation,
    "            out := mod(mload(a), r)",
    "            function power5(x, m) -> y {",
    "                y := mulmod(x, x, m)",
    "                y := mulmod(mulmod(y, y, m), x, m)",
    "            }",
    "        }",
    "    }",
    "",
  ];
}

/** Renders all rounds with the full matrix; their number is even, so the result is in `a`. */
function renderPlain(width: number): string[] {
  const { fullConstants, partialConstants, mds } = poseidonRounds(width);
  const half = POSEIDON_FULL_ROUNDS / 2;
  const layers: Vector[] = [
    ...fullConstants.slice(0, half),
    ...partialConstants.map((constant) => [constant]),
    ...fullConstants.slice(half),
  ];
  return [
    ...layers.flatMap((constants, round) => renderRound(constants, round, "mix")),
    ...(layers.length % 2 === 0 ? [] : ["            a := b // the number of rounds is odd"]),
    ...renderMatrix("mix", mds),
  ];
}

/** Renders a round: adds constants to the first elements, and multiplies by a matrix. */
function renderRound(constants: Vector, round: number, matrix: string): string[] {
  const [from, to] = round % 2 === 0 ? ["a", "b"] : ["b", "a"];
  const boxes = constants.map((constant, i) => {
    const place = element(from, i);
    return `            mstore(${place}, power5(add(mload(${place}), ${constant}), r))`;
  });
  return [...boxes, `            ${matrix}(${from}, ${to}, r)`];
}

/**
 * Renders a function for the product of a state and a matrix. The elements of the result are not
 * reduced, but a constant can be added to them.
 */
function renderMatrix(name: string, matrix: readonly Vector[]): string[] {
  const width = matrix[0]!.length;
  const groups = Array.from({ length: Math.ceil(width / VARIABLES_MAX) }, (_, group) =>
    Array.from(
      { length: Math.min(VARIABLES_MAX, width - group * VARIABLES_MAX) },
      (_, i) => group * VARIABLES_MAX + i,
    ),
  );
  const lines = groups.flatMap((group) => {
    const before = group[0] === 0 ? 0 : termsOf(group[0]!);
    const loads = group.map((i) => `let x${i} := mload(${element("from", i)})`);
    const stores = matrix.map((row, i) => {
      const place = element("to", i);
      const products = group.map((j) => `mulmod(x${j}, ${row[j]!}, m)`);
      return `mstore(${place}, ${sumOf(products, before, `mload(${place})`)})`;
    });
    return [
      "                {",
      ...[...loads, ...stores].map((each) => `                    ${each}`),
      "                }",
    ];
  });
  return [`            function ${name}(from, to, m) {`, ...lines, "            }"];
}

/** Renders full rounds, the recurrence, and full rounds again; the result is in `a`. */
function renderRecurrence(width: number): string[] {
  const { fullConstants, partialConstants, mds }: PoseidonRounds = poseidonRounds(width);
  const { opening } = poseidonRecurrenceTerms(width);
  const half = POSEIDON_FULL_ROUNDS / 2;
  const first = fullConstants
    .slice(0, half)
    .flatMap((row, round) => renderRound(row, round, round === half - 1 ? "open" : "mix"));
  const last = fullConstants.slice(half).flatMap((row, round) => renderRound(row, round, "mix"));
  const n = width - 1;
  return [
    ...first,
    "            // The partial rounds as a recurrence: rounds lie behind the states in memory, each",
    "            // as a power and the element after it, first those before the first round.",
    `            let entry := add(b, ${WORD_BYTES * width})`,
    ...Array.from({ length: n }, (_, i) => [
      `            mstore(${element("entry", 2 * i)}, 0)`,
      `            mstore(${element("entry", 2 * i + 1)}, mload(${element("a", i + 1)}))`,
    ]).flat(),
    `            entry := add(entry, ${ENTRY_BYTES * n})`,
    "            let first := mload(a)",
    ...partialConstants.flatMap((constant) => [
      `            first := step(entry, add(first, ${constant}), r)`,
      `            entry := add(entry, ${ENTRY_BYTES})`,
    ]),
    "            mstore(a, first)",
    "            close(entry, a, r)",
    ...last,
    ...renderMatrix("mix", mds),
    ...renderMatrix("open", opening),
    ...renderStep(width),
    ...renderClosing(width),
  ];
}

/** Renders a partial round: `x` with its constant gives the element after the round. */
function renderStep(width: number): string[] {
  const { ofPowers, ofElements } = poseidonRecurrenceTerms(width);
  const products = ofPowers.flatMap((power, lag) => {
    if (lag === 0) return [`mulmod(power, ${power}, m)`];
    return [
      `mulmod(${earlier(2 * lag)}, ${power}, m)`,
      `mulmod(${earlier(2 * lag - 1)}, ${negate(ofElements[lag]!)}, m)`,
    ];
  });
  return [
    "            function step(at, x, m) -> y {",
    "                let power := power5(x, m)",
    "                mstore(at, power)",
    `                y := ${sumOf(products)}`,
    `                mstore(${element("at", 1)}, y)`,
    "            }",
  ];
}

/** Renders how the last rounds give all elements of the state but the first. */
function renderClosing(width: number): string[] {
  const { ofPowers, ofElements } = poseidonRecurrenceTerms(width).closing;
  const n = width - 1;
  const stores = ofPowers.map((powers, row) => {
    const products = powers.flatMap((power, i) => [
      `mulmod(${earlier(2 * (n - i))}, ${power}, m)`,
      `mulmod(${earlier(2 * (n - i) - 1)}, ${ofElements[row]![i]!}, m)`,
    ]);
    return `                mstore(${element("to", row + 1)}, ${sumOf(products)})`;
  });
  return ["            function close(at, to, m) {", ...stores, "            }"];
}

/** Terms of a sum of this many products that are not reduced. */
function termsOf(products: number): number {
  const most = UNREDUCED_TERMS_MAX - 1;
  return products === 0 ? 0 : ((products - 1) % most) + 1;
}

/**
 * Renders a sum of products, below 2^256 − r so that a constant can be added to it.
 *
 * @param before - Number of unreduced terms of `start`, to which the products are added.
 */
function sumOf(products: readonly string[], before = 0, start = ""): string {
  const [sum] = products.reduce<[string, number]>(
    ([sum, terms], product) => {
      if (terms === 0) return [product, 1];
      const fits = terms + 1 < UNREDUCED_TERMS_MAX;
      return fits ? [`add(${product}, ${sum})`, terms + 1] : [`addmod(${product}, ${sum}, m)`, 1];
    },
    [start, before],
  );
  return sum;
}

function element(base: string, index: number): string {
  return index === 0 ? base : `add(${base}, ${WORD_BYTES * index})`;
}

/** Renders the word that is `count` words before `at`. */
function earlier(count: number): string {
  return `mload(sub(at, ${WORD_BYTES * count}))`;
}
