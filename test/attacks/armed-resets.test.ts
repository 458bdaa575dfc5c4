/** Owners arm resets of facts, so that L1 refuses the operator's commits. */
import { expect } from "chai";
import { network } from "hardhat";
import { signingDomain } from "../../src/operations/transaction.ts";
import { TIMESTAMP_MAX } from "../../src/protocol/constants.ts";
import { expectRejection } from "../helpers/expect-code.ts";

const ETHER = 10n ** 18n;
const DAY_SECONDS = 24 * 60 * 60;

describe("attacks: armed resets of keys on L1", () => {
  it("delays nobody, neither before nor after the reset is possible", async () => {
    const { networkHelpers, rollup } = await network.create();
    await rollup.deploy({ prover: "mock", mode: "manual" });
    const { operator, contracts, provider } = rollup;
    const wallets = await rollup.getWallets();
    const alice = wallets[1]!;
    const [early, late] = wallets.slice(2, 4);
    for (const wallet of [alice, early!, late!]) {
      await wallet.deposit({ token: "ETH", amount: ETHER });
    }
    await rollup.processBlocks();
    await alice.setSigningKey();
    const domain = signingDomain(operator.chainId, BigInt(operator.rollupAddress));
    const announce = async (wallet: typeof alice, key: bigint) => {
      const accountId = await wallet.accountId();
      const contract = contracts.rollup.connect(wallet.l1Signer);
      await (await contract.setAuthPubKeyHash(key, accountId, 0)).wait();
    };
    const submit = async (wallet: typeof alice) => {
      const accountId = await wallet.accountId();
      const range = { validFrom: 0n, validUntil: TIMESTAMP_MAX };
      const draft = { type: "changePubKey", tokenId: 0, fee: 0n, nonce: 0, ...range } as const;
      const signed = wallet.signer.sign({ ...draft, accountId }, domain);
      return provider.submitTransaction({ ...signed, type: "changePubKey", authorization: "0x00" });
    };
    // The early owner arms the reset before the operator gets the key, the late one after.
    for (const wallet of [early!, late!]) await announce(wallet, wallet.signer.pubKeyHash);
    await announce(early!, 1n);
    await expectRejection("AUTHORIZATION_INVALID", submit(early!));
    const accepted = await submit(late!);
    await announce(late!, 1n);
    const transfer = await alice.transfer({ to: wallets[0]!.address, token: "ETH", amount: 5n });

    await networkHelpers.time.increase(DAY_SECONDS);
    await announce(late!, 2n); // carries out the reset; the operator does not know
    await operator.processBlocks();
    expect(operator.receipt(accepted.hash)?.rejection?.code).to.equal("AUTHORIZATION_INVALID");
    expect(operator.receipt(transfer.hash)?.status).to.equal("executed");
    expect(operator.obstacle).to.equal(undefined);
  });
});
