/**
 * Checks random blocks of a hostile validator in the circuit, and restores those that it accepts:
 * `npm run test:hostile -- --blocks N --seed S`; of another kind with
 * `--preset dev --kind 4-main-3`.
 * Ends with an error at the first accepted block that a restore refuses.
 */
import { parseArgs } from "node:util";
import { blockKindName } from "../src/protocol/kinds.ts";
import { PRESET_NAMES, PRESETS } from "../src/protocol/presets.ts";
import { runHostileBlocks } from "../test/helpers/hostile-run.ts";
import { wholeKind } from "../test/helpers/kinds.ts";
import { createRandom } from "../test/helpers/random.ts";
import { loadBlockCircuit } from "../test/helpers/template-circuit.ts";

const options = {
  seed: { type: "string", default: createRandom().seed },
  blocks: { type: "string", default: "1000" },
  preset: { type: "string", default: "minimal" },
  kind: { type: "string" },
} as const;
const { values } = parseArgs({ options });

const preset = PRESETS[PRESET_NAMES.find((name) => name === values.preset) ?? "minimal"];
const named = preset.blockKinds.find((known) => blockKindName(known) === values.kind);
const kind = named ?? wholeKind(preset);
const blocks = Number(values.blocks);
console.log(`seed ${values.seed}: ${blocks} blocks ${blockKindName(kind)}, preset ${preset.name}`);
const circuit = await loadBlockCircuit(preset, kind);
const random = createRandom(values.seed);
const { provable, refused } = await runHostileBlocks(circuit, random, { preset, kind, blocks });
console.log(`${provable} provable blocks restored; the circuit refused ${refused} others`);
