/**
 * Registers the matchers for circuits and rollups with Chai: `import "hardhat-zkrollup/chai"`. In a
 * Hardhat project with the plugin, `hre.circuits.get` and the first rollup register them.
 *
 * @example
 * const multiplier = await hre.circuits.get("multiplier");
 * const witness = multiplier.witness({ a: 6, b: 7 });
 * await expect(witness).to.have.witnessOutputs({ product: 42 });
 */
import { use } from "chai";
import { circuitMatchers } from "./testing/chai-plugin.ts";
import { rollupMatchers } from "./matchers/chai-plugin.ts";

export type * from "./matchers/chai-types.ts";
export type * from "./testing/chai-types.ts";
export { circuitMatchers, rollupMatchers };

use(circuitMatchers);
use(rollupMatchers);
