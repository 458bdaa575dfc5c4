/**
 * Attacks on signatures by several members. Each is first made on a scheme without the defence, to
 * show that the attack is a real one, and then on ours.
 */
import { expect } from "chai";
import {
  addPoints,
  COFACTOR,
  multiplyBase,
  multiplyPoint,
  negatePoint,
  type Point,
  SUBGROUP_ORDER,
} from "../../src/crypto/baby-jubjub.ts";
import { poseidon } from "../../src/kernel/hash.ts";
import { verify } from "../../src/kernel/signatures.ts";
import { createMusigGroup, weightsOf } from "../../src/multisig/group.ts";
import { MultisigMember, secretOf } from "../../src/multisig/member.ts";
import { type NonceCommitment, SecretNonces } from "../../src/multisig/nonces.ts";
import { pointToHex } from "../../src/multisig/points.ts";
import { createProposal } from "../../src/multisig/proposal.ts";
import { invertScalar, toScalar } from "../../src/multisig/scalars.ts";
import { createRound, type Round, signShare } from "../../src/multisig/signing.ts";
import { bundleCommitments, combineShares, MultisigSession } from "../../src/multisig/session.ts";
import { bigintToJson } from "../../src/util/json.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createFrostTeam, createMusigTeam, exchange, type Team } from "../helpers/multisig.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const randomSecret = () => 1n + (random.bigint(320) % (SUBGROUP_ORDER - 1n));

/** c = 8·Poseidon(R, A, m) mod l, with which S·B8 = R + c·A. */
function challengeOf(nonce: Point, key: Point, message: bigint): bigint {
  return toScalar(COFACTOR * poseidon([nonce.x, nonce.y, key.x, key.y, message]));
}

describe(`multisig attacks: rogue keys, ${random.title}`, () => {
  const victim = randomSecret();
  const known = randomSecret();
  /** The attacker's key: what makes the plain sum of both the multiple of a known scalar. */
  const rogue = addPoints(multiplyBase(known), negatePoint(multiplyBase(victim)));

  function signAlone(key: Point, secret: bigint, message: bigint) {
    const nonce = randomSecret();
    const r8 = multiplyBase(nonce);
    return { r8, s: toScalar(nonce + challengeOf(r8, key, message) * secret) };
  }

  it("own the plain sum of keys", () => {
    const sum = addPoints(multiplyBase(victim), rogue);
    expect(verify(sum, 7n, signAlone(sum, known, 7n))).to.equal(true);
  });

  it("do not own an aggregated key, and nobody knows their secret", () => {
    const group = createMusigGroup([multiplyBase(victim), rogue]);
    for (const weight of weightsOf(group, [1, 2]).values()) {
      for (const secret of [known, toScalar(weight * known)]) {
        expect(verify(group.publicKey, 7n, signAlone(group.publicKey, secret, 7n))).to.equal(false);
      }
    }
    for (const id of [1, 2]) {
      expectCode("MULTISIG_SECRET_MISMATCH", () => new MultisigMember(group, id, known));
    }
  });
});

