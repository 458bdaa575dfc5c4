/** Signing by somebody else: a key server, or a key management service behind an interface. */
import {
  AbstractSigner,
  getAddress,
  type Provider,
  toQuantity,
  Transaction,
  type TransactionLike,
  type TransactionRequest,
} from "ethers";
import { isRollupError } from "../util/errors.ts";
import type { Eip1193 } from "./eip1193.ts";
import { l1Error } from "./errors.ts";
import { reasonOf } from "./refusals.ts";

/** A transaction to sign, in the form of JSON-RPC: numbers are 0x-hex without leading zeros. */
export interface TransactionToSign {
  readonly [field: string]: string | undefined;
}

/** Whoever has the key of an L1 account. */
export interface RemoteSigner {
  /** Returns the address of the account, which never changes; checksummed or not. */
  getAddress(): Promise<string>;
  /**
   * Signs a transaction and sends nothing.
   *
   * @param transaction - All fields of `eth_signTransaction`, with chain, nonce, gas and fees.
   * @returns The signed transaction, 0x-hex.
   */
  signTransaction(transaction: TransactionToSign): Promise<string>;
}

/**
 * Creates a signer that asks a key server by `eth_signTransaction`, as Clef and Web3Signer answer
 * it.
 *
 * @param server - Connection to it, which nobody else can read.
 * @param address - The account.
 */
export function createRpcSigner(server: Eip1193, address: string): RemoteSigner {
  return {
    getAddress: () => Promise.resolve(address),
    signTransaction: async (transaction) => {
      const params = [transaction];
      const answer = await server.request({ method: "eth_signTransaction", params });
      const raw = typeof answer === "string" ? answer : (answer as { raw?: unknown } | null)?.raw;
      if (typeof raw === "string") return raw;
      throw new Error("the answer is no signed transaction");
    },
  };
}

/** A signer of ethers for a {@link RemoteSigner}, of which only signatures are believed. */
export class RemoteL1Signer extends AbstractSigner {
  readonly #remote: RemoteSigner;
  #address: string | undefined;

  constructor(remote: RemoteSigner, provider: Provider | null = null) {
    super(provider);
    this.#remote = remote;
  }

  connect(provider: Provider | null): RemoteL1Signer {
    return new RemoteL1Signer(this.#remote, provider);
  }

  /** Returns the address with its checksum, as ethers names the sender of what was signed. */
  async getAddress(): Promise<string> {
    this.#address ??= getAddress(await this.#remote.getAddress());
    return this.#address;
  }

  /**
   * Signs a transaction that is complete.
   *
   * @throws L1_SIGNER_FAILED, also if another transaction or another key was used
   */
  override async signTransaction(request: TransactionRequest): Promise<string> {
    const address = await this.getAddress();
    const unsigned = Transaction.from({ ...request, from: null } as TransactionLike);
    try {
      const raw = await this.#remote.signTransaction(toRpc(unsigned, address));
      const signed = Transaction.from(raw);
      const isRight = signed.from === address && signed.unsignedHash === unsigned.unsignedHash;
      if (isRight) return raw;
      throw l1Error({
        code: "L1_SIGNER_FAILED",
        address,
        reason: "it has signed another transaction, or with another key",
      });
    } catch (error) {
      if (isRollupError(error)) throw error;
      // The cause is left out, as it may name the server.
      throw l1Error({ code: "L1_SIGNER_FAILED", address, reason: reasonOf(error) });
    }
  }

  override signMessage(): Promise<string> {
    throw new Error("this signer signs transactions only");
  }

  override signTypedData(): Promise<string> {
    throw new Error("this signer signs transactions only");
  }
}

function toRpc(transaction: Transaction, from: string): TransactionToSign {
  const { to, data, nonce, value, gasLimit, chainId, type } = transaction;
  const { gasPrice, maxFeePerGas, maxPriorityFeePerGas } = transaction;
  const quantities = Object.entries({
    nonce,
    value,
    gas: gasLimit,
    chainId,
    type,
    ...(type === 2 ? { maxFeePerGas, maxPriorityFeePerGas } : { gasPrice }),
  });
  return {
    from,
    ...(to !== null && { to }),
    data,
    ...Object.fromEntries(quantities.map(([name, value]) => [name, toQuantity(value!)])),
  };
}
