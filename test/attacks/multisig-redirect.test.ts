/** A node that names another contract, and a proposal that changes while it is reviewed. */
import { expect } from "chai";
import type { MultisigProposal } from "../../src/multisig/proposal.ts";
import { MultisigWallet } from "../../src/multisig/wallet.ts";
import type { Transaction } from "../../src/operations/transaction.ts";
import { connect } from "../../src/sdk/connect.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createFrostTeam } from "../helpers/multisig.ts";
import {
  createFakeNode,
  createSdkWorld,
  type FakeNode,
  type SdkWorld,
} from "../helpers/sdk-world.ts";

const LIVE_CHAIN_ID = "0x1";

describe("attacks: a group's wallet is redirected", () => {
  const { group, members } = createFrostTeam(2, 3);
  let world: SdkWorld;
  let node: FakeNode;
  let address: string;
  before(async () => {
    world = await createSdkWorld();
    address = world.user.address;
    const rollup = await connect(world.url);
    const owner = await rollup.owner(world.user);
    await owner.deposit({ token: "ETH", amount: 10n ** 18n });
    node = await createFakeNode(world.url);
  });
  after(async () => {
    await node.close();
    await world.server.close();
  });

  it("ROLLUP_NOT_PINNED: on a live chain only the node names the contract", async () => {
    node.answer = async ({ method }, _response, pass) => {
      const answer = (await pass()) as { result: object };
      if (method === "rollup_getConfig")
        return { ...answer, result: { ...answer.result, chainId: LIVE_CHAIN_ID } };
      return method === "eth_chainId" ? { ...answer, result: LIVE_CHAIN_ID } : answer;
    };
    const { rollupAddress } = world.client;
    const live = await connect(node.url);
    const l1 = await live.getL1();
    const options = { group, address };
    await expectRejection("ROLLUP_NOT_PINNED", MultisigWallet.create(l1, live, options));
    const named = await MultisigWallet.create(l1, live, { ...options, rollupAddress });
    const pinned = await connect(node.url, { rollupAddress });
    const same = await MultisigWallet.create(l1, pinned, options);
    expect(named.rollup).to.deep.equal({ chainId: 1n, rollupAddress });
    expect(same.rollup).to.deep.equal(named.rollup);
    // With an L1 of the member's own, the node's chain does not matter either.
    const own = MultisigWallet.create(world.ethers.provider, live, { ...options, rollupAddress });
    await expectRejection("L1_CHAIN_MISMATCH", own);
  });

  it("ROLLUP_REPLACED: the node names another contract after it was connected", async () => {
    node.answer = (_call, _response, pass) => pass();
    const connected = await connect(node.url);
    node.answer = async ({ method }, _response, pass) => {
      const answer = (await pass()) as { result: object };
      if (method !== "rollup_getConfig") return answer;
      return { ...answer, result: { ...answer.result, rollupAddress: `0x${"11".repeat(20)}` } };
    };
    const options = { group, address };
    const replaced = MultisigWallet.create(world.ethers.provider, connected, options);
    await expectRejection("ROLLUP_REPLACED", replaced);
  });

  describe("a proposal that changes", () => {
    let wallet: MultisigWallet;
    let harmless: Transaction;
    let harmful: MultisigProposal;
    let proposal: MultisigProposal;
    before(async () => {
      const rollup = await connect(world.url);
      wallet = await MultisigWallet.create(world.ethers.provider, rollup, { group, address });
      harmless = await wallet.prepareTransfer({ to: address, token: "ETH", amount: 1n });
      harmful = wallet.propose({ ...harmless, amount: 10n ** 18n } as Transaction, [1, 2]);
      proposal = wallet.propose(harmless, [1, 2]);
    });

    it("is read once by join", async () => {
      let reads = 0;
      const changing = Object.defineProperty({ ...proposal }, "transaction", {
        enumerable: true,
        get: () => (reads++ === 0 ? proposal : harmful).transaction,
      });
      const session = await wallet.join(members[0]!, changing);
      expect(session.proposal.content).to.deep.include({ transaction: harmless });
      expect(reads).to.equal(1);
    });

    it("is joined as it was when join was called", async () => {
      const changing = { ...proposal };
      const joining = wallet.join(members[0]!, changing);
      Object.assign(changing, harmful);
      const { content } = (await joining).proposal;
      expect(content).to.deep.include({ transaction: harmless });
    });

    it("is joined as it was reviewed, by the proposal that the review returns", async () => {
      const changing = { ...proposal };
      const review = await wallet.review(changing);
      Object.assign(changing, harmful);
      expect(review.proposal).to.deep.equal(proposal);
      const session = await wallet.join(members[0]!, review.proposal);
      expect(session.proposal.content).to.deep.include({ transaction: review.transaction });
    });
  });
});