describe(`multisig attacks: nonces, ${random.title}`, () => {
  it("used twice reveal the secret, so a session refuses to use them", () => {
    const { group, members } = createFrostTeam(2, 2);
    const secret = secretOf(members[0]!);
    const context = {
      secret,
      memberKey: group.members[0]!,
      groupKey: group.publicKey,
      message: 7n,
      session: new Uint8Array(32),
    };
    const nonces = new SecretNonces(context);
    const pair = nonces.take();
    // With the same nonces against three packages of others: three linear equations in d, e, x.
    const rows = [1, 2, 3].map(() => {
      const other = { hiding: multiplyBase(randomSecret()), binding: multiplyBase(randomSecret()) };
      const round = createRound(
        group,
        new Map([
          [1, nonces.commitment],
          [2, other],
        ]),
        7n,
      );
      const { binding, weight } = round.parts.get(1)!;
      return {
        b: binding,
        w: toScalar(round.challenge * weight),
        s: signShare(round, 1, secret, pair),
      };
    });
    const [p, q, r] = rows as [(typeof rows)[0], (typeof rows)[0], (typeof rows)[0]];
    const [b1, w1, s1] = [p.b - q.b, p.w - q.w, p.s - q.s];
    const [b2, w2, s2] = [p.b - r.b, p.w - r.w, p.s - r.s];
    const solved = toScalar((s1 * b2 - s2 * b1) * invertScalar(w1 * b2 - w2 * b1));
    expect(solved).to.equal(secret);
    expectCode("MULTISIG_NONCES_USED", () => nonces.take());
  });

  it("replayed from an earlier session are refused, and a renamed replay is named", () => {
    for (const team of [createFrostTeam(2, 3), createMusigTeam(random, 2)]) {
      const { group, members } = team;
      const old = exchange(team, [1, 2], 7n);
      const proposal = createProposal(group, [1, 2], { message: 7n });
      const first = new MultisigSession(members[0]!, proposal, { message: 7n });
      const replayed = old.sessions[1]!.commitment;
      const bundle = (other: unknown) =>
        bundleCommitments(group, proposal, [first.commitment, other]);
      const { facts } = expectCode("MULTISIG_SESSION_MISMATCH", () => bundle(replayed));
      expect(facts["member"]).to.equal(2);
      // Under the new session's name it is accepted, but its old share does not fit.
      const packed = bundle({ ...replayed, session: first.commitment.session });
      const share = first.sign(packed);
      const forged = { ...share, member: 2, share: old.shares[1]!.share };
      const result = expectCode("MULTISIG_SHARE_INVALID", () =>
        combineShares(group, proposal, packed, [share, forged]),
      );
      expect(result.facts["members"]).to.deep.equal([2]);
    }
  });

  it("that cancel those of others give no signature, and their sender is named", () => {
    const team = createMusigTeam(random, 2);
    const { group, members } = team;
    const proposal = createProposal(group, [1, 2], { message: 7n });
    const honest = new MultisigSession(members[0]!, proposal, { message: 7n });
    const { hiding, binding } = honest.commitment;
    const negated = (hex: string) => {
      const point = { x: BigInt(hex.slice(0, 66)), y: BigInt(`0x${hex.slice(66)}`) };
      return pointToHex(negatePoint(point));
    };
    const mirrored = {
      ...honest.commitment,
      member: 2,
      hiding: negated(hiding),
      binding: negated(binding),
    };
    const packed = bundleCommitments(group, proposal, [honest.commitment, mirrored]);
    const share = honest.sign(packed);
    const guess = { ...share, member: 2, share: bigintToJson(randomSecret()) };
    const { facts } = expectCode("MULTISIG_SHARE_INVALID", () =>
      combineShares(group, proposal, packed, [share, guess]),
    );
    expect(facts["members"]).to.deep.equal([2]);
  });
});

/** One session of the honest signer, as the attacker sees it. */
interface OpenSession {
  /**
   * The honest signer's part of R and of the challenge if the attacker answers with its `choice`-th
   * commitment. The attacker's part of R is its nonce.
   */
  readonly look: (choice: 0 | 1) => { readonly nonce: Point; readonly challenge: bigint };
  /** The honest signer's answer to that choice, which it gives once. */
  readonly answer: (choice: 0 | 1) => bigint;
}

/**
 * The attack on ROS of Benhamouda and others: with as many open sessions as the order has bits, the
 * attacker chooses between two challenges in each, so that a known combination of the honest
 * answers is the answer to the challenge of a message that nobody has signed.
 *
 * @param target - Challenge of the forgery by R.
 * @returns R and the honest signer's part of S.
 * @see https://eprint.iacr.org/2020/945
 */
