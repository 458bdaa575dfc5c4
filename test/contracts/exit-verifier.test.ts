/** Paths in the state tree, hashed by Solidity and by TypeScript. */
import { expect } from "chai";
import { network } from "hardhat";
import { createExitWitnessInput, exitPath } from "../../src/block/exit.ts";
import { poseidon } from "../../src/crypto/poseidon.ts";
import { toChecksumAddress } from "../../src/l1/addresses.ts";
import { FIELD_MODULUS, LEAF_KIND, NONCE_MAX } from "../../src/protocol/constants.ts";
import { MAIN_TOKENS, TAILS, TREE_ARITY } from "../../src/protocol/kinds.ts";
import { LEAF_WORDS } from "../../src/protocol/leaf.ts";
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
  const samples = (count: number) => [
    ...Array.from({ length: HASHES }, () => someInputs(count)),
    ...edge.map((word) => new Array<bigint>(count).fill(word)),
  ];

  it("of a node equals Poseidon of src/crypto", async () => {
    const { ethers } = await network.create();
    const harness = await ethers.deployContract("PoseidonHarness");
    for (const inputs of samples(TREE_ARITY)) {
      expect(await harness.hash8(inputs)).to.equal(poseidon(inputs));
    }
  });

  it("of a leaf equals Poseidon of src/crypto", async () => {
    const { ethers } = await network.create();
    const hasher = await ethers.deployContract("LeafHasher");
    for (const inputs of samples(LEAF_WORDS)) {
      expect(await hasher.hash(inputs)).to.equal(poseidon(inputs));
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

  /** A state, and an account in it that has these tokens. */
  const someAccount = (preset: Preset, tokenIds: readonly number[]) => {
    let state = createRandomState(random, preset);
    const accountId = pickAccountId(random, state);
    for (const tokenId of tokenIds) {
      state = state.update(accountId, tokenId, { balance: 1n + random.bigint(127) });
    }
    return { state, accountId };
  };

  /** Honest claims of an account to a main token and to another one. */
  const someQuestions = (preset: Preset) => {
    const tokenId = MAIN_TOKENS + random.int(tokenCapacity(preset) - MAIN_TOKENS);
    const mainId = random.int(MAIN_TOKENS);
    const { state, accountId } = someAccount(preset, [mainId, tokenId]);
    return [questionOf(state, accountId, mainId), questionOf(state, accountId, tokenId)] as const;
  };

  for (const name of PRESET_NAMES) {
    const preset = PRESETS[name];
    const tailLeaves = tokenCapacity(preset) / TAILS;

    it(`accepts the balance of any account in any token, also 0: ${name}`, async () => {
      const state = createRandomState(random, preset);
      for (const [accountId] of state.accounts()) {
        const tokenId = random.int(tokenCapacity(preset));
        expect(await verify(questionOf(state, accountId, tokenId))).to.equal(true);
        expect(await verify(questionOf(state, accountId, 0))).to.equal(true);
      }
    });

    it(`accepts tokens at the ends of the leaf and of each tail: ${name}`, async () => {
      const ends = [0, 1, 2, 3].flatMap((tail) => [tail * tailLeaves, (tail + 1) * tailLeaves - 1]);
      const tokenIds = [MAIN_TOKENS - 1, MAIN_TOKENS, ...ends].filter(
        (tokenId) => tokenId < tokenCapacity(preset),
      );
      const { state, accountId } = someAccount(preset, tokenIds);
      for (const tokenId of tokenIds) {
        const question = questionOf(state, accountId, tokenId);
        expect(question.claim.amount > 0n).to.equal(true);
        expect(await verify(question), `token ${tokenId}`).to.equal(true);
      }
    });

    it(`refuses a path with any word changed: ${name}`, async () => {
      for (const question of someQuestions(preset)) {
        for (const [index, word] of question.path.entries()) {
          if (name === "full" && random.int(4) > 0) continue;
          const path = question.path.with(index, (word + 1n) % FIELD_MODULUS);
          expect(await verify(question, { path }), `word ${index}`).to.equal(false);
        }
        expect(await verify(question)).to.equal(true);
      }
    });
  }

  it("refuses every other claim and every other state", async () => {
    for (const question of someQuestions(PRESETS.dev)) {
      const { claim, stateRoot } = question;
      const changes = [
        { accountId: (claim.accountId + 1) % question.accountCapacity },
        { accountId: claim.accountId ^ 8 },
        { tokenId: (claim.tokenId + 1) % question.tokenCapacity },
        { tokenId: claim.tokenId ^ 8 },
        { tokenId: claim.tokenId ^ 64 },
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
    }
  });

  it("refuses the path of another token of the account", async () => {
    const tailLeaves = tokenCapacity(PRESETS.dev) / TAILS;
    const tokenIds = [3, 4, MAIN_TOKENS + 3, tailLeaves + 3, tailLeaves + MAIN_TOKENS + 3];
    const { state, accountId } = someAccount(PRESETS.dev, tokenIds);
    const questions = tokenIds.map((tokenId) => questionOf(state, accountId, tokenId));
    for (const question of questions) {
      for (const other of questions.filter((each) => each !== question)) {
        const { tokenId } = question.claim;
        const text = `token ${tokenId} by the path of ${other.claim.tokenId}`;
        // Main tokens share their path; only the amount is another.
        const areMain = tokenId < MAIN_TOKENS && other.claim.tokenId < MAIN_TOKENS;
        expect(await verify(question, { path: other.path }), text).to.equal(areMain);
        const claim = { ...other.claim, tokenId };
        expect(await verify(other, { claim }), text).to.equal(false);
      }
    }
  });

  it("refuses siblings of a tail for a main token, also the true ones", async () => {
    const { state, accountId } = someAccount(PRESETS.dev, [3]);
    const question = questionOf(state, accountId, 3);
    const { tailSiblings } = state.witness(accountId, 3);
    const inserted = (siblings: readonly bigint[]) => [
      ...question.path.slice(0, LEAF_WORDS - 1),
      ...siblings,
      ...question.path.slice(LEAF_WORDS - 1),
    ];
    const path = inserted(tailSiblings.flat());
    expect(await verify(question, { path })).to.equal(false);
    // The tail holds 0 for a main token, so this would be a second balance of the account.
    const claim = { ...question.claim, amount: 0n };
    expect(await verify(question, { claim, path })).to.equal(false);
    expect(await verify(question, { path: inserted([]) })).to.equal(true);
  });

  it("refuses a path without the siblings of the tail for any other token", async () => {
    const [, { claim, path, ...rest }] = someQuestions(PRESETS.minimal);
    const cut = [...path.slice(0, LEAF_WORDS - 1), ...path.slice(LEAF_WORDS - 1 + 7)];
    expect(await verify({ claim, path: cut, ...rest })).to.equal(false);
    // Not even with the amount as the root of the tail.
    const tail = Math.floor(claim.tokenId / (rest.tokenCapacity / TAILS));
    const forged = cut.with(3 + tail, claim.amount);
    expect(await verify({ claim, path: forged, ...rest })).to.equal(false);
  });

  it("refuses the right place in another tail", async () => {
    const tailLeaves = tokenCapacity(PRESETS.minimal) / TAILS;
    const { state, accountId } = someAccount(PRESETS.minimal, [2 * tailLeaves + 5]);
    const question = questionOf(state, accountId, 2 * tailLeaves + 5);
    for (const tail of [1, 3]) {
      const claim = { ...question.claim, tokenId: tail * tailLeaves + 5 };
      expect(await verify(question, { claim }), `tail ${tail}`).to.equal(false);
    }
    expect(await verify(question)).to.equal(true);
  });

  it("refuses words that are not canonical, so every path has one encoding", async () => {
    for (const question of someQuestions(PRESETS.minimal)) {
      for (const [index, word] of question.path.entries()) {
        const path = question.path.with(index, word + FIELD_MODULUS);
        expect(await verify(question, { path }), `word ${index}`).to.equal(false);
        const huge = question.path.with(index, 2n ** 256n - 1n);
        expect(await verify(question, { path: huge }), `word ${index}`).to.equal(false);
      }
    }
  });

  it("refuses a reserved word that is not that of the leaf", async () => {
    for (const question of someQuestions(PRESETS.minimal)) {
      expect(question.path[2]).to.equal(0n);
      expect(await verify(question, { path: question.path.with(2, 1n) })).to.equal(false);
    }
  });

  it("accepts the last nonce, and refuses larger ones", async () => {
    const { state, accountId } = someAccount(PRESETS.minimal, [0]);
    const last = state.update(accountId, 0, { account: { nonce: NONCE_MAX } });
    const question = questionOf(last, accountId, 0);
    expect(await verify(question)).to.equal(true);
    const { path } = question;
    for (const nonce of [2n ** 32n, 2n ** 32n + path[0]!, FIELD_MODULUS - 1n, 2n ** 256n - 1n]) {
      expect(await verify(question, { path: path.with(0, nonce) }), `${nonce}`).to.equal(false);
    }
  });

  it("refuses ids out of range whose last digits are those of a leaf", async () => {
    for (const question of someQuestions(PRESETS.minimal)) {
      const { claim } = question;
      const accountId = claim.accountId + question.accountCapacity;
      expect(await verify(question, { claim: { ...claim, accountId } })).to.equal(false);
      const tokenId = claim.tokenId + question.tokenCapacity;
      expect(await verify(question, { claim: { ...claim, tokenId } })).to.equal(false);
    }
  });

  it("refuses paths of another length, so no inner node passes for a leaf", async () => {
    const leafWords = LEAF_WORDS - 1;
    for (const question of someQuestions(PRESETS.minimal)) {
      const { path } = question;
      const zeros = new Array<bigint>(7).fill(0n);
      const [leaf, siblings] = [path.slice(0, leafWords), path.slice(leafWords)];
      for (const other of [
        path.slice(0, -1),
        path.slice(0, -7),
        path.slice(2),
        path.slice(7),
        [...path, 0n],
        [...path, ...zeros],
        [...leaf, ...zeros, ...siblings],
        [...leaf, ...siblings.slice(7)],
        [...leaf, ...siblings.slice(0, 7), ...siblings],
        leaf,
        [],
      ]) {
        expect(await verify(question, { path: other })).to.equal(false);
      }
    }
  });

  it("refuses an account that does not exist: its leaf has no nonce", async () => {
    const state = createRandomState(random, PRESETS.minimal);
    const free = state.nextAccountId;
    for (const tokenId of [0, MAIN_TOKENS]) {
      const { leaf, tailSiblings, stateSiblings } = state.witness(free, tokenId);
      const honest = questionOf(state, pickAccountId(random, state), tokenId);
      const claim = { accountId: free, tokenId, owner: 0n, amount: 0n };
      const words = [...leaf.tails, ...leaf.balances];
      const siblings = [...(tokenId === 0 ? [] : tailSiblings.flat()), ...stateSiblings.flat()];
      // Nonce + 1 = 0 would be the empty leaf, in the field or in 256 bits.
      for (const nonce of [0n, FIELD_MODULUS - 1n, 2n ** 256n - 1n]) {
        const path = [nonce, 0n, 0n, ...words, ...siblings];
        expect(path.length).to.equal(honest.path.length);
        expect(await verify(honest, { claim, path }), `${nonce}`).to.equal(false);
      }
    }
  });

  it("accepts the absence of an account, for the ids without one only", async () => {
    for (const name of PRESET_NAMES) {
      const preset = PRESETS[name];
      const state = createRandomState(random, preset);
      const sizes = [accountCapacity(preset), tokenCapacity(preset)] as const;
      const absent = (accountId: number, path: readonly bigint[], root = state.root) =>
        verifier.verifyAbsence(root, ...sizes, accountId, [...path]);
      const siblingsOf = (accountId: number) => state.witness(accountId, 0).stateSiblings.flat();
      const free = state.nextAccountId;
      const path = siblingsOf(free);
      expect(await absent(free, path), name).to.equal(true);
      const taken = pickAccountId(random, state);
      expect(await absent(taken, siblingsOf(taken)), name).to.equal(false);
      expect(await absent(free, path, state.root + 1n), name).to.equal(false);
      expect(await absent(free + sizes[0], path), name).to.equal(false);
      const place = random.int(path.length);
      const word = path[place]!;
      const zeros = new Array<bigint>(TREE_ARITY - 1).fill(0n);
      for (const other of [
        path.with(place, (word + 1n) % FIELD_MODULUS),
        path.with(place, word + FIELD_MODULUS),
        path.slice(1),
        path.slice(TREE_ARITY - 1),
        [...path, ...zeros],
        [],
      ]) {
        expect(await absent(free, other), name).to.equal(false);
      }
      const account = { kind: LEAF_KIND.account, nonce: 0, address: 1n, pubKeyHash: 0n };
      const { root } = state.update(free, 0, { account });
      expect(await absent(free, path, root), name).to.equal(false);
    }
  });

  it("refuses earlier balances of an account", async () => {
    for (const tokenId of [0, MAIN_TOKENS]) {
      const { state, accountId } = someAccount(PRESETS.minimal, [tokenId]);
      const earlier = questionOf(state, accountId, tokenId);
      const { root: stateRoot } = state.update(accountId, tokenId, { balance: 0n });
      expect(await verify(earlier)).to.equal(true);
      expect(await verify(earlier, { stateRoot })).to.equal(false);
    }
  });
});
