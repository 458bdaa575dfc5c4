/** A member shows different announcements, and has the judge name an honest one. */
import { expect } from "chai";
import { judgeComplaint, KeyGeneration } from "../../src/multisig/key-generation.ts";
import { isRollupError } from "../../src/util/errors.ts";

const OPTIONS = { label: "framed", threshold: 2, members: 3 };

describe("attacks: an honest member is framed in a key generation", () => {
  it("KEYGEN_VIEWS_DIFFER: the accused has encrypted for another announcement", () => {
    const [first, second, shown] = [1, 2, 3].map((member) => new KeyGeneration(member, OPTIONS));
    const other = new KeyGeneration(3, OPTIONS); // of member 3, too
    const honest = [first!, second!].map(({ announcement }) => announcement);
    // Member 1 sees one announcement of member 3, everybody else another.
    const ofFirst = first!.createShares([...honest, shown!.announcement]);
    const announcements = [...honest, other.announcement];
    const shares = [
      ofFirst,
      second!.createShares(announcements),
      other.createShares(announcements),
    ];
    const judge = () => judgeComplaint(OPTIONS, { announcements, shares }, other.complain(1));
    let outcome: unknown;
    try {
      outcome = judge();
    } catch (error) {
      outcome = isRollupError(error) ? error.code : error;
    }
    expect(outcome).to.equal("KEYGEN_VIEWS_DIFFER");
  });
});
