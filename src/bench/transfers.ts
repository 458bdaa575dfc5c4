/** Users who send ETH to each other, for the blocks of benchmarks. */

import type { Point } from "../crypto/baby-jubjub.ts";
import { createSigningKey, type SigningKey } from "../crypto/eddsa.ts";
import { hashPublicKey, publicKey, sign } from "../kernel/signatures.ts";
import { type SignedTransaction, signingMessage } from "../operations/transaction.ts";
import {
  ETH_TOKEN_ID,
  GENESIS_FEE_ACCOUNT_ID,
  LEAF_KIND,
  TIMESTAMP_MAX,
} from "../protocol/constants.ts";
import type { RollupState } from "../state/rollup-state.ts";
import { createSeededRandom, type Random } from "./random.ts";

/** L1 owner of the fee account. */
export const FEE_ACCOUNT_ADDRESS = 0xfeen;
/** Fee of a transfer, which has a packed form. */
export const FEE = 1_000n;
/** A transfer moves a small multiple of this amount. */
const AMOUNT = 1_000_000n;
const FUNDS = 10n ** 24n;

/** The owner of an account, who tracks its nonce and balance. */
export interface User {
  readonly accountId: number;
  readonly address: bigint;
  readonly key: SigningKey;
  readonly publicKey: Point;
  nonce: number;
  balance: bigint;
}

export function createUsers(count: number, random: Random): User[] {
  return Array.from({ length: count }, (_, index) => {
    const key = createSigningKey(random.bytes(32));
    const accountId = GENESIS_FEE_ACCOUNT_ID + 1 + index;
    const address = random.bigint(160) | 1n;
    return { accountId, address, key, publicKey: publicKey(key), nonce: 0, balance: FUNDS };
  });
}

/** Returns the state with the users' accounts as they track them. */
export function fund(state: RollupState, users: readonly User[]): RollupState {
  return users.reduce((next, { accountId, address, publicKey, nonce, balance }) => {
    const pubKeyHash = hashPublicKey(publicKey);
    const account = { kind: LEAF_KIND.account, nonce, address, pubKeyHash };
    return next.update(accountId, ETH_TOKEN_ID, { account, balance });
  }, state);
}

/** The owner of an account that receives a transfer. */
export type Recipient = Pick<User, "address" | "balance">;

/**
 * Creates a function that makes signed transfers from random users.
 *
 * @param pickRecipient - Default: another random one of them.
 */
export function createLoad(
  users: readonly User[],
  domain: bigint,
  pickRecipient: (random: Random) => Recipient = (random) => random.pick(users),
) {
  const random = createSeededRandom("bench transfers");
  return (count: number): SignedTransaction[] =>
    Array.from({ length: count }, () => {
      const [from, to] = [random.pick(users), pickRecipient(random)];
      const amount = AMOUNT * BigInt(1 + random.int(1000));
      const transfer = {
        type: "transfer" as const,
        accountId: from.accountId,
        tokenId: ETH_TOKEN_ID,
        fee: FEE,
        nonce: from.nonce++,
        validFrom: 0n,
        validUntil: TIMESTAMP_MAX,
        recipient: to.address,
        amount,
      };
      from.balance -= amount + FEE;
      to.balance += amount;
      const signature = sign(from.key, signingMessage(transfer, domain));
      return { ...transfer, publicKey: from.publicKey, signature };
    });
}
