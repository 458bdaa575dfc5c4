/** Exits in exodus that need no proving key. */
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { createExitWitnessInput, exitPath } from "../../src/block/exit.ts";
import { MAIN_TOKENS } from "../../src/protocol/kinds.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import type { RollupState } from "../../src/state/rollup-state.ts";
import { startExodus } from "../helpers/attacks.ts";
import { createRandom } from "../helpers/random.ts";
import { createRandomState, pickAccountId } from "../helpers/random-state.ts";
import { createTestRollup, type TestRollup, ZERO_PROOF } from "../helpers/test-rollup.ts";

const random = createRandom();
const FUNDS = 10n ** 18n;
/** Bits of a balance: few enough that the contract can hold all balances. */
const BALANCE_BITS = 48;

describe(`Rollup: exits by path, ${random.title}`, () => {
  let fixture: TestRollup;
  let state: RollupState;
  let accountId: number;
  beforeEach(async () => {
    const preset = PRESETS.minimal;
    state = createRandomState(random, preset, BALANCE_BITS);
    accountId = pickAccountId(random, state);
    const address = BigInt("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
    state = state.update(accountId, 0, { account: { address } });
    fixture = await createTestRollup("MockVerifier", {
      preset,
      genesisStateRoot: state.root,
      priorityExpirationSeconds: 1000,
    });
    await fixture.client.depositEth(fixture.user.address, FUNDS);
  });

  const refused = (call: Promise<unknown>, error: string, ...values: unknown[]) =>
    expect(call)
      .to.be.revertedWithCustomError(fixture.rollup, error)
      .withArgs(...values);

  /** An honest claim of the account to ETH. */
  const exit = () => {
    const input = createExitWitnessInput(state, accountId, 0);
    const { owner, amount } = input;
    return { claim: { accountId, tokenId: 0, owner, amount }, path: exitPath(input) };
  };

  const call = (changes: object = {}, path: readonly bigint[] = exit().path) => {
    const { rollup, other, genesis } = fixture;
    const claim = { ...exit().claim, owner: ownerAddress(), ...changes };
    return rollup.connect(other).performExitByPath(genesis, claim, [...path]);
  };
  const ownerAddress = () => `0x${exit().claim.owner.toString(16).padStart(40, "0")}`;

  it("pay the owner once, by proof or by path, and anyone may send them", async () => {
    const { ethers, rollup, genesis } = fixture;
    await startExodus(fixture);
    const { claim } = exit();
    const performed = await call();
    await expect(performed).to.changeEtherBalance(ethers, ownerAddress(), claim.amount);
    await expect(performed).to.emit(rollup, "ExitPerformed");
    expect(await rollup.hasExited(accountId, 0)).to.equal(true);
    await refused(call(), "AlreadyExited", accountId, 0);
    const byProof = { ...claim, owner: ownerAddress() };
    const again = rollup.performExit(genesis, byProof, ZERO_PROOF);
    await refused(again, "AlreadyExited", accountId, 0);
  });

  it("pay a token whose balance is in a tail, and only that", async () => {
    const { ethers, governor } = fixture;
    const tokenId = MAIN_TOKENS;
    const [right, wrong] = [9n, 10n];
    const before = state;
    state = state
      .update(accountId, tokenId, { balance: right })
      .update(accountId, tokenId + 1, { balance: wrong });
    const { chain } = fixture;
    fixture = await createTestRollup(
      "MockVerifier",
      { preset: before.preset, genesisStateRoot: state.root, priorityExpirationSeconds: 1000 },
      chain,
    );
    const { rollup } = fixture;
    const tokens = [];
    while (tokens.length <= tokenId) {
      const token = await ethers.deployContract("TestToken", ["Test", "TST"]);
      await token.mint(await rollup.getAddress(), 100n);
      await rollup.connect(governor).listToken(await token.getAddress());
      tokens.push(token);
    }
    await startExodus(fixture);
    const path = exitPath(createExitWitnessInput(state, accountId, tokenId));
    const claim = { tokenId, amount: right };
    await refused(call({ ...claim, amount: wrong }, path), "ExitPathInvalid", accountId, tokenId);
    await refused(
      call({ tokenId: tokenId + 1, amount: right }, path),
      "ExitPathInvalid",
      accountId,
      tokenId + 1,
    );
    await refused(call(claim), "ExitPathInvalid", accountId, tokenId);
    await call(claim, path);
    expect(await tokens[tokenId - 1]!.balanceOf(ownerAddress())).to.equal(right);
    await refused(call(claim, path), "AlreadyExited", accountId, tokenId);
  });

  it("are refused after an exit by proof", async () => {
    const { client, genesis } = fixture;
    await startExodus(fixture);
    await client.performExit(genesis, exit().claim, ZERO_PROOF);
    await refused(call(), "AlreadyExited", accountId, 0);
  });

  it("are refused for any other claim than the path's", async () => {
    const { ethers, rollup, other } = fixture;
    await startExodus(fixture);
    const { claim, path } = exit();
    for (const change of [
      { owner: other.address },
      { amount: claim.amount + 1n },
      { amount: claim.amount - 1n },
      { accountId: (accountId + 1) % 64 },
      { tokenId: 1 },
    ]) {
      const { accountId: id, tokenId } = { ...claim, ...change };
      await refused(call(change), "ExitPathInvalid", id, tokenId);
      expect(await rollup.hasExited(id, tokenId)).to.equal(false);
    }
    await refused(call({ amount: 0n }), "AmountZero");
    await refused(call({}, path.with(5, path[5]! + 1n)), "ExitPathInvalid", accountId, 0);
    await refused(call({}, path.slice(1)), "ExitPathInvalid", accountId, 0);
    await expect(call()).to.changeEtherBalance(ethers, ownerAddress(), claim.amount);
  });

  it("use the last executed block, and require the exodus", async () => {
    const { rollup, genesis } = fixture;
    await refused(call(), "NotInExodusMode");
    await startExodus(fixture);
    const { claim, path } = exit();
    const lie = rollup.performExitByPath(
      { ...genesis, stateRoot: genesis.stateRoot - 1n },
      { ...claim, owner: ownerAddress() },
      [...path],
    );
    await expect(lie).to.be.revertedWithCustomError(rollup, "StoredBlockMismatch");
    const future = rollup.performExitByPath(
      { ...genesis, blockNumber: 1 },
      { ...claim, owner: ownerAddress() },
      [...path],
    );
    await refused(future, "BlockOutOfOrder", 0, 1);
  });

  it("become a pending balance if the owner cannot be paid", async () => {
    const { ethers } = fixture;
    const recipient = await ethers.deployContract("OddRecipient");
    await recipient.setBehavior(1); // revert
    const owner = await recipient.getAddress();
    state = state.update(accountId, 0, { account: { address: BigInt(owner) } });
    const { chain } = fixture;
    fixture = await createTestRollup(
      "MockVerifier",
      { preset: state.preset, genesisStateRoot: state.root, priorityExpirationSeconds: 1000 },
      chain,
    );
    await fixture.client.depositEth(fixture.user.address, FUNDS);
    await startExodus(fixture);
    await call();
    const { amount } = exit().claim;
    expect(await fixture.rollup.pendingBalance(owner, ZeroAddress)).to.equal(amount);
  });
});
