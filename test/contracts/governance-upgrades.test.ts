/** The proxy, the timelock, and exits of users while an upgrade is announced. */
import { expect } from "chai";
import { id, Interface, ZeroAddress, ZeroHash } from "ethers";
import { artifacts, network } from "hardhat";
import { deployRollup } from "../../src/l1/deploy.ts";
import { governanceWarnings, readGovernance } from "../../src/l1/governance.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import {
  createTestBlock,
  createTestRollup,
  latestTimestamp,
  ZERO_PROOF,
} from "../helpers/test-rollup.ts";

const DAY_SECONDS = 24 * 60 * 60;
const EXPIRATION_SECONDS = 3 * DAY_SECONDS;
const NOTICE_SECONDS = EXPIRATION_SECONDS + 7 * DAY_SECONDS;
/** Fourth account of Hardhat. */
const PROPOSER = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";

const PROXY_ADMIN = new Interface([
  "function upgradeAndCall(address proxy, address implementation, bytes data) payable",
  "error OwnableUnauthorizedAccount(address account)",
]);

/** A rollup whose upgrades `PROPOSER` announces. */
async function createGovernedRollup() {
  const fixture = await createTestRollup("MockVerifier", {
    priorityExpirationSeconds: EXPIRATION_SECONDS,
    proposers: [PROPOSER],
  });
  const { ethers, rollup } = fixture;
  const governance = await readGovernance(rollup);
  const timelock = await ethers.getContractAt("UpgradeTimelock", governance.upgraderAddress);
  const next = await ethers.deployContract("Rollup");
  const upgrade = PROXY_ADMIN.encodeFunctionData("upgradeAndCall", [
    await rollup.getAddress(),
    await next.getAddress(),
    "0x",
  ]);
  const proposer = await ethers.getSigner(PROPOSER);
  return { ...fixture, governance, timelock: timelock.connect(proposer), next, upgrade };
}
type GovernedRollup = Awaited<ReturnType<typeof createGovernedRollup>>;

/** Announces a call. @returns A function that carries it out. */
async function announce({ timelock }: GovernedRollup, target: string, call: string) {
  await timelock.schedule(target, 0, call, ZeroHash, ZeroHash, NOTICE_SECONDS);
  return () => timelock.execute(target, 0, call, ZeroHash, ZeroHash);
}

const announceUpgrade = (fixture: GovernedRollup) =>
  announce(fixture, fixture.governance.proxyAdminAddress, fixture.upgrade);

