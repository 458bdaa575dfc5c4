/** A wallet of a browser, which asks a person, signs, and sends by itself. */
import { expect } from "chai";
import { BrowserProvider, type Eip1193Provider } from "ethers";
import { connectRollup } from "../../src/l1/client.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createTestRollup } from "../helpers/test-rollup.ts";

const OWNER = `0x${"05".repeat(20)}`;

type Call = Parameters<Eip1193Provider["request"]>[0];

/** @param answer - What the wallet says to each transaction; passes it on by default. */
async function createWallet(answer?: () => unknown) {
  const fixture = await createTestRollup();
  const { provider } = fixture.chain;
  const sent: object[] = [];
  const request = (call: Call) => {
    if (call.method !== "eth_sendTransaction") return provider.request(call);
    sent.push((call.params as object[])[0]!);
    return answer === undefined ? provider.request(call) : Promise.resolve(answer());
  };
  const signer = await new BrowserProvider({ request }).getSigner(1);
  const rollupAddress = await fixture.rollup.getAddress();
  return { client: await connectRollup({ rollupAddress }, signer), sent };
}

describe("RollupClient: a wallet of a browser", () => {
  it("chooses its nonces by itself, as only it knows what else it has sent", async () => {
    const { client, sent } = await createWallet();
    // ethers answers from its memory for a quarter of a second, also about the next nonce.
    for (let count = 0; count < 3; count++) await client.depositEth(OWNER, 1n);
    expect(sent).to.have.length(3);
    for (const transaction of sent) expect(transaction).not.to.have.property("nonce");
  });

  it("L1_TRANSACTION_REFUSED: has a nonce that is used, so that nothing was sent", async () => {
    const { client, sent } = await createWallet(() => {
      throw Object.assign(new Error("nonce too low"), { code: -32_000 });
    });
    await expectRejection("L1_TRANSACTION_REFUSED", client.depositEth(OWNER, 1n));
    expect(sent).to.have.length(1);
  });
});
