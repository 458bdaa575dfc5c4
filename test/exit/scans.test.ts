/** One pass over the logs of L1 serves restore, tokens, open payouts and deposits. */
import { expect } from "chai";
import { toQuantity, Wallet } from "ethers";
import { network } from "hardhat";
import { exitAndAccount, toExitRequest } from "../../src/exit/request.ts";
import { connectRollup, type RollupClient } from "../../src/l1/client.ts";
import { LOG_BLOCKS_MAX } from "../../src/l1/logs.ts";
import { restoreRollup } from "../../src/restore/restore.ts";
import { createRestoreSource } from "../../src/restore/source.ts";
import { FaultyProvider } from "../helpers/faulty-provider.ts";
import { createMemoryStore } from "../helpers/memory-store.ts";

const { ethers, networkHelpers, provider, rollup } = await network.create();
const ETHER = 10n ** 18n;
const EXPIRATION_SECONDS = 3_600;
/** L1 blocks in which nothing happens to the rollup. */
const IDLE_BLOCKS = 12_000;
const L1_BLOCKS_PER_STEP = 2_000;

/** In executed blocks alice has 4 ETH, and 1 ETH that is still to be paid out; 2 ETH are queued. */
async function stoppedRollup() {
  const coin = await ethers.deployContract("TestToken", ["Test", "TST"]);
  await rollup.deploy({
    prover: "mock",
    mode: "manual",
    tokens: [await coin.getAddress()],
    priorityExpirationSeconds: EXPIRATION_SECONDS,
  });
  const { operator } = rollup;
  const [validator, alice] = await rollup.getWallets();
  await alice!.deposit({ token: "ETH", amount: 5n * ETHER });
  await rollup.processBlocks();
  await alice!.setSigningKey();
  await rollup.processBlocks();
  await alice!.withdraw({ token: "ETH", amount: ETHER });
  await operator.processBlocks("proven");
  const location = { rollupAddress: operator.rollupAddress };
  const asValidator = await connectRollup(location, validator!.l1Signer);
  const { pending } = await restoreRollup(createRestoreSource(asValidator));
  const finalized = pending.map(({ storedBlock }) => ({ storedBlock, payouts: [] }));
  await asValidator.executeBlocks(finalized);
  await alice!.deposit({ token: "ETH", amount: 2n * ETHER });
  await operator.close();
  await ethers.provider.send("hardhat_mine", [toQuantity(IDLE_BLOCKS), "0x0"]);
  await networkHelpers.time.increase(EXPIRATION_SECONDS);
  return { owner: alice!.address, location };
}

describe("exit: passes over the logs of L1", () => {
  let faulty: FaultyProvider;
  let l1: RollupClient;
  let owner: string;
  let blocks: number;

  beforeEach(async () => {
    const stopped = await networkHelpers.loadFixture(stoppedRollup);
    ({ owner } = stopped);
    faulty = new FaultyProvider({
      request: ({ method, params = [] }) => provider.request({ method, params: [...params] }),
    });
    const stranger = Wallet.createRandom(faulty.ethers);
    await networkHelpers.setBalance(stranger.address, ETHER);
    l1 = await connectRollup(stopped.location, stranger);
    blocks = (await ethers.provider.getBlockNumber()) - l1.deploymentBlock + 1;
    faulty.counts.clear();
  });

  const scans = () => faulty.counts.get("eth_getLogs") ?? 0;

  async function expectExit(options: Parameters<typeof restoreRollup>[1]) {
    const restored = await restoreRollup(createRestoreSource(l1), options);
    const request = await toExitRequest(l1, restored, owner, "ETH");
    expect(request.token.symbol).to.equal("ETH");
    const { report, balanceBefore, balanceAfter } = await exitAndAccount(
      l1,
      request,
      undefined,
      () => {},
    );
    expect(report.failures).to.deep.equal([]);
    expect([report.payouts.length, report.cancelled.length, report.exits.length]).to.deep.equal([
      1, 1, 1,
    ]);
    expect(balanceAfter - balanceBefore).to.equal(7n * ETHER);
  }

  it("an exit reads each L1 block once", async () => {
    await expectExit({});
    const ofRestore = Math.ceil(blocks / L1_BLOCKS_PER_STEP);
    // The start of the rollup is looked for first, and the commit of the block with open payouts
    // last, from its execution backwards.
    expect(scans()).to.equal(1 + ofRestore + 1);
  });

  it("an exit from a checkpoint reads what is before it in larger pieces", async () => {
    const store = createMemoryStore();
    await restoreRollup(createRestoreSource(l1), { store });
    faulty.counts.clear();
    await expectExit({ store });
    expect(scans()).to.equal(1 + Math.ceil(blocks / LOG_BLOCKS_MAX) + 1);
  });
});
