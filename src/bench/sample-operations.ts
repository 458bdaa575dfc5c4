/** Sample operations of each kind as public data, equal in every run, to measure their L1 cost. */

import { keccak256, type Signer, toBeHex, ZeroAddress } from "ethers";
import {
  create2WalletAddress,
  encodeCreate2Authorization,
  ON_CHAIN_AUTHORIZATION,
  signChangePubKey,
} from "../l1/authorization.ts";
import type { RollupClient } from "../l1/client.ts";
import type { PublicOperation } from "../operations/operation.ts";
import { ACCOUNT_ID_BYTES, ADDRESS_BYTES, PACKED_FEE } from "../protocol/constants.ts";
import { createSeededRandom } from "./random.ts";

/** A kind of operation; `index` counts through the whole run, so that all are different. */
export interface OperationKind {
  readonly operation: (index: number) => PublicOperation;
  /** The owner's consent, 0x-hex. */
  readonly authorization?: (index: number) => Promise<string>;
  /** Makes the L1 request that the operation serves. */
  readonly request?: (index: number) => Promise<unknown>;
}

const AMOUNT = 10n ** 18n;
const ACCOUNT_ID = 9;
const PUB_KEY_HASH = 2n ** 250n;

/**
 * Creates all kinds by name.
 *
 * @param client - Client of the user, which makes the requests.
 * @param user - Signer of `client` and owner of the account of the operations.
 */
export function createOperationKinds(
  client: RollupClient,
  { user, address }: { readonly user: Signer; readonly address: string },
): Readonly<Record<string, OperationKind>> {
  const owner = BigInt(address);
  const recipient = (index: number) => owner + BigInt(index);
  const withdraw = (tokenId: number): OperationKind => ({
    operation: (index) => ({
      type: "withdraw",
      accountId: ACCOUNT_ID,
      tokenId,
      fee: 10n ** 14n,
      recipient: recipient(index),
      amount: AMOUNT,
    }),
  });
  const moved = { tokenId: 0, owner, amount: AMOUNT };
  return {
    ...createTransferKinds(),
    deposit: {
      request: () => client.depositEth(address, AMOUNT),
      operation: () => ({ type: "deposit", accountId: ACCOUNT_ID, ...moved }),
    },
    refund: {
      request: () => client.depositEth(address, AMOUNT),
      operation: () => ({ type: "refund", ...moved }),
    },
    withdrawEth: withdraw(0),
    withdrawErc20: withdraw(1),
    fullExit: {
      request: () => client.requestFullExit(ACCOUNT_ID, ZeroAddress),
      operation: () => ({ type: "fullExit", accountId: ACCOUNT_ID, ...moved }),
    },
    ...createKeyChanges(client, { user, address }),
    forcedExit: {
      operation: (index) => ({
        type: "forcedExit",
        initiatorAccountId: ACCOUNT_ID,
        targetAccountId: index,
        tokenId: 0,
        fee: 10n ** 14n,
        recipient: recipient(index),
        amount: AMOUNT,
      }),
    },
  };
}

/** Creates changes of the signing key, by each kind of consent. */
function createKeyChanges(
  client: RollupClient,
  { user, address }: { readonly user: Signer; readonly address: string },
): Readonly<Record<string, OperationKind>> {
  const claim = { pubKeyHash: PUB_KEY_HASH, accountId: ACCOUNT_ID };
  const change = (nonce: number, owner = BigInt(address)): PublicOperation => ({
    type: "changePubKey",
    ...claim,
    tokenId: 0,
    fee: 10n,
    nonce,
    owner,
  });
  const create2Wallet = (index: number) => ({
    creator: address,
    saltArgument: keccak256(toBeHex(index, 32)),
    codeHash: keccak256(address),
  });
  return {
    changePubKeyEip712: {
      authorization: (nonce) => signChangePubKey(user, client, { ...claim, nonce }),
      operation: (nonce) => change(nonce),
    },
    changePubKeyOnChain: {
      request: (nonce) => client.setAuthPubKeyHash({ ...claim, nonce }),
      authorization: () => Promise.resolve(ON_CHAIN_AUTHORIZATION),
      operation: (nonce) => change(nonce),
    },
    changePubKeyCreate2: {
      authorization: (index) => Promise.resolve(encodeCreate2Authorization(create2Wallet(index))),
      operation: (index) =>
        change(0, BigInt(create2WalletAddress(create2Wallet(index), PUB_KEY_HASH))),
    },
  };
}

/** Creates transfers with random bytes, because the price of calldata depends on its bytes. */
function createTransferKinds(): Readonly<Record<string, OperationKind>> {
  const random = createSeededRandom("gas");
  const accountId = () => random.int(2 ** (8 * ACCOUNT_ID_BYTES));
  const moved = () => ({
    fromAccountId: accountId(),
    tokenId: random.int(2 ** 12),
    amount: random.bigint(32) * 10n ** BigInt(random.int(20)),
    fee: random.bigint(PACKED_FEE.mantissaBits) * 10n ** BigInt(random.int(20)),
  });
  return {
    transfer: {
      operation: () => ({ type: "transfer", ...moved(), toAccountId: accountId() }),
    },
    transferToNew: {
      operation: () => ({
        type: "transferToNew",
        ...moved(),
        toAccountId: accountId(),
        recipient: random.bigint(8 * ADDRESS_BYTES),
      }),
    },
  };
}
