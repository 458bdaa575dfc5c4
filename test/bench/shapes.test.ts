/** The counts of shapes of traffic: sums that must hold, whatever the figures are. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { benchLeaves } from "../../src/bench/leaves.ts";
import { benchSealing, type SealingCost } from "../../src/bench/sealing.ts";
import { DEFAULT_BLOCK_OVERHEAD } from "../../src/protocol/kind-costs.ts";
import { PROJECT_ROOT } from "../helpers/source-files.ts";

describe("bench: shapes of traffic", () => {
  it("seals with few constraints, and nearly with the least", () => {
    const totalOf = ({ blocks, constraintsPerOperation }: SealingCost) =>
      constraintsPerOperation + (blocks * DEFAULT_BLOCK_OVERHEAD) / 2000;
    for (const { name, perSeal, fewest, sealed, least } of benchSealing()) {
      const shape = `${name}, ${perSeal} a seal`;
      expect(fewest.blocks, shape).to.be.at.most(sealed.blocks);
      // A rounded figure is up to half a constraint away.
      expect(totalOf(least), shape).to.be.at.most(totalOf(sealed) + 1);
      expect(totalOf(sealed), shape).to.be.below(1.1 * totalOf(least));
      if (perSeal === 65) expect(sealed.constraintsPerOperation, shape).to.be.below(25_000);
    }
  });

  it("counts what blocks touch of the state tree", () => {
    const cells = readFileSync(join(PROJECT_ROOT, "circuits/state/cells.circom"), "utf8");
    expect(cells).to.include("Constraints: 143 for ReplaceCell()");
    for (const shape of benchLeaves()) {
      const { name, slots, leaves, nodes, nodesNow, now, network, uniqueLeaves } = shape;
      expect(leaves, name).to.be.at.most(2 * slots);
      expect(shape.cells, name).to.be.at.most(shape.cells512);
      expect(nodes, name).to.be.below(nodesNow);
      expect(uniqueLeaves, name).to.be.at.most(now);
      expect(network, name).to.be.below(now);
      if (name.startsWith("payroll")) expect(leaves, name).to.be.at.most(slots + 1);
      if (name.startsWith("payroll")) expect(uniqueLeaves / now, name).to.be.below(0.8);
      if (name === "payments, uniform") expect(uniqueLeaves, name).to.equal(now);
    }
  });
});
