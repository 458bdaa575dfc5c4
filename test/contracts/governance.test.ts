import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { FIELD_MODULUS } from "../../src/protocol/constants.ts";
import { PROTOCOL_DIGEST } from "../../src/operations/table.ts";
import { accountCapacity, PRESETS, tokenCapacity } from "../../src/protocol/presets.ts";
import {
  createTestBlock,
  createTestRollup,
  GENESIS_ROOT,
  latestTimestamp,
  type TestRollup,
  withdrawOperation,
} from "../helpers/test-rollup.ts";

/** The largest tails whose tokens all have an id: 4 trees of 4 levels. */
const TOKENS_MAX = 2 ** 14;

describe("Rollup: initialization", () => {
  let fixture: TestRollup;
  beforeEach(async () => {
    fixture = await createTestRollup();
  });

  async function initialize(changes: object = {}) {
    const { ethers, rollup, governor } = fixture;
    const implementation = await ethers.deployContract("Rollup");
    const parameters = {
      verifier: await rollup.verifier(),
      exitVerifier: await rollup.exitVerifier(),
      governor: governor.address,
      validatorManager: ZeroAddress,
      guardian: ZeroAddress,
      validators: [],
      feeAccount: governor.address,
      genesisStateRoot: GENESIS_ROOT,
      accountCapacity: 2 ** 24,
      tokenCapacity: TOKENS_MAX,
      priorityExpirationSeconds: 1,
      requestFeeWei: 0n,
      requestFeeRecipient: ZeroAddress,
      ...changes,
    };
    return ethers.deployContract("RollupProxy", [implementation, [], governor, parameters]);
  }

  it("accepts the largest capacities that ids can name", async () => {
    const { ethers } = fixture;
    const rollup = await ethers.getContractAt("Rollup", await initialize());
    expect(await rollup.accountCapacity()).to.equal(2n ** 24n);
    expect(await rollup.tokenCapacity()).to.equal(BigInt(TOKENS_MAX));
  });

  it("refuses invalid parameters", async () => {
    const { rollup, user } = fixture;
    const refused = (changes: object, error: string, values: unknown[]) =>
      expect(initialize(changes))
        .to.be.revertedWithCustomError(rollup, error)
        .withArgs(...values);
    await refused({ verifier: user.address }, "VerifierWithoutCode", [user.address]);
    await refused({ exitVerifier: user.address }, "VerifierWithoutCode", [user.address]);
    const uint32Max = 2 ** 32 - 1;
    for (const accounts of [0, 2, 7, 9, 63, 2 ** 24 - 1, 2 ** 24 + 1, 2 ** 27, uint32Max]) {
      const values = [accounts, 2 ** 24];
      await refused({ accountCapacity: accounts }, "CapacityInvalid", values);
    }
    for (const tokens of [0, 1, 5, 8, 31, 33, 64, 2 ** 16, 2 ** 17, uint32Max]) {
      await refused({ tokenCapacity: tokens }, "CapacityInvalid", [tokens, 2 ** 16]);
    }
    await refused({ genesisStateRoot: FIELD_MODULUS }, "NonCanonicalField", [FIELD_MODULUS]);
    const feeMaxWei = await rollup.requestFeeMaxWei();
    const tooHigh = [feeMaxWei + 1n, feeMaxWei];
    await refused({ requestFeeWei: feeMaxWei + 1n }, "RequestFeeTooHigh", tooHigh);
  });

  it("accepts the capacities of every preset, and of full trees of any height", async () => {
    const { ethers } = fixture;
    const presets = Object.values(PRESETS).map(
      (preset) => [accountCapacity(preset), tokenCapacity(preset)] as const,
    );
    for (const [accounts, tokens] of [...presets, [1, 4], [8, 32]] as const) {
      const address = await initialize({ accountCapacity: accounts, tokenCapacity: tokens });
      const rollup = await ethers.getContractAt("Rollup", address);
      expect(await rollup.accountCapacity()).to.equal(BigInt(accounts));
      expect(await rollup.tokenCapacity()).to.equal(BigInt(tokens));
    }
  });

  it("returns its parameters", async () => {
    const { rollup, governor, validator, user } = fixture;
    expect(await rollup.owner()).to.equal(governor.address);
    expect(await rollup.guardian()).to.equal(ZeroAddress);
    expect(await rollup.validatorManager()).to.equal(ZeroAddress);
    expect(await rollup.isValidator(validator.address)).to.equal(true);
    expect(await rollup.isValidator(user.address)).to.equal(false);
    expect(await rollup.accountCapacity()).to.equal(4096n);
    expect(await rollup.tokenCapacity()).to.equal(256n);
    expect(await rollup.priorityExpirationSeconds()).to.equal(14n * 24n * 60n * 60n);
    expect(await rollup.payoutGasLimit()).to.equal(100_000n);
    expect(await rollup.requestFeeWei()).to.equal(0n);
    expect(await rollup.requestFeeMaxWei()).to.equal(10n ** 16n);
    expect(await rollup.requestFeeRecipient()).to.equal(governor.address);
    expect(await rollup.authResetDelaySeconds()).to.equal(24n * 60n * 60n);
    expect(await rollup.protocolDigest()).to.equal(PROTOCOL_DIGEST);
  });

  it("has a verifier for tests that accepts everything and reports it", async () => {
    const { ethers, rollup } = fixture;
    const mock = await ethers.getContractAt("MockVerifier", await rollup.verifier());
    expect(await mock.IS_MOCK()).to.equal(true);
    expect(await mock.INSECURE()).to.equal(true);
    expect(await mock.verifyProof(1, new Array<bigint>(8).fill(0n), [])).to.equal(true);
  });
});

