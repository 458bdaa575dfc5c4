import { expect } from "chai";
import { concat, dataSlice, toBeHex } from "ethers";
import { network } from "hardhat";
import { signChangePubKey } from "../../src/l1/authorization.ts";
import { addPoints, SUBGROUP_ORDER } from "../../src/crypto/baby-jubjub.ts";
import { FIELD_MODULUS } from "../../src/crypto/field.ts";
import type { PublicOperation } from "../../src/operations/operation.ts";
import { signingDomain } from "../../src/operations/transaction.ts";
import { expectImpossible, expectPossible, preset } from "../helpers/attacks.ts";
import { expectCode, expectL1Refusal } from "../helpers/expect-code.ts";
import { createRandom } from "../helpers/random.ts";
import {
  buildCase,
  createScene,
  forge,
  operationBy,
  signed,
  transferTo,
  withdraw,
} from "../helpers/scene.ts";
import {
  createTestBlock,
  createTestRollup,
  latestTimestamp,
  type TestRollup,
} from "../helpers/test-rollup.ts";

const random = createRandom();
const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
/** The point of order 2: added to R8, it does not change 8·R8. */
const TORSION = { x: 0n, y: FIELD_MODULUS - 1n };

/** Commits a block of a ChangePubKey with the given authorization. */
async function changeKey(fixture: TestRollup, authorization: string) {
  const change: PublicOperation<"changePubKey"> = {
    type: "changePubKey",
    accountId: 1,
    tokenId: 0,
    fee: 0n,
    nonce: 0,
    owner: BigInt(fixture.user.address),
    pubKeyHash: 1234n,
  };
  const options = { timestamp: await latestTimestamp(fixture), authorizations: [authorization] };
  const { commitBlock } = createTestBlock(fixture.client, fixture.genesis, [change], options);
  return fixture.client.commitBlocks(fixture.genesis, [commitBlock]);
}

function authorize({ user, client }: TestRollup) {
  return signChangePubKey(user, client, { pubKeyHash: 1234n, nonce: 0, accountId: 1 });
}

async function expectUnauthorized(call: Promise<unknown>) {
  await expectL1Refusal("AuthorizationInvalid", call);
}

/** Replays a transaction of one rollup on another one where the account is the same. */
async function expectNoReplay(home: TestRollup, elsewhere: TestRollup) {
  const domains: bigint[] = [];
  for (const { client } of [home, elsewhere]) {
    const domain = signingDomain(client.chainId, BigInt(client.rollupAddress));
    expect(await client.contract.domain()).to.equal(domain);
    domains.push(domain);
  }
  const scene = createScene(random, preset);
  const [atHome, other] = domains.map((domain) => ({ ...scene, domain }));
  const operations = [operationBy(atHome!, transferTo(scene.bob))];
  await expectPossible(atHome!, { operations });
  await expectImpossible("SIGNATURE_INVALID", other!, { operations });

  const authorization = await authorize(home);
  await expectUnauthorized(changeKey(elsewhere, authorization));
  await changeKey(home, authorization);
}

describe(`Attacks on signatures, ${random.title}`, () => {
  it("replay of a transaction on another chain", async () => {
    const home = await createTestRollup();
    const elsewhere = await createTestRollup(
      "MockVerifier",
      {},
      await network.create({ override: { chainId: 1337 } }),
    );
    expect(elsewhere.client.rollupAddress).to.equal(home.client.rollupAddress);
    await expectNoReplay(home, elsewhere);
  });

  it("replay of a transaction on another deployment", async () => {
    const home = await createTestRollup();
    const elsewhere = await createTestRollup("MockVerifier", {}, home.chain);
    expect(home.client.chainId).to.equal(elsewhere.client.chainId);
    await expectNoReplay(home, elsewhere);
  });

  it("replay of a transaction on the same rollup", async () => {
    const scene = createScene(random, preset);
    const operation = operationBy(scene, transferTo(scene.bob));
    await expectImpossible("NONCE_MISMATCH", scene, { operations: [operation, operation] });
  });

  it("signature malleability: another S or R of the same L2 signature", async () => {
    const scene = createScene(random, preset);
    const { signature, ...rest } = signed(scene, withdraw(scene));
    const { r8, s } = signature;
    const variants = [
      { r8, s: SUBGROUP_ORDER - s },
      { r8: addPoints(r8, TORSION), s },
      { r8: { x: FIELD_MODULUS - r8.x, y: r8.y }, s: SUBGROUP_ORDER - s },
    ];
    await expectPossible(scene, { operations: [forge({ ...rest, signature }, {})] });
    for (const variant of variants) {
      const operations = [forge({ ...rest, signature: variant }, {})];
      await expectImpossible("SIGNATURE_INVALID", scene, { operations });
    }
  });

  it("signature malleability: S + l is refused, and would prove the same block", async () => {
    const scene = createScene(random, preset);
    const { signature, ...rest } = signed(scene, withdraw(scene));
    const withS = (s: bigint) =>
      buildCase(scene, { operations: [forge({ ...rest, signature: { ...signature, s } }, {})] });
    const other = withS(signature.s + SUBGROUP_ORDER);
    expectCode("SIGNATURE_INVALID", other.refuse);
    const { s, ...input } = withS(signature.s).createInput();
    const { s: otherS, ...otherInput } = other.createInput();
    expect(otherS).to.not.deep.equal(s);
    expect(otherInput).to.deep.equal(input);
  });

  it("signature malleability: another S and V of the same L1 signature", async () => {
    const fixture = await createTestRollup();
    const authorization = await authorize(fixture);
    const [type, r] = [dataSlice(authorization, 0, 1), dataSlice(authorization, 1, 33)];
    const s = SECP256K1_ORDER - BigInt(dataSlice(authorization, 33, 65));
    const v = 27n + 28n - BigInt(dataSlice(authorization, 65));
    const malleated = concat([type, r, toBeHex(s, 32), toBeHex(v, 1)]);
    await expectUnauthorized(changeKey(fixture, malleated));
    await changeKey(fixture, authorization);
  });

  it("a signature for one operation used for another", async () => {
    const scene = createScene(random, preset);
    const { recipient, amount, ...rest } = signed(scene, transferTo(scene.bob)) as {
      recipient: bigint;
      amount: bigint;
    };
    const operations = [forge({ ...rest, type: "withdraw" } as never, { recipient, amount })];
    await expectImpossible("SIGNATURE_INVALID", scene, { operations });
  });
});
