/**
 * Checks random blocks of a hostile validator in the circuit, and restores those that it accepts:
 * `npm run test:hostile -- --blocks N --seed S`, in another size with `--preset dev --slots 4`.
 * Ends with an error at the first accepted block that a restore refuses.
 */
import { parseArgs } from "node:util";
import { PRESET_NAMES, PRESETS } from "../src/protocol/presets.ts";
import { runHostileBlocks } from "../test/helpers/hostile-run.ts";
import { createRandom } from "../test/helpers/random.ts";
import { loadBlockCircuit } from "../test/helpers/template-circuit.ts";

const options = {
  seed: { type: "string", default: createRandom().seed },
  blocks: { type: "string", default: "1000" },
  preset: { type: "string", default: "minimal" },
  slots: { type: "string" },
} as const;
const { values } = parseArgs({ options });

const preset = PRESETS[PRESET_NAMES.find((name) => name === values.preset) ?? "minimal"];
const slots = Number(values.slots ?? preset.blockSlots[0]);
const blocks = Number(values.blocks);
console.log(`seed ${values.seed}: ${blocks} blocks of ${slots} slots, preset ${preset.name}`);
const circuit = await loadBlockCircuit(preset, slots);
const random = createRandom(values.seed);
const { provable, refused } = await runHostileBlocks(circuit, random, { preset, slots, blocks });
console.log(`${provable} provable blocks restored; the circuit refused ${refused} others`);
