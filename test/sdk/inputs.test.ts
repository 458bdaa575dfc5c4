/** Codes for wrong input of callers in plain JavaScript. */
import { expect } from "chai";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import { getAddress, ZeroAddress } from "ethers";
import { formatAmount, parseAmount } from "../../src/sdk/amounts.ts";
import {
  address,
  amount,
  integer,
  listOf,
  oneOf,
  optionsOf,
  readInput,
} from "../../src/sdk/inputs.ts";
import { RollupWallet } from "../../src/sdk/wallet.ts";
import { expectCode, expectRejection } from "../helpers/expect-code.ts";

const ALICE = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
/** Values that no method accepts. */
const NONSENSE: readonly unknown[] = [
  undefined,
  null,
  true,
  1.5,
  NaN,
  Symbol("x"),
  {},
  [],
  "",
  "x",
];

/** Removes types, as in plain JavaScript. */
type Loose = Record<string, (...args: unknown[]) => Promise<unknown>>;

describe("sdk: inputs", () => {
  it("accepts addresses of 20 bytes in hex, and returns them with a checksum", () => {
    expect(readInput(address, ALICE.toLowerCase())).to.equal(ALICE);
    const wrongChecksum = ALICE.replace("C", "c");
    const strangers = [
      ...NONSENSE,
      wrongChecksum,
      ALICE.slice(2),
      "0x1234",
      `${ALICE}00`,
      "vitalik.eth",
      BigInt(ALICE),
      { getAddress: () => Promise.resolve(ALICE) },
      "XE7338O073KYGTWWZN0F2WZ0R8PX5ZPPZS",
    ];
    for (const value of strangers) {
      const error = expectCode("ADDRESS_INVALID", () => readInput(address, value, "to"));
      expect(error.facts["field"]).to.equal("to");
    }
  });

  it("accepts bigint amounts that are not negative", () => {
    expect(readInput(amount, 0n)).to.equal(0n);
    for (const value of [...NONSENSE, 5, "5", -1n, -0.5, Infinity]) {
      expectCode("AMOUNT_INVALID", () => readInput(amount, value));
    }
  });

  it("accepts whole numbers in a range, and values of a list", () => {
    expect(readInput(integer(1, 3), 3)).to.equal(3);
    for (const value of [...NONSENSE, 0, 4, "2", 2n]) {
      expectCode("OPTION_INVALID", () => readInput(integer(1, 3), value));
    }
    for (const value of NONSENSE)
      expectCode("OPTION_INVALID", () => readInput(oneOf(["a"]), value));
    expectCode("OPTION_INVALID", () => readInput(listOf(address, 1), []));
  });

  it("names an unknown option by its path, with the known ones", () => {
    const inner = optionsOf<{ b?: string }>({ b: address.optional() });
    const schema = optionsOf<{ a?: { b?: string }; list?: string[] }>({
      a: inner.optional(),
      list: listOf(address).optional(),
    });
    expect(readInput(schema, { a: { b: undefined }, list: undefined })).to.deep.equal({ a: {} });
    const top = expectCode("OPTION_UNKNOWN", () => readInput(schema, { A: 1 }));
    expect(top.facts)
      .to.include({ option: "A" })
      .and.deep.include({ known: ["a", "list"] });
    const nested = expectCode("OPTION_UNKNOWN", () => readInput(schema, { a: { c: 1 } }));
    expect(nested.facts).to.include({ option: "a.c" });
    const item = expectCode("ADDRESS_INVALID", () => readInput(schema, { list: [ALICE, "0x12"] }));
    expect(item.facts).to.include({ field: "list.1" });
    for (const value of [undefined, null, 1, "a", []]) {
      expectCode("OPTION_INVALID", () => readInput(schema, value));
    }
  });

  it("reads amounts from text, or refuses the text", () => {
    const token = { decimals: 2 };
    expect(parseAmount("1.25", token)).to.equal(125n);
    for (const text of ["1.255", "-1", "1,5", "", "abc"]) {
      expectCode("AMOUNT_INVALID", () => parseAmount(text, token));
    }
    expectCode("AMOUNT_INVALID", () => formatAmount(1 as never, token));
  });
});

