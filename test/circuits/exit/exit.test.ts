import { expect } from "chai";
import { createExitWitnessInput, exitPublicInputs } from "../../../src/block/exit.ts";
import type { Circuit } from "../../../src/circom/circuit.ts";
import { reduce } from "../../../src/crypto/field.ts";
import { MAIN_TOKENS } from "../../../src/protocol/kinds.ts";
import { accountCapacity, PRESETS, tokenCapacity } from "../../../src/protocol/presets.ts";
import { EXIT_PUBLIC_INPUTS } from "../../../src/protocol/public-inputs.ts";
import type { RollupState } from "../../../src/state/rollup-state.ts";
import { expectCode } from "../../helpers/expect-code.ts";
import {
  expectCircuitRefusal,
  findFreeInputs,
  findFreeWires,
} from "../../helpers/forged-witness.ts";
import { createRandom } from "../../helpers/random.ts";
import { createRandomState, pickAccountId } from "../../helpers/random-state.ts";
import { loadExitCircuit } from "../../helpers/template-circuit.ts";
import { FREE_HINT } from "../../helpers/weakened-block.ts";
import { wireNames } from "../../helpers/weakened-circuit.ts";

const random = createRandom();
const preset = PRESETS.minimal;

describe(`Exit circuit, ${random.title}`, () => {
  let circuit: Circuit;
  let state: RollupState;
  before(async () => {
    circuit = await loadExitCircuit(preset);
    state = createRandomState(random, preset);
  });

  it("proves the balance of any account in any token, also 0", async () => {
    const ids = [...state.accounts()].map(([id]) => id);
    const claims = ids.flatMap((id) => [
      [id, random.int(MAIN_TOKENS)] as const,
      [id, random.int(tokenCapacity(preset))] as const,
      ...[...state.balances(id)].map(([tokenId]) => [id, tokenId] as const),
    ]);
    for (const [accountId, tokenId] of claims) {
      const input = createExitWitnessInput(state, accountId, tokenId);
      const witness = await circuit.calculateWitness(input);
      expect(circuit.checkWitness(witness)).to.equal(null);
      expect(witness.slice(1, 1 + EXIT_PUBLIC_INPUTS.length)).to.deep.equal(
        exitPublicInputs(input),
      );
      expect(input.amount).to.equal(state.balance(accountId, tokenId));
    }
  });

  it("refuses every other claim", async () => {
    const honest = randomExit(state);
    for (const name of EXIT_PUBLIC_INPUTS) {
      await expectCircuitRefusal(circuit, { ...honest, [name]: honest[name] + 1n });
    }
    await expectCircuitRefusal(circuit, { ...honest, amount: 0n });
    await expectCircuitRefusal(circuit, { ...honest, owner: 0n });
  });

  it("refuses the claim of another account or token with one's own path", async () => {
    const [mine, other] = [randomExit(state), randomExit(state)];
    const { accountId, tokenId } = other;
    await expectCircuitRefusal(circuit, { ...mine, accountId: (accountId + 1n) % 64n });
    await expectCircuitRefusal(circuit, { ...mine, tokenId: (tokenId + 1n) % 8n });
    await expectCircuitRefusal(circuit, { ...mine, tokenId: tokenId + 8n });
  });

  it("refuses earlier balances of an account", async () => {
    const [accountId] = [...state.accounts()].at(-1)!;
    const earlier = createExitWitnessInput(state, accountId, 0);
    const later = state.update(accountId, 0, { balance: 0n });
    await expectCircuitRefusal(circuit, { ...earlier, stateRoot: later.root });
  });

  it("refuses an account that does not exist", async () => {
    const free = state.nextAccountId;
    expectCode("ACCOUNT_NOT_FOUND", () => createExitWitnessInput(state, free, 0));
    const { stateSiblings, tailSiblings, leaf } = state.witness(free, 0);
    const { noncePlusOne, address, ...words } = leaf;
    const claim = { accountId: BigInt(free), tokenId: 0n, owner: address, amount: 0n };
    const nonce = reduce(noncePlusOne - 1n);
    const input = { stateRoot: state.root, ...claim, nonce, ...words, stateSiblings, tailSiblings };
    await expectCircuitRefusal(circuit, input, "ACCOUNT_NOT_FOUND");
    const withNonce = { ...input, nonce: 0n };
    await expectCircuitRefusal(circuit, withNonce, "ACCOUNT_NOT_FOUND");
  });

  it("refuses an amount in the tail for a main token, and in the leaf for another", async () => {
    const [accountId] = [...state.accounts()].at(-1)!;
    const rich = state
      .update(accountId, 3, { balance: 30n })
      .update(accountId, 11, { balance: 110n });
    const main = createExitWitnessInput(rich, accountId, 3);
    const tail = createExitWitnessInput(rich, accountId, 11);
    await expectCircuitRefusal(circuit, { ...main, amount: 110n });
    await expectCircuitRefusal(circuit, { ...tail, amount: 30n });
    await expectCircuitRefusal(circuit, { ...main, tokenId: 11n });
    await expectCircuitRefusal(circuit, { ...tail, tokenId: 3n });
  });

  it("refuses ids out of range", async () => {
    const honest = randomExit(state);
    const accountId = honest.accountId + BigInt(accountCapacity(preset));
    await expectCircuitRefusal(circuit, { ...honest, accountId }, "ACCOUNT_ID_OUT_OF_RANGE");
    const tokenId = honest.tokenId + BigInt(tokenCapacity(preset));
    await expectCircuitRefusal(circuit, { ...honest, tokenId }, "TOKEN_ID_OUT_OF_RANGE");
  });

  it("refuses bits moved between nonce and owner", async () => {
    const honest = randomExit(state);
    const { nonce, owner } = honest;
    const moved = { nonce: nonce - 1n, owner: owner + (1n << 160n) };
    await expectCircuitRefusal(circuit, { ...honest, ...moved });
  });

  it("leaves no input and no wire free but the words that the amount stands for", async () => {
    const honest = randomExit(state);
    const inputs = [...EXIT_PUBLIC_INPUTS, "nonce", "pubKeyHash", "reserved"];
    expect(await findFreeInputs(circuit, honest, inputs)).to.deep.equal([]);
    const witness = await circuit.calculateWitness(honest);
    const names = wireNames(circuit);
    const free = findFreeWires(circuit.constraints(), witness).map((wire) => names.get(wire)!);
    const bound = free.filter((name) => !FREE_HINT.test(name));
    expect(bound).to.have.members(["main.balances[0]", "main.tails[0]"]);
  });
});

/** An honest claim of an account to ETH. */
function randomExit(state: RollupState) {
  return createExitWitnessInput(state, pickAccountId(random, state), 0);
}
