import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";

const ROOT = join(import.meta.dirname, "../..");
const text = readFileSync(join(ROOT, "docs/security.md"), "utf8");

/** Names of attacks that must have a test. */
const ATTACKS = [
  "replay of a transaction on another chain",
  "replay of a transaction on another deployment",
  "signature malleability",
  "nonce overflow",
  "balance overflow",
  "packed-amount edge values",
  "fee in another token",
  "two accounts for one address",
  "transfer to the zero address",
  "ForcedExit of an account with a key",
  "FullExit by somebody else",
  "double exit",
  "exit after execution",
  "deposit cancelled twice",
  "deposit refunded twice",
  "deposit refunded and credited",
  "deposit refunded and cancelled",
  "refund hidden from L1",
  "reentrancy at payout",
  "griefing by gas at payout",
  "front-running of initialization",
  "implementation contract taken over",
  "block timestamp lies",
  "blocks out of order",
  "commitment reused",
  "a proof for another kind of blocks",
  "public inputs above the field",
  "a validator that stops after commit",
  "a validator that stops after prove",
  "a fee account that the operator changes between commit and prove",
  "regression of zkSync v1",
];

/** Returns the rows of the table under a heading as cells, without the head. */
function tableUnder(heading: string): string[][] {
  const section = text.split(`\n## ${heading}\n`)[1]!.split("\n## ")[0]!;
  const rows = section.split("\n").filter((line) => line.startsWith("|"));
  return rows.slice(2).map((row) => row.split("|").slice(1, -1));
}

const testsIn = (words: string) => [...words.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path!);

describe("docs: security", () => {
  it("names only tests that exist", () => {
    const missing = testsIn(text).filter((path) => !existsSync(join(ROOT, path)));
    expect(missing).to.deep.equal([]);
  });

  it("has a test for every invariant", () => {
    const invariants = tableUnder("Invariants");
    expect(invariants).to.have.length.above(20);
    const untested = invariants.filter(([, tests]) => testsIn(tests!).length === 0);
    expect(untested).to.deep.equal([]);
  });

  it("names every attack test", () => {
    const attacks = globSync("test/attacks/*.test.ts", { cwd: ROOT });
    expect(attacks).to.have.length.above(0);
    expect(testsIn(text)).to.include.members(attacks);
  });

  it("leaves no attack out", () => {
    const titles = globSync("test/attacks/*.test.ts", { cwd: ROOT })
      .map((file) => readFileSync(join(ROOT, file), "utf8"))
      .join("\n");
    const missing = ATTACKS.filter((attack) => !titles.includes(`it("${attack}`));
    expect(missing).to.deep.equal([]);
  });
});
