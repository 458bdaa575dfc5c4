/** Effects of operations, and the last valid case of each rule. */
import { expect } from "chai";
import {
  applyOperation,
  applyPublicOperation,
  applyVerifiedOperation,
} from "../../src/operations/apply.ts";
import { NO_FEE } from "../../src/operations/rules.ts";
import type { PriorityRequest } from "../../src/operations/to-operation.ts";
import { toOperation } from "../../src/operations/to-operation.ts";
import { signTransaction, type Transaction } from "../../src/operations/transaction.ts";
import {
  AMOUNT_MAX,
  DEPOSIT_AMOUNT_MAX,
  NONCE_MAX,
  TIMESTAMP_MAX,
} from "../../src/protocol/constants.ts";
import { accountCapacity, PRESETS } from "../../src/protocol/presets.ts";
import { newAccount } from "../../src/state/account.ts";
import { createGenesisState, type RollupState } from "../../src/state/rollup-state.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { INVALID_CASES } from "../helpers/invalid-cases.ts";
import { wholeKind } from "../helpers/kinds.ts";
import { createActor, createWorld, randomBlock, toPublic } from "../helpers/random-block.ts";
import { createRandom } from "../helpers/random.ts";

const ALICE = 9;
const BOB = 17;
const TOKEN = 3;

