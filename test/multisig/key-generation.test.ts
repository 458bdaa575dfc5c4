/** Distributed key generation: its result, and who is named if somebody cheats. */
import { expect } from "chai";
import { addPoints, multiplyBase, negatePoint } from "../../src/crypto/baby-jubjub.ts";
import { verify } from "../../src/crypto/eddsa.ts";
import {
  judgeComplaint,
  type KeygenAnnouncement,
  type KeygenOptions,
  type KeygenShares,
  KeyGeneration,
} from "../../src/multisig/key-generation.ts";
import { pointFromHex, pointToHex } from "../../src/multisig/points.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { signTogether } from "../helpers/multisig.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const OPTIONS: KeygenOptions = { label: "test", threshold: 2, members: 3 };

function start(options = OPTIONS) {
  const runs = Array.from({ length: options.members }, (_, i) => new KeyGeneration(i + 1, options));
  const announcements = runs.map(({ announcement }) => announcement);
  return { runs, announcements };
}

function share(options = OPTIONS) {
  const { runs, announcements } = start(options);
  return { runs, announcements, shares: runs.map((run) => run.createShares(announcements)) };
}

/** The second message of a member with one bit of one share changed. */
function withWrongShare(message: KeygenShares, to: number): KeygenShares {
  const share = message.shares[to - 1]!;
  const last = (parseInt(share.at(-1)!, 16) ^ 1).toString(16);
  return { ...message, shares: message.shares.with(to - 1, share.slice(0, -1) + last) };
}

