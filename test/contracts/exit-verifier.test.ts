/** Paths in the state tree, hashed by Solidity and by TypeScript. */
import { expect } from "chai";
import { network } from "hardhat";
import { createExitWitnessInput, exitPath } from "../../src/block/exit.ts";
import { poseidon } from "../../src/crypto/poseidon.ts";
import { toChecksumAddress } from "../../src/l1/addresses.ts";
import { FIELD_MODULUS } from "../../src/protocol/constants.ts";
import {
  accountCapacity,
  type Preset,
  PRESET_NAMES,
  PRESETS,
  tokenCapacity,
} from "../../src/protocol/presets.ts";
import type { RollupState } from "../../src/state/rollup-state.ts";
import type { ExitVerifier } from "../../types/ethers-contracts/contracts/ExitVerifier.ts";
import { createRandom } from "../helpers/random.ts";
import { createRandomState, pickAccountId } from "../helpers/random-state.ts";

const random = createRandom();
const HASHES = 20;

/** Arguments of `verifyPath`. */
interface Question {
  readonly stateRoot: bigint;
  readonly accountCapacity: number;
  readonly tokenCapacity: number;
  readonly claim: {
    readonly accountId: number;
    readonly tokenId: number;
    readonly owner: bigint;
    readonly amount: bigint;
  };
  readonly path: readonly bigint[];
}

function questionOf(state: RollupState, accountId: number, tokenId: number): Question {
  const input = createExitWitnessInput(state, accountId, tokenId);
  const { stateRoot, owner, amount } = input;
  return {
    stateRoot,
    accountCapacity: accountCapacity(state.preset),
    tokenCapacity: tokenCapacity(state.preset),
    claim: { accountId, tokenId, owner, amount },
    path: exitPath(input),
  };
}

describe(`Poseidon on L1, ${random.title}`, () => {
  const edge = [0n, 1n, FIELD_MODULUS - 1n];
  const someInputs = (count: number) =>
    Array.from({ length: count }, () => (random.bool() ? random.field() : random.pick(edge)));

  it("equals Poseidon of src/crypto", async () => {
    const { ethers } = await network.create();
    const harness = await ethers.deployContract("PoseidonHarness");
    for (let i = 0; i < HASHES; i++) {
      const [three, eight] = [someInputs(3), someInputs(8)];
      expect(await harness.hash3(three as never)).to.equal(poseidon(three));
      expect(await harness.hash8(eight)).to.equal(poseidon(eight));
    }
    for (const word of edge) {
      const [three, eight] = [new Array<bigint>(3).fill(word), new Array<bigint>(8).fill(word)];
      expect(await harness.hash3(three as never)).to.equal(poseidon(three));
      expect(await harness.hash8(eight)).to.equal(poseidon(eight));
    }
  });
});

