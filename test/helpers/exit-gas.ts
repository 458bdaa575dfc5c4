/** Measures the gas of exits by path. */
import { createExitWitnessInput, exitPath } from "../../src/block/exit.ts";
import { ETH_TOKEN_ID } from "../../src/protocol/constants.ts";
import { MAIN_TOKENS } from "../../src/protocol/kinds.ts";
import { PRESET_NAMES, PRESETS, type PresetName } from "../../src/protocol/presets.ts";
import { startExodus } from "./attacks.ts";
import { createRandom } from "./random.ts";
import { createRandomState, pickAccountId } from "./random-state.ts";
import { createTestRollup, type TestRollup } from "./test-rollup.ts";

const SEED = "exit gas";
const FUNDS = 10n ** 18n;
/** Small enough that all accounts together hold less than FUNDS. */
const BALANCE_BITS = 48;

/** Measures the whole transaction of one exit with a main token by path, for each preset. */
export const measureMainExits = () => measureExits(ETH_TOKEN_ID);

/** The same with a token whose balance is in a tail. */
export const measureTailExits = () => measureExits(MAIN_TOKENS);

async function measureExits(tokenId: number): Promise<Record<PresetName, number>> {
  const measured: [PresetName, number][] = [];
  for (const name of PRESET_NAMES) {
    const random = createRandom(SEED);
    const preset = PRESETS[name];
    const accounts = createRandomState(random, preset, BALANCE_BITS);
    const accountId = pickAccountId(random, accounts);
    const balance = 1n + random.bigint(BALANCE_BITS - 1);
    const state = accounts.update(accountId, tokenId, { balance });
    const settings = { preset, genesisStateRoot: state.root, priorityExpirationSeconds: 1000 };
    const fixture = await createTestRollup("MockVerifier", settings);
    const { client, user, genesis } = fixture;
    await client.depositEth(user.address, FUNDS);
    await listTokens(fixture, tokenId);
    await startExodus(fixture);
    const input = createExitWitnessInput(state, accountId, tokenId);
    const { owner, amount } = input;
    const claim = { accountId, tokenId, owner, amount };
    const { gasUsed } = await client.performExitByPath(genesis, claim, exitPath(input));
    measured.push([name, Number(gasUsed)]);
    await fixture.chain.close();
  }
  return Object.fromEntries(measured) as Record<PresetName, number>;
}

/** Lists tokens up to the one with this id, and gives them to the rollup. */
async function listTokens({ ethers, rollup, governor }: TestRollup, last: number): Promise<void> {
  for (let tokenId = 1; tokenId <= last; tokenId++) {
    const token = await ethers.deployContract("TestToken", ["Test", "TST"]);
    await token.mint(await rollup.getAddress(), FUNDS);
    await rollup.connect(governor).listToken(await token.getAddress());
  }
}