describe("Rollup: deployment of proxy and timelock", () => {
  async function deployOn(chainId: number, proposers?: string[]) {
    const { ethers } = await network.create({ override: { chainId } });
    const [deployer] = await ethers.getSigners();
    return deployRollup(
      deployer!,
      {
        rollup: await artifacts.readArtifact("Rollup"),
        proxy: await artifacts.readArtifact("RollupProxy"),
        exitVerifier: await artifacts.readArtifact("ExitVerifier"),
        verifier: await artifacts.readArtifact("ExpectingVerifier"),
      },
      {
        preset: PRESETS.dev,
        feeAccountAddress: 1n,
        genesisStateRoot: 1n,
        ...(proposers && { proposers }),
      },
    );
  }

  it("gives all roles to the timelock, whose only administrator is itself", async () => {
    const { rollup, governance, timelock, governor } = await createGovernedRollup();
    expect(governance).to.deep.include({
      noticeSeconds: NOTICE_SECONDS,
      governorAddress: governance.upgraderAddress,
      guardianAddress: ZeroAddress,
    });
    const admin = await timelock.DEFAULT_ADMIN_ROLE();
    const roles = ["PROPOSER_ROLE", "CANCELLER_ROLE", "EXECUTOR_ROLE"].map((name) => id(name));
    for (const role of [admin, ...roles]) {
      expect(await timelock.hasRole(role, PROPOSER)).to.equal(role !== admin);
      expect(await timelock.hasRole(role, timelock)).to.equal(role === admin);
      expect(await timelock.hasRole(role, governor)).to.equal(false);
      expect(await timelock.hasRole(role, ZeroAddress)).to.equal(false);
    }
    expect(await rollup.owner()).to.equal(await timelock.getAddress());
  });

  it("lets a separate governor act at once, but not upgrade", async () => {
    const [governorAddress, guardianAddress] = [
      PROPOSER,
      "0x00000000000000000000000000000000000a11ce",
    ];
    const { ethers, rollup } = await createTestRollup("MockVerifier", {
      proposers: [],
      governor: governorAddress,
      guardian: guardianAddress,
    });
    const governance = await readGovernance(rollup);
    expect(governance.governorAddress).to.equal(governorAddress);
    expect(BigInt(governance.guardianAddress)).to.equal(BigInt(guardianAddress));
    expect(governance.noticeSeconds).to.equal((14 + 7) * DAY_SECONDS);
    const governor = await ethers.getSigner(governorAddress);
    await rollup.connect(governor).setAllDepositsPaused(true);
    expect(await rollup.allDepositsPaused()).to.equal(true);
  });

  it("warns if nobody can replace a lost validator in time, or there is no standby", async () => {
    const { governance } = await createGovernedRollup();
    const warningsOf = (changes: object, chainId: bigint, validators: number) =>
      governanceWarnings({ ...governance, ...changes }, chainId, validators, EXPIRATION_SECONDS);
    const delaySeconds = NOTICE_SECONDS;
    expect(warningsOf({}, 31337n, 1)).to.deep.equal([
      { code: "VALIDATORS_FIXED_FOR_TOO_LONG", delaySeconds },
    ]);
    expect(warningsOf({ validatorManagerAddress: PROPOSER }, 31337n, 1)).to.deep.equal([]);
    expect(warningsOf({ governorDelaySeconds: EXPIRATION_SECONDS - 1 }, 31337n, 1)).to.deep.equal(
      [],
    );
    const codes = warningsOf({}, 1n, 1).map(({ code }) => code);
    expect(codes).to.deep.equal(["VALIDATORS_FIXED_FOR_TOO_LONG", "VALIDATOR_ALONE"]);
    expect(warningsOf({ governorDelaySeconds: 0 }, 1n, 2)).to.deep.equal([]);
  });

  it("sets several validators, so that one can stand by", async () => {
    const { rollup, validator, user } = await createTestRollup("MockVerifier", {
      validators: [PROPOSER, "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"],
    });
    expect(await rollup.isValidator(PROPOSER)).to.equal(true);
    expect(await rollup.isValidator(validator)).to.equal(true);
    expect(await rollup.isValidator(user)).to.equal(false);
  });

  it("requires a timelock on every chain that is not local", async () => {
    const { facts } = await expectRejection("L1_REVERTED", deployOn(5));
    expect(facts).to.deep.include({ error: "UpgraderWithoutNotice" });
    await deployOn(5, [PROPOSER]);
  });

  it("creates its own timelock, whose notice covers the time that a request may wait", async () => {
    const { ethers, rollup } = await createTestRollup();
    const implementation = await ethers.deployContract("Rollup");
    const deploy = async (priorityExpirationSeconds: number) => {
      const parameters = {
        verifier: await rollup.verifier(),
        exitVerifier: await rollup.exitVerifier(),
        governor: ZeroAddress,
        validatorManager: ZeroAddress,
        guardian: ZeroAddress,
        validators: [],
        feeAccount: PROPOSER,
        genesisStateRoot: 1n,
        accountCapacity: 1,
        tokenCapacity: 4,
        priorityExpirationSeconds,
        requestFeeWei: 0n,
        requestFeeRecipient: ZeroAddress,
      };
      const upgrades = [implementation, [PROPOSER], ZeroAddress] as const;
      const proxy = await ethers.deployContract("RollupProxy", [...upgrades, parameters]);
      return readGovernance(await ethers.getContractAt("Rollup", proxy));
    };
    for (const seconds of [1, 99, 100 * DAY_SECONDS]) {
      const { upgraderAddress, noticeSeconds, governorAddress } = await deploy(seconds);
      expect(governorAddress).to.equal(upgraderAddress);
      expect(noticeSeconds).to.equal(7 * DAY_SECONDS + seconds);
    }
  });
});

