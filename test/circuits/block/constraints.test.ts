import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { kindCost } from "../../../src/protocol/kind-costs.ts";
import type { BlockTokens } from "../../../src/protocol/kinds.ts";
import { PRESET_NAMES, type PresetName, PRESETS } from "../../../src/protocol/presets.ts";
import { CIRCUITS, loadBlockCircuit, loadTemplate } from "../../helpers/template-circuit.ts";

/**
 * Constraints of blocks with two and three slots, as compiled for proving, linear ones included. A
 * change makes every proving key of the preset invalid.
 */
const BASELINE: readonly (readonly [
  name: PresetName,
  levels: number,
  tokens: BlockTokens,
  two: number,
  three: number,
])[] = [
  ["minimal", 2, "main", 22_320, 28_650],
  ["minimal", 2, "wide", 27_250, 35_220],
  ["dev", 3, "main", 27_171, 35_119],
  ["dev", 4, "wide", 40_188, 53_009],
  ["full", 6, "main", 40_112, 52_914],
  ["full", 6, "wide", 54_738, 72_410],
  ["full", 8, "main", 46_590, 62_628],
  ["full", 8, "wide", 61_216, 82_124],
];

describe("Constraints of the block circuit", () => {
  for (const [name, levels, tokens, two, three] of BASELINE) {
    it(`are ${three - two} for each slot of ${name}, ${tokens} tokens, ${levels} levels`, async () => {
      const circuits = await Promise.all(
        [2, 3].map((slots) => loadBlockCircuit(PRESETS[name], { slots, levels, tokens })),
      );
      expect(circuits.map(({ stats }) => stats.constraints)).to.deep.equal([two, three]);
      const costs = [2, 3].map((slots) => kindCost(PRESETS[name], { slots, levels, tokens }));
      expect(costs, "the costs that choose a block's kind").to.deep.equal([two, three]);
    });
  }

  for (const [levels, tokens, slotMax, blockMax] of [
    [6, "main", 13_502, 14_003],
    [6, "wide", 18_502, 19_003],
    [8, "main", 16_502, 17_003],
    [8, "wide", 21_502, 22_003],
  ] as const) {
    it(`of full are at most ${slotMax} for one more slot of ${tokens} tokens and ${levels} levels`, () => {
      const cost = (slots: number) => kindCost(PRESETS.full, { slots, levels, tokens });
      // Five slots fill a link of the digest.
      expect((cost(65) - cost(60)) / 5).to.be.at.most(slotMax);
      expect(cost(64) / 64, "a slot of 64, with what is shared").to.be.at.most(blockMax);
    });
  }

  it("have a baseline for every kind of every preset", () => {
    const flavors = PRESET_NAMES.flatMap((name) =>
      PRESETS[name].blockKinds.map(({ levels, tokens }) => [name, levels, tokens].join(" ")),
    );
    const known = BASELINE.map(([name, levels, tokens]) => [name, levels, tokens].join(" "));
    expect(known).to.have.members([...new Set(flavors)]);
  });

  const claims = ["state", "operations", "block", "exit", "generated"].flatMap((folder) =>
    readdirSync(join(CIRCUITS, folder)).flatMap((file) => {
      const source = readFileSync(join(CIRCUITS, folder, file), "utf8");
      return [...source.matchAll(/ \* Constraints: (\d+) for (\w+\([\d, ]*\))/g)].map(
        ([, count, instance]) => ({ path: `${folder}/${file}`, count: Number(count), instance }),
      );
    }),
  );
  for (const { path, count, instance } of claims) {
    it(`are ${count} for ${instance}, as its comment says`, async () => {
      const circuit = await loadTemplate(path, instance!);
      expect(circuit.stats.constraints).to.equal(count);
    });
  }
});
