/** Wallets propose the fee that the operator asks for, up to what their users can agree to. */
import { expect } from "chai";
import type { BaseContract } from "ethers";
import { createFeeService } from "../../src/fees/create-fee-service.ts";
import { Operator } from "../../src/operator/operator.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createMockProver } from "../../src/prover/mock-prover.ts";
import { createRpcClient } from "../../src/api/client.ts";
import { RollupProvider } from "../../src/sdk/provider.ts";
import { RollupWallet } from "../../src/sdk/wallet.ts";
import { createGenesisState } from "../../src/state/rollup-state.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createJsonRpcRequest } from "../helpers/rpc-link.ts";
import { createTestRollup } from "../helpers/test-rollup.ts";

const preset = PRESETS.dev;
const FEE_ACCOUNT_ADDRESS = 0xfeen;
const ETHER = 10n ** 18n;

interface Token extends BaseContract {
  mint(account: string, amount: bigint): Promise<unknown>;
}

/** A rollup with fees, and two users; `lie` multiplies the fees that the node names. */
async function createFeeWorld() {
  const genesis = createGenesisState(preset, { feeAccountAddress: FEE_ACCOUNT_ADDRESS });
  const rollup = await createTestRollup("MockVerifier", { preset, genesisStateRoot: genesis.root });
  const { ethers, governor } = rollup;
  const settings = { tokens: { TST: { eth: "0.001" } } };
  const feePolicy = await createFeeService({ settings, preset, provider: ethers.provider });
  const operator = await Operator.create({
    preset,
    feeAccountAddress: FEE_ACCOUNT_ADDRESS,
    l1: rollup.client,
    prover: createMockProver(),
    feePolicy,
  });
  const node = { lie: 1n, asked: 0 };
  const request = createJsonRpcRequest(operator);
  const client = createRpcClient(async (method, params) => {
    const answer = await request(method, params);
    if (method !== "rollup_getFee") return answer;
    node.asked++;
    const { fee, ...rest } = answer as { fee: string };
    return { ...rest, fee: `0x${(BigInt(fee) * node.lie).toString(16)}` };
  });
  const provider = new RollupProvider(client);
  const [alice, bob] = await Promise.all(
    [rollup.user, rollup.other].map((signer) => RollupWallet.create(signer, provider)),
  );
  const token = (await ethers.deployContract("TestToken", ["Test", "TST"])) as unknown as Token;
  await rollup.rollup.connect(governor).listToken(await token.getAddress());
  await token.mint(alice!.address, 1_000n * ETHER);
  await alice!.deposit({ token: "ETH", amount: ETHER });
  await alice!.deposit({ token: "TST", amount: 1_000n * ETHER });
  await bob!.deposit({ token: "ETH", amount: ETHER });
  return { ...rollup, operator, feePolicy, node, provider, alice: alice!, bob: bob! };
}

