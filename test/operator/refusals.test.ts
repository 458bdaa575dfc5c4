import { expect } from "chai";
import {
  concat,
  dataSlice,
  Signature,
  SigningKey,
  toBeHex,
  TypedDataEncoder,
  Wallet,
} from "ethers";
import {
  type ChangePubKeyClaim,
  signChangePubKey,
  type TypedDataSigner,
} from "../../src/l1/authorization.ts";
import type { Operator } from "../../src/operator/operator.ts";
import type { SignedTransaction } from "../../src/operations/transaction.ts";
import { expectCode, expectRejection } from "../helpers/expect-code.ts";
import {
  authorize,
  createFundedUser,
  createOperatorWorld,
  deposit,
  type Draft,
  type OperatorWorld,
  signFor,
  submit,
  User,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** Finds an Ethereum key under which the EIP-712 signature of a claim has the given s. */
async function keyWithSignature(world: OperatorWorld, claim: ChangePubKeyClaim, s: bigint) {
  let z = 0n;
  const recorder: TypedDataSigner = {
    signTypedData: (domain, types, value) => {
      z = BigInt(TypedDataEncoder.hash(domain, types, value));
      return Promise.resolve(concat([toBeHex(1, 32), toBeHex(1, 32), "0x1b"]));
    },
  };
  await signChangePubKey(recorder, world.l1, claim);
  const k = random.bigint(250) + 1n;
  const point = SigningKey.computePublicKey(toBeHex(k, 32), false);
  const r = BigInt(dataSlice(point, 1, 33)) % SECP256K1_ORDER;
  // s·k = z + r·d holds for this d.
  const d = (((s * k - z) % SECP256K1_ORDER) * invert(r)) % SECP256K1_ORDER;
  const v = 27n + (BigInt(point) & 1n);
  return {
    key: toBeHex((d + SECP256K1_ORDER) % SECP256K1_ORDER, 32),
    authorization: concat(["0x01", toBeHex(r, 32), toBeHex(s, 32), toBeHex(v, 1)]),
  };
}

/** Modulo the order of secp256k1, by Fermat. */
function invert(value: bigint): bigint {
  let result = 1n;
  let square = value;
  for (let exponent = SECP256K1_ORDER - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * square) % SECP256K1_ORDER;
    square = (square * square) % SECP256K1_ORDER;
  }
  return result;
}

/** Returns everything that a refusal must not change. */
function fingerprint(operator: Operator) {
  const { open, blocks, receipts } = operator.checkpoint();
  const known = open.items.map((item) =>
    item.kind === "transaction" ? operator.receipt(item.hash) : item.request.requestId,
  );
  return { root: operator.state.root, blocks, items: open.items, receipts: receipts.sizes, known };
}

function expectRefusal(code: string, { operator }: OperatorWorld, action: () => unknown) {
  const before = fingerprint(operator);
  const error = expectCode(code, action);
  expect(fingerprint(operator)).to.deep.equal(before);
  return error;
}

const TRANSFER: Draft = { type: "transfer", tokenId: 0, recipient: 5n, amount: 100n };

