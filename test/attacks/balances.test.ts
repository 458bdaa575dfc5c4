import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { unpackAmount } from "../../src/operations/packed.ts";
import { AMOUNT_MAX, NONCE_MAX, PACKED_AMOUNT } from "../../src/protocol/constants.ts";
import { tokenCapacity } from "../../src/protocol/presets.ts";
import { newAccount } from "../../src/state/account.ts";
import {
  attackedCircuit,
  expectImpossible,
  expectPossible,
  kind,
  preset,
} from "../helpers/attacks.ts";
import { createDishonestInput } from "../helpers/dishonest-input.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { expectCircuitRefusal } from "../helpers/forged-witness.ts";
import { createRandom } from "../helpers/random.ts";
import {
  BALANCE,
  createScene,
  deposit,
  type Draft,
  FEE,
  forge,
  fullExit,
  operationBy,
  type Scene,
  stranger,
  transferTo,
  withdraw,
  withLeaf,
} from "../helpers/scene.ts";
import { createTestRollup } from "../helpers/test-rollup.ts";

const random = createRandom();

/** The scene with another nonce and balance of Alice. */
function withAlice(scene: Scene, nonce: number, balance = BALANCE): Scene {
  return withLeaf(scene, scene.alice.accountId, { account: { nonce }, balance });
}

function packedAmount(mantissa: bigint, exponent: bigint): bigint {
  return (mantissa << BigInt(PACKED_AMOUNT.exponentBits)) + exponent;
}

