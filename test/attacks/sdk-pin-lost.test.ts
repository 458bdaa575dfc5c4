/** A node changes its mind after `connect`, and a wallet sends money to its contract. */
import { Wallet } from "ethers";
import { deployRollup } from "../../src/l1/deploy.ts";
import { artifacts } from "hardhat";
import { EthersProvider } from "../../src/l1/eip1193.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { connect } from "../../src/sdk/connect.ts";
import { RollupSigner } from "../../src/sdk/signer.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import {
  createFakeNode,
  createSdkWorld,
  type FakeNode,
  type SdkWorld,
} from "../helpers/sdk-world.ts";

const signer = RollupSigner.fromSeed(new Uint8Array(32).fill(7));

describe("attacks: a node that names another rollup later", () => {
  let world: SdkWorld;
  let node: FakeNode;
  before(async () => {
    world = await createSdkWorld();
  });
  after(() => world.server.close());
  beforeEach(async () => {
    node = await createFakeNode(world.url);
  });
  afterEach(() => node.close());

  /** From now on the node says something else of itself. */
  function lie(change: object): void {
    node.answer = async (call, _response, pass) => {
      const answer = (await pass()) as { result?: object };
      if (call.method !== "rollup_getConfig") return answer;
      return { ...answer, result: { ...answer.result, ...change } };
    };
  }

  it("ROLLUP_REPLACED: an option that is undefined does not take the pin away", async () => {
    const own = await deployRollup(
      world.other,
      {
        rollup: await artifacts.readArtifact("Rollup"),
        proxy: await artifacts.readArtifact("RollupProxy"),
        exitVerifier: await artifacts.readArtifact("ExitVerifier"),
        verifier: await artifacts.readArtifact("MockVerifier"),
      },
      {
        preset: PRESETS.dev,
        feeAccountAddress: 1n,
        genesisStateRoot: 1n,
        validators: [world.other.address],
      },
    );
    const { rollupAddress } = world.client;
    const rollup = await connect(node.url, { rollupAddress });
    lie({ rollupAddress: own.rollupAddress });
    await expectRejection("ROLLUP_REPLACED", rollup.wallet(world.user, { signer }));
    // As of `{ rollupAddress: process.env.ROLLUP }`, or of code without exactOptionalPropertyTypes.
    const options = { signer, rollupAddress: undefined } as object;
    await expectRejection("ROLLUP_REPLACED", rollup.wallet(world.user, options));
  });

  it("no wallet on a live chain without a pin, though the node said that it is local", async () => {
    const live = 5n;
    const ask = world.ethers.provider;
    const request = ({ method, params = [] }: { method: string; params?: readonly unknown[] }) =>
      ask.send(method, [...params]) as Promise<unknown>;
    const own = new Wallet(`0x${"11".repeat(32)}`, new EthersProvider({ request }, live));
    const rollup = await connect(node.url); // of chain 31337, it says
    await expectRejection("L1_CHAIN_MISMATCH", rollup.wallet(own, { signer }));
    lie({ chainId: "0x5" });
    await expectRejection("L1_CHAIN_MISMATCH", rollup.wallet(own, { signer }));
  });
});
