/** A key generation goes on after a complaint, which has published what protects its shares. */
import { expect } from "chai";
import { type KeygenShares, KeyGeneration } from "../../src/multisig/key-generation.ts";

const OPTIONS = { label: "complained", threshold: 2, members: 3 };

function damaged(message: KeygenShares, to: number): KeygenShares {
  return { ...message, shares: message.shares.with(to - 1, `0x${"00".repeat(32)}`) };
}

describe("attacks: a key generation after a complaint", () => {
  it("makes no member: its secret follows from what the complaint has published", () => {
    const runs = [1, 2, 3].map((member) => new KeyGeneration(member, OPTIONS));
    const announcements = runs.map(({ announcement }) => announcement);
    const shares = runs.map((run) => run.createShares(announcements));
    const wrong = shares.with(2, damaged(shares[2]!, 1));
    expect(() => runs[0]!.finish(wrong)).to.throw("KEYGEN_SHARE_INVALID");
    runs[0]!.complain(3);
    // "It was a mistake": member 3 sends the right share now.
    expect(() => runs[0]!.finish(shares)).to.throw();
  });

  it("sends no shares under a key that it has published", () => {
    const runs = [1, 2, 3].map((member) => new KeyGeneration(member, OPTIONS));
    runs[0]!.complain(3);
    const announcements = runs.map(({ announcement }) => announcement);
    expect(() => runs[0]!.createShares(announcements)).to.throw();
  });
});
