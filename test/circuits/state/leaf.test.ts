import { expect } from "chai";
import type { Circuit } from "../../../src/circom/circuit.ts";
import { poseidon } from "../../../src/crypto/poseidon.ts";
import { PRESETS } from "../../../src/protocol/presets.ts";
import { EMPTY_ACCOUNT } from "../../../src/state/account.ts";
import type { RollupState } from "../../../src/state/rollup-state.ts";
import { createRandom } from "../../helpers/random.ts";
import { createRandomState, pickAccountId } from "../../helpers/random-state.ts";
import { loadTemplate } from "../../helpers/template-circuit.ts";

const random = createRandom();

describe(`Leaf circuits, ${random.title}`, () => {
  let state: RollupState;
  before(() => {
    state = createRandomState(random, PRESETS.minimal);
  });

  /** The ids of an account and of an empty leaf. */
  const ids = () => [pickAccountId(random, state), state.nextAccountId];

  it("hash the words in the order of the leaf", async () => {
    const circuit = await loadTemplate("state/leaf.circom", "LeafHash()");
    for (const id of ids()) {
      const leaf = state.leaf(id);
      const { noncePlusOne, address, pubKeyHash, reserved, tails, balances } = leaf;
      const words = [noncePlusOne, address, pubKeyHash, reserved, ...tails, ...balances];
      expect(await output(circuit, { leaf: { ...leaf } }, "hash")).to.equal(poseidon(words));
    }
  });

  it("read the account of a leaf, and of an empty one", async () => {
    const circuit = await loadTemplate("state/leaf.circom", "AccountOfLeaf()");
    for (const id of ids()) {
      const witness = await circuit.calculateWitness({ leaf: { ...state.leaf(id) } });
      const read = (name: string) => witness[circuit.wire(`main.account.${name}`)];
      const { kind, nonce, address, pubKeyHash } = state.account(id);
      expect(read("kind")).to.equal(BigInt(kind));
      expect(read("nonce")).to.equal(BigInt(nonce));
      expect(read("address")).to.equal(address);
      expect(read("pubKeyHash")).to.equal(pubKeyHash);
    }
    expect(state.account(state.nextAccountId)).to.deep.equal(EMPTY_ACCOUNT);
  });
});

async function output(circuit: Circuit, inputs: object, name: string): Promise<bigint> {
  const witness = await circuit.calculateWitness({ ...inputs });
  expect(circuit.checkWitness(witness)).to.equal(null);
  return witness[circuit.wire(`main.${name}`)]!;
}
