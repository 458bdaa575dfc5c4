import { expect } from "chai";
import {
  addPoints,
  BASE8,
  IDENTITY,
  multiplyBase,
  negatePoint,
  type Point,
  SUBGROUP_ORDER,
} from "../../src/crypto/baby-jubjub.ts";
import { FIELD_MODULUS } from "../../src/crypto/field.ts";
import { groupFromJson, groupToJson } from "../../src/multisig/group-json.ts";
import {
  createFrostGroup,
  createMusigGroup,
  MEMBERS_MAX,
  toSigners,
  weightsOf,
} from "../../src/multisig/group.ts";
import { dealFrostShares, sharePolynomial } from "../../src/multisig/dealer.ts";
import { secretOf } from "../../src/multisig/member.ts";
import { combinePoints } from "../../src/multisig/points.ts";
import { invertScalar, lagrangeCoefficient, toScalar } from "../../src/multisig/scalars.ts";
import { RollupSigner } from "../../src/sdk/signer.ts";
import { SMALL_ORDER_POINTS } from "../helpers/curve-points.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createFrostTeam, createMusigTeam } from "../helpers/multisig.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const randomKey = () => multiplyBase(random.bigint(250) + 1n);

/** Points that are no keys, with what the error says of them. */
const BAD_POINTS: readonly (readonly [string, Point])[] = [
  ["is the identity", IDENTITY],
  ...SMALL_ORDER_POINTS.slice(1).map((p) => ["is not in the prime subgroup", p] as const),
  ["is not in the prime subgroup", addPoints(BASE8, SMALL_ORDER_POINTS[1]!)],
  ["is not on the curve", { x: 1n, y: 2n }],
  ["is not canonical", { x: BASE8.x + FIELD_MODULUS, y: BASE8.y }],
  ["is not canonical", { x: -1n, y: BASE8.y }],
];