describe("sdk: fees", () => {
  let world: Awaited<ReturnType<typeof createFeeWorld>>;
  before(async () => {
    world = await createFeeWorld();
    await world.alice.setSigningKey();
    await world.bob.setSigningKey({ auth: "onchain" });
  });
  beforeEach(() => {
    world.node.lie = 1n;
  });
  after(() => world.feePolicy.close());

  it("pays what the operator asks for, in the token that is moved", async () => {
    const { alice, bob, provider } = world;
    const to = bob.address;
    const estimate = await alice.estimateFee({ type: "transfer", token: "ETH", to });
    const { commit, prove, execute, proof, total } = estimate.costWei;
    expect(commit + prove + execute + proof).to.equal(total);
    expect(estimate.fee >= total && total > 0n).to.equal(true);
    const before = await alice.getBalance("ETH");
    await alice.transfer({ to, token: "ETH", amount: 5n });
    expect(before - (await alice.getBalance("ETH"))).to.equal(5n + estimate.fee);
    const inToken = await provider.estimateFee({ type: "transfer", token: "TST", to });
    const tokens = await alice.getBalance("TST");
    await alice.transfer({ to, token: "TST", amount: 500n * ETHER });
    expect(tokens - (await alice.getBalance("TST"))).to.equal(500n * ETHER + inToken.fee);
    const withdrawal = await alice.withdraw({ token: "ETH", amount: 7n });
    expect((await withdrawal.wait()).status).to.equal("executed");
  });

  it("pays for each transaction of a batch", async () => {
    const { alice, bob, provider } = world;
    const payment = { to: bob.address, token: "ETH", amount: 5n };
    const handle = await alice
      .batch()
      .transfer(payment)
      .withdraw({ token: "ETH", amount: 3n })
      .send();
    expect(handle.receipts).to.have.length(2);
    const transfer = { type: "transfer", token: "ETH", account: alice.address } as const;
    const both = await provider.estimateBatchFee([transfer, { ...transfer, type: "withdraw" }]);
    const one = await provider.estimateFee(transfer);
    expect(both.fee > 2n * one.fee).to.equal(true);
    await expectRejection(
      "FEE_TOO_LOW",
      alice
        .batch()
        .transfer({ ...payment, fee: 0n })
        .withdraw({ ...payment, fee: one.fee })
        .send(),
    );
  });

  it("asks nobody when a fee is given", async () => {
    const { alice, bob, node } = world;
    const payment = { to: bob.address, token: "ETH", amount: 5n };
    const { fee } = await alice.estimateFee({ type: "transfer", token: "ETH", to: bob.address });
    const { asked } = node;
    await alice.transfer({ ...payment, fee });
    await expectRejection("FEE_TOO_LOW", alice.transfer({ ...payment, fee: 0n }));
    await expectRejection("FEE_ABOVE_MAXIMUM", alice.transfer({ ...payment, fee: 9n, maxFee: 8n }));
    expect(node.asked).to.equal(asked);
  });

  it("FEE_ABOVE_MAXIMUM: a node that lies, unless the user agrees", async () => {
    const { alice, bob, node } = world;
    const inEth = { to: bob.address, token: "ETH", amount: 5n };
    const { nonce } = (await alice.getAccount())!;
    node.lie = 100n;
    await expectRejection("FEE_ABOVE_MAXIMUM", alice.transfer(inEth));
    const inToken = { to: bob.address, token: "TST", amount: ETHER };
    node.lie = 1n;
    const { fee } = await alice.estimateFee({ type: "transfer", token: "TST", to: bob.address });
    expect(fee > ETHER / 100n).to.equal(true);
    await expectRejection("FEE_ABOVE_MAXIMUM", alice.transfer(inToken));
    await expectRejection("FEE_ABOVE_MAXIMUM", alice.transfer({ ...inToken, maxFee: fee - 1n }));
    await expectRejection("FEE_ABOVE_MAXIMUM", alice.batch().transfer(inToken).send());
    await expectRejection("FEE_ABOVE_MAXIMUM", alice.setSigningKey({ feeToken: "TST" }));
    expect((await alice.getAccount())!.nonce).to.equal(nonce);
    expect((await alice.transfer({ ...inToken, maxFee: fee })).receipt.nonce).to.equal(nonce);
  });

  it("refuses questions of the wrong form, each with its code", async () => {
    const { provider } = world;
    const params = { type: "transfer", token: "ETH" } as const;
    await expectRejection("TOKEN_UNKNOWN", provider.estimateFee({ ...params, token: "NONE" }));
    await expectRejection("TOKEN_NOT_LISTED", provider.estimateFee({ ...params, token: 9 }));
    await expectRejection("ADDRESS_INVALID", provider.estimateFee({ ...params, to: "bob.eth" }));
    await expectRejection("ADDRESS_INVALID", provider.estimateFee({ ...params, account: "0x1" }));
    await expectRejection("OPTION_INVALID", provider.estimateFee({ ...params, account: -1 }));
    await expectRejection(
      "OPTION_INVALID",
      provider.estimateFee({ ...params, type: "swap" as "transfer" }),
    );
    await expectRejection("OPTION_INVALID", provider.estimateBatchFee([]));
    expect((await provider.estimateFee({ ...params, account: 10 ** 9 })).fee > 0n).to.equal(true);
  });
});
