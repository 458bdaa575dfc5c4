/** The checks of rollup:doctor that need nothing but values. */
import { expect } from "chai";
import {
  checkBalance,
  checkClock,
  checkDisk,
  checkJournal,
  checkNode,
  type CheckStatus,
  type Finding,
} from "../../../src/plugin/doctor/checks.ts";
import { journaled } from "../../helpers/journal-contract.ts";

const GIBIBYTE = 2 ** 30;
const ACCOUNT = journaled(0).account;

/** Expects that whatever is not right says what to do. */
function expectFinding({ status, fix, text }: Finding, expected: CheckStatus, words: RegExp): void {
  expect(status).to.equal(expected);
  expect(text).to.match(words);
  expect(fix !== undefined).to.equal(status === "warned" || status === "failed");
}

describe("plugin/doctor: checks of values", () => {
  it("fails for a Node.js that is too old", () => {
    expectFinding(checkNode("22.12.0", [22, 13]), "failed", /22\.12\.0 is too old/);
    expectFinding(checkNode("22.13.0", [22, 13]), "passed", /22\.13\.0/);
    expectFinding(checkNode("24.1.0", [22, 13]), "passed", /24\.1\.0/);
  });

  it("fails for a clock behind L1, and warns of an L1 that stands still", () => {
    expectFinding(checkClock(1_000, 1_061), "failed", /61 s ahead/);
    expectFinding(checkClock(1_000, 1_060), "passed", /0 s old/);
    expectFinding(checkClock(1_000, 400), "passed", /600 s old/);
    expectFinding(checkClock(1_001, 400), "warned", /601 s old/);
  });

  it("warns of a disk that becomes full, and fails for one that is", () => {
    expectFinding(checkDisk("/data", GIBIBYTE), "passed", /1\.0 GiB/);
    expectFinding(checkDisk("/data", GIBIBYTE / 2), "warned", /0\.5 GiB/);
    expectFinding(checkDisk("/data", GIBIBYTE / 10), "failed", /0\.1 GiB/);
  });

  it("warns of a balance below the config's, and fails without any", () => {
    expectFinding(checkBalance("0xA", 10n, 10n), "passed", /10 wei/);
    expectFinding(checkBalance("0xA", 9n, 10n), "warned", /9 wei/);
    expectFinding(checkBalance("0xA", 0n, 10n), "failed", /send nothing/);
  });

  describe("journal against the nonces of L1", () => {
    const check = (latestNonce: number, pendingNonce: number, nonces: readonly number[]) =>
      checkJournal(
        ACCOUNT,
        { latestNonce, pendingNonce },
        nonces.map((nonce) => journaled(nonce)),
      );

    it("passes if L1 has mined all, or the journal has all that is pending", () => {
      expectFinding(check(7, 7, []), "passed", /next nonce is 7/);
      expectFinding(check(7, 7, [5, 6]), "passed", /nothing waits/);
      expectFinding(check(7, 8, [6, 7]), "passed", /1 transaction/);
      expectFinding(check(7, 7, [7, 7, 8]), "passed", /2 transactions/);
    });

    it("warns of a nonce that neither has", () => {
      expectFinding(check(7, 7, [8]), "warned", /neither L1 nor the journal has 7/);
      expectFinding(check(7, 7, [7, 9]), "warned", /neither L1 nor the journal has 8/);
    });

    it("warns of transactions that something else has sent", () => {
      expectFinding(check(7, 9, []), "warned", /2 pending transactions/);
      expectFinding(check(7, 9, [7]), "warned", /1 pending transaction /);
    });

    it("warns of transactions of another key", () => {
      const nonces = { latestNonce: 7, pendingNonce: 7 };
      const other = journaled(7, 0, { account: "0xB" });
      expectFinding(checkJournal(ACCOUNT, nonces, [other]), "warned", /0xB/);
    });
  });
});