describe("Rollup: upgrades", () => {
  let fixture: GovernedRollup;
  beforeEach(async () => {
    fixture = await createGovernedRollup();
  });

  it("happen at once, only by the deployer, without a timelock", async () => {
    const { rollup, ethers, governor, user } = await createTestRollup();
    const { proxyAdminAddress, upgraderAddress, noticeSeconds } = await readGovernance(rollup);
    expect([upgraderAddress, noticeSeconds]).to.deep.equal([governor.address, 0]);
    const next = await ethers.deployContract("Rollup");
    const admin = (signer: typeof user) =>
      new ethers.Contract(proxyAdminAddress, PROXY_ADMIN, signer);
    const upgrade = (signer: typeof user) =>
      admin(signer).getFunction("upgradeAndCall")(rollup, next, "0x");
    await expect(upgrade(user)).to.be.revertedWithCustomError(
      admin(user),
      "OwnableUnauthorizedAccount",
    );
    await upgrade(governor);
    expect((await readGovernance(rollup)).implementationAddress).to.equal(await next.getAddress());
  });

  it("wait for the whole notice, and keep state, money and domain", async () => {
    const { ethers, rollup, networkHelpers, timelock, next, user, genesis } = fixture;
    await rollup.connect(user).depositEth(user.address, { value: 9n });
    const domain = await rollup.domain();
    const execute = await announceUpgrade(fixture);
    const announced = await networkHelpers.time.latest();
    await networkHelpers.time.setNextBlockTimestamp(announced + NOTICE_SECONDS - 1);
    await expect(execute()).to.be.revertedWithCustomError(
      timelock,
      "TimelockUnexpectedOperationState",
    );
    await networkHelpers.time.setNextBlockTimestamp(announced + NOTICE_SECONDS);
    await execute();
    expect((await readGovernance(rollup)).implementationAddress).to.equal(await next.getAddress());
    expect(await rollup.domain()).to.equal(domain);
    expect(await ethers.provider.getBalance(rollup)).to.equal(9n);
    expect((await rollup.priorityQueue()).next).to.equal(1n);
    expect((await fixture.client.readStoredBlock(0)).stateRoot).to.equal(genesis.stateRoot);
    await expect(execute()).to.be.revertedWithCustomError(
      timelock,
      "TimelockUnexpectedOperationState",
    );
  });

  it("lapse 14 days after their notice, and are announced again", async () => {
    const fixture = await createGovernedRollup();
    const { networkHelpers, timelock, rollup, next } = fixture;
    const window = Number(await timelock.EXECUTION_WINDOW_SECONDS());
    const forgotten = await announceUpgrade(fixture);
    await networkHelpers.time.increase(NOTICE_SECONDS + window + 1);
    await expect(forgotten()).to.be.revertedWithCustomError(
      timelock,
      "TimelockUnexpectedOperationState",
    );
    const again = await announceUpgrade(fixture);
    await expect(again()).to.be.revertedWithCustomError(
      timelock,
      "TimelockUnexpectedOperationState",
    );
    await networkHelpers.time.increase(NOTICE_SECONDS + window - 10);
    await again();
    const { implementationAddress } = await readGovernance(rollup);
    expect(implementationAddress).to.equal(await next.getAddress());
  });

  it("are announced only by proposers, with the whole notice, and can be cancelled", async () => {
    const { timelock, governance, upgrade, user, networkHelpers } = fixture;
    const target = governance.proxyAdminAddress;
    const schedule = (seconds: number, signer?: typeof user) =>
      (signer ? timelock.connect(signer) : timelock).schedule(
        ...([target, 0, upgrade, ZeroHash, ZeroHash, seconds] as const),
      );
    await expect(schedule(NOTICE_SECONDS - 1))
      .to.be.revertedWithCustomError(timelock, "TimelockInsufficientDelay")
      .withArgs(NOTICE_SECONDS - 1, NOTICE_SECONDS);
    await expect(schedule(NOTICE_SECONDS, user)).to.be.revertedWithCustomError(
      timelock,
      "AccessControlUnauthorizedAccount",
    );
    const execute = await announceUpgrade(fixture);
    await timelock.cancel(await timelock.hashOperation(target, 0, upgrade, ZeroHash, ZeroHash));
    await networkHelpers.time.increase(NOTICE_SECONDS);
    await expect(execute()).to.be.revertedWithCustomError(
      timelock,
      "TimelockUnexpectedOperationState",
    );
  });

  it("keep a notice that nothing can shorten, not even an announcement", async () => {
    const { timelock, networkHelpers } = fixture;
    const self = await timelock.getAddress();
    const change = (seconds: number) =>
      announce(fixture, self, timelock.interface.encodeFunctionData("updateDelay", [seconds]));
    await expect(timelock.updateDelay(NOTICE_SECONDS)).to.be.revertedWithCustomError(
      timelock,
      "TimelockUnauthorizedCaller",
    );
    const [cut, extend] = [await change(NOTICE_SECONDS - 1), await change(NOTICE_SECONDS + 1)];
    await networkHelpers.time.increase(NOTICE_SECONDS);
    await expect(cut())
      .to.be.revertedWithCustomError(timelock, "NoticeTooShort")
      .withArgs(NOTICE_SECONDS - 1, NOTICE_SECONDS);
    await extend();
    expect(await timelock.getMinDelay()).to.equal(BigInt(NOTICE_SECONDS + 1));
    expect(await timelock.noticeSeconds()).to.equal(BigInt(NOTICE_SECONDS));
  });

  it("are refused from a new owner of the admin, whatever it promises", async () => {
    const { ethers, rollup, governance, networkHelpers, upgrade, user } = fixture;
    const target = governance.proxyAdminAddress;
    const proxy = await ethers.getContractAt("RollupProxy", rollup);
    const handOver = new Interface(["function transferOwnership(address newOwner)"]);
    const obliging = await ethers.deployContract("ObligingUpgrader");
    const foreign = await ethers.deployContract("UpgradeTimelock", [
      EXPIRATION_SECONDS,
      [user.address],
    ]);
    for (const contract of [obliging, foreign, user]) {
      const owner = await ethers.resolveAddress(contract);
      const snapshot = await networkHelpers.takeSnapshot();
      const call = handOver.encodeFunctionData("transferOwnership", [owner]);
      const execute = await announce(fixture, target, call);
      await networkHelpers.time.increase(NOTICE_SECONDS);
      await execute();
      expect((await readGovernance(rollup)).upgraderAddress).to.equal(owner);
      await networkHelpers.impersonateAccount(owner);
      await networkHelpers.setBalance(owner, 10n ** 18n);
      const signer = await ethers.getSigner(owner);
      await expect(signer.sendTransaction({ to: target, data: upgrade }))
        .to.be.revertedWithCustomError(proxy, "UpgraderReplaced")
        .withArgs(owner, governance.upgraderAddress);
      await snapshot.restore();
    }
    const call = handOver.encodeFunctionData("transferOwnership", [obliging.target]);
    const execute = await announce(fixture, target, call);
    await networkHelpers.time.increase(NOTICE_SECONDS);
    await execute();
    await expect(obliging.execute(target, upgrade)).to.be.revertedWithCustomError(
      proxy,
      "UpgraderReplaced",
    );
  });

  it("stop after an upgrade lets requests wait for longer than the notice covers", async () => {
    const { rollup, networkHelpers, timelock } = fixture;
    const execute = await announceUpgrade(fixture);
    await networkHelpers.time.increase(NOTICE_SECONDS);
    // Writes like another version of the code: the storage slot of verifier and expiration.
    const slot = BigInt(await fixture.ethers.provider.getStorage(rollup, 0));
    await networkHelpers.setStorageAt(await rollup.getAddress(), 0, slot + (1n << 160n));
    expect(await rollup.priorityExpirationSeconds()).to.equal(BigInt(EXPIRATION_SECONDS + 1));
    await expect(execute())
      .to.be.revertedWithCustomError(timelock, "NoticeTooShort")
      .withArgs(NOTICE_SECONDS, NOTICE_SECONDS + 1);
  });

  it("are refused from an account on a chain that is not local", async () => {
    const live = await network.create({ override: { chainId: 5 } });
    const { rollup, ethers, networkHelpers, user } = await createTestRollup(
      "ExpectingVerifier",
      { proposers: [] },
      live,
    );
    const { proxyAdminAddress, upgraderAddress } = await readGovernance(rollup);
    await networkHelpers.impersonateAccount(upgraderAddress);
    await networkHelpers.setBalance(upgraderAddress, 10n ** 18n);
    const abi = [...PROXY_ADMIN.fragments, "function transferOwnership(address newOwner)"];
    const timelock = await ethers.getSigner(upgraderAddress);
    const asTimelock = new ethers.Contract(proxyAdminAddress, abi, timelock);
    await asTimelock.getFunction("transferOwnership")(user);
    const asUser = new ethers.Contract(proxyAdminAddress, abi, user);
    const next = await ethers.deployContract("Rollup");
    const proxy = await ethers.getContractAt("RollupProxy", rollup);
    await expect(asUser.getFunction("upgradeAndCall")(rollup, next, "0x"))
      .to.be.revertedWithCustomError(proxy, "UpgraderReplaced")
      .withArgs(user.address, upgraderAddress);
  });

  it("leave time to exit, even from an operator that censors, and stop in exodus", async () => {
    const { rollup, client, ethers, networkHelpers, user, genesis } = fixture;
    await rollup.connect(user).depositEth(user.address, { value: 9n });
    const owner = BigInt(user.address);
    const deposit = { type: "deposit", accountId: 1, tokenId: 0, owner, amount: 9n } as const;
    const timestamp = await latestTimestamp(fixture);
    const { commitBlock, storedBlock, proveBlock, payouts } = createTestBlock(
      client,
      genesis,
      [deposit],
      {
        timestamp,
      },
    );
    await client.commitBlocks(genesis, [commitBlock]);
    await client.proveBlocks([proveBlock]);
    await client.executeBlocks([{ storedBlock, payouts }]);

    const execute = await announceUpgrade(fixture);
    await networkHelpers.time.increase(DAY_SECONDS);
    await rollup.connect(user).requestFullExit(1, ZeroAddress);
    await networkHelpers.time.increase(EXPIRATION_SECONDS);
    await rollup.connect(user).activateExodusMode();
    const claim = { accountId: 1, tokenId: 0, owner, amount: 9n };
    const before = await ethers.provider.getBalance(user);
    await client.performExit(storedBlock, claim, ZERO_PROOF);
    expect(await ethers.provider.getBalance(user)).to.equal(before + 9n);
    await expect(execute()).to.be.revertedWithCustomError(
      fixture.timelock,
      "TimelockUnexpectedOperationState",
    );
    await networkHelpers.time.increase(NOTICE_SECONDS);
    await expect(execute()).to.be.revertedWithCustomError(rollup, "ExodusMode");
  });

  it("are the admin's only function, and nobody else reaches them", async () => {
    const { ethers, rollup, governance, networkHelpers, user, next } = fixture;
    const { proxyAdminAddress } = governance;
    const abi = [
      "function upgradeToAndCall(address implementation, bytes data)",
      "error ProxyDeniedAdminAccess()",
    ];
    const proxy = new ethers.Contract(await rollup.getAddress(), abi, user);
    await expect(
      proxy.getFunction("upgradeToAndCall")(await next.getAddress(), "0x"),
    ).to.be.revertedWithoutReason(ethers);
    await networkHelpers.impersonateAccount(proxyAdminAddress);
    await networkHelpers.setBalance(proxyAdminAddress, 10n ** 18n);
    const admin = await ethers.getSigner(proxyAdminAddress);
    await expect(rollup.connect(admin).setAllDepositsPaused(true)).to.be.revertedWithCustomError(
      proxy,
      "ProxyDeniedAdminAccess",
    );
  });
});
