import { expect } from "chai";
import { concat, getAddress, getBytes, hexlify, toBeHex } from "ethers";
import {
  create2WalletAddress,
  encodeCreate2Authorization,
  ON_CHAIN_AUTHORIZATION,
  signChangePubKey,
} from "../../src/l1/authorization.ts";
import { AUTH_RESET_WINDOW_SECONDS } from "../../src/l1/types.ts";
import { FIELD_MODULUS } from "../../src/protocol/constants.ts";
import type { PublicOperation } from "../../src/operations/operation.ts";
import {
  createTestBlock,
  createTestRollup,
  latestTimestamp,
  type TestRollup,
} from "../helpers/test-rollup.ts";

const DAY = 24n * 60n * 60n;
const PUB_KEY_HASH = 1234n;
const NONCE = 5;
const ACCOUNT_ID = 7;

describe("Rollup: consent to a signing key", () => {
  let fixture: TestRollup;
  let change: PublicOperation<"changePubKey">;
  beforeEach(async () => {
    fixture = await createTestRollup();
    change = {
      type: "changePubKey",
      accountId: ACCOUNT_ID,
      tokenId: 0,
      fee: 0n,
      nonce: NONCE,
      owner: BigInt(fixture.user.address),
      pubKeyHash: PUB_KEY_HASH,
    };
  });

  async function commit(operations: readonly PublicOperation[], authorizations: readonly string[]) {
    const { rollup, genesis } = fixture;
    const timestamp = await latestTimestamp(fixture);
    const { commitBlock } = createTestBlock(fixture.client, genesis, operations, { timestamp });
    return rollup.commitBlocks(genesis, [{ ...commitBlock, authorizations: [...authorizations] }]);
  }

  function sign(signer = fixture.user, claim: object = {}, domain: object = {}) {
    const { chainId, rollupAddress } = fixture.client;
    return signChangePubKey(
      signer,
      { chainId, rollupAddress, ...domain },
      { pubKeyHash: PUB_KEY_HASH, nonce: NONCE, accountId: ACCOUNT_ID, ...claim },
    );
  }

  const availableAtOf = () =>
    fixture.rollup.authResetAvailableAt(fixture.user.address, ACCOUNT_ID, NONCE);

  const refused = (sent: Promise<unknown>, error: string, values: unknown[]) =>
    expect(sent)
      .to.be.revertedWithCustomError(fixture.rollup, error)
      .withArgs(...values);

  it("accepts the owner's EIP-712 signature", async () => {
    await commit([change], [await sign()]);
  });

  it("refuses signatures by others, and of other messages", async () => {
    const { user, other } = fixture;
    const wrong = [
      await sign(other),
      await sign(user, { pubKeyHash: PUB_KEY_HASH + 1n }),
      await sign(user, { nonce: NONCE + 1 }),
      await sign(user, { accountId: ACCOUNT_ID + 1 }),
      await sign(user, {}, { chainId: 1n }),
      await sign(user, {}, { rollupAddress: other.address }),
      hexlify(getBytes(await sign()).slice(0, -1)),
      concat(["0x01", new Uint8Array(65)]),
      "0x01",
      "0x",
    ];
    for (const authorization of wrong) {
      await refused(commit([change], [authorization]), "AuthorizationInvalid", [0, user.address]);
    }
    const zeroOwner = { ...change, owner: 0n };
    const signature = concat(["0x01", new Uint8Array(65)]);
    await expect(commit([zeroOwner], [signature])).to.be.revertedWithCustomError(
      fixture.rollup,
      "AuthorizationInvalid",
    );
  });

  it("refuses authorizations of an unknown type", async () => {
    await refused(commit([change], ["0x03"]), "AuthorizationTypeUnknown", [0, "0x03"]);
    await refused(commit([change], ["0xff00"]), "AuthorizationTypeUnknown", [0, "0xff"]);
  });

  it("requires one authorization for each ChangePubKey, in slot order", async () => {
    const { other } = fixture;
    const second = { ...change, owner: BigInt(other.address) };
    const noop = { type: "noop" } as const;
    const signatures = [await sign(), await sign(other)];
    const operations = [noop, change, second];
    await refused(commit(operations, signatures.slice(0, 1)), "AuthorizationCountMismatch", [2, 1]);
    await refused(
      commit(operations, [...signatures, "0x00"]),
      "AuthorizationCountMismatch",
      [2, 3],
    );
    await refused(commit([], ["0x00"]), "AuthorizationCountMismatch", [0, 1]);
    const swapped = commit(operations, signatures.toReversed());
    await refused(swapped, "AuthorizationInvalid", [1, fixture.user.address]);
    await commit(operations, signatures);
  });

  it("accepts a fact that the owner has stored on L1", async () => {
    const { rollup, user, other, client } = fixture;
    const authorizations = [ON_CHAIN_AUTHORIZATION];
    const invalid = [0, user.address];
    await refused(commit([change], authorizations), "AuthorizationInvalid", invalid);
    await rollup.connect(other).setAuthPubKeyHash(PUB_KEY_HASH, ACCOUNT_ID, NONCE);
    await refused(commit([change], authorizations), "AuthorizationInvalid", invalid);
    await expect(rollup.connect(user).setAuthPubKeyHash(PUB_KEY_HASH, ACCOUNT_ID, NONCE))
      .to.emit(rollup, "AuthPubKeyHashSet")
      .withArgs(user.address, ACCOUNT_ID, NONCE, PUB_KEY_HASH);
    expect(await rollup.authPubKeyHash(user.address, ACCOUNT_ID, NONCE)).to.equal(PUB_KEY_HASH);
    for (const wrong of [
      { pubKeyHash: PUB_KEY_HASH + 1n },
      { nonce: NONCE + 1 },
      { accountId: ACCOUNT_ID + 1 },
    ]) {
      const sent = commit([{ ...change, ...wrong }], authorizations);
      await refused(sent, "AuthorizationInvalid", invalid);
    }
    const unset = commit([{ ...change, nonce: 0, pubKeyHash: 0n }], authorizations);
    await refused(unset, "AuthorizationInvalid", invalid);
    await commit([change], authorizations);
    const { authorizations: facts } = await client.readNews(0);
    expect(facts[1]).to.deep.equal({
      owner: BigInt(user.address),
      accountId: ACCOUNT_ID,
      nonce: NONCE,
      pubKeyHash: PUB_KEY_HASH,
    });
  });

  it("stores only field elements other than 0", async () => {
    const { rollup } = fixture;
    for (const pubKeyHash of [0n, FIELD_MODULUS]) {
      await refused(rollup.setAuthPubKeyHash(pubKeyHash, 0, 0), "PubKeyHashInvalid", [pubKeyHash]);
    }
  });

  it("replaces a fact a day after its reset is armed", async () => {
    const { rollup, user, networkHelpers } = fixture;
    const set = (pubKeyHash: bigint) =>
      rollup.connect(user).setAuthPubKeyHash(pubKeyHash, ACCOUNT_ID, NONCE);
    await set(1n);
    const asked = await set(2n);
    const availableAt = (await latestTimestamp(fixture)) + DAY;
    await expect(asked)
      .to.emit(rollup, "AuthResetStarted")
      .withArgs(user.address, ACCOUNT_ID, NONCE, availableAt);
    await refused(set(2n), "AuthResetTooEarly", [availableAt]);
    expect(await rollup.authPubKeyHash(user.address, ACCOUNT_ID, NONCE)).to.equal(1n);
    await networkHelpers.time.setNextBlockTimestamp(availableAt);
    await set(3n);
    expect(await rollup.authPubKeyHash(user.address, ACCOUNT_ID, NONCE)).to.equal(3n);
    expect(await availableAtOf()).to.equal(0n);
    await expect(set(4n)).to.emit(rollup, "AuthResetStarted");
  });

  it("keeps an armed reset open for a day, then requires another one", async () => {
    const { rollup, user, networkHelpers } = fixture;
    const set = (pubKeyHash: bigint) =>
      rollup.connect(user).setAuthPubKeyHash(pubKeyHash, ACCOUNT_ID, NONCE);
    await set(1n);
    await set(2n);
    const windowEnd = (await latestTimestamp(fixture)) + 2n * DAY;
    expect(await availableAtOf()).to.equal(windowEnd - DAY);
    expect(await rollup.authResetWindowSeconds()).to.equal(AUTH_RESET_WINDOW_SECONDS);
    await networkHelpers.time.setNextBlockTimestamp(windowEnd);
    await expect(set(2n))
      .to.emit(rollup, "AuthResetStarted")
      .withArgs(user.address, ACCOUNT_ID, NONCE, windowEnd + DAY);
    expect(await rollup.authPubKeyHash(user.address, ACCOUNT_ID, NONCE)).to.equal(1n);
    await refused(set(2n), "AuthResetTooEarly", [windowEnd + DAY]);
    await networkHelpers.time.setNextBlockTimestamp(windowEnd + 2n * DAY - 1n);
    await expect(set(2n)).to.emit(rollup, "AuthPubKeyHashSet");
    expect(await rollup.authPubKeyHash(user.address, ACCOUNT_ID, NONCE)).to.equal(2n);
  });

  it("keeps a fact without a recently armed reset for a day, whatever was armed before", async () => {
    const { rollup, user, client, networkHelpers, genesis } = fixture;
    const owner = rollup.connect(user);
    await owner.setAuthPubKeyHash(PUB_KEY_HASH, ACCOUNT_ID, NONCE);
    await owner.setAuthPubKeyHash(1n, ACCOUNT_ID, NONCE);
    await networkHelpers.time.increase(2n * DAY);
    // An operator that waits until the armed reset is void is safe until it has committed.
    await owner.setAuthPubKeyHash(1n, ACCOUNT_ID, NONCE);
    expect(await rollup.authPubKeyHash(user.address, ACCOUNT_ID, NONCE)).to.equal(PUB_KEY_HASH);
    const timestamp = await latestTimestamp(fixture);
    const authorizations = [ON_CHAIN_AUTHORIZATION];
    const { commitBlock } = createTestBlock(client, genesis, [change], {
      timestamp,
      authorizations,
    });
    await client.commitBlocks(genesis, [commitBlock]);
  });

  it("refuses a consent for one account on another account of the same owner", async () => {
    const { rollup, user } = fixture;
    const old = { ...change, nonce: 0 };
    await rollup.connect(user).setAuthPubKeyHash(PUB_KEY_HASH, ACCOUNT_ID, 0);
    await rollup.connect(user).setAuthPubKeyHash(PUB_KEY_HASH + 1n, ACCOUNT_ID, NONCE);
    const rotated = { ...change, pubKeyHash: PUB_KEY_HASH + 1n };
    for (const accountId of [ACCOUNT_ID - 1, ACCOUNT_ID + 1]) {
      const second = commit([old, rotated, { ...old, accountId }], ["0x00", "0x00", "0x00"]);
      await refused(second, "AuthorizationInvalid", [2, user.address]);
    }
    await commit([old, rotated], ["0x00", "0x00"]);
  });

  describe("by the address of a CREATE2 wallet", () => {
    const wallet = {
      creator: "0x00000000000000000000000000000000000c4ea7",
      saltArgument: hexlify(new Uint8Array(32).fill(7)),
      codeHash: hexlify(new Uint8Array(32).fill(9)),
    };
    const owner = BigInt(create2WalletAddress(wallet, PUB_KEY_HASH));
    const authorization = encodeCreate2Authorization(wallet);

    it("accepts the parts of the address at nonce 0", async () => {
      await commit([{ ...change, owner, nonce: 0 }], [authorization]);
    });

    it("refuses them once the wallet is deployed", async () => {
      const { networkHelpers, rollup, client, ethers } = fixture;
      const address = getAddress(toBeHex(owner, 20));
      const first = { ...change, owner, nonce: 0 };
      expect(await client.hasCode(owner)).to.equal(false);
      await networkHelpers.setCode(address, "0x00");
      expect(await client.hasCode(owner)).to.equal(true);
      await refused(commit([first], [authorization]), "AuthorizationInvalid", [0, address]);
      await networkHelpers.impersonateAccount(address);
      await networkHelpers.setBalance(address, 10n ** 18n);
      const deployed = rollup.connect(await ethers.getSigner(address));
      await deployed.setAuthPubKeyHash(PUB_KEY_HASH, ACCOUNT_ID, 0);
      await commit([first], [ON_CHAIN_AUTHORIZATION]);
    });

    it("refuses another key, owner or nonce, and other parts", async () => {
      const first = { ...change, owner, nonce: 0 };
      const invalid = (operation: object, given = authorization) => {
        const refusedChange = { ...first, ...operation };
        const address = `0x${refusedChange.owner.toString(16).padStart(40, "0")}`;
        return refused(commit([refusedChange], [given]), "AuthorizationInvalid", [
          0,
          getAddress(address),
        ]);
      };
      await invalid({ nonce: 1 });
      await invalid({ pubKeyHash: PUB_KEY_HASH + 1n });
      await invalid({ owner: owner ^ 1n });
      const bytes = getBytes(authorization);
      for (const index of [1, 20, 21, 52, 53, 84]) {
        await invalid({}, hexlify(bytes.with(index, bytes[index]! ^ 1)));
      }
      await invalid({}, hexlify(bytes.slice(0, -1)));
      await invalid({}, concat([authorization, "0x00"]));
    });
  });
});
