/**
 * Signers of other libraries as signers of ethers: accounts and clients of viem, and wallets of
 * browsers. Nothing of viem is imported; what is used of it is described here.
 */
import {
  AbstractSigner,
  BrowserProvider,
  type Provider,
  resolveProperties,
  type Signer,
  type TransactionRequest,
  type TypedDataDomain,
  TypedDataEncoder,
  type TypedDataField,
} from "ethers";
import type { Eip1193 } from "../l1/eip1193.ts";
import { sdkError } from "./errors.ts";
import { option, readInput } from "./inputs.ts";
import { assertL1Chain } from "./l1-chain.ts";
import { NodeL1 } from "./node-l1.ts";

/** An account of viem that holds its key, as of `privateKeyToAccount`. */
export interface ViemAccount {
  /** L1 address. */
  readonly address: string;
  /**
   * Signs a text by EIP-191.
   *
   * @param parameters - The text as `message`.
   * @returns The signature, 0x-hex.
   */
  signMessage(parameters: { message: string }): Promise<string>;
  /**
   * Signs an L1 transaction.
   *
   * @param transaction - In viem's form.
   * @returns The signed transaction, 0x-hex.
   */
  signTransaction(transaction: never): Promise<string>;
  /**
   * Signs by EIP-712.
   *
   * @param parameters - In viem's form.
   * @returns The signature, 0x-hex.
   */
  signTypedData(parameters: never): Promise<string>;
}

/** A client of viem. */
export interface ViemClient {
  /** The account of a wallet client. */
  readonly account?: { readonly address: string } | undefined;
  /**
   * Sends JSON-RPC.
   *
   * @param call - As of EIP-1193.
   * @returns The result.
   */
  request(call: never): Promise<unknown>;
}

/** Who signs on L1: a signer of ethers, an account or wallet client of viem, or EIP-1193. */
export type L1SignerLike = Signer | ViemAccount | ViemClient | Eip1193;

const has = (value: unknown, ...methods: string[]): value is object =>
  typeof value === "object" &&
  value !== null &&
  methods.every((method) => typeof Reflect.get(value, method) === "function");

const isEthers = (value: unknown): value is Signer =>
  has(value, "getAddress", "signMessage", "sendTransaction");
const isAccount = (value: unknown): value is ViemAccount =>
  has(value, "signMessage", "signTransaction", "signTypedData") &&
  typeof Reflect.get(value, "address") === "string";
const isRequester = (value: unknown): value is Eip1193 & ViemClient => has(value, "request");

const signerInput = option(
  "a signer of ethers, an account or wallet client of viem, or a provider of EIP-1193",
  (value): value is L1SignerLike => isEthers(value) || isAccount(value) || isRequester(value),
);

/**
 * Makes a signer of ethers.
 *
 * @param chainId - Of L1, which the node names.
 * @param getL1 - L1 for signers that have no connection of their own.
 * @throws OPTION_INVALID, L1_CHAIN_MISMATCH
 */
export async function toL1Signer(
  given: L1SignerLike,
  chainId: bigint,
  getL1: () => Promise<Provider>,
): Promise<Signer> {
  const signer = readInput(signerInput, given, "signer");
  if (isEthers(signer)) return signer.provider === null ? signer.connect(await getL1()) : signer;
  if (!isRequester(signer)) return new AccountSigner(signer as ViemAccount, await getL1());
  const { account } = signer;
  if (isAccount(account)) return new AccountSigner(account, await ownL1(signer, chainId));
  // A client's `request` is that of EIP-1193.
  // What was true before a transaction is not true after it, though ethers would keep it a moment.
  return new BrowserProvider(signer, undefined, { cacheTimeout: -1 }).getSigner(account?.address);
}

/** @throws L1_CHAIN_MISMATCH */
async function ownL1(client: Eip1193, chainId: bigint): Promise<Provider> {
  assertL1Chain(chainId, await client.request({ method: "eth_chainId" }));
  return new NodeL1({ request: (call) => client.request(call) }, chainId);
}

/** A signer over an account of viem. */
class AccountSigner extends AbstractSigner {
  readonly #account: ViemAccount;

  constructor(account: ViemAccount, provider: Provider | null) {
    super(provider);
    this.#account = account;
  }

  getAddress(): Promise<string> {
    return Promise.resolve(this.#account.address);
  }

  connect(provider: Provider | null): AccountSigner {
    return new AccountSigner(this.#account, provider);
  }

  signMessage(message: string | Uint8Array): Promise<string> {
    const content = typeof message === "string" ? message : { raw: message };
    return this.#account.signMessage({ message: content as string });
  }

  signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    message: Record<string, unknown>,
  ): Promise<string> {
    const { primaryType } = TypedDataEncoder.from(types);
    return this.#account.signTypedData({ domain, types, primaryType, message } as never);
  }

  async signTransaction(request: TransactionRequest): Promise<string> {
    const transaction = await resolveProperties(request);
    const { gasPrice, maxFeePerGas, maxPriorityFeePerGas, gasLimit } = transaction;
    const fees =
      gasPrice === undefined || gasPrice === null
        ? { type: "eip1559", maxFeePerGas, maxPriorityFeePerGas }
        : { type: "legacy", gasPrice };
    const { chainId, nonce, to, data, value } = transaction;
    return this.#account.signTransaction({
      ...fees,
      chainId: Number(chainId),
      nonce,
      gas: gasLimit,
      to: to ?? undefined,
      data,
      value,
    } as never);
  }
}

/** The owner of an account whose L1 key is elsewhere: it has an address, and signs nothing. */
export class AbsentSigner extends AbstractSigner {
  readonly #address: string;

  constructor(address: string, provider: Provider) {
    super(provider);
    this.#address = address;
  }

  getAddress(): Promise<string> {
    return Promise.resolve(this.#address);
  }

  connect(provider: Provider): AbsentSigner {
    return new AbsentSigner(this.#address, provider);
  }

  signMessage(): Promise<string> {
    return this.#refuse("sign a message");
  }

  signTypedData(): Promise<string> {
    return this.#refuse("sign typed data");
  }

  signTransaction(): Promise<string> {
    return this.#refuse("send to L1");
  }

  #refuse(what: string): Promise<never> {
    return Promise.reject(sdkError({ code: "L1_SIGNER_UNABLE", address: this.#address, what }));
  }
}