describe("operations", () => {
  const random = createRandom();
  const [alice, bob] = [createActor(random), createActor(random)];
  const domain = random.field();
  const context = { timestamp: 1000n, domain };
  const state = createGenesisState(PRESETS.minimal, { feeAccountAddress: 1n })
    .update(ALICE, TOKEN, {
      account: { ...newAccount(alice.address), pubKeyHash: alice.pubKeyHashes[0] },
      balance: 1000n,
    })
    .update(BOB, TOKEN, { account: newAccount(bob.address), balance: 50n });

  const common = { accountId: ALICE, tokenId: TOKEN, nonce: 0, fee: 10n };
  const always = { validFrom: 0n, validUntil: TIMESTAMP_MAX };
  const toBob = { ...common, ...always, type: "transfer", recipient: bob.address, amount: 100n };

  function submit(before: RollupState, transaction: object, key = alice.keys[0]) {
    const signed = signTransaction(key, transaction as Transaction, domain);
    return applyOperation(before, toOperation(before, signed), context);
  }

  function request(before: RollupState, priorityRequest: PriorityRequest) {
    return applyOperation(before, toOperation(before, priorityRequest), context);
  }

  it("transfer the whole balance, fee included", () => {
    const { state: after, fee } = submit(state, { ...toBob, amount: 990n });
    expect(after.balance(ALICE, TOKEN)).to.equal(0n);
    expect(after.balance(BOB, TOKEN)).to.equal(1040n);
    expect(after.account(ALICE).nonce).to.equal(1);
    expect(fee).to.deep.equal({ tokenId: TOKEN, amount: 10n });
  });

  it("transfer to oneself: only the fee is paid", () => {
    const { state: after } = submit(state, { ...toBob, recipient: alice.address, amount: 990n });
    expect(after.balance(ALICE, TOKEN)).to.equal(990n);
    expect(after.account(ALICE).nonce).to.equal(1);
  });

  it("transfer up to the largest balance", () => {
    const almost = state.update(BOB, TOKEN, { balance: AMOUNT_MAX - 100n });
    expect(submit(almost, toBob).state.balance(BOB, TOKEN)).to.equal(AMOUNT_MAX);
  });

  it("transfer 0 with fee 0", () => {
    const { state: after } = submit(state, { ...toBob, amount: 0n, fee: 0n });
    expect(after.balance(BOB, TOKEN)).to.equal(50n);
  });

  it("transfer to a new account at the lowest free id", () => {
    const recipient = random.bigint(160);
    const { state: after } = submit(state, { ...toBob, recipient });
    expect(after.accountIdOf(recipient)).to.equal(1);
    expect(after.account(1)).to.deep.equal(newAccount(recipient));
    expect(after.balance(1, TOKEN)).to.equal(100n);
  });

  it("work with the last nonce, and never after it", () => {
    const late = state.update(ALICE, 0, { account: { nonce: NONCE_MAX - 1 } });
    const { state: after } = submit(late, { ...toBob, nonce: NONCE_MAX - 1 });
    expect(after.account(ALICE).nonce).to.equal(NONCE_MAX);
    expectCode("NONCE_EXHAUSTED", () => submit(after, { ...toBob, nonce: NONCE_MAX }));
  });

  it("work in the first and in the last second of their validity", () => {
    submit(state, { ...toBob, validFrom: 1000n, validUntil: 1000n });
    expectCode("NOT_YET_VALID", () => submit(state, { ...toBob, validFrom: 1001n }));
    expectCode("EXPIRED", () => submit(state, { ...toBob, validUntil: 999n }));
  });

  it("withdraw an amount without packed form, to any L1 address", () => {
    const rich = state.update(ALICE, TOKEN, { balance: AMOUNT_MAX });
    const recipient = random.bigint(160);
    const transaction = { ...toBob, type: "withdraw", recipient, amount: AMOUNT_MAX - 10n };
    const { state: after, payout } = submit(rich, transaction);
    expect(after.balance(ALICE, TOKEN)).to.equal(0n);
    expect(payout).to.deep.equal({ recipient, tokenId: TOKEN, amount: AMOUNT_MAX - 10n });
  });

  it("change the key, signed by the new one", () => {
    const change = { ...common, ...always, type: "changePubKey" };
    const { state: after } = submit(state, change, alice.keys[1]);
    expect(after.account(ALICE).pubKeyHash).to.equal(alice.pubKeyHashes[1]);
    expect(after.balance(ALICE, TOKEN)).to.equal(990n);
    expectCode("SIGNING_KEY_MISMATCH", () => submit(after, { ...toBob, nonce: 1 }));
    submit(after, { ...toBob, nonce: 1 }, alice.keys[1]);
  });

  it("exit an account without a key by force, to its owner", () => {
    const exit = { ...common, ...always, type: "forcedExit", recipient: bob.address };
    const { state: after, payout } = submit(state, exit);
    expect(after.balance(BOB, TOKEN)).to.equal(0n);
    expect(after.balance(ALICE, TOKEN)).to.equal(990n);
    expect(payout).to.deep.equal({ recipient: bob.address, tokenId: TOKEN, amount: 50n });
  });

  it("pay an address with several accounts in the one that its owner has activated", () => {
    const second = { ...newAccount(bob.address), pubKeyHash: bob.pubKeyHashes[1] };
    const twice = state.update(60, TOKEN, { account: second });
    expect(submit(twice, toBob).state.balance(60, TOKEN)).to.equal(100n);
    const deposit = { type: "deposit", tokenId: TOKEN, amount: 7n, owner: bob.address } as const;
    expect(request(twice, deposit).state.balance(60, TOKEN)).to.equal(7n);
  });

  it("exit by force the account of an address without a key and with a balance", () => {
    const exit = { ...common, ...always, type: "forcedExit", recipient: bob.address } as const;
    const active = { ...newAccount(bob.address), pubKeyHash: bob.pubKeyHashes[1] };
    const several = [58, 60].reduce(
      (next, id) => next.update(id, 0, { account: newAccount(bob.address) }),
      state.update(57, TOKEN, { account: active, balance: 5n }),
    );
    expect(submit(several, exit).payout!.amount).to.equal(50n);
    const moved = several.update(BOB, TOKEN, { balance: 0n }).update(60, TOKEN, { balance: 3n });
    expect(submit(moved, exit).payout!.amount).to.equal(3n);
  });

  it("deposit to an old and to a new account", () => {
    const deposit = { type: "deposit", tokenId: TOKEN, amount: DEPOSIT_AMOUNT_MAX } as const;
    const old = request(state, { ...deposit, owner: bob.address });
    expect(old.state.balance(BOB, TOKEN)).to.equal(50n + DEPOSIT_AMOUNT_MAX);
    const owner = random.bigint(160);
    const { state: after } = request(state, { ...deposit, owner });
    expect(after.balance(after.accountIdOf(owner)!, TOKEN)).to.equal(DEPOSIT_AMOUNT_MAX);
  });

  it("refund a deposit, and change nothing on L2", () => {
    const payout = { tokenId: TOKEN, amount: DEPOSIT_AMOUNT_MAX };
    for (const owner of [bob.address, random.bigint(160)]) {
      const refund = applyPublicOperation(state, { type: "refund", owner, ...payout });
      expect(refund).to.deep.include({ fee: NO_FEE, payout: { recipient: owner, ...payout } });
      expect([refund.afterA, refund.state]).to.deep.equal([state, state]);
    }
  });

  it("refund a deposit that would overflow the balance", () => {
    const rich = state.update(BOB, TOKEN, { balance: AMOUNT_MAX - 5n });
    const deposit = { type: "deposit", tokenId: TOKEN, owner: bob.address } as const;
    expect(request(rich, { ...deposit, amount: 5n }).state.balance(BOB, TOKEN)).to.equal(
      AMOUNT_MAX,
    );
    const { state: after, payout } = request(rich, { ...deposit, amount: 6n });
    expect(after).to.equal(rich);
    expect(payout).to.deep.equal({ recipient: bob.address, tokenId: TOKEN, amount: 6n });
  });

  describe("when every account is taken", () => {
    const capacity = accountCapacity(PRESETS.minimal);
    let full = state;
    while (full.nextAccountId < capacity) {
      full = full.update(full.nextAccountId, 0, { account: newAccount(random.bigint(160)) });
    }

    it("refund a deposit for a new owner, and only that", () => {
      const deposit = { type: "deposit", tokenId: TOKEN, amount: 5n } as const;
      const owner = random.bigint(160);
      expect(toOperation(full, { ...deposit, owner })).to.deep.equal({
        type: "refund",
        tokenId: TOKEN,
        amount: 5n,
        owner,
      });
      const credited = request(full, { ...deposit, owner: bob.address });
      expect(credited.state.balance(BOB, TOKEN)).to.equal(55n);
      expect(toOperation(state, { ...deposit, owner }).type).to.equal("deposit");
    });

    it("transfer to existing accounts, and to no other address", () => {
      expect(submit(full, toBob).state.balance(BOB, TOKEN)).to.equal(150n);
      const recipient = random.bigint(160);
      const { facts } = expectCode("ACCOUNT_CAPACITY_REACHED", () =>
        submit(full, { ...toBob, recipient }),
      );
      expect(facts).to.include({ recipient, capacity });
    });
  });

  it("exit fully for the owner, and with 0 for anybody else", () => {
    const exit = { type: "fullExit", tokenId: TOKEN } as const;
    const own = request(state, { ...exit, accountId: ALICE, owner: alice.address });
    expect(own.payout?.amount).to.equal(1000n);
    expect(own.state.balance(ALICE, TOKEN)).to.equal(0n);
    for (const accountId of [BOB, 40]) {
      for (const owner of [alice.address, 0n]) {
        const other = request(state, { ...exit, accountId, owner });
        expect(other.payout).to.deep.equal({ recipient: owner, tokenId: TOKEN, amount: 0n });
        expect(other.state.root).to.equal(state.root);
      }
    }
  });

  it("refuse values that do not fit their columns", () => {
    const deposit = { type: "deposit", accountId: 1, tokenId: 0, owner: 1n, amount: 1n } as const;
    const bad = (changes: object) => () => applyPublicOperation(state, { ...deposit, ...changes });
    expectCode("FIELD_OUT_OF_RANGE", bad({ owner: 1n << 160n }));
    expectCode("FIELD_OUT_OF_RANGE", bad({ owner: -1n }));
    expectCode("FIELD_OUT_OF_RANGE", bad({ accountId: 2 ** 24 }));
    expectCode("FIELD_OUT_OF_RANGE", bad({ accountId: 0.5 }));
    expectCode("AMOUNT_OUT_OF_RANGE", bad({ amount: 1n << 128n }));
    expectCode("AMOUNT_OUT_OF_RANGE", bad({ amount: -1n }));
  });

  it(`have the same effects from public data alone (${random.title})`, () => {
    const world = createWorld(random, PRESETS.dev);
    const kind = wholeKind(PRESETS.dev);
    const { operations, timestamp } = randomBlock(world, world.state, { kind });
    let signed = world.state;
    let restored = world.state;
    for (const operation of operations) {
      signed = applyVerifiedOperation(signed, operation, timestamp).state;
      restored = applyPublicOperation(restored, toPublic(operation)).state;
    }
    expect(restored.root).to.equal(signed.root);
  });

  it(`never show a signature in a refusal (${random.title})`, () => {
    for (const { code, build } of INVALID_CASES) {
      const { refuse, createInput } = build(random, PRESETS.minimal);
      const { message, facts } = expectCode(code, refuse);
      const shown = message + Object.values(facts).map(String).join();
      for (const s of createInput().s) expect(s > 0n && shown.includes(String(s))).to.equal(false);
    }
  });
});