describe("Rollup: governance", () => {
  let fixture: TestRollup;
  beforeEach(async () => {
    fixture = await createTestRollup();
  });

  it("lists tokens under ascending ids", async () => {
    const { ethers, rollup, governor } = fixture;
    expect(await rollup.tokenCount()).to.equal(1n);
    expect(await rollup.tokenAddress(0)).to.equal(ZeroAddress);
    for (const id of [1, 2]) {
      const token = await ethers.deployContract("TestToken", ["Test", "TST"]);
      const address = await token.getAddress();
      await expect(rollup.connect(governor).listToken(token))
        .to.emit(rollup, "TokenListed")
        .withArgs(id, address);
      expect(await rollup.tokenAddress(id)).to.equal(address);
      expect([...(await rollup.tokenOf(address))]).to.deep.equal([BigInt(id), false]);
      await expect(rollup.connect(governor).listToken(token))
        .to.be.revertedWithCustomError(rollup, "TokenAlreadyListed")
        .withArgs(address, id);
    }
    await expect(rollup.tokenAddress(3))
      .to.be.revertedWithCustomError(rollup, "TokenIdNotListed")
      .withArgs(3);
  });

  it("lists contracts only, ETH once, and at most the capacity", async () => {
    const small = await createTestRollup("MockVerifier", { preset: PRESETS.minimal });
    const { ethers, rollup, governor, user } = small;
    const list = rollup.connect(governor);
    await expect(list.listToken(user.address))
      .to.be.revertedWithCustomError(rollup, "TokenWithoutCode")
      .withArgs(user.address);
    await expect(list.listToken(ZeroAddress))
      .to.be.revertedWithCustomError(rollup, "TokenAlreadyListed")
      .withArgs(ZeroAddress, 0);
    const deploy = () => ethers.deployContract("TestToken", ["Test", "TST"]);
    const capacity = tokenCapacity(PRESETS.minimal);
    for (let id = 1; id < capacity; id++) await list.listToken(await deploy());
    await expect(list.listToken(await deploy()))
      .to.be.revertedWithCustomError(rollup, "TokenCapacityReached")
      .withArgs(capacity);
  });

  it("pauses and resumes deposits of one token", async () => {
    const { rollup, governor, user } = fixture;
    const deposit = () => rollup.connect(user).depositEth(user.address, { value: 1n });
    await expect(rollup.connect(governor).setDepositsPaused(ZeroAddress, true))
      .to.emit(rollup, "DepositsPausedSet")
      .withArgs(0, true);
    expect((await rollup.tokenOf(ZeroAddress)).depositsPaused).to.equal(true);
    await expect(deposit()).to.be.revertedWithCustomError(rollup, "DepositsPaused");
    await rollup.connect(governor).setDepositsPaused(ZeroAddress, false);
    await deposit();
    await expect(rollup.connect(governor).setDepositsPaused(user.address, true))
      .to.be.revertedWithCustomError(rollup, "TokenNotListed")
      .withArgs(user.address);
  });

  it("pauses and resumes deposits of all tokens, and keeps the pauses of single ones", async () => {
    const { rollup, governor, user } = fixture;
    const deposit = () => rollup.connect(user).depositEth(user.address, { value: 1n });
    await expect(rollup.connect(governor).setAllDepositsPaused(true))
      .to.emit(rollup, "AllDepositsPausedSet")
      .withArgs(true);
    expect(await rollup.allDepositsPaused()).to.equal(true);
    await expect(deposit())
      .to.be.revertedWithCustomError(rollup, "DepositsPaused")
      .withArgs(ZeroAddress);
    await rollup.connect(governor).setDepositsPaused(ZeroAddress, true);
    await rollup.connect(governor).setAllDepositsPaused(false);
    await expect(deposit()).to.be.revertedWithCustomError(rollup, "DepositsPaused");
  });

  it("adds and removes validators", async () => {
    const { rollup, governor, validator, genesis } = fixture;
    await expect(rollup.connect(governor).setValidator(validator.address, false))
      .to.emit(rollup, "ValidatorSet")
      .withArgs(validator.address, false);
    await expect(rollup.connect(validator).commitBlocks(genesis, []))
      .to.be.revertedWithCustomError(rollup, "NotValidator")
      .withArgs(validator.address);
  });

  it("belongs to the governor alone, whose role moves in two steps", async () => {
    const { rollup, governor, user } = fixture;
    const caller = rollup.connect(user);
    for (const call of [
      () => caller.listToken(user.address),
      () => caller.setGuardian(user.address),
      () => caller.setValidatorManager(user.address),
      () => caller.transferOwnership(user.address),
      () => caller.renounceOwnership(),
    ]) {
      await expect(call())
        .to.be.revertedWithCustomError(rollup, "OwnableUnauthorizedAccount")
        .withArgs(user.address);
    }
    await expect(caller.setValidator(user.address, true))
      .to.be.revertedWithCustomError(rollup, "NotGovernorOrValidatorManager")
      .withArgs(user.address);
    await rollup.connect(governor).transferOwnership(user.address);
    expect(await rollup.owner()).to.equal(governor.address);
    await caller.acceptOwnership();
    expect(await rollup.owner()).to.equal(user.address);
  });
});

