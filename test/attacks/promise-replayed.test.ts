/** A node shows a shop the promise about an older payment that is equal to the one asked about. */
import { Wallet } from "ethers";
import { createRpcClient } from "../../src/api/client.ts";
import { Operator } from "../../src/operator/operator.ts";
import { openPromises } from "../../src/plugin/node/promises.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createMockProver } from "../../src/prover/mock-prover.ts";
import { RollupProvider } from "../../src/sdk/provider.ts";
import { RollupSigner } from "../../src/sdk/signer.ts";
import { RollupWallet } from "../../src/sdk/wallet.ts";
import { createRpcHandler } from "../../src/server/handler.ts";
import { createGenesisState } from "../../src/state/rollup-state.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createTestRollup, FEE_ACCOUNT_ADDRESS } from "../helpers/test-rollup.ts";

const ETHER = 10n ** 18n;
const DAY = 24 * 60 * 60;
const preset = PRESETS.dev;
const feeAccountAddress = FEE_ACCOUNT_ADDRESS;

async function createWorld() {
  const genesisStateRoot = createGenesisState(preset, { feeAccountAddress }).root;
  const rollup = await createTestRollup("MockVerifier", { preset, genesisStateRoot });
  const { ethers, governor, client, user } = rollup;
  const key = Wallet.createRandom();
  const args = [client.rollupAddress, governor.address, key.address, ETHER, 7 * DAY];
  const contract = await ethers.deployContract("ReceiptBond", args, { value: ETHER });
  const bond = await contract.getAddress();
  const settings = { bond, key: { type: "signer", signer: key }, dueSeconds: DAY } as const;
  const promises = await openPromises({ ...settings, onConflict: "stop" }, client);
  const parts = { preset, feeAccountAddress, l1: client, prover: createMockProver() };
  const operator = await Operator.create({ ...parts, promises });
  const handle = createRpcHandler(operator);
  /** Whose promise the node answers with, whatever it is asked about. */
  const replay: { hash?: string } = {};
  const lying = createRpcClient((method, params) => {
    const isAsked = method === "rollup_getInclusionPromise" && replay.hash !== undefined;
    return handle(method, isAsked ? [replay.hash] : params);
  });
  const provider = new RollupProvider(lying);
  const signer = RollupSigner.fromSeed(new Uint8Array(32).fill(7));
  const { rollupAddress } = client;
  const alice = await RollupWallet.create(user, provider, { rollupAddress, signer });
  await alice.deposit({ token: "ETH", amount: ETHER });
  await alice.setSigningKey();
  await operator.processBlocks();
  return { ...rollup, operator, provider, alice, replay, trust: { bond, l1: ethers.provider } };
}

describe("attacks: promises about another payment", () => {
  it("is refused by a shop that has relied on it before, or asks about another hash", async () => {
    const { operator, provider, alice, other, replay, trust } = await createWorld();
    const pay = () => alice.transfer({ to: other.address, token: "ETH", amount: 100n });
    const known = { recipient: other.address, tokenId: 0, amount: 100n };
    const accountId = await alice.accountId();
    const wishOf = (nonce: number) => ({ inclusion: { accountId, nonce, ...known } });
    const first = await pay();
    const { nonce } = first.receipt;
    await provider.getInclusionPromise(first.hash, wishOf(nonce), trust);
    await operator.processBlocks();
    // The second payment is never accepted: its hash is that of nothing.
    replay.hash = first.hash;
    const hash = `0x${"5".repeat(64)}`;
    const shown = provider.getInclusionPromise(hash, wishOf(nonce + 1), trust);
    await expectRejection("RECEIPT_INCLUSION_MISMATCH", shown);
    // Without account and nonce, the promise about the first payment would pass for any other.
    const anonymous = provider.getInclusionPromise(hash, { inclusion: known } as never, trust);
    await expectRejection("OPTION_INVALID", anonymous);
    await operator.close();
  });
});
