/** Errors of the client, before the operator is asked. */
import { defineErrors } from "../util/errors.ts";

export type SdkErrorFacts =
  | { code: "TOKEN_UNKNOWN"; token: string; known: readonly string[] }
  | { code: "ADDRESS_INVALID"; field: string; value: string }
  | { code: "AMOUNT_INVALID"; field: string; value: string }
  | { code: "OPTION_UNKNOWN"; option: string; known: readonly string[] }
  | { code: "OPTION_INVALID"; option: string; value: string; expected: string }
  | { code: "ROLLUP_REPLACED"; rollupAddress: string; current: string | undefined }
  | { code: "DEPOSIT_AMOUNT_INVALID"; amount: bigint; maximum: bigint }
  | { code: "BATCH_NOT_SIGNED"; index: number; accountId: number }
  | { code: "BATCH_NOT_PREPARED"; index: number; accountId: number }
  | { code: "L1_SIGNER_WITHOUT_PROVIDER"; address: string }
  | { code: "CREATE2_WALLET_MISSING"; address: string }
  | { code: "OWNER_IS_NO_KEY"; address: string; signer: string }
  | { code: "L1_CHAIN_MISMATCH"; expected: bigint; actual: bigint }
  | { code: "PRIORITY_REQUEST_NOT_FOUND"; transactionHash: string }
  | { code: "KEY_DERIVATION_UNSUPPORTED"; address: string }
  | { code: "TRANSACTION_NOT_PLACED"; hash: string }
  | { code: "INCLUSION_NOT_PROMISED"; hash: string }
  | { code: "FEE_ABOVE_MAXIMUM"; fee: bigint; maximum: bigint; tokenId: number }
  | { code: "BLOCK_NOT_KEPT"; blockNumber: number }
  | { code: "ACCOUNT_EVENTS_MISSED"; account: number | string; maximum: number }
  | { code: "ROLLUP_MISMATCH"; what: string; expected: string; actual: string }
  | { code: "ROLLUP_NOT_PINNED"; rollupAddress: string; chainId: bigint }
  | { code: "KEY_DERIVATION_NOT_DETERMINISTIC"; address: string }
  | { code: "SIGNING_KEY_DIFFERS"; address: string; accountId: number }
  | { code: "VIEM_ACCOUNT_MISSING" }
  | { code: "L1_SIGNER_UNABLE"; address: string; what: string };