describe("Rollup: the guardian", () => {
  let fixture: TestRollup;
  beforeEach(async () => {
    fixture = await createTestRollup();
    const { rollup, governor, other } = fixture;
    await expect(rollup.connect(governor).setGuardian(other.address))
      .to.emit(rollup, "GuardianSet")
      .withArgs(other.address);
    expect(await rollup.guardian()).to.equal(other.address);
  });

  it("pauses and resumes deposits, until it is replaced", async () => {
    const { rollup, governor, user, other: guardian } = fixture;
    const pause = (caller: typeof user) => rollup.connect(caller).setAllDepositsPaused(true);
    await rollup.connect(guardian).setDepositsPaused(ZeroAddress, true);
    await rollup.connect(guardian).setDepositsPaused(ZeroAddress, false);
    await pause(guardian);
    await rollup.connect(guardian).setAllDepositsPaused(false);
    await rollup.connect(governor).setGuardian(ZeroAddress);
    for (const caller of [guardian, user]) {
      await expect(pause(caller))
        .to.be.revertedWithCustomError(rollup, "NotGovernorOrGuardian")
        .withArgs(caller.address);
      await expect(rollup.connect(caller).setDepositsPaused(ZeroAddress, true))
        .to.be.revertedWithCustomError(rollup, "NotGovernorOrGuardian")
        .withArgs(caller.address);
    }
  });

  it("can do nothing else", async () => {
    const { rollup, genesis, user, other: guardian } = fixture;
    const asGuardian = rollup.connect(guardian);
    for (const call of [
      () => asGuardian.listToken(user.address),
      () => asGuardian.setGuardian(user.address),
      () => asGuardian.setValidatorManager(user.address),
      () => asGuardian.transferOwnership(user.address),
    ]) {
      await expect(call()).to.be.revertedWithCustomError(rollup, "OwnableUnauthorizedAccount");
    }
    await expect(asGuardian.setValidator(user.address, true)).to.be.revertedWithCustomError(
      rollup,
      "NotGovernorOrValidatorManager",
    );
    await expect(asGuardian.commitBlocks(genesis, [])).to.be.revertedWithCustomError(
      rollup,
      "NotValidator",
    );
  });

  it("stops no request, block, payout or pending balance", async () => {
    const { ethers, rollup, governor, user, other: guardian, genesis } = fixture;
    await rollup.connect(user).depositEth(user.address, { value: 9n });
    await rollup.connect(guardian).setDepositsPaused(ZeroAddress, true);
    await rollup.connect(guardian).setAllDepositsPaused(true);
    await rollup.connect(user).requestFullExit(1, ZeroAddress);
    const refusing = await ethers.deployContract("OddRecipient");
    await refusing.setBehavior(1);
    const vault = await refusing.getAddress();
    const owner = BigInt(user.address);
    const block = createTestBlock(
      fixture.client,
      genesis,
      [
        { type: "deposit", accountId: 1, tokenId: 0, owner, amount: 9n },
        { type: "fullExit", accountId: 1, tokenId: 0, owner, amount: 2n },
        withdrawOperation(vault, 7n),
      ],
      { timestamp: await latestTimestamp(fixture) },
    );
    await fixture.client.commitBlocks(genesis, [block.commitBlock]);
    await fixture.client.proveBlocks([block.proveBlock]);
    const { storedBlock, payouts } = block;
    const before = await ethers.provider.getBalance(user);
    await fixture.client.executeBlocks([{ storedBlock, payouts }]);
    expect(await ethers.provider.getBalance(user)).to.equal(before + 2n);
    await refusing.setBehavior(0);
    await expect(
      rollup.connect(governor).withdrawPendingBalance(vault, ZeroAddress),
    ).to.changeEtherBalance(ethers, refusing, 7n);
  });
});

