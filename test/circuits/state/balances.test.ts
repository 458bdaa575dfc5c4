import { expect } from "chai";
import type { Circuit } from "../../../src/circom/circuit.ts";
import { MAIN_TOKENS, TAILS } from "../../../src/protocol/kinds.ts";
import { PRESETS, tokenCapacity } from "../../../src/protocol/presets.ts";
import { newAccount } from "../../../src/state/account.ts";
import type { RollupState } from "../../../src/state/rollup-state.ts";
import { expectRejection } from "../../helpers/expect-code.ts";
import { expectCircuitRefusal, uncheckedCalculator } from "../../helpers/forged-witness.ts";
import { createRandom } from "../../helpers/random.ts";
import { createRandomState } from "../../helpers/random-state.ts";
import { loadTemplate } from "../../helpers/template-circuit.ts";

const random = createRandom();
const preset = PRESETS.minimal;
const { tailLevels } = preset;
const TAIL_CAPACITY = tokenCapacity(preset) / TAILS;
const ID = 9;
const FILE = "state/balances.circom";

/** Where TypeScript finds the balance of a token. */
function placeOf(token: number, levels: number) {
  const flags = (length: number, index: number) =>
    Array.from({ length }, (_, i) => (i === index ? 1n : 0n));
  const isMain = flags(MAIN_TOKENS, token < MAIN_TOKENS ? token : -1);
  const isTail = flags(TAILS, levels === 0 ? -1 : Math.floor(token / TAIL_CAPACITY));
  const tailBits = Array.from({ length: levels }, (_, level) =>
    [0, 1, 2].map((bit) => BigInt((token >> (3 * level + bit)) & 1)),
  );
  return { isMain, isTail, tailBits };
}

describe(`Balances of a leaf in the circuit, ${random.title}`, () => {
  let state: RollupState;
  before(() => {
    state = createRandomState(random, preset).update(ID, 0, { account: newAccount(5n) });
    for (let token = 0; token < tokenCapacity(preset); token++) {
      state = state.update(ID, token, { balance: 1n + random.bigint(120) });
    }
  });

  for (const levels of [0, tailLevels]) {
    const tokens = levels === 0 ? MAIN_TOKENS : tokenCapacity(preset);

    it(`find the place of every token with ${levels} levels of tails`, async () => {
      const circuit = await loadTemplate(FILE, `TokenPlace(${levels})`);
      for (let token = 0; token < tokens; token++) {
        const witness = await circuit.calculateWitness({ token });
        expect(circuit.checkWitness(witness)).to.equal(null);
        const { isMain, isTail, tailBits } = placeOf(token, levels);
        expect(read(circuit, witness, "isMain", MAIN_TOKENS), `token ${token}`).to.eql(isMain);
        expect(read(circuit, witness, "isTail", TAILS), `token ${token}`).to.eql(isTail);
        for (const [level, bits] of tailBits.entries()) {
          expect(read(circuit, witness, `tailBits[${level}]`, 3), `token ${token}`).to.eql(bits);
        }
      }
      await expectCircuitRefusal(circuit, { token: tokens }, "TOKEN_ID_OUT_OF_RANGE");
    });

    it(`read the balance of every token with ${levels} levels of tails`, async () => {
      const circuit = await loadTemplate(FILE, `ReadBalance(${levels})`);
      for (let token = 0; token < tokens; token++) {
        const { isMain } = placeOf(token, levels);
        const { tailBalance, balance, leaf } = state.witness(ID, token);
        const inputs = { balances: [...leaf.balances], isMain, tailBalance };
        const witness = await circuit.calculateWitness(inputs);
        expect(circuit.checkWitness(witness)).to.equal(null);
        expect(witness[circuit.wire("main.balance")], `token ${token}`).to.equal(balance);
      }
    });

    it(`change the balance of every token with ${levels} levels of tails`, async () => {
      const circuit = await loadTemplate(FILE, `UpdateBalance(${levels})`);
      for (let token = 0; token < tokens; token++) {
        const change = random.bigint(120);
        const witness = await circuit.calculateWitness(updateInputs(token, levels, change));
        expect(circuit.checkWitness(witness)).to.equal(null);
        const balance = state.balance(ID, token) + change;
        const after = state.update(ID, token, { balance }).leaf(ID);
        expect(read(circuit, witness, "newBalances", MAIN_TOKENS)).to.eql([...after.balances]);
        expect(read(circuit, witness, "newTails", TAILS)).to.eql([...after.tails]);
      }
    });
  }

  it("take no balance of a tail in a block of main tokens", async () => {
    const circuit = await loadTemplate(FILE, "ReadBalance(0)");
    const { leaf, balance } = state.witness(ID, 3);
    const { isMain } = placeOf(3, 0);
    const inputs = { balances: [...leaf.balances], isMain, tailBalance: 1n };
    await expectRejection("CIRCUIT_ASSERT_FAILED", circuit.calculateWitness(inputs));
    // The compiler removes a signal that is 0, so a forged witness has no place for another value.
    const calculate = await uncheckedCalculator(circuit);
    expect(calculate(inputs)[circuit.wire("main.balance")]).to.equal(balance);
  });

  it("refuse a balance that the tail does not have", async () => {
    const circuit = await loadTemplate(FILE, `UpdateBalance(${tailLevels})`);
    for (const token of [3, 8, tokenCapacity(preset) - 1]) {
      const honest = updateInputs(token, tailLevels, 5n);
      await expectCircuitRefusal(circuit, { ...honest, tailBalance: honest.tailBalance + 1n });
    }
  });

  it("refuse the path of another tail", async () => {
    const circuit = await loadTemplate(FILE, `UpdateBalance(${tailLevels})`);
    const honest = updateInputs(9, tailLevels, 5n);
    const { isTail } = placeOf(9 + TAIL_CAPACITY, tailLevels);
    await expectCircuitRefusal(circuit, { ...honest, isTail });
  });

  function updateInputs(token: number, levels: number, change: bigint) {
    const { leaf, tailBalance, tailSiblings } = state.witness(ID, token);
    return {
      balances: [...leaf.balances],
      tails: [...leaf.tails],
      ...placeOf(token, levels),
      tailBalance,
      tailSiblings: levels === 0 ? [] : tailSiblings,
      change,
    };
  }
});

function read(circuit: Circuit, witness: readonly bigint[], name: string, length: number) {
  return Array.from({ length }, (_, i) => witness[circuit.wire(`main.${name}[${i}]`)]!);
}