describe(`operator: refusals (${random.title})`, () => {
  let world: OperatorWorld;
  let alice: User;
  before(async () => {
    world = await createOperatorWorld();
    alice = await createFundedUser(world, random);
  });

  const drafts: readonly (readonly [string, string, Draft])[] = [
    ["NONCE_MISMATCH", "a used nonce", { ...TRANSFER, nonce: 0 }],
    ["NONCE_MISMATCH", "a nonce to come", { ...TRANSFER, nonce: 2 }],
    ["INSUFFICIENT_BALANCE", "too large an amount", { ...TRANSFER, amount: 2n * 10n ** 18n }],
    ["INSUFFICIENT_BALANCE", "a fee on top of all", { ...TRANSFER, amount: 10n ** 18n, fee: 1n }],
    [
      "AMOUNT_NOT_PACKABLE",
      "an amount without packed form",
      { ...TRANSFER, amount: 2n ** 40n + 1n },
    ],
    ["FEE_NOT_PACKABLE", "a fee without packed form", { ...TRANSFER, fee: 2049n }],
    ["TOKEN_NOT_LISTED", "an unknown token", { ...TRANSFER, tokenId: 3 }],
    ["RECIPIENT_ZERO", "the zero address", { ...TRANSFER, recipient: 0n }],
    ["EXPIRED", "a range that is over", { ...TRANSFER, validUntil: 1_699_999_999n }],
    ["NOT_YET_VALID", "a range to come", { ...TRANSFER, validFrom: 1_700_000_001n }],
    ["ACCOUNT_NOT_FOUND", "an unknown account", { ...TRANSFER, accountId: 9, nonce: 0 }],
    ["ACCOUNT_ID_OUT_OF_RANGE", "an impossible account", { ...TRANSFER, accountId: 64 }],
    [
      "SIGNING_KEY_NOT_SET",
      "the fee account, which has no key",
      { ...TRANSFER, accountId: 0, nonce: 0 },
    ],
  ];
  for (const [code, what, draft] of drafts) {
    it(`${code}: ${what}`, () => {
      expectRefusal(code, world, () => submit(world, alice, draft));
    });
  }

  it("returns the closest packable amount", () => {
    const amount = 2n ** 40n + 1n;
    const error = expectRefusal("AMOUNT_NOT_PACKABLE", world, () =>
      submit(world, alice, { ...TRANSFER, amount }),
    );
    expect(error.facts["closest"]).to.equal(1_099_511_627_700n);
    expect(error.message).to.contain("1099511627700");
  });

  it("AMOUNT_OUT_OF_RANGE, FIELD_OUT_OF_RANGE: values that do not fit the message", () => {
    const signed = signFor(world, alice, TRANSFER);
    const cases: readonly (readonly [string, object])[] = [
      ["AMOUNT_OUT_OF_RANGE", { amount: 2n ** 128n }],
      ["AMOUNT_OUT_OF_RANGE", { fee: -1n }],
      ["FIELD_OUT_OF_RANGE", { nonce: 1.5 }],
      ["FIELD_OUT_OF_RANGE", { recipient: 2n ** 160n }],
      ["FIELD_OUT_OF_RANGE", { validUntil: 2n ** 64n }],
    ];
    for (const [code, change] of cases) {
      const changed = { ...signed, ...change };
      expectRefusal(code, world, () => world.operator.submit(changed));
    }
  });

  it("SIGNATURE_INVALID: any change after signing, or a signature for another rollup", () => {
    const signed = signFor(world, alice, TRANSFER);
    const changes = [
      { amount: 101n },
      { recipient: 6n },
      { validUntil: 1_800_000_000n },
      { fee: 1n },
    ];
    for (const change of changes) {
      const changed = { ...signed, ...change } as SignedTransaction;
      expectRefusal("SIGNATURE_INVALID", world, () => world.operator.submit(changed));
    }
    const elsewhere = alice.signer.sign(signed, world.l1.domain + 1n);
    expectRefusal("SIGNATURE_INVALID", world, () => world.operator.submit(elsewhere));
  });

  it("SIGNING_KEY_MISMATCH: a valid signature by somebody else", () => {
    const signed = signFor(world, alice, TRANSFER);
    const forged = new User(random).signer.sign(signed, world.l1.domain);
    expectRefusal("SIGNING_KEY_MISMATCH", world, () => world.operator.submit(forged));
  });

  it("TARGET_HAS_SIGNING_KEY, ADDRESS_WITHOUT_ACCOUNT: forced exits of the wrong accounts", () => {
    const exit = (recipient: bigint): Draft => ({ type: "forcedExit", tokenId: 0, recipient });
    expectRefusal("TARGET_HAS_SIGNING_KEY", world, () => submit(world, alice, exit(alice.address)));
    expectRefusal("ADDRESS_WITHOUT_ACCOUNT", world, () => submit(world, alice, exit(4711n)));
  });

  it("OPERATOR_BUSY: too many blocks wait for L1, but requests are still accepted", async () => {
    const small = await createOperatorWorld({ options: { waitingBlocksMax: 1 } });
    const bob = await createFundedUser(small, random);
    await deposit(small, 5n, 1n);
    expectRefusal("OPERATOR_BUSY", small, () => submit(small, bob, TRANSFER));
    expect(await deposit(small, 5n, 1n)).to.equal(2);
    await small.operator.processBlocks();
    expect(submit(small, bob, TRANSFER).status).to.equal("accepted");
  });

  it("OPERATOR_STOPPED: every call after it is closed", async () => {
    const closed = await createOperatorWorld();
    const bob = await createFundedUser(closed, random);
    await closed.operator.close();
    expectRefusal("OPERATOR_STOPPED", closed, () => submit(closed, bob, TRANSFER));
    expectCode("OPERATOR_STOPPED", () => closed.operator.sealBlock());
    await expectRejection("OPERATOR_STOPPED", closed.operator.syncL1());
    await expectRejection("OPERATOR_STOPPED", closed.operator.processBlocks());
    await expectRejection("OPERATOR_STOPPED", closed.operator.waitForRequest(0, "executed"));
  });

  it("TRANSACTION_NOT_FOUND, REQUEST_NOT_FOUND: a wait for something unknown", async () => {
    const { operator } = world;
    await expectRejection("TRANSACTION_NOT_FOUND", operator.waitFor("0x00", "executed"));
    await expectRejection("REQUEST_NOT_FOUND", operator.waitForRequest(99, "executed"));
    expect(operator.receipt("0x00")).to.equal(undefined);
  });
});