describe("Rollup: the validator manager", () => {
  const [MANAGER, PROPOSER] = [
    "0x90F79bf6EB2c4f870365E785982E1f101E93b906",
    "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65",
  ] as const;
  let fixture: TestRollup;
  beforeEach(async () => {
    fixture = await createTestRollup("MockVerifier", {
      proposers: [PROPOSER],
      validatorManager: MANAGER,
    });
  });

  const asManager = async () => fixture.rollup.connect(await fixture.ethers.getSigner(MANAGER));

  it("replaces a lost validator at once, even if the governor is a timelock", async () => {
    const { rollup, client, validator, other, genesis } = fixture;
    const manager = await asManager();
    await expect(manager.setValidator(other.address, true))
      .to.emit(rollup, "ValidatorSet")
      .withArgs(other.address, true);
    await manager.setValidator(validator.address, false);
    const { commitBlock } = createTestBlock(client, genesis, [], {
      timestamp: await latestTimestamp(fixture),
    });
    const blocks = [{ ...commitBlock, authorizations: [] }];
    await expect(rollup.connect(validator).commitBlocks(genesis, blocks))
      .to.be.revertedWithCustomError(rollup, "NotValidator")
      .withArgs(validator.address);
    await rollup.connect(other).commitBlocks(genesis, blocks);
  });

  it("can do nothing else: no money, no tokens, no other role", async () => {
    const { rollup, user, genesis } = fixture;
    const manager = await asManager();
    for (const call of [
      () => manager.listToken(user.address),
      () => manager.setGuardian(user.address),
      () => manager.setValidatorManager(user.address),
      () => manager.transferOwnership(user.address),
    ]) {
      await expect(call()).to.be.revertedWithCustomError(rollup, "OwnableUnauthorizedAccount");
    }
    await expect(manager.setAllDepositsPaused(true)).to.be.revertedWithCustomError(
      rollup,
      "NotGovernorOrGuardian",
    );
    await expect(manager.commitBlocks(genesis, [])).to.be.revertedWithCustomError(
      rollup,
      "NotValidator",
    );
  });

  it("stops no exit: without validators requests expire, and all can exit", async () => {
    const { rollup, validator, user, networkHelpers } = fixture;
    await (await asManager()).setValidator(validator.address, false);
    await rollup.connect(user).depositEth(user.address, { value: 9n });
    await networkHelpers.time.increase(await rollup.priorityExpirationSeconds());
    await rollup.connect(user).activateExodusMode();
    const deposit = { requestId: 0, owner: user.address, tokenId: 0, amount: 9n };
    await rollup.connect(user).cancelDeposits([deposit]);
    expect(await rollup.pendingBalance(user.address, ZeroAddress)).to.equal(9n);
    await expect(
      (await asManager()).setValidator(user.address, true),
    ).to.be.revertedWithCustomError(rollup, "ExodusMode");
  });

  it("is replaced by the governor", async () => {
    const { rollup, governor, user, other } = await createTestRollup();
    await expect(rollup.connect(governor).setValidatorManager(user.address))
      .to.emit(rollup, "ValidatorManagerSet")
      .withArgs(user.address);
    expect(await rollup.validatorManager()).to.equal(user.address);
    await rollup.connect(user).setValidator(other.address, true);
    await rollup.connect(governor).setValidatorManager(ZeroAddress);
    await expect(rollup.connect(user).setValidator(other.address, false))
      .to.be.revertedWithCustomError(rollup, "NotGovernorOrValidatorManager")
      .withArgs(user.address);
  });
});
