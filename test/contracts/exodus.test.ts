import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";
import type { StoredBlock } from "../../src/l1/types.ts";
import { EXIT_KEY_ID } from "../../src/protocol/public-inputs.ts";
import {
  createTestBlock,
  createTestRollup,
  latestTimestamp,
  type TestRollup,
  ZERO_PROOF,
} from "../helpers/test-rollup.ts";

const EXPIRATION_SECONDS = 1000;
const FUNDS = 1000n;
const PROOF = ZERO_PROOF.map((_, index) => BigInt(index + 1)) as never;

describe("Rollup: exodus", () => {
  let fixture: TestRollup;

  async function create(verifier: "MockVerifier" | "ExpectingVerifier" = "ExpectingVerifier") {
    fixture = await createTestRollup(verifier, { priorityExpirationSeconds: EXPIRATION_SECONDS });
    await fixture.client.depositEth(fixture.user.address, FUNDS);
  }
  beforeEach(() => create());

  const expire = () => fixture.networkHelpers.time.increase(EXPIRATION_SECONDS);

  async function enterExodus() {
    await expire();
    await fixture.rollup.connect(fixture.other).activateExodusMode();
  }

  const refused = (call: Promise<unknown>, error: string, ...values: unknown[]) => {
    const { rollup } = fixture;
    return expect(call)
      .to.be.revertedWithCustomError(rollup, error)
      .withArgs(...values);
  };

  const deposit = (requestId: number, amount = FUNDS, owner = fixture.user.address) => {
    return { requestId, owner, tokenId: 0, amount };
  };

  /** Makes the verifier accept the claim and nothing else. */
  async function expectClaim(last: StoredBlock, claim: ReturnType<typeof claimOf>) {
    const { ethers, rollup } = fixture;
    const verifier = await ethers.getContractAt("ExpectingVerifier", await rollup.verifier());
    const { accountId, tokenId, owner, amount } = claim;
    const inputs = [last.stateRoot, accountId, tokenId, BigInt(owner), amount];
    await verifier.expect(EXIT_KEY_ID, PROOF, inputs);
  }

  const claimOf = (amount = FUNDS) => {
    return { accountId: 3, tokenId: 0, owner: fixture.user.address, amount };
  };

  /** Commits a block with the deposit, and proves it. */
  async function provenBlock() {
    const { client, genesis, user } = fixture;
    const operation = { type: "deposit", accountId: 1, owner: BigInt(user.address) } as const;
    const timestamp = await latestTimestamp(fixture);
    const block = createTestBlock(client, genesis, [{ ...operation, tokenId: 0, amount: FUNDS }], {
      timestamp,
    });
    await client.commitBlocks(genesis, [block.commitBlock]);
    await client.proveBlocks([block.proveBlock]);
    return block;
  }

  describe("activation", () => {
    it("is open to anyone once the oldest open request has expired", async () => {
      const { rollup, other, networkHelpers } = fixture;
      const { expiration } = await rollup.priorityRequest(0);
      await networkHelpers.time.setNextBlockTimestamp(expiration - 1n);
      const activate = () => rollup.connect(other).activateExodusMode();
      await refused(activate(), "RequestNotExpired", 0, expiration);
      expect(await rollup.exodusMode()).to.equal(false);
      await networkHelpers.time.setNextBlockTimestamp(expiration);
      await expect(activate()).to.emit(rollup, "ExodusModeActivated").withArgs(0);
      expect(await rollup.exodusMode()).to.equal(true);
      await refused(activate(), "ExodusMode");
    });

    it("reverts if every request is executed", async () => {
      await create("MockVerifier");
      const { client, rollup } = fixture;
      const { storedBlock } = await provenBlock();
      await client.executeBlocks([{ storedBlock, payouts: [] }]);
      await expire();
      await refused(rollup.activateExodusMode(), "NoOpenRequest");
    });

    it("depends on execution: a proven block has not served its requests yet", async () => {
      await create("MockVerifier");
      await provenBlock();
      await enterExodus();
      expect(await fixture.rollup.exodusMode()).to.equal(true);
    });
  });

  it("closes everything except exits and payouts", async () => {
    const { rollup, user, governor, validator, genesis, other } = fixture;
    const asGovernor = rollup.connect(governor);
    const asValidator = rollup.connect(validator);
    await enterExodus();
    await refused(rollup.depositEth(user.address, { value: 1n }), "ExodusMode");
    await refused(rollup.depositErc20(ZeroAddress, 1n, user.address), "ExodusMode");
    await refused(rollup.requestFullExit(0, ZeroAddress), "ExodusMode");
    await refused(rollup.setAuthPubKeyHash(1n, 0, 0), "ExodusMode");
    await refused(asValidator.commitBlocks(genesis, []), "ExodusMode");
    await refused(rollup.proveBlocks(ZeroHash, genesis, []), "ExodusMode");
    await refused(asValidator.executeBlocks([]), "ExodusMode");
    await refused(asValidator.revertBlocks([]), "ExodusMode");
    await refused(asGovernor.listToken(other.address), "ExodusMode");
    await refused(asGovernor.setDepositsPaused(ZeroAddress, true), "ExodusMode");
    await refused(asGovernor.setValidator(other.address, true), "ExodusMode");
    await refused(asGovernor.setRequestFee(0n), "ExodusMode");
    const pending = rollup.withdrawPendingBalance(user.address, ZeroAddress);
    await refused(pending, "NothingPending", user.address, ZeroAddress);
  });

  describe("exit", () => {
    it("pays the owner once, and anyone may send it", async () => {
      const { rollup, ethers, genesis, user, other } = fixture;
      await enterExodus();
      const claim = claimOf();
      await expectClaim(genesis, claim);
      const perform = () => rollup.connect(other).performExit(genesis, claim, PROOF);
      const exit = await perform();
      await expect(exit).to.changeEtherBalance(ethers, user.address, FUNDS);
      await expect(exit).to.emit(rollup, "ExitPerformed").withArgs(3, 0, user.address, FUNDS);
      await expect(exit).to.emit(rollup, "PayoutSent").withArgs(user.address, 0, FUNDS);
      expect(await rollup.hasExited(3, 0)).to.equal(true);
      await refused(perform(), "AlreadyExited", 3, 0);
    });

    it("becomes a pending balance if the owner cannot be paid", async () => {
      const { rollup, ethers, genesis } = fixture;
      const recipient = await ethers.deployContract("OddRecipient");
      await recipient.setBehavior(1); // revert
      const owner = await recipient.getAddress();
      await enterExodus();
      const claim = { ...claimOf(), owner };
      await expectClaim(genesis, claim);
      await rollup.performExit(genesis, claim, PROOF);
      expect(await rollup.pendingBalance(owner, ZeroAddress)).to.equal(FUNDS);
      await recipient.setBehavior(0); // accept
      const withdrawal = rollup.withdrawPendingBalance(owner, ZeroAddress);
      await expect(withdrawal).to.changeEtherBalance(ethers, owner, FUNDS);
    });

    it("refuses every claim but the proven one", async () => {
      const { rollup, genesis, other } = fixture;
      await enterExodus();
      const claim = claimOf();
      await expectClaim(genesis, claim);
      const changes = [
        { accountId: 4 },
        { tokenId: 1 },
        { owner: other.address },
        { amount: FUNDS + 1n },
      ];
      for (const change of changes) {
        const { accountId, tokenId, ...rest } = { ...claim, ...change };
        const perform = rollup.performExit(genesis, { accountId, tokenId, ...rest }, PROOF);
        await refused(perform, "ExitProofInvalid", accountId, tokenId);
      }
      const garbage = rollup.performExit(genesis, claim, ZERO_PROOF);
      await refused(garbage, "ExitProofInvalid", 3, 0);
      await refused(rollup.performExit(genesis, claimOf(0n), PROOF), "AmountZero");
    });

    it("uses the last executed block, and no other", async () => {
      await create("MockVerifier");
      const { rollup, genesis } = fixture;
      const { storedBlock } = await provenBlock();
      await enterExodus();
      const perform = (last: StoredBlock) => rollup.performExit(last, claimOf(), PROOF);
      await refused(perform(storedBlock), "BlockOutOfOrder", 0, 1);
      const lie = perform({ ...genesis, stateRoot: 5n });
      await expect(lie).to.be.revertedWithCustomError(rollup, "StoredBlockMismatch");
      await perform(genesis);
    });

    it("requires the exodus", async () => {
      const { rollup, genesis } = fixture;
      const claim = claimOf();
      await expectClaim(genesis, claim);
      await refused(rollup.performExit(genesis, claim, PROOF), "NotInExodusMode");
    });
  });

  describe("cancelled deposits", () => {
    it("become pending balances of their owners, in any order, once", async () => {
      const { rollup, client, ethers, user, other } = fixture;
      await client.depositEth(other.address, 7n);
      await enterExodus();
      const deposits = [deposit(1, 7n, other.address), deposit(0)];
      const cancelled = await rollup.connect(other).cancelDeposits(deposits);
      await expect(cancelled)
        .to.emit(rollup, "DepositCancelled")
        .withArgs(0, user.address, 0, FUNDS);
      expect(await rollup.pendingBalance(user.address, ZeroAddress)).to.equal(FUNDS);
      expect(await rollup.pendingBalance(other.address, ZeroAddress)).to.equal(7n);
      const withdrawal = rollup.withdrawPendingBalance(user.address, ZeroAddress);
      await expect(withdrawal).to.changeEtherBalance(ethers, user.address, FUNDS);
      await refused(rollup.cancelDeposits([deposit(0)]), "DepositUnknown", 0);
      await refused(rollup.cancelDeposits([deposit(1, 7n)]), "DepositUnknown", 1);
    });

    it("are refused for another amount or another owner", async () => {
      const { rollup, other } = fixture;
      await rollup.requestFullExit(5, ZeroAddress);
      await enterExodus();
      const cancel = (changes: object) => rollup.cancelDeposits([{ ...deposit(0), ...changes }]);
      await refused(cancel({ amount: FUNDS + 1n }), "DepositUnknown", 0);
      await refused(cancel({ owner: other.address }), "DepositUnknown", 0);
      await refused(cancel({ tokenId: 1 }), "DepositUnknown", 0);
      await refused(cancel({ requestId: 1 }), "DepositUnknown", 1);
      await refused(cancel({ requestId: 2 }), "DepositUnknown", 2);
      await refused(rollup.cancelDeposits([deposit(0), deposit(0)]), "DepositUnknown", 0);
    });

    it("may be in committed and proven blocks, but not in executed ones", async () => {
      await create("MockVerifier");
      await provenBlock();
      await enterExodus();
      const { rollup, user } = fixture;
      await rollup.cancelDeposits([deposit(0)]);
      expect(await rollup.pendingBalance(user.address, ZeroAddress)).to.equal(FUNDS);
    });

    it("are refused if they are in the state already", async () => {
      await create("MockVerifier");
      const { rollup, client, user } = fixture;
      const { storedBlock } = await provenBlock();
      await client.executeBlocks([{ storedBlock, payouts: [] }]);
      await client.depositEth(user.address, 5n);
      await enterExodus();
      await refused(rollup.cancelDeposits([deposit(0)]), "DepositExecuted", 0);
      await rollup.cancelDeposits([deposit(1, 5n)]);
    });

    it("require the exodus", async () => {
      await expire();
      await refused(fixture.rollup.cancelDeposits([deposit(0)]), "NotInExodusMode");
    });
  });
});
