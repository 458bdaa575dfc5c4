/** Sessions: what a member signs, what it refuses, and whom it names. */
import { inspect } from "node:util";
import { expect } from "chai";
import { IDENTITY, SUBGROUP_ORDER } from "../../src/crypto/baby-jubjub.ts";
import { FIELD_MODULUS } from "../../src/crypto/field.ts";
import { verify } from "../../src/crypto/eddsa.ts";
import { groupFromJson, groupToJson } from "../../src/multisig/group-json.ts";
import { MultisigMember, secretOf } from "../../src/multisig/member.ts";
import { deriveNonces, SecretNonces } from "../../src/multisig/nonces.ts";
import { pointToHex } from "../../src/multisig/points.ts";
import { createProposal, readProposal } from "../../src/multisig/proposal.ts";
import { describeTransaction } from "../../src/sdk/describe.ts";
import {
  bundleCommitments,
  combineShares,
  type CommitmentMessage,
  MultisigSession,
} from "../../src/multisig/session.ts";
import { signingDomain, signingMessage } from "../../src/operations/transaction.ts";
import { bigintToJson } from "../../src/util/json.ts";
import { SMALL_ORDER_POINTS } from "../helpers/curve-points.ts";
import { expectCode } from "../helpers/expect-code.ts";
import {
  createFrostTeam,
  createMusigTeam,
  exchange,
  SOME_ROLLUP,
  SOME_TRANSFER,
  type Team,
} from "../helpers/multisig.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const rollup = SOME_ROLLUP;
const content = { rollup, transaction: SOME_TRANSFER };

/** A message as another process receives it. */
const travelled = <T>(message: T): T => JSON.parse(JSON.stringify(message)) as T;

/** Sessions of members 1 and 3 of 3, after their commitments. */
function open({ group, members }: Team, signers = [1, 3]) {
  const proposal = travelled(createProposal(group, signers, content));
  const sessions = signers.map((id) => new MultisigSession(members[id - 1]!, proposal, { rollup }));
  const commitments = sessions.map(({ commitment }) => travelled(commitment));
  return { group, proposal, sessions, commitments };
}