describe(`operator: consent to a signing key (${random.title})`, () => {
  let world: OperatorWorld;
  let alice: User;
  let signed: SignedTransaction;
  let authorization: string;
  before(async () => {
    world = await createOperatorWorld();
    alice = new User(random);
    await deposit(world, alice.address, 10n);
    signed = signFor(world, alice, { type: "changePubKey", tokenId: 0 });
    authorization = await authorize(world, alice, signed);
  });

  const refuse = (given: string | undefined) =>
    expectRefusal("AUTHORIZATION_INVALID", world, () => world.operator.submit(signed, given));

  it("AUTHORIZATION_INVALID: no consent, an unknown kind, or a truncated one", () => {
    refuse(undefined);
    refuse("0x");
    refuse("0x02");
    refuse(dataSlice(authorization, 0, 65));
    refuse(concat([authorization, "0x00"]));
    refuse(concat(["0x02", dataSlice(authorization, 1)]));
  });

  it("AUTHORIZATION_INVALID: by somebody else, or for another key", async () => {
    refuse(await authorize(world, new User(random), signed));
    refuse(await authorize(world, alice, { ...signed, nonce: 1 }));
    refuse(await authorize(world, alice, { ...signed, accountId: 2 }));
  });

  it("AUTHORIZATION_INVALID: a signature that the contract would refuse", () => {
    const { r, s, v } = Signature.from(dataSlice(authorization, 1));
    const twin = toBeHex(SECP256K1_ORDER - BigInt(s), 32);
    refuse(concat(["0x01", r, twin, toBeHex(55 - v, 1)]));
    refuse(concat(["0x01", r, s, toBeHex(v - 27, 1)]));
    refuse(concat(["0x01", toBeHex(0, 32), s, toBeHex(v, 1)]));
  });

  it("AUTHORIZATION_INVALID: no fact on L1, or one for another key, nonce or account", async () => {
    refuse("0x00");
    const { address: owner, signer } = alice;
    const { pubKeyHash } = signer;
    const { accountId } = signed;
    world.l1.authorize({ owner, accountId, nonce: 0, pubKeyHash: 1n });
    world.l1.authorize({ owner, accountId, nonce: 1, pubKeyHash });
    world.l1.authorize({ owner, accountId: accountId + 1, nonce: 0, pubKeyHash });
    await world.operator.syncL1();
    refuse("0x00");
  });

  it("AUTHORIZATION_INVALID: an s that only a comparison finds too high", async () => {
    // Its top bit is not set, which is all that ethers checks; OpenZeppelin compares. An attacker
    // who makes the key to fit the signature can have such an s, and would stop all blocks with it.
    const mallory = new User(random);
    const s = SECP256K1_ORDER / 2n + 1n;
    const claim = { pubKeyHash: mallory.signer.pubKeyHash, nonce: 0, accountId: 2 };
    const { key, authorization: high } = await keyWithSignature(world, claim, s);
    const owner = BigInt(new Wallet(key).address);
    await deposit(world, owner, 1n);
    const draft: Draft = { type: "changePubKey", tokenId: 0, accountId: 2, nonce: 0 };
    const change = signFor(world, mallory, draft);
    expectRefusal("AUTHORIZATION_INVALID", world, () => world.operator.submit(change, high));
    const { r, v } = Signature.from(dataSlice(high, 1));
    const low = concat(["0x01", r, toBeHex(SECP256K1_ORDER - s, 32), toBeHex(55 - v, 1)]);
    expect(world.operator.submit(change, low).status).to.equal("accepted");
  });

  it("AUTHORIZATION_INVALID: L1 has replaced the key since", async () => {
    const { address: owner, signer } = alice;
    const { accountId } = signed;
    world.l1.authorize({ owner, accountId, nonce: 0, pubKeyHash: signer.pubKeyHash });
    world.l1.authorize({ owner, accountId, nonce: 0, pubKeyHash: 1n });
    await world.operator.syncL1();
    refuse("0x00");
  });

  it("ACCOUNT_NOT_FOUND: consent for an account that does not exist", () => {
    const absent = signFor(world, new User(random), { type: "changePubKey", tokenId: 0 });
    expectRefusal("ACCOUNT_NOT_FOUND", world, () => world.operator.submit(absent, authorization));
  });

  it("accepts the owner's consent", () => {
    expect(world.operator.submit(signed, authorization).status).to.equal("accepted");
  });
});