function attackRos(sessions: readonly OpenSession[], target: (nonce: Point) => bigint) {
  const views = sessions.map(({ look }) => [look(0), look(1)] as const);
  const factors = views.map(([zero, one], k) =>
    toScalar((1n << BigInt(k)) * invertScalar(one.challenge - zero.challenge)),
  );
  // All must be fixed before the choices: with one nonce, R's honest part is the same for both.
  const nonce = views
    .map(([zero], k) => multiplyPoint(zero.nonce, factors[k]!))
    .reduce((sum, point) => addPoints(sum, point));
  const offset = views.reduce((sum, [zero], k) => sum + factors[k]! * zero.challenge, 0n);
  const bits = toScalar(target(nonce) - offset);
  const answers = sessions.map(({ answer }, k) =>
    answer(((bits >> BigInt(k)) & 1n) === 0n ? 0 : 1),
  );
  const s = toScalar(answers.reduce((sum, answer, k) => sum + factors[k]! * answer, 0n));
  return { nonce, s };
}

describe(`multisig attacks: parallel sessions (Wagner, ROS), ${random.title}`, () => {
  /** As many as the group's order has bits: then the attack takes seconds, on the real curve. */
  const SESSIONS = SUBGROUP_ORDER.toString(2).length;
  const honest = randomSecret();
  const attacker = randomSecret();
  const FORGED = 666n;

  /** Completes a forgery with the attacker's own part of the key. */
  function forge(
    { publicKey }: Pick<Team["group"], "publicKey">,
    attackerPart: bigint,
    sessions: readonly OpenSession[],
  ): boolean {
    const target = (nonce: Point) => challengeOf(nonce, publicKey, FORGED);
    const { nonce, s } = attackRos(sessions, target);
    const whole = toScalar(s + target(nonce) * attackerPart);
    return verify(publicKey, FORGED, { r8: nonce, s: whole });
  }

  const group = createMusigGroup([multiplyBase(honest), multiplyBase(attacker)]);
  const id = group.members.findIndex(({ x }) => x === multiplyBase(honest).x) + 1;
  const weights = weightsOf(group, [1, 2]);
  const attackerPart = toScalar(weights.get(3 - id)! * attacker);
  const honestPart = toScalar(weights.get(id)! * honest);

  it("forge a signature if each signer has one nonce, sent before the others'", () => {
    const openSession = (message: bigint): OpenSession => {
      const secretNonce = randomSecret();
      const nonce = multiplyBase(secretNonce);
      const own = [multiplyBase(randomSecret()), multiplyBase(randomSecret())];
      const challenges = own.map((each) =>
        challengeOf(addPoints(nonce, each), group.publicKey, message),
      );
      return {
        look: (choice) => ({ nonce, challenge: challenges[choice]! }),
        answer: (choice) => toScalar(secretNonce + challenges[choice]! * honestPart),
      };
    };
    const sessions = Array.from({ length: SESSIONS }, (_, k) => openSession(BigInt(k)));
    expect(forge(group, attackerPart, sessions)).to.equal(true);
  });

  it("forge none with two nonces that are bound to all commitments", () => {
    const changed: boolean[] = [];
    const openSession = (message: bigint): OpenSession => {
      const nonces = new SecretNonces({
        secret: honest,
        memberKey: group.members[id - 1]!,
        groupKey: group.publicKey,
        message,
        session: random.bytes(32),
      });
      const randomCommitment = (): NonceCommitment => ({
        hiding: multiplyBase(randomSecret()),
        binding: multiplyBase(randomSecret()),
      });
      const rounds: Round[] = [randomCommitment(), randomCommitment()].map((own) =>
        createRound(
          group,
          new Map([
            [id, nonces.commitment],
            [3 - id, own],
          ]),
          message,
        ),
      );
      const parts = rounds.map(({ parts }) => parts.get(id)!.nonce);
      changed.push(parts[0]!.x !== parts[1]!.x);
      return {
        look: (choice) => ({ nonce: parts[choice]!, challenge: rounds[choice]!.challenge }),
        answer: (choice) => signShare(rounds[choice]!, id, honest, nonces.take()),
      };
    };
    const sessions = Array.from({ length: SESSIONS }, (_, k) => openSession(BigInt(k)));
    expect(forge(group, attackerPart, sessions)).to.equal(false);
    // The reason: the honest part of R depends on what the attacker chooses, in every session.
    expect(changed).to.have.length(SESSIONS).and.not.include(false);
  });
});