describe(`multisig/key-generation, ${random.title}`, () => {
  it("gives all members one group, of which any threshold signs", () => {
    const { runs, shares } = share({ label: "3 of 5", threshold: 3, members: 5 });
    const members = runs.map((run) => run.finish(JSON.parse(JSON.stringify(shares)) as unknown[]));
    const { group } = members[0]!;
    expect(new Set(members.map((member) => member.group.fingerprint)).size).to.equal(1);
    expect(group).to.include({ scheme: "frost", threshold: 3 });
    for (const signers of [
      [1, 2, 3],
      [2, 4, 5],
      [1, 2, 3, 4, 5],
    ]) {
      const signature = signTogether({ group, members }, signers, 7n);
      expect(verify(group.publicKey, 7n, signature)).to.equal(true);
    }
  });

  it("gives another key in each run", () => {
    const keys = [share(), share()].map(
      ({ runs, shares }) => runs[0]!.finish(shares).group.pubKeyHash,
    );
    expect(keys[0]).to.not.equal(keys[1]);
  });

  it("refuses sizes, labels and numbers out of bounds", () => {
    const begin = (id: number, options: Partial<KeygenOptions>) => () =>
      new KeyGeneration(id, { ...OPTIONS, ...options });
    expectCode("MULTISIG_SIZE_INVALID", begin(1, { threshold: 1 }));
    expectCode("MULTISIG_SIZE_INVALID", begin(1, { threshold: 4 }));
    for (const label of ["", "a".repeat(101), "line\nbreak", "é"]) {
      expectCode("KEYGEN_LABEL_INVALID", begin(1, { label }));
    }
    for (const id of [0, 4, 1.5, NaN]) expectCode("MULTISIG_NOT_A_MEMBER", begin(id, {}));
  });

  it("names a member whose key cancels those of others, as it does not know its secret", () => {
    const { runs, announcements } = start();
    // The rogue key: A - C_1 - C_2, after the others have announced, for a known A.
    const others = announcements
      .slice(0, 2)
      .map(({ commitments }) => pointFromHex(commitments[0], "commitment", 1));
    const rogue = addPoints(multiplyBase(5n), negatePoint(addPoints(others[0]!, others[1]!)));
    const third = announcements[2]!;
    const commitments = [pointToHex(rogue), third.commitments[1]!];
    const forged = [...announcements.slice(0, 2), { ...third, commitments }];
    const { facts } = expectCode("KEYGEN_PROOF_INVALID", () => runs[0]!.createShares(forged));
    expect(facts["members"]).to.deep.equal([3]);
  });

  it("names a member that repeats another's announcement as its own", () => {
    const { runs, announcements } = start();
    const copied = [announcements[0], announcements[1], { ...announcements[1]!, member: 3 }];
    const { facts } = expectCode("KEYGEN_PROOF_INVALID", () => runs[0]!.createShares(copied));
    expect(facts["members"]).to.deep.equal([3]);
  });

  it("refuses announcements of another run, missing, malformed or with bad points", () => {
    const { runs, announcements } = start();
    const [one, two, three] = announcements as [
      KeygenAnnouncement,
      KeygenAnnouncement,
      KeygenAnnouncement,
    ];
    const attempt = (list: unknown[]) => () => runs[0]!.createShares(list);
    const old = new KeyGeneration(3, { ...OPTIONS, label: "earlier" }).announcement;
    const mismatch = expectCode("MULTISIG_SESSION_MISMATCH", attempt([one, two, old]));
    expect(mismatch.facts["member"]).to.equal(3);
    expectCode("MULTISIG_MESSAGES_INCOMPLETE", attempt([one, two]));
    expectCode("MULTISIG_MESSAGE_REPEATED", attempt([one, two, two]));
    expectCode("MULTISIG_NOT_A_MEMBER", attempt([one, two, { ...three, member: 4 }]));
    // More commitments would be a higher threshold than agreed on.
    for (const commitments of [
      [...three.commitments, three.commitments[0]],
      three.commitments.slice(1),
      "points",
    ]) {
      const { facts } = expectCode(
        "MULTISIG_MESSAGE_INVALID",
        attempt([one, two, { ...three, commitments }]),
      );
      expect(facts["member"]).to.equal(3);
    }
    const identity = pointToHex({ x: 0n, y: 1n });
    for (const changed of [
      { commitments: three.commitments.with(1, identity) },
      { encryptionKey: identity },
      { proof: { ...three.proof, nonce: identity } },
    ]) {
      const { facts } = expectCode(
        "MULTISIG_POINT_INVALID",
        attempt([one, two, { ...three, ...changed }]),
      );
      expect(facts["member"]).to.equal(3);
    }
    // What the proof covers cannot be exchanged either.
    const encryptionKey = two.encryptionKey;
    expectCode("KEYGEN_PROOF_INVALID", attempt([one, two, { ...three, encryptionKey }]));
  });

  it("refuses its own announcement if it is another", () => {
    const { runs, announcements } = start();
    const other = new KeyGeneration(1, OPTIONS).announcement;
    const code = "MULTISIG_COMMITMENT_REPLACED";
    expectCode(code, () => runs[0]!.createShares([other, ...announcements.slice(1)]));
  });

  it("sends shares once", () => {
    const { runs, announcements } = share();
    expectCode("KEYGEN_STEP_REPEATED", () => runs[0]!.createShares(announcements));
    const early = new KeyGeneration(1, OPTIONS);
    expectCode("MULTISIG_MESSAGES_INCOMPLETE", () => early.finish([]));
  });

  it("names a member who shows different announcements to different members", () => {
    const runs = [1, 2].map((id) => new KeyGeneration(id, OPTIONS));
    const twice = [3, 3].map((id) => new KeyGeneration(id, OPTIONS));
    const announcements = runs.map(({ announcement }) => announcement);
    const shares = runs.map((run, i) =>
      run.createShares([...announcements, twice[i]!.announcement]),
    );
    const third = twice[0]!.createShares([...announcements, twice[0]!.announcement]);
    const { facts } = expectCode("KEYGEN_VIEWS_DIFFER", () => runs[0]!.finish([...shares, third]));
    expect(facts["members"]).to.deep.equal([2]);
  });

  it("names the sender of a wrong share, and a judge agrees", () => {
    const { runs, announcements, shares } = share();
    const sent = shares.with(1, withWrongShare(shares[1]!, 3));
    const { facts } = expectCode("KEYGEN_SHARE_INVALID", () => runs[2]!.finish(sent));
    expect(facts["members"]).to.deep.equal([2]);
    const complaint: unknown = JSON.parse(JSON.stringify(runs[2]!.complain(2)));
    expect(judgeComplaint(OPTIONS, { announcements, shares: sent }, complaint)).to.equal(2);
    // The other members have right shares.
    expect(runs[0]!.finish(sent).id).to.equal(1);
  });

  it("blames who complains without a reason, or opens with another secret", () => {
    const { runs, announcements, shares } = share();
    const record = { announcements, shares };
    const complaint = runs[2]!.complain(2);
    expect(judgeComplaint(OPTIONS, record, complaint)).to.equal(3);
    const wrongShares = shares.with(1, withWrongShare(shares[1]!, 3));
    const lying = { ...complaint, encryptionSecret: "0x5" };
    expect(judgeComplaint(OPTIONS, { announcements, shares: wrongShares }, lying)).to.equal(3);
    for (const [accused, code] of [
      [3, "MULTISIG_NOT_A_MEMBER"],
      [0, "MULTISIG_NOT_A_MEMBER"],
      [4, "MULTISIG_NOT_A_MEMBER"],
      ["2", "MULTISIG_MESSAGE_INVALID"],
      [null, "MULTISIG_MESSAGE_INVALID"],
    ] as const) {
      expectCode(code, () => judgeComplaint(OPTIONS, record, { ...complaint, accused }));
    }
    const stray = { ...complaint, session: `0x${"00".repeat(32)}` };
    expectCode("MULTISIG_SESSION_MISMATCH", () => judgeComplaint(OPTIONS, record, stray));
  });

  it("refuses shares of another form", () => {
    const { runs, shares } = share();
    const attempt = (changed: object) => () =>
      runs[0]!.finish(shares.with(1, { ...shares[1]!, ...changed }));
    const { shares: list } = shares[1]!;
    for (const changed of [
      { shares: list.slice(1) },
      { shares: list.with(0, "0x12") },
      { shares: list.with(0, "") },
      { transcript: "0x" },
      { note: 1 },
    ]) {
      const { facts } = expectCode("MULTISIG_MESSAGE_INVALID", attempt(changed));
      if (!("note" in changed)) expect(facts["member"]).to.equal(2);
    }
    expectCode("MULTISIG_MESSAGES_INCOMPLETE", () => runs[0]!.finish(shares.slice(1)));
  });

  it("hides shares from all but their receiver", () => {
    const { runs, shares } = share();
    const members = runs.map((run) => run.finish(shares));
    const text = JSON.stringify(shares);
    for (const member of members) {
      expect(text).to.not.include(member.exportSecret().secret.slice(2));
    }
    // The same share is sealed in another way for each receiver and in each run.
    const sealed = shares.flatMap((message) => message.shares.filter((each) => each !== ""));
    expect(new Set(sealed).size).to.equal(6);
    expectCode("MULTISIG_SECRET_SERIALIZED", () => JSON.stringify(runs));
    expect(() => structuredClone(runs[0]))
      .to.throw()
      .with.property("name", "DataCloneError");
  });
});
