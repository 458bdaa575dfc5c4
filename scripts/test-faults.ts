/**
 * Runs the operator in a separate process under faults: `npm run test:faults`, or with
 * `-- --only kills --kills 30 --seed S`.
 */
import { parseArgs } from "node:util";
import { createRandom } from "../test/helpers/random.ts";
import { SCENARIOS } from "../test/faults/scenarios.ts";
import { createWorld, type World } from "../test/faults/world.ts";

const options = {
  seed: { type: "string", default: createRandom().seed },
  /** Names of scenarios, separated by commas. Default: all. */
  only: { type: "string" },
  kills: { type: "string", default: "5" },
} as const;
const { values } = parseArgs({ options });
const names = values.only?.split(",");
const unknown = names?.find((name) => SCENARIOS.every((scenario) => scenario.name !== name));
if (unknown !== undefined) {
  const known = SCENARIOS.map(({ name }) => name).join(", ");
  console.error(`There is no scenario ${unknown}. Known: ${known}`);
  process.exit(2);
}

console.log(`seed ${values.seed}`);
let failed = 0;
let current: World | undefined;
// A run that is cut short leaves no processes behind.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    void Promise.resolve(current?.close()).finally(() => process.exit(1));
  });
}
const chosen = SCENARIOS.filter(({ name }) => names?.includes(name) ?? true);
for (const { name, title, mineEachMs, run } of chosen) {
  const startMs = Date.now();
  const world = await createWorld(`${values.seed}-${name}`, mineEachMs);
  current = world;
  try {
    await run(world, { kills: Number(values.kills) });
    world.proxy.faults = {};
    const { wrong, executed } = await world.load.audit(world.rollup);
    if (wrong.length > 0) throw new Error(wrong.join("; "));
    if (!world.operator.isAlive()) throw new Error(`it has ended:\n${world.operator.log()}`);
    const seconds = ((Date.now() - startMs) / 1000).toFixed(0);
    console.log(`✔ ${name}: ${title} (${executed} transactions executed, ${seconds} s)`);
  } catch (error) {
    failed++;
    console.log(`✘ ${name}: ${title}\n${String(error)}`);
    console.log(world.operator.log().slice(-3_000));
  } finally {
    await world.close();
  }
}
console.log(`${chosen.length - failed} of ${chosen.length} scenarios passed`);
process.exit(failed === 0 ? 0 : 1);