describe(`multisig/session, ${random.title}`, () => {
  const frost = createFrostTeam(2, 3);
  const musig = createMusigTeam(random, 3);

  for (const [team, signers] of [
    [frost, [3, 1]],
    [musig, [1, 2, 3]],
  ] as const) {
    it(`signs a transaction with messages that travel as text: ${team.group.scheme}`, () => {
      const { group, proposal, sessions, commitments } = open(team, [...signers]);
      const packed = travelled(bundleCommitments(group, proposal, random.shuffle(commitments)));
      const shares = sessions.map((session) => travelled(session.sign(packed)));
      const { transaction, signature } = combineShares(group, proposal, packed, shares.reverse());
      const domain = signingDomain(rollup.chainId, BigInt(rollup.rollupAddress));
      const message = signingMessage(SOME_TRANSFER, domain);
      expect(verify(group.publicKey, message, signature)).to.equal(true);
      expect(transaction).to.deep.equal({
        ...SOME_TRANSFER,
        publicKey: group.publicKey,
        signature,
      });
    });
  }

  it("computes the signed message from the transaction, for each field of it", () => {
    const messages = Object.entries(SOME_TRANSFER)
      .filter(([name]) => name !== "type")
      .map(([name, value]) => {
        const changed = typeof value === "bigint" ? value ^ 1n : (value as number) ^ 1;
        const transaction = { ...SOME_TRANSFER, [name]: changed };
        const proposal = createProposal(frost.group, [1, 2], { rollup, transaction });
        return readProposal(frost.group, proposal).message;
      });
    const other = { ...rollup, chainId: 1n };
    const elsewhere = createProposal(frost.group, [1, 2], { ...content, rollup: other });
    messages.push(readProposal(frost.group, elsewhere).message);
    messages.push(readProposal(frost.group, createProposal(frost.group, [1, 2], content)).message);
    expect(new Set(messages).size).to.equal(10);
  });

  it("describes the transaction to the person who decides", () => {
    const token = { id: 0, symbol: "ETH", decimals: 18 };
    expect(describeTransaction(SOME_TRANSFER, token)).to.deep.equal([
      "Type       Transfer on L2",
      "Recipient  0x0000000000000000000000000000000000000B0b",
      "Amount     0.000000000000005 ETH",
      "Fee        0.00000000000000001 ETH",
      "Account    7, nonce 4",
      "Valid      at once, without end",
    ]);
    const limited = { ...SOME_TRANSFER, validFrom: 60n, validUntil: 2n ** 63n };
    // Another token's decimals are not used.
    const lines = describeTransaction(limited, { ...token, id: 1 });
    expect(lines[2]).to.equal("Amount     5000 smallest units of token 0");
    expect(lines[5]).to.include("from 1970-01-01T00:01:00.000Z, until second 9223372036854775808");
  });

  it("shows a token by its id too, and no characters that change the screen", () => {
    const transaction = { ...SOME_TRANSFER, tokenId: 5, amount: 15n };
    const amountOf = (symbol: string) =>
      describeTransaction(transaction, { id: 5, symbol, decimals: 1 })[2];
    expect(amountOf("ETH")).to.equal("Amount     1.5 ETH (token 5)");
    const hostile = `\u001b[2K\nFee 0 ${"\u202e".repeat(99)}`;
    expect(amountOf(hostile)).to.equal("Amount     1.5 ?[2K?Fee?0?????????? (token 5)");
  });

  it("refuses a bare message, unless the member passes the same one itself", () => {
    const { group, members } = frost;
    const proposal = createProposal(group, [1, 2], { message: 7n });
    expectCode("MULTISIG_BLIND", () => new MultisigSession(members[0]!, proposal, { rollup }));
    expectCode(
      "MULTISIG_CONTENT_MISMATCH",
      () => new MultisigSession(members[0]!, proposal, { message: 8n }),
    );
    new MultisigSession(members[0]!, proposal, { message: 7n });
  });

  it("refuses a transaction for another rollup, chain or group, and strangers", () => {
    const { group, members } = frost;
    const proposal = createProposal(group, [1, 2], content);
    const join = (id: number, where = rollup) =>
      new MultisigSession(members[id - 1]!, proposal, { rollup: where });
    const address = `0x${"00".repeat(19)}01`;
    for (const other of [
      { ...rollup, chainId: 1n },
      { ...rollup, rollupAddress: address },
    ]) {
      expectCode("MULTISIG_CONTENT_MISMATCH", () => join(1, other));
    }
    join(1, { ...rollup, rollupAddress: rollup.rollupAddress.toLowerCase() });
    expectCode("MULTISIG_NOT_A_MEMBER", () => join(3));
    const stranger = createFrostTeam(2, 3).members[0]!;
    const code = "MULTISIG_SESSION_MISMATCH";
    expectCode(code, () => new MultisigSession(stranger, proposal, { rollup }));
  });

  it("refuses proposals with other fields, forms or values", () => {
    const { group } = frost;
    const proposal = createProposal(group, [1, 2], content) as unknown as Record<string, unknown>;
    const transaction = proposal["transaction"] as Record<string, unknown>;
    const changed = (fields: object) => ({
      ...proposal,
      transaction: { ...transaction, ...fields },
    });
    for (const bad of [
      null,
      [],
      { ...proposal, version: 2 },
      { ...proposal, type: "multisig/share" },
      { ...proposal, message: "0x7" },
      { ...proposal, salt: "0x00" },
      { ...proposal, signers: "1,2" },
      {
        ...proposal,
        rollup: { chainId: "0x1", rollupAddress: rollup.rollupAddress.toLowerCase() },
      },
      { ...proposal, rollup: { chainId: "1", rollupAddress: rollup.rollupAddress } },
      changed({ type: "deposit" }),
      changed({ amount: "5000" }),
      changed({ amount: "0x01388" }),
      changed({ amount: 5000 }),
      changed({ amount: "-0x1" }),
      changed({ nonce: 1.5 }),
      changed({ nonce: -1 }),
      changed({ nonce: "4" }),
      changed({ extra: 1 }),
      changed({ recipient: `0x1${"00".repeat(20)}` }),
    ]) {
      expectCode("MULTISIG_MESSAGE_INVALID", () => readProposal(group, bad));
    }
    const huge = changed({ accountId: 2 ** 40 });
    expectCode("FIELD_OUT_OF_RANGE", () => readProposal(group, huge));
    expectCode("MULTISIG_SIGNERS_INVALID", () =>
      readProposal(group, { ...proposal, signers: [1] }),
    );
    const outside = { message: FIELD_MODULUS };
    expectCode("MULTISIG_MESSAGE_INVALID", () => createProposal(group, [1, 2], outside));
  });

  it("refuses commitments of another session, and names the member", () => {
    const { group, proposal, commitments } = open(frost);
    const other = open(frost);
    const mixed = [commitments[0], other.commitments[1]];
    const { facts } = expectCode("MULTISIG_SESSION_MISMATCH", () =>
      bundleCommitments(group, proposal, mixed),
    );
    expect(facts).to.include({ member: 3, source: "commitment" });
  });

  it("refuses missing, repeated and foreign commitments", () => {
    const { group, proposal, commitments } = open(frost);
    const [one, three] = commitments as [CommitmentMessage, CommitmentMessage];
    const bundle = (list: unknown[]) => () => bundleCommitments(group, proposal, list);
    const { facts } = expectCode("MULTISIG_MESSAGES_INCOMPLETE", bundle([three]));
    expect(facts["members"]).to.deep.equal([1]);
    expectCode("MULTISIG_MESSAGE_REPEATED", bundle([one, one]));
    expectCode("MULTISIG_NOT_A_MEMBER", bundle([one, { ...three, member: 2 }]));
    expectCode("MULTISIG_MESSAGE_INVALID", bundle([one, three, three]));
    for (const member of [0, -1, 1.5, "1", null, NaN]) {
      expectCode("MULTISIG_MESSAGE_INVALID", bundle([{ ...one, member }, three]));
    }
    expectCode("MULTISIG_MESSAGE_INVALID", bundle([{ ...one, note: 1 }, three]));
  });

  it("refuses nonces outside the prime subgroup, and names the member", () => {
    const { group, proposal, commitments } = open(frost);
    const [one, three] = commitments as [CommitmentMessage, CommitmentMessage];
    const bad = [IDENTITY, SMALL_ORDER_POINTS[3]!, { x: 1n, y: 1n }].map(pointToHex);
    for (const point of [...bad, three.hiding.toUpperCase(), `${three.hiding}00`, "", 5]) {
      for (const field of ["hiding", "binding"]) {
        const { facts } = expectCode("MULTISIG_POINT_INVALID", () =>
          bundleCommitments(group, proposal, [one, { ...three, [field]: point }]),
        );
        expect(facts["member"]).to.equal(3);
      }
    }
  });

  it("does not sign a package in which its own commitment is another", () => {
    const { group, proposal, sessions, commitments } = open(frost);
    const swapped = { ...commitments[0]!, hiding: commitments[0]!.binding };
    const forged = bundleCommitments(group, proposal, [swapped, commitments[1]!]);
    expectCode("MULTISIG_COMMITMENT_REPLACED", () => sessions[0]!.sign(forged));
    // Nothing was signed, so the right package still can be.
    const packed = bundleCommitments(group, proposal, commitments);
    expect(sessions[0]!.sign(packed).member).to.equal(1);
  });

  it("signs once: the nonces are gone afterwards, whatever the package", () => {
    const { group, proposal, sessions, commitments } = open(frost);
    const packed = bundleCommitments(group, proposal, commitments);
    sessions[0]!.sign(packed);
    expectCode("MULTISIG_NONCES_USED", () => sessions[0]!.sign(packed));
    const replaced = { ...commitments[1]!, hiding: commitments[1]!.binding };
    const other = bundleCommitments(group, proposal, [commitments[0]!, replaced]);
    expectCode("MULTISIG_NONCES_USED", () => sessions[0]!.sign(other));
  });

  it("does not sign the package of another proposal", () => {
    const one = open(frost);
    const other = open(frost);
    const packed = bundleCommitments(other.group, other.proposal, other.commitments);
    expectCode("MULTISIG_SESSION_MISMATCH", () => one.sessions[0]!.sign(packed));
    const renamed = { ...packed, session: one.sessions[0]!.commitment.session };
    expectCode("MULTISIG_SESSION_MISMATCH", () => one.sessions[0]!.sign(renamed));
  });

  for (const [team, signers] of [
    [frost, [1, 2, 3]],
    [musig, [1, 2, 3]],
  ] as const) {
    it(`names every member whose partial signature is wrong: ${team.group.scheme}`, () => {
      const { proposal, packed, shares } = exchange(team, signers, 7n);
      const wrong = (index: number) => {
        const share = bigintToJson((BigInt(shares[index]!.share) + 1n) % SUBGROUP_ORDER);
        return { ...shares[index]!, share };
      };
      const combine = (list: unknown[]) => () => combineShares(team.group, proposal, packed, list);
      const one = expectCode("MULTISIG_SHARE_INVALID", combine([shares[0], wrong(1), shares[2]]));
      expect(one.facts["members"]).to.deep.equal([2]);
      // Errors that cancel in the sum are found too.
      const minus = bigintToJson((BigInt(shares[2]!.share) + SUBGROUP_ORDER - 1n) % SUBGROUP_ORDER);
      const cancelling = [shares[0], wrong(1), { ...shares[2]!, share: minus }];
      const two = expectCode("MULTISIG_SHARE_INVALID", combine(cancelling));
      expect(two.facts["members"]).to.deep.equal([2, 3]);
      const swapped = [shares[0], { ...shares[1]!, share: shares[2]!.share }, shares[2]];
      const three = expectCode("MULTISIG_SHARE_INVALID", combine(swapped));
      expect(three.facts["members"]).to.deep.equal([2]);
    });
  }

  it("refuses shares for another package, beyond the order, missing or repeated", () => {
    const { proposal, packed, shares } = exchange(frost, [1, 2], 7n);
    const combine = (list: unknown[]) => () => combineShares(frost.group, proposal, packed, list);
    const [one, two] = [shares[0]!, shares[1]!];
    const above = bigintToJson(BigInt(two.share) + SUBGROUP_ORDER);
    expectCode("MULTISIG_MESSAGE_INVALID", combine([one, { ...two, share: above }]));
    expectCode("MULTISIG_MESSAGE_INVALID", combine([one, { ...two, share: "0x00" }]));
    expectCode("MULTISIG_MESSAGES_INCOMPLETE", combine([one]));
    expectCode("MULTISIG_MESSAGE_REPEATED", combine([one, one]));
    const other = `0x${"ab".repeat(32)}`;
    const { facts } = expectCode(
      "MULTISIG_SESSION_MISMATCH",
      combine([one, { ...two, package: other }]),
    );
    expect(facts["member"]).to.equal(2);
    expectCode("MULTISIG_SESSION_MISMATCH", combine([one, { ...two, session: other }]));
  });
});

