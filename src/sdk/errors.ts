/** What can go wrong on the side of a wallet before the operator is asked. */
import { defineErrors } from "../util/errors.ts";

export type SdkErrorFacts =
  | { code: "TOKEN_UNKNOWN"; token: string; known: readonly string[] }
  | { code: "ADDRESS_INVALID"; field: string; value: string }
  | { code: "DEPOSIT_AMOUNT_INVALID"; amount: bigint; maximum: bigint }
  | { code: "BATCH_NOT_SIGNED"; index: number; accountId: number }
  | { code: "BATCH_NOT_PREPARED"; index: number; accountId: number }
  | { code: "L1_SIGNER_WITHOUT_PROVIDER"; address: string }
  | { code: "CREATE2_WALLET_MISSING"; address: string }
  | { code: "L1_CHAIN_MISMATCH"; expected: bigint; actual: bigint }
  | { code: "PRIORITY_REQUEST_NOT_FOUND"; transactionHash: string }
  | { code: "KEY_DERIVATION_UNSUPPORTED"; address: string };

export const sdkError = defineErrors<SdkErrorFacts>({
  TOKEN_UNKNOWN: {
    message: ({ token, known }) => `No token ${token} is listed; there are ${known.join(", ")}.`,
    fix: 'Name a token by "ETH", symbol, address or id; the governor lists new ones (listToken).',
  },
  ADDRESS_INVALID: {
    message: ({ field, value }) => `${field} = ${value} is not an address.`,
    fix: "Pass 20 bytes of 0x-hex; mixed case must be a valid checksum.",
  },
  DEPOSIT_AMOUNT_INVALID: {
    message: ({ amount, maximum }) => `${amount} can not be deposited: it must be 1 to ${maximum}.`,
    fix: "Deposit in parts; amounts are in the token's smallest unit.",
  },
  BATCH_NOT_SIGNED: {
    message: ({ index, accountId }) =>
      `Transaction ${index} of the batch is not signed by account ${accountId}.`,
    fix: "Pass the whole batch through signBatch of every wallet that has a part in it.",
  },
  BATCH_NOT_PREPARED: {
    message: ({ index, accountId }) =>
      `Transaction ${index} of the batch is by account ${accountId}, whose wallet has not prepared it.`,
    fix: "Prepare it with wallet.batch(), or look at it well and sign with wallet.signer.signBatch.",
  },
  L1_SIGNER_WITHOUT_PROVIDER: {
    message: ({ address }) => `The L1 signer of ${address} is connected to no provider.`,
    fix: "Connect it: signer.connect(provider).",
  },
  CREATE2_WALLET_MISSING: {
    message: ({ address }) => `The wallet of ${address} was not made for a CREATE2 contract.`,
    fix: "Pass { create2: { creator, saltArgument, codeHash } } to RollupWallet.create.",
  },
  L1_CHAIN_MISMATCH: {
    message: ({ expected, actual }) =>
      `The L1 signer is on chain ${actual}, but the rollup lives on chain ${expected}.`,
    fix: "Connect the signer to the chain of the rollup.",
  },
  PRIORITY_REQUEST_NOT_FOUND: {
    message: ({ transactionHash }) =>
      `The L1 transaction ${transactionHash} has added nothing to the priority queue.`,
    fix: "Check that the rollup address is that of a Rollup contract.",
  },
  KEY_DERIVATION_UNSUPPORTED: {
    message: ({ address }) =>
      `The signature by ${address} is not an ECDSA signature of that address.`,
    fix: "Derive the key from an externally owned account, or make a RollupSigner from a seed.",
  },
});