describe(`Attacks on balances, ${random.title}`, () => {
  let scene: Scene;
  beforeEach(() => {
    scene = createScene(random, preset);
  });

  it("nonce overflow: no transaction follows the last nonce", async () => {
    const drafts: Draft[] = [
      transferTo(scene.bob),
      withdraw(scene),
      { type: "changePubKey" },
      { type: "forcedExit", recipient: scene.carol.address },
    ];
    const exhausted = withAlice(scene, NONCE_MAX);
    for (const draft of drafts) {
      const operations = [operationBy(exhausted, draft)];
      await expectImpossible("NONCE_EXHAUSTED", exhausted, { operations });
    }
    const last = withAlice(scene, NONCE_MAX - 1);
    const { state } = await expectPossible(last, {
      operations: [operationBy(last, transferTo(scene.bob))],
    });
    expect(state.account(scene.alice.accountId).nonce).to.equal(NONCE_MAX);
  });

  it("nonce overflow: the account can still leave by a full exit", async () => {
    const exhausted = withAlice(scene, NONCE_MAX);
    const { state } = await expectPossible(exhausted, {
      operations: [fullExit(exhausted, scene.alice, BALANCE)],
    });
    expect(state.balance(scene.alice.accountId, scene.tokenId)).to.equal(0n);
  });

  it("balance overflow: of the recipient, of the depositor, of the fee account", async () => {
    const full = (accountId: number) => withLeaf(scene, accountId, { balance: AMOUNT_MAX });
    const bobIsFull = full(scene.bob.accountId);
    for (const operation of [
      operationBy(bobIsFull, transferTo(scene.bob, 1n)),
      deposit(bobIsFull, scene.bob, 1n),
    ]) {
      await expectImpossible("BALANCE_OVERFLOW", bobIsFull, { operations: [operation] });
    }
    const operations = [operationBy(scene, transferTo(scene.bob))];
    await expectImpossible("BALANCE_OVERFLOW", full(0), { operations });
    const almost = withLeaf(scene, scene.bob.accountId, { balance: AMOUNT_MAX - 100n });
    await expectPossible(almost, { operations: [operationBy(almost, transferTo(scene.bob))] });
  });

  it("balance underflow: nobody spends the amount of the fee", async () => {
    for (const draft of [transferTo(scene.bob, BALANCE), withdraw(scene, BALANCE)]) {
      const operations = [operationBy(scene, draft)];
      await expectImpossible("INSUFFICIENT_BALANCE", scene, { operations });
    }
    const all = operationBy(scene, withdraw(scene, BALANCE - FEE));
    await expectPossible(scene, { operations: [all] });
  });

  it("packed-amount edge values: the largest mantissa, and the next", async () => {
    const { nonce } = scene.state.account(scene.alice.accountId);
    const rich = withAlice(scene, nonce, AMOUNT_MAX);
    const mantissaMax = (1n << BigInt(PACKED_AMOUNT.mantissaBits)) - 1n;
    const transfer = (amount: bigint) => ({
      operations: [operationBy(rich, transferTo(scene.carol, amount))],
    });
    for (const amount of [0n, 1n, mantissaMax, mantissaMax * 10n, 10n ** 38n]) {
      await expectPossible(rich, transfer(amount));
    }
    for (const amount of [mantissaMax + 2n, 10n ** 38n + 1n]) {
      await expectImpossible("AMOUNT_NOT_PACKABLE", rich, transfer(amount));
    }
  });

  it("packed-amount edge values: a packed amount above every balance is refused", async () => {
    const mantissaMax = (1n << BigInt(PACKED_AMOUNT.mantissaBits)) - 1n;
    const beyond = packedAmount(mantissaMax, 31n);
    const amount = mantissaMax * 10n ** 31n;
    expect(amount > AMOUNT_MAX).to.equal(true);
    expectCode("AMOUNT_OUT_OF_RANGE", () => unpackAmount(beyond));
    const { domain, timestamp, state } = scene;
    const operations = [operationBy(scene, transferTo(scene.bob, amount))];
    const block = { blockNumber: 1, timestamp, feeAccountId: 0, kind, operations };
    const forcedSignals = [{ packedAmount: beyond, amount }];
    const input = createDishonestInput({ state, block, domain, forcedSignals });
    await expectCircuitRefusal(await attackedCircuit(), input, "INSUFFICIENT_BALANCE");
  });

  it("packed-amount edge values: another encoding of the amount changes nothing", async () => {
    const operation = operationBy(scene, transferTo(scene.bob, 100n));
    const other = packedAmount(1n, 2n);
    const { state } = await expectPossible(scene, {
      operations: [operation],
      forcedSignals: [{ packedAmount: other }],
    });
    expect(state.balance(scene.bob.accountId, scene.tokenId)).to.equal(BALANCE + 100n);
    expect(unpackAmount(other)).to.equal(100n);
  });

  it("fee in another token: the fee is paid only in the token that moves", async () => {
    const { domain, timestamp, state, tokenId } = scene;
    const operations = [operationBy(scene, transferTo(scene.bob))];
    const block = { blockNumber: 1, timestamp, feeAccountId: 0, kind, operations };
    const otherToken = (tokenId + 1) % tokenCapacity(preset);
    const forcedFeeTokens = new Array<number>(preset.feeTokens).fill(otherToken);
    const input = createDishonestInput({ state, block, domain, forcedFeeTokens });
    await expectCircuitRefusal(await attackedCircuit(), input, "TOO_MANY_FEE_TOKENS");
    const applied = await expectPossible(scene, { operations });
    expect(applied.state.balance(0, tokenId)).to.equal(FEE);
    expect(applied.state.balance(0, otherToken)).to.equal(0n);
  });

  it("two accounts for one address: both are the owner's, each with its own key", async () => {
    const { alice, bob, emptyId, tokenId } = scene;
    const toBob = operationBy(scene, transferTo(bob));
    const second = forge(toBob, { type: "transferToNew", toAccountId: emptyId });
    const { state } = await expectPossible(scene, { operations: [second] });
    expect(state.account(emptyId)).to.include({ address: bob.address, pubKeyHash: 0n, nonce: 0 });
    const doubled = { ...scene, state };
    const twin = { ...bob, accountId: emptyId };
    const spend = operationBy(doubled, transferTo(alice, 1n), twin);
    await expectImpossible("SIGNING_KEY_NOT_SET", doubled, { operations: [spend] });
    const { payouts } = await expectPossible(doubled, {
      operations: [fullExit(doubled, twin, 100n), fullExit(doubled, bob, BALANCE)],
    });
    expect(payouts).to.deep.equal([
      { recipient: bob.address, tokenId, amount: 100n },
      { recipient: bob.address, tokenId, amount: BALANCE },
    ]);
  });

  it("transfer to the zero address: no money moves to where nobody can take it", async () => {
    const nobody = { address: 0n };
    const zeroAccount = withLeaf(scene, scene.emptyId, { account: newAccount(0n) });
    for (const [where, draft] of [
      [scene, transferTo(nobody)],
      [zeroAccount, transferTo(nobody)],
      [scene, { ...withdraw(scene), recipient: 0n }],
    ] as const) {
      await expectImpossible("RECIPIENT_ZERO", where, { operations: [operationBy(where, draft)] });
    }
    const { rollup, user } = await createTestRollup();
    await expect(
      rollup.connect(user).depositEth(ZeroAddress, { value: 1n }),
    ).to.be.revertedWithCustomError(rollup, "OwnerZero");
  });

  it("transfer of somebody else's money: a stranger's key is refused", async () => {
    const thief = { ...scene.alice, keys: scene.bob.keys };
    const operations = [operationBy(scene, transferTo(stranger(scene)), thief)];
    await expectImpossible("SIGNING_KEY_MISMATCH", scene, { operations });
  });
});
