/** A rollup that is deployed with a bond, and promises what it accepts. */
import { expect } from "chai";
import hre from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import type { RollupWallet } from "../../src/sdk/wallet.ts";
import { expectRejection } from "../helpers/expect-code.ts";

const ETHER = 10n ** 18n;

describe("plugin: a rollup with a bond", () => {
  let connection: NetworkConnection;
  beforeEach(async () => {
    connection = await hre.network.create();
  });
  afterEach(() => connection.close());

  it("promises at acceptance, also after a fixture is restored", async () => {
    const { rollup, ethers, networkHelpers } = connection;
    async function aliceHasMoney() {
      await rollup.deploy({ prover: "mock", bond: { penaltyWei: ETHER, balanceWei: 2n * ETHER } });
      const [, alice, bob] = (await rollup.getWallets()) as [never, RollupWallet, RollupWallet];
      await (await alice.deposit({ token: "ETH", amount: 100n })).wait();
      await (await alice.setSigningKey()).wait();
      return { alice, bob };
    }
    for (const round of ["first", "restored"]) {
      const { alice, bob } = await networkHelpers.loadFixture(aliceHasMoney);
      const paid = await alice.transfer({ to: bob.address, token: "ETH", amount: 10n });
      const trust = { bond: rollup.bondAddress!, l1: ethers.provider };
      const { bond } = await paid.inclusion(trust);
      expect([bond.penaltyWei, bond.balanceWei], round).to.deep.equal([ETHER, 2n * ETHER]);
      expect((await paid.wait()).status).to.equal("executed");
    }
  });

  it("promises nothing without one", async () => {
    const { rollup } = await connection.rollup.deploy({ prover: "mock" }).then(() => connection);
    expect(rollup.bondAddress).to.equal(undefined);
  });

  it("BOND_UNDERFUNDED, OPTION_INVALID: refuses a bond that could not pay", async () => {
    const { rollup } = connection;
    const poor = { penaltyWei: 2n, balanceWei: 1n };
    await expectRejection("BOND_UNDERFUNDED", rollup.deploy({ prover: "mock", bond: poor }));
    const none = { penaltyWei: 2n } as never;
    await expectRejection("AMOUNT_INVALID", rollup.deploy({ prover: "mock", bond: none }));
  });
});