describe(`ExitVerifier, ${random.title}`, () => {
  let verifier: ExitVerifier;
  before(async () => {
    const { ethers } = await network.create();
    verifier = await ethers.deployContract("ExitVerifier");
  });

  const verify = (question: Question, changes: Partial<Question> = {}) => {
    const { stateRoot, claim, path, ...capacities } = { ...question, ...changes };
    return verifier.verifyPath(
      stateRoot,
      capacities.accountCapacity,
      capacities.tokenCapacity,
      { ...claim, owner: toChecksumAddress(claim.owner) },
      [...path],
    );
  };

  /** An honest claim to ETH. */
  const someQuestion = (preset: Preset) => {
    const state = createRandomState(random, preset);
    return questionOf(state, pickAccountId(random, state), 0);
  };

  for (const name of PRESET_NAMES) {
    const preset = PRESETS[name];

    it(`accepts the balance of any account in any token, also 0: ${name}`, async () => {
      const state = createRandomState(random, preset);
      for (const [accountId] of state.accounts()) {
        const tokenId = random.int(tokenCapacity(preset));
        expect(await verify(questionOf(state, accountId, tokenId))).to.equal(true);
        expect(await verify(questionOf(state, accountId, 0))).to.equal(true);
      }
    });

    it(`refuses a path with any word changed: ${name}`, async () => {
      const question = someQuestion(preset);
      for (const [index, word] of question.path.entries()) {
        const path = question.path.with(index, (word + 1n) % FIELD_MODULUS);
        expect(await verify(question, { path }), `word ${index}`).to.equal(false);
      }
      expect(await verify(question)).to.equal(true);
    });
  }

  it("refuses every other claim and every other state", async () => {
    const question = someQuestion(PRESETS.dev);
    const { claim, stateRoot } = question;
    const changes = [
      { accountId: (claim.accountId + 1) % question.accountCapacity },
      { accountId: claim.accountId ^ 8 },
      { tokenId: 1 },
      { tokenId: 8 },
      { owner: claim.owner + 1n },
      { owner: 0n },
      { amount: claim.amount - 1n },
      { amount: claim.amount ^ (1n << 127n) },
      { amount: 0n },
    ];
    for (const change of changes) {
      const changed = await verify(question, { claim: { ...claim, ...change } });
      expect(changed, Object.keys(change)[0]).to.equal(false);
    }
    expect(await verify(question, { stateRoot: stateRoot + 1n })).to.equal(false);
    expect(await verify(question, { stateRoot: stateRoot + FIELD_MODULUS })).to.equal(false);
  });

  it("refuses words that are not canonical, so every path has one encoding", async () => {
    const question = someQuestion(PRESETS.minimal);
    for (const [index, word] of question.path.entries()) {
      const path = question.path.with(index, word + FIELD_MODULUS);
      expect(await verify(question, { path }), `word ${index}`).to.equal(false);
    }
    const huge = question.path.with(1, 2n ** 256n - 1n);
    expect(await verify(question, { path: huge })).to.equal(false);
  });

  it("refuses a nonce that reaches into the kind of the leaf", async () => {
    const question = someQuestion(PRESETS.minimal);
    const path = question.path.with(0, question.path[0]! + 2n ** 32n);
    expect(await verify(question, { path })).to.equal(false);
  });

  it("refuses ids out of range whose last digits are those of a leaf", async () => {
    const question = someQuestion(PRESETS.minimal);
    const { claim } = question;
    const accountId = claim.accountId + question.accountCapacity;
    expect(await verify(question, { claim: { ...claim, accountId } })).to.equal(false);
    const tokenId = claim.tokenId + question.tokenCapacity;
    expect(await verify(question, { claim: { ...claim, tokenId } })).to.equal(false);
  });

  it("refuses paths of another length, so no inner node passes for a leaf", async () => {
    const question = someQuestion(PRESETS.minimal);
    const { path } = question;
    const [zeros, level] = [new Array<bigint>(7).fill(0n), path.slice(2, 9)];
    for (const other of [
      path.slice(0, -1),
      path.slice(0, -7),
      path.slice(2),
      [...path, 0n],
      [...path, ...zeros],
      [...path.slice(0, 2), ...zeros, ...path.slice(2)],
      [...path.slice(0, 2), ...path.slice(9)],
      [...path.slice(0, 9), ...level, ...path.slice(9)],
      [],
    ]) {
      expect(await verify(question, { path: other })).to.equal(false);
    }
  });

  it("refuses an account that does not exist", async () => {
    const state = createRandomState(random, PRESETS.minimal);
    const free = state.nextAccountId;
    const { stateSiblings, tokenSiblings } = state.witness(free, 0);
    const honest = questionOf(state, pickAccountId(random, state), 0);
    const claim = { accountId: free, tokenId: 0, owner: 0n, amount: 0n };
    const path = [0n, 0n, ...tokenSiblings.flat(), ...stateSiblings.flat()];
    expect(await verify(honest, { claim, path })).to.equal(false);
  });

  it("refuses earlier balances of an account", async () => {
    const state = createRandomState(random, PRESETS.minimal);
    const accountId = pickAccountId(random, state);
    const earlier = questionOf(state, accountId, 0);
    const { root: stateRoot } = state.update(accountId, 0, { balance: 0n });
    expect(await verify(earlier)).to.equal(true);
    expect(await verify(earlier, { stateRoot })).to.equal(false);
  });
});
