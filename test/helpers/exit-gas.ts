/** Measures the gas of exits by path. */
import { createExitWitnessInput, exitPath } from "../../src/block/exit.ts";
import { PRESET_NAMES, PRESETS, type PresetName } from "../../src/protocol/presets.ts";
import { startExodus } from "./attacks.ts";
import { createRandom } from "./random.ts";
import { createRandomState, pickAccountId } from "./random-state.ts";
import { createTestRollup } from "./test-rollup.ts";

const SEED = "exit gas";
const FUNDS = 10n ** 18n;
/** Small enough that all accounts together hold less than FUNDS. */
const BALANCE_BITS = 48;

/** Measures the whole transaction of one exit by path, for each preset. */
export async function measureExitsByPath(): Promise<Record<PresetName, number>> {
  const measured: [PresetName, number][] = [];
  for (const name of PRESET_NAMES) {
    const random = createRandom(SEED);
    const preset = PRESETS[name];
    const state = createRandomState(random, preset, BALANCE_BITS);
    const settings = { preset, genesisStateRoot: state.root, priorityExpirationSeconds: 1000 };
    const fixture = await createTestRollup("MockVerifier", settings);
    const { client, user, genesis } = fixture;
    await client.depositEth(user.address, FUNDS);
    await startExodus(fixture);
    const accountId = pickAccountId(random, state);
    const input = createExitWitnessInput(state, accountId, 0);
    const { owner, amount } = input;
    const claim = { accountId, tokenId: 0, owner, amount };
    const { gasUsed } = await client.performExitByPath(genesis, claim, exitPath(input));
    measured.push([name, Number(gasUsed)]);
    await fixture.chain.close();
  }
  return Object.fromEntries(measured) as Record<PresetName, number>;
}
