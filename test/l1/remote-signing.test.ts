/** Sending with keys in another process. */
import { expect } from "chai";
import { Transaction, type TransactionLike, Wallet } from "ethers";
import { connectRollup } from "../../src/l1/client.ts";
import {
  createRpcSigner,
  RemoteL1Signer,
  type RemoteSigner,
  type TransactionToSign,
} from "../../src/l1/remote-signer.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createTestRollup, type TestRollup } from "../helpers/test-rollup.ts";

/** Key of the fourth account of Hardhat's chains, which nothing else here uses. */
const KEY = "0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6";
const PATIENCE = { resendAfterMs: 300, sendsMax: 3, requestTimeoutMs: 500, requestsMax: 1 };

describe("sending with remote signers", () => {
  let fixture: TestRollup;
  const wallet = new Wallet(KEY);

  before(async () => {
    fixture = await createTestRollup();
  });

  /** Signs what it is asked for, with some fields changed. */
  function sign(transaction: TransactionToSign, changes: TransactionLike = {}): string {
    const { gas, nonce, type } = transaction;
    const numbers = { nonce: Number(nonce), type: Number(type), gasLimit: gas, from: null };
    const whole = { ...transaction, ...numbers, ...changes } as TransactionLike;
    const unsigned = Transaction.from(whole);
    unsigned.signature = wallet.signingKey.sign(unsigned.unsignedHash);
    return unsigned.serialized;
  }

  const remote = (signTransaction: RemoteSigner["signTransaction"]): RemoteSigner => ({
    getAddress: () => Promise.resolve(wallet.address),
    signTransaction,
  });

  async function deposit(signer: RemoteSigner) {
    const l1Signer = new RemoteL1Signer(signer, fixture.ethers.provider);
    const client = await connectRollup(fixture.client, l1Signer, PATIENCE);
    return client.depositEth(wallet.address, 9n);
  }

  const next = async () => (await fixture.rollup.priorityQueue()).next;

  for (const [name, wrap] of Object.entries({
    "a text": (raw: string) => raw,
    "an object, as of geth and Clef": (raw: string) => ({ raw, tx: {} }),
  })) {
    it(`sign by eth_signTransaction, with ${name} as answer`, async () => {
      const before = await next();
      const asked: string[] = [];
      const server = {
        request: ({ method, params }: { method: string; params?: readonly unknown[] }) => {
          asked.push(method);
          return Promise.resolve(wrap(sign(params![0] as TransactionToSign)));
        },
      };
      const { transaction } = await deposit(createRpcSigner(server, wallet.address));
      expect(asked).to.deep.equal(["eth_signTransaction"]);
      const mined = await fixture.ethers.provider.getTransaction(transaction.hash);
      expect(mined!.from).to.equal(wallet.address);
      expect(await next()).to.equal(before + 1n);
    });
  }

  const wrong: Record<string, RemoteSigner["signTransaction"]> = {
    "sign for somebody else": (transaction) =>
      Promise.resolve(sign(transaction, { to: fixture.other.address })),
    "sign another nonce": (transaction) => Promise.resolve(sign(transaction, { nonce: 77 })),
    "sign a higher fee": (transaction) =>
      Promise.resolve(sign(transaction, { maxFeePerGas: 10n ** 15n })),
    "answer nonsense": () => Promise.resolve("0x1234"),
    refuse: () => Promise.reject(new Error("denied by a rule at https://kms.example/SECRET")),
    "are unable": () => Promise.reject(new Error("method not supported")),
  };
  for (const [name, signTransaction] of Object.entries(wrong)) {
    it(`L1_SIGNER_FAILED: send nothing, if they ${name}`, async () => {
      const before = await next();
      const failed = await expectRejection("L1_SIGNER_FAILED", deposit(remote(signTransaction)));
      expect(failed.facts["address"]).to.equal(wallet.address);
      expect(`${failed.message} ${String(failed.cause)}`).not.to.match(/SECRET|kms/);
      expect(await next()).to.equal(before);
    });
  }
});
