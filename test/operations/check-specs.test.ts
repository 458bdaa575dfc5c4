/** Specs of operations that break a rule. */
import { expect } from "chai";
import { checkSpecs } from "../../src/operations/check-specs.ts";
import type { OperationSpec } from "../../src/operations/definition.ts";
import { OPERATION_NAMES, OPERATIONS } from "../../src/operations/table.ts";

const SPECS = OPERATION_NAMES.map((name) => ({ name, spec: OPERATIONS[name] }));

/** Returns the table with one changed spec. */
function changed(name: string, changes: Partial<OperationSpec>) {
  return SPECS.map((each) =>
    each.name === name ? { name, spec: { ...each.spec, ...changes } } : each,
  );
}

describe("specs of operations", () => {
  it("are accepted unchanged", () => {
    checkSpecs(SPECS);
  });

  const value = { name: "amount", type: "amount" } as const;
  const owner = { name: "owner", type: "address" } as const;
  const { transfer, withdraw, changePubKey } = OPERATIONS;
  const without = (record: OperationSpec["record"], column: keyof OperationSpec["record"]) =>
    Object.fromEntries(Object.entries(record).filter(([name]) => name !== column));
  const cases: readonly (readonly [string, string, Partial<OperationSpec>, RegExp])[] = [
    ["a gap in the codes", "refund", { code: 12 }, /codes count from 0/],
    ["another name than that of the list", "refund", { name: "repay" }, /under its name/],
    ["an amount without an address", "transfer", { extension: { value } }, /has an address/],
    [
      "an amount in record and extension",
      "transfer",
      { extension: { address: owner, value } },
      /do not both/,
    ],
    [
      "a signed operation without a fee",
      "withdraw",
      { record: without(withdraw.record, "fee") },
      /the fee stand/,
    ],
    ["a fee without a signer", "refund", { record: { token: "tokenId", fee: "fee" } }, /a signer/],
    ["a second padding", "refund", { origin: "padding" }, /noop alone/],
    ["no token", "transfer", { record: without(transfer.record, "token") }, /names a token/],
    [
      "a credit without account B",
      "transfer",
      { record: without(transfer.record, "accountB") },
      /names accountB/,
    ],
    ["an effect without an amount", "changePubKey", { effects: { debits: "accountA" } }, /public/],
    [
      "B paying itself",
      "transfer",
      { effects: { debits: "accountB", credits: "accountB" } },
      /pays/,
    ],
    ["money from nowhere", "transfer", { effects: { credits: "accountB" } }, /from one place/],
    ["money that goes nowhere", "transfer", { effects: { debits: "accountA" } }, /from one place/],
    ["money paid twice", "transfer", { payout: true }, /from one place/],
    ["a deposit that vanishes", "refund", { payout: false }, /from one place/],
    [
      "a key that L1 does not see",
      "withdraw",
      { effects: { debits: "accountA", setsKey: true } },
      /key that is set/,
    ],
    ["a transaction nobody signs", "refund", { message: withdraw.message }, /on L2 is signed/],
    [
      "another message than that it is signed as",
      "transferToNew",
      { message: { type: "transfer", columns: [] } },
      /the same message/,
    ],
    [
      "an unsigned payment",
      "withdraw",
      { message: { type: "withdraw", columns: ["recipient"] } },
      /signs what it pays/,
    ],
    [
      "an unsigned recipient",
      "forcedExit",
      { message: { type: "forcedExit", columns: [] } },
      /a recipient is signed/,
    ],
    ["an amount that no balance bounds", "transfer", { effects: {} }, /an account pays an amount/],
    [
      "a recipient that nothing bounds",
      "transfer",
      {
        effects: {},
        record: without(transfer.record, "amount"),
        message: { type: "transfer", columns: ["recipient"] },
      },
      /public or B's owner/,
    ],
    ["a request that is not served", "fullExit", { l1: changePubKey.l1 }, /requests are served/],
    [
      "a payout that L1 does not see",
      "transfer",
      { payout: true, effects: { debits: "accountA" } },
      /what is paid out/,
    ],
    [
      "a consent to nothing",
      "withdraw",
      { l1: { ...withdraw.l1, consent: true } },
      /consents to a nonce/,
    ],
  ];
  for (const [title, name, changes, reason] of cases) {
    it(`cannot say ${title}`, () => {
      expect(() => checkSpecs(changed(name, changes))).to.throw(reason);
    });
  }
});