describe("multisig: secrets", () => {
  const team = createFrostTeam(2, 2);
  const member = team.members[0]!;
  const { group } = team;
  const session = () =>
    new MultisigSession(member, createProposal(group, [1, 2], content), { rollup });
  const context = {
    secret: secretOf(member),
    memberKey: group.members[0]!,
    groupKey: group.publicKey,
    message: 7n,
    session: new Uint8Array(32),
  };
  const nonces = new SecretNonces(context);

  it("are not written by JSON, cloned, spread or shown", () => {
    const secret = secretOf(member);
    for (const value of [member, session(), nonces]) {
      expectCode("MULTISIG_SECRET_SERIALIZED", () => JSON.stringify({ value }));
      expect(() => structuredClone(value))
        .to.throw()
        .with.property("name", "DataCloneError");
      const shown = inspect(value, { depth: 9, showHidden: true });
      expect(shown).to.not.include(secret.toString());
      const values = JSON.stringify(Object.values(value), (_, field: unknown) =>
        typeof field === "bigint" ? field.toString() : field,
      );
      expect(values).to.not.include(secret.toString());
    }
  });

  it("of a member are exported by name only, and loaded again", () => {
    const exported = member.exportSecret();
    expect(BigInt(exported.secret)).to.equal(secretOf(member));
    const loaded = MultisigMember.fromSecret(JSON.parse(JSON.stringify(exported)));
    expect(secretOf(loaded)).to.equal(secretOf(member));
    expect(loaded.group).to.deep.equal(group);
    for (const changed of [{ secret: "0x1" }, { member: 2 }]) {
      const load = () => MultisigMember.fromSecret({ ...exported, ...changed });
      expectCode("MULTISIG_SECRET_MISMATCH", load);
    }
    expectCode("MULTISIG_NOT_A_MEMBER", () =>
      MultisigMember.fromSecret({ ...exported, member: 3 }),
    );
    expectCode("MULTISIG_MESSAGE_INVALID", () => MultisigMember.fromSecret({ ...exported, x: 1 }));
    const other = groupToJson(createFrostTeam(2, 2).group);
    expect(groupFromJson(other).threshold).to.equal(2);
    const load = () => MultisigMember.fromSecret({ ...exported, group: other });
    expectCode("MULTISIG_SECRET_MISMATCH", load);
  });

  it("of a session differ with each of key, message, session and randomness", () => {
    const fixed = new Uint8Array(32).fill(9);
    const all = [
      deriveNonces(context, fixed),
      deriveNonces({ ...context, secret: context.secret + 1n }, fixed),
      deriveNonces({ ...context, message: 8n }, fixed),
      deriveNonces({ ...context, session: new Uint8Array(32).fill(1) }, fixed),
      deriveNonces({ ...context, groupKey: context.memberKey }, fixed),
      deriveNonces(
        context,
        fixed.map(() => 8),
      ),
    ].flatMap(({ hiding, binding }) => [hiding, binding]);
    expect(new Set(all).size).to.equal(12);
    expect(deriveNonces(context, fixed)).to.deep.equal(deriveNonces(context, fixed));
  });

  it("of nonces are given once", () => {
    const once = new SecretNonces(context);
    expect(Object.keys(once.take())).to.deep.equal(["hiding", "binding"]);
    expectCode("MULTISIG_NONCES_USED", () => once.take());
    expect(inspect(once)).to.equal("SecretNonces (used)");
  });

  it("of a seed that no member has are refused", () => {
    const musig = createMusigTeam(random, 2);
    const load = () => MultisigMember.fromSeed(musig.group, random.bytes(32));
    expectCode("MULTISIG_NOT_A_MEMBER", load);
  });
});
