/** Errors of a rollup whose exodus has started. */
import { expect } from "chai";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import type { DeployOptions } from "../../src/plugin/rollup/types.ts";
import { expectRejection } from "../helpers/expect-code.ts";

const EXPIRATION_SECONDS = 3600;

describe("plugin/rollup: exodus", () => {
  let connection: NetworkConnection;

  beforeEach(async () => {
    connection = await network.create();
  });
  afterEach(() => connection.close());

  async function beginExodus({ mode }: Required<Pick<DeployOptions, "mode">>) {
    const { rollup, networkHelpers } = connection;
    const priority = { priorityExpirationSeconds: EXPIRATION_SECONDS };
    await rollup.deploy({ prover: "mock", mode, ...priority });
    const [, alice] = await rollup.getWallets();
    await alice!.deposit({ token: "ETH", amount: 5n });
    await rollup.operator.syncL1();
    rollup.operator.sealBlock();
    const late = await alice!.deposit({ token: "ETH", amount: 7n });
    await networkHelpers.time.increase(EXPIRATION_SECONDS + 1);
    return { alice: alice!, late, operator: rollup.operator, contract: rollup.contracts.rollup };
  }

  for (const step of ["commit", "prove", "execute"] as const) {
    it(`fails with ROLLUP_IN_EXODUS in the step ${step}`, async () => {
      const { operator, contract } = await beginExodus({ mode: "manual" });
      if (step !== "commit") await operator.commitBlocks();
      if (step === "execute") await operator.proveBlocks();
      await (await contract.activateExodusMode()).wait();
      await expectRejection("ROLLUP_IN_EXODUS", operator[`${step}Blocks`]());
    });
  }

  it("refuses waits and submissions with the same code", async () => {
    const { alice, late, contract } = await beginExodus({ mode: "on-demand" });
    await (await contract.activateExodusMode()).wait();
    await expectRejection("ROLLUP_IN_EXODUS", late.wait());
    await expectRejection("ROLLUP_IN_EXODUS", connection.rollup.processBlocks());
    await expectRejection("ROLLUP_IN_EXODUS", alice.setSigningKey());
    const refused = await expectRejection(
      "L1_REVERTED",
      alice.deposit({ token: "ETH", amount: 1n }),
    );
    expect(refused.facts["error"]).to.equal("ExodusMode");
  });
});
