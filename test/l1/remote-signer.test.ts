/** A signer in another process, of which only signatures are believed. */
import { expect } from "chai";
import { Transaction, Wallet } from "ethers";
import {
  createRpcSigner,
  RemoteL1Signer,
  type TransactionToSign,
} from "../../src/l1/remote-signer.ts";
import { expectRejection } from "../helpers/expect-code.ts";

const wallet = new Wallet(`0x${"11".repeat(32)}`);
const other = new Wallet(`0x${"22".repeat(32)}`);
const REQUEST = {
  chainId: 1n,
  from: wallet.address,
  to: other.address,
  data: "0x1234",
  value: 5n,
  nonce: 7,
  gasLimit: 50_000n,
  maxFeePerGas: 20n,
  maxPriorityFeePerGas: 2n,
  type: 2,
};

/** A key server with the key of an account. */
function serverOf(key: Wallet, change: (transaction: Transaction) => void = () => {}) {
  const sign = ({ gas, type, nonce, ...rest }: TransactionToSign) => {
    const numbers = { gasLimit: gas!, type: Number(type), nonce: Number(nonce) };
    const transaction = Transaction.from({ ...rest, ...numbers, from: null });
    change(transaction);
    transaction.signature = key.signingKey.sign(transaction.unsignedHash);
    return transaction.serialized;
  };
  return {
    request: ({ params }: { readonly params?: readonly unknown[] }) =>
      Promise.resolve({ raw: sign(params![0] as TransactionToSign) }),
  };
}

describe("l1: remote signer", () => {
  it("signs for an account, whichever way its address is written", async () => {
    for (const address of [wallet.address, wallet.address.toLowerCase()]) {
      const signer = new RemoteL1Signer(createRpcSigner(serverOf(wallet), address));
      expect(await signer.getAddress()).to.equal(wallet.address);
      expect(await signer.signTransaction(REQUEST)).to.equal(await wallet.signTransaction(REQUEST));
    }
  });

  it("refuses another key, and another transaction", async () => {
    const byOther = new RemoteL1Signer(createRpcSigner(serverOf(other), wallet.address));
    await expectRejection("L1_SIGNER_FAILED", byOther.signTransaction(REQUEST));
    const change = (transaction: Transaction) => void (transaction.value = 6n);
    const changed = createRpcSigner(serverOf(wallet, change), wallet.address);
    const error = await expectRejection(
      "L1_SIGNER_FAILED",
      new RemoteL1Signer(changed).signTransaction(REQUEST),
    );
    expect(error.message).to.contain("another transaction");
  });
});
