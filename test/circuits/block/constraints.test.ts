import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
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
  ["minimal", 2, "main", 0, 0],
  ["minimal", 2, "wide", 0, 0],
  ["dev", 3, "main", 0, 0],
  ["dev", 4, "wide", 0, 0],
  ["full", 6, "main", 0, 0],
  ["full", 6, "wide", 0, 0],
  ["full", 8, "wide", 0, 0],
];

describe("Constraints of the block circuit", () => {
  for (const [name, levels, tokens, two, three] of BASELINE) {
    it(`are ${three - two} for each slot of ${name}, ${tokens} tokens, ${levels} levels`, async () => {
      const circuits = await Promise.all(
        [2, 3].map((slots) => loadBlockCircuit(PRESETS[name], { slots, levels, tokens })),
      );
      expect(circuits.map(({ stats }) => stats.constraints)).to.deep.equal([two, three]);
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
