/** Promises at acceptance, as an operator signs them and a holder checks them. */
import { expect } from "chai";
import { keccak256, TypedDataEncoder, Wallet, ZeroAddress } from "ethers";
import type { Transaction } from "../../src/operations/transaction.ts";
import {
  type Inclusion,
  inclusionHash,
  inclusionOf,
  signInclusions,
  verifyInclusion,
} from "../../src/receipts/inclusion.ts";
import { climbHashTree, createHashTree } from "../../src/receipts/merkle-tree.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const key = Wallet.createRandom();
const bond = { chainId: 31337n, bondAddress: Wallet.createRandom().address };
const group = {
  dueBlock: 12,
  dueAt: 1_000n,
  anchorNumber: 7,
  anchorHash: keccak256("0x07"),
};
const payment: Transaction = {
  type: "transfer",
  accountId: 3,
  tokenId: 1,
  recipient: 0xb0bn,
  amount: 500n,
  fee: 2n,
  nonce: 9,
  validFrom: 0n,
  validUntil: 500_000n,
};

describe(`receipts: promises at acceptance, ${random.title}`, () => {
  it("hash a promise as EIP-712 does", () => {
    const inclusion = inclusionOf(payment);
    const fields = {
      accountId: "uint32",
      nonce: "uint32",
      op: "uint8",
      tokenId: "uint16",
      recipient: "address",
      amount: "uint128",
      validUntil: "uint64",
    };
    const types = Object.entries(fields).map(([name, type]) => ({ name, type }));
    const hash = TypedDataEncoder.hashStruct("Inclusion", { Inclusion: types }, { ...inclusion });
    expect(inclusionHash(inclusion)).to.equal(BigInt(hash));
  });

  it("say what is signed: of a transaction without recipient and amount, nothing", () => {
    const { tokenId, fee, nonce, validFrom, validUntil } = payment;
    const signed = { accountId: 4, tokenId, fee, nonce, validFrom, validUntil };
    expect(inclusionOf({ type: "changePubKey", ...signed }, 60n)).to.deep.equal({
      accountId: 4,
      nonce: 9,
      op: 6,
      tokenId: 1,
      recipient: ZeroAddress,
      amount: 0n,
      validUntil: 60n,
    });
  });

  it("have paths that lead to the root of any number of leaves, and to no other", () => {
    for (const count of [1, 2, 3, 4, 5, 8, 9, 1 + random.int(200)]) {
      const leaves = Array.from({ length: count }, () => random.bigint(256));
      const { root, paths } = createHashTree(leaves);
      for (const [index, leaf] of leaves.entries()) {
        const path = paths[index]!;
        expect(climbHashTree(leaf, path)).to.equal(root);
        expect(climbHashTree(leaf + 1n, path)).to.not.equal(root);
        if (count > 1) expect(climbHashTree(leaf, path.slice(1))).to.not.equal(root);
      }
    }
  });

  it("are checked one by one under one signature", async () => {
    const count = 1 + random.int(20);
    const inclusions = Array.from({ length: count }, (_, nonce) =>
      inclusionOf({ ...payment, nonce }),
    );
    const promises = await signInclusions(key, bond, group, inclusions);
    expect(new Set(promises.map(({ signature }) => signature)).size).to.equal(1);
    const expected = { ...bond, signer: key.address, anchorHash: group.anchorHash };
    for (const [index, promise] of promises.entries()) {
      const inclusion = inclusions[index]!;
      verifyInclusion({ ...expected, inclusion, dueAtMax: 1_000n }, promise);
    }
  });

  it("are refused with the reason", async () => {
    const inclusion = inclusionOf(payment);
    const others = [inclusionOf({ ...payment, nonce: 10 })];
    const [promise] = await signInclusions(key, bond, group, [inclusion, ...others]);
    const { anchorHash } = group;
    const expected = { ...bond, signer: key.address, anchorHash, inclusion, dueAtMax: 1_000n };
    verifyInclusion(expected, promise!);
    const check = (code: string, changes: object, promised: object = {}) => {
      expectCode(code, () =>
        verifyInclusion({ ...expected, ...changes }, { ...promise!, ...promised }),
      );
    };
    check("RECEIPT_SIGNATURE_INVALID", { signer: Wallet.createRandom().address });
    check("RECEIPT_SIGNATURE_INVALID", { chainId: 1n });
    check("RECEIPT_SIGNATURE_INVALID", { bondAddress: Wallet.createRandom().address });
    check("RECEIPT_SIGNATURE_INVALID", {}, { signature: "0x1234" });
    check("RECEIPT_SIGNATURE_INVALID", {}, { path: [] });
    check("RECEIPT_SIGNATURE_INVALID", {}, { path: ["not a hash"] });
    check("RECEIPT_SIGNATURE_INVALID", {}, { path: [...promise!.path, keccak256("0x01")] });
    check("RECEIPT_SIGNATURE_INVALID", {}, { inclusion: { ...inclusion, nonce: 10 } });
    check("RECEIPT_SIGNATURE_INVALID", {}, { group: { ...group, dueBlock: 13 } });
    check("RECEIPT_ANCHOR_UNKNOWN", { anchorHash: undefined });
    check("RECEIPT_ANCHOR_UNKNOWN", { anchorHash: keccak256("0x08") });
    const fields: Inclusion = { ...inclusion, recipient: Wallet.createRandom().address };
    for (const [field, value] of Object.entries({
      ...fields,
      accountId: 4,
      nonce: 8,
      op: 4,
      tokenId: 0,
      amount: 501n,
      validUntil: 5_001n,
    })) {
      check("RECEIPT_INCLUSION_MISMATCH", { inclusion: { [field]: value } });
    }
    check("RECEIPT_DUE_LATE", { dueAtMax: 999n });
    const [late] = await signInclusions(key, bond, { ...group, dueAt: 400_000n }, [inclusion]);
    check("RECEIPT_DUE_LATE", { dueAtMax: 900_000n }, late);
  });
});