describe("sdk: a wallet in plain JavaScript", () => {
  let connection: NetworkConnection;
  let alice: RollupWallet;
  const to = getAddress(`0x${"ab".repeat(20)}`);

  before(async () => {
    connection = await network.create();
    await connection.rollup.deploy({ prover: "mock" });
    alice = (await connection.rollup.getWallets())[1]!;
    await alice.deposit({ token: "ETH", amount: 10n ** 18n });
    await alice.setSigningKey();
  });
  after(() => connection.close());

  const transfer = { to, token: "ETH", amount: 1n };
  const cases: Record<string, readonly (readonly [method: string, params: unknown])[]> = {
    ADDRESS_INVALID: [
      ["transfer", { ...transfer, to: "alice.eth" }],
      ["transfer", { token: "ETH", amount: 1n }],
      ["withdraw", { ...transfer, to: "0x1234" }],
      ["forcedExit", { token: "ETH", target: 7 }],
      ["deposit", { ...transfer, to: ZeroAddress }],
    ],
    AMOUNT_INVALID: [
      ["transfer", { ...transfer, amount: 1 }],
      ["transfer", { ...transfer, amount: "1" }],
      ["transfer", { ...transfer, fee: 0.1 }],
      ["withdraw", { ...transfer, amount: -1n }],
      ["deposit", { token: "ETH", amount: NaN }],
      ["deposit", { token: "ETH" }],
    ],
    OPTION_UNKNOWN: [
      ["transfer", { ...transfer, accountId: 0 }],
      ["withdraw", { ...transfer, recipient: to }],
      ["forcedExit", { target: to, token: "ETH", amount: 1n }],
      ["deposit", { token: "ETH", amount: 1n, fee: 1n }],
      ["requestFullExit", { token: "ETH", amount: 1n }],
      ["setSigningKey", { key: 1n }],
    ],
    OPTION_INVALID: [
      ["transfer", undefined],
      ["transfer", { ...transfer, token: {} }],
      ["transfer", { ...transfer, nonce: "1" }],
      ["transfer", { ...transfer, nonce: -1 }],
      ["transfer", { ...transfer, validUntil: 5 }],
      ["deposit", null],
      ["requestFullExit", {}],
      ["setSigningKey", { auth: "password" }],
    ],
    TOKEN_UNKNOWN: [
      ["transfer", { ...transfer, token: "" }],
      ["transfer", { ...transfer, token: -1 }],
      ["getBalance", undefined],
      ["getBalance", "0x0"],
    ],
  };
  for (const [code, calls] of Object.entries(cases)) {
    for (const [method, params] of calls) {
      it(`${code}: ${method}`, async () => {
        await expectRejection(code, (alice as unknown as Loose)[method]!.call(alice, params));
      });
    }
  }

  it("refuses in a batch what it refuses for a single transaction", async () => {
    const send = (params: object) =>
      alice
        .batch()
        .transfer(params as never)
        .send();
    await expectRejection("OPTION_UNKNOWN", send({ ...transfer, accountId: 0 }));
    await expectRejection("AMOUNT_INVALID", send({ ...transfer, amount: 1 }));
    await expectRejection("ADDRESS_INVALID", send({ ...transfer, to: "bob" }));
  });

  it("refuses what is no wallet, and no address of an account", async () => {
    const create = RollupWallet.create.bind(RollupWallet) as (...args: unknown[]) => Promise<never>;
    const { l1Signer, provider } = alice;
    await expectRejection("OPTION_INVALID", create({}, provider));
    await expectRejection("OPTION_UNKNOWN", create(l1Signer, provider, { creator: to }));
    const create2 = { creator: to, saltArgument: "0x", codeHash: "0x" };
    await expectRejection("OPTION_INVALID", create(l1Signer, provider, { create2 }));
    for (const batch of [undefined, "x", [], [null], [{}]]) {
      await expectRejection("OPTION_INVALID", provider.submitBatch(batch as never));
      await expectRejection("OPTION_INVALID", alice.signBatch(batch as never));
    }
    await expectRejection("ADDRESS_INVALID", provider.getAccount("0x12"));
    await expectRejection("OPTION_INVALID", provider.getBalance(-1, "ETH"));
  });
});
