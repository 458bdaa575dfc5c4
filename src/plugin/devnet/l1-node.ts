/** L1 by the calls that saving and replaying it take. */
import type { EthereumProvider } from "hardhat/types/providers";

/** A transaction of a block, as nodes return it. */
export interface RpcTransaction {
  readonly hash: string;
  readonly from: string;
  readonly to: string | null;
  readonly nonce: string;
  readonly gas: string;
  readonly value: string;
  readonly input: string;
  readonly type?: string;
  readonly chainId?: string;
  readonly gasPrice?: string;
  readonly maxFeePerGas?: string;
  readonly maxPriorityFeePerGas?: string;
  readonly accessList?: readonly { readonly address: string; readonly storageKeys: string[] }[];
  readonly authorizationList?: readonly RpcAuthorization[];
  readonly v: string;
  readonly r: string;
  readonly s: string;
}

/** The consent of an account to the code of another one, EIP-7702. */
export interface RpcAuthorization {
  readonly chainId: string;
  readonly address: string;
  readonly nonce: string;
  readonly yParity: string;
  readonly r: string;
  readonly s: string;
}

/** A block with its transactions. */
export interface RpcBlock {
  readonly hash: string;
  readonly number: string;
  readonly timestamp: string;
  readonly stateRoot: string;
  readonly gasLimit: string;
  readonly gasUsed: string;
  readonly miner: string;
  readonly mixHash: string;
  readonly baseFeePerGas?: string;
  readonly parentBeaconBlockRoot?: string;
  readonly transactions: readonly RpcTransaction[];
}

export class L1Node {
  readonly #provider: EthereumProvider;

  constructor(provider: EthereumProvider) {
    this.#provider = provider;
  }

  /** @throws What L1 answers. */
  call(method: string, ...params: unknown[]): Promise<unknown> {
    return this.#provider.request({ method, params });
  }

  async number(): Promise<number> {
    return Number(await this.call("eth_blockNumber"));
  }

  async block(number: number): Promise<RpcBlock> {
    return (await this.call("eth_getBlockByNumber", toQuantity(number), true)) as RpcBlock;
  }
}

export function toQuantity(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
