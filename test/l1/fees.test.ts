/** Fees at the word of a node that lies about them. */
import { expect } from "chai";
import { toQuantity, Transaction, Wallet } from "ethers";
import { connectRollup } from "../../src/l1/client.ts";
import { FaultyProvider } from "../helpers/faulty-provider.ts";
import { createTestRollup, type TestRollup } from "../helpers/test-rollup.ts";

const GWEI = 10n ** 9n;
/** An account that Hardhat's network funds. */
const FUNDED_KEY = "0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6";

describe("RollupClient: an L1 node that names absurd fees", () => {
  let fixture: TestRollup;
  beforeEach(async () => {
    fixture = await createTestRollup();
  });

  /** Sends a request, and returns its transaction. */
  async function sendWith(answers: Readonly<Record<string, unknown>>): Promise<Transaction> {
    const { provider } = fixture.chain;
    const sent: string[] = [];
    const faulty = new FaultyProvider({
      request: ({ method, params }) => {
        if (method in answers) return Promise.resolve(answers[method]);
        if (method === "eth_sendRawTransaction") sent.push((params as readonly string[])[0]!);
        return provider.request({ method, params: [...(params ?? [])] as unknown[] });
      },
    });
    const wallet = new Wallet(FUNDED_KEY, faulty.ethers);
    const client = await connectRollup(fixture.client, wallet);
    await client.requestFullExit(0, `0x${"0".repeat(40)}`);
    return Transaction.from(sent[0]);
  }

  it("pays at most 100 gwei of priority fee", async () => {
    const absurd = { eth_maxPriorityFeePerGas: toQuantity(100_000n * GWEI) };
    const { maxPriorityFeePerGas, maxFeePerGas } = await sendWith(absurd);
    expect(maxPriorityFeePerGas).to.equal(100n * GWEI);
    expect(maxFeePerGas! < 1_000n * GWEI).to.equal(true);
  });

  it("pays what an honest node names", async () => {
    const { maxPriorityFeePerGas } = await sendWith({
      eth_maxPriorityFeePerGas: toQuantity(3n * GWEI),
    });
    expect(maxPriorityFeePerGas).to.equal(3n * GWEI);
  });
});
