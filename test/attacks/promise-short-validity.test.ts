/** A promise that an operator evades by the time of one block, as L1 lets it choose that. */
import { expect } from "chai";
import { TIMESTAMP_LAG_MAX_SECONDS, TIMESTAMP_MAX } from "../../src/protocol/constants.ts";
import { inclusionOf, signInclusions, verifyInclusion } from "../../src/receipts/inclusion.ts";
import { isRollupError } from "../../src/util/errors.ts";
import { PROMISE_KEY, PROMISES } from "../helpers/promise-world.ts";

const DUE_AT = 1_700_086_400n;

async function codeOf(validUntil: bigint): Promise<string | undefined> {
  const content = { type: "transfer" as const, tokenId: 0, recipient: 5n, amount: 100n };
  const common = { accountId: 1, nonce: 3, fee: 0n, validFrom: 0n, validUntil };
  const inclusion = inclusionOf({ ...content, ...common });
  const anchorHash = `0x${"a".repeat(64)}`;
  const group = { dueBlock: 2 ** 32 - 1, dueAt: DUE_AT, anchorNumber: 1, anchorHash };
  const { bond } = PROMISES;
  const [promise] = await signInclusions(PROMISE_KEY, bond, group, [inclusion]);
  const expected = { ...bond, signer: PROMISE_KEY.address, anchorHash, inclusion: {} };
  try {
    verifyInclusion({ ...expected, dueAtMax: DUE_AT }, promise!);
    return undefined;
  } catch (error) {
    return isRollupError(error) ? error.code : String(error);
  }
}

describe("attacks: promises that end as soon as they are due", () => {
  it("refuses one that a gap between the times of two blocks evades", async () => {
    expect(await codeOf(TIMESTAMP_MAX)).to.equal(undefined);
    expect(await codeOf(DUE_AT - 1n)).to.equal("RECEIPT_DUE_LATE");
    // docs/receipts.md: a payee wants two days after `dueAt`, as times may lag by one.
    expect(await codeOf(DUE_AT)).to.equal("RECEIPT_DUE_LATE");
    expect(await codeOf(DUE_AT + BigInt(TIMESTAMP_LAG_MAX_SECONDS))).to.equal("RECEIPT_DUE_LATE");
  });
});
