import { expect } from "chai";
import type { Circuit } from "../../../src/circom/circuit.ts";
import { FIELD_MODULUS } from "../../../src/crypto/field.ts";
import { LEAF_KIND } from "../../../src/protocol/constants.ts";
import { accountCapacity, PRESETS, tokenCapacity } from "../../../src/protocol/presets.ts";
import { type Account, EMPTY_ACCOUNT } from "../../../src/state/account.ts";
import { createGenesisState, type RollupState } from "../../../src/state/rollup-state.ts";
import { expectCircuitRefusal, findFreeWires } from "../../helpers/forged-witness.ts";
import { createRandom } from "../../helpers/random.ts";
import { loadTemplate } from "../../helpers/template-circuit.ts";

const random = createRandom();
const preset = PRESETS.minimal;

describe(`Branch circuit, ${random.title}`, () => {
  let circuit: Circuit;
  before(async () => {
    const { treeArity, stateTreeLevels, tokenTreeLevels } = preset;
    const parameters = [treeArity, stateTreeLevels, tokenTreeLevels].join(", ");
    circuit = await loadTemplate("state/branch.circom", `Branch(${parameters})`);
  });

  it("computes the roots of the TypeScript state before and after an update", async () => {
    let state = randomState();
    for (let round = 0; round < 10; round++) {
      const update = randomUpdate(state);
      const next = state.update(update.accountId, update.tokenId, update);
      const witness = await circuit.calculateWitness(toInput(state, update));
      expect(circuit.checkWitness(witness)).to.equal(null);
      expect(witness[circuit.wire("main.oldRoot")]).to.equal(state.root);
      expect(witness[circuit.wire("main.newRoot")]).to.equal(next.root);
      state = next;
    }
  });

  it("refuses a new balance outside of 128 bits", async () => {
    const state = randomState();
    for (const balance of [1n << 128n, FIELD_MODULUS - 1n]) {
      const input = toInput(state, { ...randomUpdate(state), balance });
      await expectCircuitRefusal(circuit, input, "BALANCE_OVERFLOW");
    }
  });

  it("refuses an old account with a field beyond its width", async () => {
    const input = toInput(randomState(), { accountId: 0, tokenId: 0 });
    for (const wide of [{ kind: 2 }, { nonce: 2 ** 32 }, { address: 1n << 160n }]) {
      await expectCircuitRefusal(circuit, withOldAccount(input, wide));
    }
  });

  it("refuses an empty account with any content", async () => {
    const state = createGenesisState(preset, { feeAccountAddress: 1n });
    const input = toInput(state, { accountId: 5, tokenId: 0 });
    for (const claim of [{ kind: 2 }, { nonce: 1 }, { address: 1n }, { pubKeyHash: 1n }]) {
      await expectCircuitRefusal(circuit, withOldAccount(input, claim));
    }
    const oldHolding = { ...input.oldHolding, balance: 1n };
    await expectCircuitRefusal(circuit, { ...input, oldHolding });
  });

  it("leaves no wire free", async () => {
    // The place of a leaf between equal neighbors would be free.
    let state = randomState().update(9, 0, { account: randomAccount() });
    for (let tokenId = 0; tokenId < tokenCapacity(preset); tokenId++) {
      state = state.update(9, tokenId, { balance: 1n + random.bigint(127) });
    }
    const update = { ...randomUpdate(state), accountId: 9, account: randomAccount() };
    const witness = await circuit.calculateWitness(toInput(state, update));
    expect(findFreeWires(circuit.constraints(), witness)).to.deep.equal([]);
  });
});

interface Update {
  readonly accountId: number;
  readonly tokenId: number;
  readonly account?: Account;
  readonly balance?: bigint;
}

function randomState(): RollupState {
  let state = createGenesisState(preset, { feeAccountAddress: 1n + random.bigint(159) });
  for (let i = 0; i < 20; i++) {
    const update = randomUpdate(state);
    state = state.update(update.accountId, update.tokenId, update);
  }
  return state;
}

function randomUpdate(state: RollupState): Required<Update> {
  const accountId = random.int(accountCapacity(preset));
  const tokenId = random.int(tokenCapacity(preset));
  const account = random.bool() ? state.account(accountId) : randomAccount();
  const balance = account.kind === LEAF_KIND.account ? random.bigint(128) : 0n;
  return { accountId, tokenId, account, balance };
}

function randomAccount(): Account {
  return {
    kind: LEAF_KIND.account,
    nonce: random.int(2 ** 32),
    address: random.bigint(160),
    pubKeyHash: random.bool() ? random.field() : EMPTY_ACCOUNT.pubKeyHash,
  };
}

/** The input of an update of `state`; omitted values do not change. */
function toInput(state: RollupState, { accountId, tokenId, account, balance }: Update) {
  const old = state.witness(accountId, tokenId);
  return {
    accountBits: indexBits(accountId, preset.stateTreeLevels),
    tokenBits: indexBits(tokenId, preset.tokenTreeLevels),
    oldHolding: { account: { ...old.account }, balance: old.balance },
    newHolding: {
      account: { ...(account ?? old.account) },
      balance: balance ?? old.balance,
    },
    siblings: { state: old.stateSiblings, tokens: old.tokenSiblings },
  };
}
type BranchInput = ReturnType<typeof toInput>;

function withOldAccount(input: BranchInput, fields: Partial<Account>): BranchInput {
  const { account, balance } = input.oldHolding;
  return { ...input, oldHolding: { account: { ...account, ...fields }, balance } };
}

/** The bits of the child's index per level, leaf level first; lowest bit first. */
function indexBits(index: number, levels: number): number[][] {
  const bits = Math.log2(preset.treeArity);
  return Array.from({ length: levels }, (_, level) =>
    Array.from({ length: bits }, (_, bit) => (index >> (level * bits + bit)) & 1),
  );
}
