/** What metrics ask L1 about, beside what the operator reads for its work. */

/** Reads facts of L1. Each call may fail, and may take long. */
export interface L1Source {
  /** Returns the balance of the account that sends the operator's transactions, in wei. */
  readBalance(): Promise<bigint>;
  /**
   * Returns when a request of the priority queue expires, in Unix seconds; 0 if there is none.
   *
   * @param requestId - Place in the queue.
   */
  readExpiration(requestId: number): Promise<bigint>;
  /** Returns how long a request may wait, in seconds. */
  readExpirationSeconds(): Promise<bigint>;
}

/** What of a client of the rollup is used. */
interface RollupReader {
  readonly contract: {
    readonly runner: unknown;
    priorityRequest(requestId: number): Promise<{ readonly expiration: bigint }>;
    priorityExpirationSeconds(): Promise<bigint>;
  };
}

interface Account {
  getAddress(): Promise<string>;
  readonly provider: { getBalance(address: string): Promise<bigint> };
}

/**
 * Reads L1 through a client whose runner is the operator's signer.
 *
 * @param client - Of `connectRollup`, with a signer.
 * @returns The source.
 *
 * @example
 * const [validator] = await ethers.getSigners();
 * const { rollupAddress } = await provider.getConfig();
 * const client = await connectRollup({ rollupAddress }, validator);
 * (await createL1Source(client).readBalance()) > 10n ** 18n; // true
 */
export function createL1Source({ contract }: RollupReader): L1Source {
  return {
    readBalance: async () => {
      const account = contract.runner as Account;
      return account.provider.getBalance(await account.getAddress());
    },
    readExpiration: async (requestId) => (await contract.priorityRequest(requestId)).expiration,
    readExpirationSeconds: () => contract.priorityExpirationSeconds(),
  };
}
