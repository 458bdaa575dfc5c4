/** Renders the constants of Poseidon as circom functions of the width t. */

import { invert } from "../crypto/field.ts";
import {
  poseidonInverses,
  poseidonPartialRounds,
  poseidonSchedule,
} from "../crypto/poseidon-constants.ts";
import { circomExpression, circomHeader } from "./circom-functions.ts";
import type { CircomConstant } from "./circom-functions.ts";

/** The functions of the file, with their values for one width. */
function constantsOf(width: number): Record<string, CircomConstant> {
  const schedule = poseidonSchedule(width);
  const inverses = poseidonInverses(width);
  return {
    POSEIDON_PARTIAL_ROUNDS: BigInt(poseidonPartialRounds(width)),
    POSEIDON_FULL_CONSTANTS: schedule.fullConstants,
    POSEIDON_PARTIAL_CONSTANTS: schedule.partialConstants,
    POSEIDON_MDS: schedule.mds,
    POSEIDON_MDS_INVERSE: inverses.mds,
    POSEIDON_BRIDGE: schedule.bridge,
    POSEIDON_BRIDGE_INVERSE: inverses.bridge,
    POSEIDON_CORNER: schedule.corner,
    // The corner without the share of the others: corner - row · column in any round.
    POSEIDON_SCHUR_COMPLEMENT: invert(inverses.mds[0]![0]!),
    POSEIDON_ROWS: schedule.rows,
    POSEIDON_COLUMNS: schedule.columns,
  };
}

/**
 * Renders `circuits/generated/poseidon-constants.circom`.
 *
 * @param widths - Widths t = number of inputs + 1 that the circuits use, each from 2 to 17.
 */
export function renderPoseidonConstants(widths: readonly number[]): string {
  const constants = widths.map((width) => ({ width, values: constantsOf(width) }));
  const names = Object.keys(constants[0]?.values ?? {});
  const functions = names.map((name) => {
    const cases = constants.map(({ width, values }, i) => {
      const result = `return ${circomExpression(values[name]!)};`;
      const isLast = i === constants.length - 1; // the compiler wants a return on every path
      return isLast
        ? `    assert(t == ${width});\n    ${result}`
        : `    if (t == ${width}) {\n        ${result}\n    }`;
    });
    return `function ${name}(t) {\n${cases.join("\n")}\n}\n`;
  });
  return [circomHeader("src/crypto/poseidon-constants.ts"), ...functions].join("\n");
}