describe(`multisig/group, ${random.title}`, () => {
  it("inverts scalars, and interpolates a polynomial at zero", () => {
    const scalar = random.bigint(250) + 1n;
    expect(toScalar(scalar * invertScalar(scalar))).to.equal(1n);
    expect(toScalar(-1n)).to.equal(SUBGROUP_ORDER - 1n);
    const ids = [2, 5, 9];
    const values = ids.map((id) => 7n + 3n * BigInt(id) + 11n * BigInt(id) ** 2n);
    const at = (x: number) =>
      toScalar(ids.reduce((sum, id, i) => sum + values[i]! * lagrangeCoefficient(ids, id, x), 0n));
    expect(at(0)).to.equal(7n);
    expect(at(4)).to.equal(7n + 12n + 176n);
  });

  it("aggregates the same keys to the same group in any order", () => {
    const keys = Array.from({ length: 5 }, randomKey);
    const group = createMusigGroup(keys);
    expect(createMusigGroup(random.shuffle(keys))).to.deep.equal(group);
    expect(createMusigGroup(keys.slice(1)).publicKey).to.not.deep.equal(group.publicKey);
    expect(group.threshold).to.equal(5);
  });

  it("knows secrets whose weighted sum is the group's key, in both schemes", () => {
    for (const [{ group, members }, signers] of [
      [createMusigTeam(random, 3), [1, 2, 3]],
      [createFrostTeam(3, 5), [1, 3, 5]],
      [createFrostTeam(3, 5), [2, 3, 4, 5]],
    ] as const) {
      const weights = weightsOf(group, signers);
      const secret = signers.reduce(
        (sum, id) => sum + weights.get(id)! * secretOf(members[id - 1]!),
        0n,
      );
      expect(multiplyBase(toScalar(secret))).to.deep.equal(group.publicKey);
    }
  });

  it("shares the key of a seed, so that its account belongs to the group", () => {
    const seed = random.bytes(32);
    const [first] = dealFrostShares({ threshold: 2, members: 3, seed });
    expect(first!.group.pubKeyHash).to.equal(RollupSigner.fromSeed(seed).pubKeyHash);
    const code = "SIGNING_SEED_LENGTH";
    expectCode(code, () => dealFrostShares({ threshold: 2, members: 3, seed: seed.slice(1) }));
  });

  it("refuses sizes out of bounds", () => {
    const key = randomKey();
    expectCode("MULTISIG_SIZE_INVALID", () => createMusigGroup([]));
    expectCode("MULTISIG_SIZE_INVALID", () => createMusigGroup([key]));
    const many = Array.from({ length: MEMBERS_MAX + 1 }, () => key);
    expectCode("MULTISIG_SIZE_INVALID", () => createMusigGroup(many));
    for (const [threshold, members] of [
      [1, 3],
      [0, 3],
      [4, 3],
      [2.5, 3],
      [NaN, 3],
      [2, MEMBERS_MAX + 1],
      [2, 2 ** 32 + 3],
    ] as const) {
      expectCode("MULTISIG_SIZE_INVALID", () => dealFrostShares({ threshold, members }));
    }
  });

  it("refuses keys that are no points of the prime subgroup, and names the member", () => {
    for (const [problem, point] of BAD_POINTS) {
      for (const create of [
        () => createMusigGroup([randomKey(), point]),
        () => createFrostGroup(2, [randomKey(), point, randomKey()]),
      ]) {
        const { facts } = expectCode("MULTISIG_POINT_INVALID", create);
        expect(facts).to.include({ member: 2, problem });
      }
    }
  });

  it("refuses a key that occurs twice", () => {
    const key = randomKey();
    const { facts } = expectCode("MULTISIG_KEY_DUPLICATE", () =>
      createMusigGroup([key, randomKey(), { ...key }]),
    );
    expect(facts["members"]).to.have.length(2);
  });

  it("refuses public shares that no polynomial has, and a key that is the identity", () => {
    const { group } = createFrostTeam(3, 5);
    const members = group.members.with(3, randomKey());
    const { facts } = expectCode("MULTISIG_GROUP_INCONSISTENT", () => createFrostGroup(3, members));
    expect(facts["member"]).to.equal(4);
    // A dealer whose polynomial is zero at zero would make a key that anybody can sign with.
    expectCode("MULTISIG_GROUP_KEY_INVALID", () => sharePolynomial([0n, 5n], 3));
    expect(combinePoints([BASE8, negatePoint(BASE8)], [2n, 2n])).to.deep.equal(IDENTITY);
  });

  it("accepts distinct members from the threshold on as signers, and no others", () => {
    const { group } = createFrostTeam(3, 5);
    expect(toSigners(group, [5, 1, 3])).to.deep.equal([1, 3, 5]);
    expect(toSigners(group, [1, 2, 3, 4, 5])).to.have.length(5);
    for (const signers of [[], [1, 2], [1, 2, 2], [0, 1, 2], [1, 2, 6], [1, 2, 2.5], [1, 2, NaN]]) {
      expectCode("MULTISIG_SIGNERS_INVALID", () => toSigners(group, signers));
    }
    const all = createMusigTeam(random, 3);
    expectCode("MULTISIG_SIGNERS_INVALID", () => toSigners(all.group, [1, 2]));
  });

  it("reads what it writes, and computes the key itself", () => {
    for (const { group } of [createMusigTeam(random, 3), createFrostTeam(2, 3)]) {
      const json: unknown = JSON.parse(JSON.stringify(groupToJson(group)));
      expect(groupFromJson(json)).to.deep.equal(group);
      expect(JSON.stringify(json)).to.not.include("publicKey");
    }
  });

  it("refuses groups with anything else in them", () => {
    const json = groupToJson(createFrostTeam(2, 3).group);
    const invalid = "MULTISIG_MESSAGE_INVALID";
    for (const value of [null, 5, "group", [], {}, { ...json, version: 2 }, { ...json, x: 1 }]) {
      expectCode(invalid, () => groupFromJson(value));
    }
    expectCode(invalid, () => groupFromJson({ ...json, scheme: "none" }));
    expectCode(invalid, () => groupFromJson({ ...json, members: new Array(65).fill("") }));
    expectCode(invalid, () => groupFromJson({ ...json, threshold: "2" }));
    expectCode("MULTISIG_SIZE_INVALID", () => groupFromJson({ ...json, threshold: 4 }));
    expectCode("MULTISIG_SIZE_INVALID", () =>
      groupFromJson({ ...json, scheme: "musig2", threshold: 2 }),
    );
    const upper = json.members.map((member) => member.toUpperCase());
    expectCode("MULTISIG_POINT_INVALID", () => groupFromJson({ ...json, members: upper }));
  });
});