export const sdkError = defineErrors<SdkErrorFacts>({
  TOKEN_UNKNOWN: {
    message: ({ token, known }) => `No token ${token} is listed; there are ${known.join(", ")}.`,
    fix: 'Name a token by "ETH", symbol, address or id; the governor lists new ones (listToken).',
  },
  ADDRESS_INVALID: {
    message: ({ field, value }) => `${field} = ${value} is not an address.`,
    fix: "Pass 20 bytes of 0x-hex, not zero; mixed case needs a valid checksum. No contract object, no ENS name.",
  },
  AMOUNT_INVALID: {
    message: ({ field, value }) => `${field} = ${value} is not an amount.`,
    fix: 'Pass a bigint of at least 0n, in the smallest unit, such as parseAmount("1.5", token).',
  },
  OPTION_UNKNOWN: {
    message: ({ option, known }) =>
      `There is no option ${option}; known: ${known.join(", ") || "none"}.`,
    fix: "Correct the name, or omit the option.",
  },
  OPTION_INVALID: {
    message: ({ option, value, expected }) =>
      `${option || "The argument"} = ${value}, but it must be ${expected}.`,
    fix: "Pass a value of that kind, or omit the option for its default.",
  },
  ROLLUP_REPLACED: {
    message: ({ rollupAddress, current }) =>
      `This belongs to the rollup ${rollupAddress}, but the connection has ` +
      `${current === undefined ? "no rollup now" : `the rollup ${current} now`}.`,
    fix: "Get new wallets for the current rollup with rollup.getWallets().",
  },
  DEPOSIT_AMOUNT_INVALID: {
    message: ({ amount, maximum }) =>
      `A deposit of ${amount} is refused: the range is 1 to ${maximum}.`,
    fix: "Deposit at least 1 of the token's smallest unit; split what exceeds the maximum.",
  },
  BATCH_NOT_SIGNED: {
    message: ({ index, accountId }) =>
      `Transaction ${index} of the batch is not signed by account ${accountId}.`,
    fix: "Pass the whole batch through signBatch of every wallet that sends a part of it.",
  },
  BATCH_NOT_PREPARED: {
    message: ({ index, accountId }) =>
      `Transaction ${index} of the batch is sent by account ${accountId}, whose wallet has not prepared it.`,
    fix: "Prepare it with wallet.batch(), or check it and sign with wallet.signer.signBatch.",
  },
  L1_SIGNER_WITHOUT_PROVIDER: {
    message: ({ address }) => `The L1 signer of ${address} has no provider.`,
    fix: "Connect it: signer.connect(provider).",
  },
  CREATE2_WALLET_MISSING: {
    message: ({ address }) => `The wallet of ${address} was not made for a CREATE2 contract.`,
    fix: "Pass { create2: { creator, saltArgument, codeHash } } to RollupWallet.create.",
  },
  OWNER_IS_NO_KEY: {
    message: ({ address, signer }) =>
      `The account of ${address} is not that of the L1 signer ${signer}, which cannot sign for it.`,
    fix: "Only an owner with an Ethereum key has a second factor, no contract; see docs/second-factor.md.",
  },
  L1_CHAIN_MISMATCH: {
    message: ({ expected, actual }) =>
      `The L1 signer is on chain ${actual}, but the rollup is on chain ${expected}.`,
    fix: "Connect the signer to a provider of the rollup's chain.",
  },
  PRIORITY_REQUEST_NOT_FOUND: {
    message: ({ transactionHash }) =>
      `The L1 transaction ${transactionHash} has added no request to the priority queue.`,
    fix: "Check that the rollup address is that of a Rollup contract.",
  },
  KEY_DERIVATION_UNSUPPORTED: {
    message: ({ address }) =>
      `The signature by ${address} is not an ECDSA signature of that address.`,
    fix: "Pass { signer: RollupSigner.fromSeed(seed) } to RollupWallet.create, or another l1Signer.",
  },
  TRANSACTION_NOT_PLACED: {
    message: ({ hash }) => `The operator names no block of the transaction ${hash}.`,
    fix: "Look at its receipt: it may have been rejected, or it was sent to another rollup.",
  },
  INCLUSION_NOT_PROMISED: {
    message: ({ hash }) => `The operator promises nothing about the transaction ${hash}.`,
    fix:
      "Wait for a promise about its block (handle.promise), or until it is executed: L1 can still " +
      "take away what it rests on, a reorg has voided the promise, or it is executed already.",
  },
  FEE_ABOVE_MAXIMUM: {
    message: ({ fee, maximum, tokenId }) =>
      `The fee is ${fee} of token ${tokenId}, more than the maximum of ${maximum}.`,
    fix: "Look at wallet.estimateFee, and pass { maxFee } or { fee } if you agree; see docs/fees.md.",
  },
  BLOCK_NOT_KEPT: {
    message: ({ blockNumber }) => `The node does not keep block ${blockNumber} any more.`,
    fix: "Begin with a later block; rollup_getBlocks names the first one, and L1 has all of them.",
  },
  ACCOUNT_EVENTS_MISSED: {
    message: ({ account, maximum }) =>
      `More has happened to account ${account} since the node was last asked than it lists, or ` +
      `than ${maximum} operations.`,
    fix: "Read the present state and provider.history, and subscribe again; a stream leaves nothing out.",
  },
  ROLLUP_MISMATCH: {
    message: ({ what, expected, actual }) =>
      `The node serves a rollup whose ${what} is ${actual}, not ${expected}.`,
    fix: "Check the URL of the node and what you pin; do not use a node that names another rollup.",
  },
  ROLLUP_NOT_PINNED: {
    message: ({ rollupAddress, chainId }) =>
      `Only the node says that ${rollupAddress} is the rollup on chain ${chainId}.`,
    fix:
      "Pass { rollupAddress } to connect or create, or --rollup to a task, from somebody whom you " +
      "trust: deposits go there, and signatures are for it.",
  },
  KEY_DERIVATION_NOT_DETERMINISTIC: {
    message: ({ address }) =>
      `The wallet of ${address} signs the same text in another way each time.`,
    fix: "Keep a seed of 32 random bytes, and pass { signer: RollupSigner.fromSeed(seed) }.",
  },
  SIGNING_KEY_DIFFERS: {
    message: ({ address, accountId }) =>
      `Account ${accountId} of ${address} has another signing key than this wallet derives.`,
    fix: "Use the key that was set, or set this one with setSigningKey; see docs/guide/sdk.md.",
  },
  L1_SIGNER_UNABLE: {
    message: ({ address, what }) => `The wallet of ${address} has no L1 key, and cannot ${what}.`,
    fix: "Make the wallet with rollup.wallet(signer), from a signer of ethers or an account of viem.",
  },
  VIEM_ACCOUNT_MISSING: {
    message: () => "The client of viem has no account.",
    fix: "Pass { account } to createWalletClient, or an account to rollup.wallet.",
  },
});
