/** Parameters of the wallet's methods, with a schema of each for {@link readInput}. */
import type { Create2Wallet } from "../l1/authorization.ts";
import { ACCOUNT_ID_BYTES, AMOUNT_MAX, NONCE_MAX, TIMESTAMP_MAX } from "../protocol/constants.ts";
import { type KeyConsent, keyConsent, tokenReference, type TokenReference } from "./fee-params.ts";
import {
  address,
  amount,
  hexBytes,
  type Input,
  integer,
  nonZeroAddress,
  option,
  optionsOf,
} from "./inputs.ts";
import type { Token } from "./provider.ts";
import type { RollupError } from "../util/errors.ts";
import type { RollupSigner } from "./signer.ts";

/** Options of every L2 transaction. */
export interface TransactionOptions {
  /**
   * In the token's smallest unit; must be packable (see {@link isPackableFee}). Default: what the
   * operator asks for, up to `maxFee`.
   */
  readonly fee?: bigint;
  /**
   * Maximum fee that is signed, in the token's smallest unit. Default: in ETH, twice the cost of an
   * L1 block for this transaction alone, and at most 0.05; in other tokens, 1% of the amount.
   */
  readonly maxFee?: bigint;
  /** First Unix second of blocks that may include the transaction. Default 0. */
  readonly validFrom?: bigint;
  /** Last Unix second of blocks that may include the transaction. Default: no end. */
  readonly validUntil?: bigint;
  /** Position among the account's transactions, from 0. Default: the next one. */
  readonly nonce?: number;
}

export interface TransferParams extends TransactionOptions {
  /** L1 address of the recipient; a recipient without an account gets one. */
  readonly to: string;
  /** The token: "ETH", or the symbol, address or id of a listed one. */
  readonly token: TokenReference;
  /** In the token's smallest unit; must be packable. */
  readonly amount: bigint;
}

export interface WithdrawParams extends TransactionOptions {
  /** The token: "ETH", or the symbol, address or id of a listed one. */
  readonly token: TokenReference;
  /** In the token's smallest unit. */
  readonly amount: bigint;
  /** L1 address that is paid. Default: the wallet's own. */
  readonly to?: string;
}

export interface ForcedExitParams extends TransactionOptions {
  /** L1 address whose account has no signing key. */
  readonly target: string;
  /** The token: "ETH", or the symbol, address or id of a listed one. */
  readonly token: TokenReference;
}

export interface SetSigningKeyParams extends TransactionOptions {
  /** Token of the fee. Default ETH. */
  readonly feeToken?: TokenReference;
  /**
   * How the owner consents: by an EIP-712 signature, by a fact that an L1 transaction stores, or by
   * a CREATE2 address that is derived from the key. Default `eip712`; `create2` for a
   * {@link Create2Wallet}.
   */
  readonly auth?: KeyConsent;
}

export interface WalletOptions {
  /**
   * Contract that owns the L2 account; it need not exist yet. `l1Signer` then only pays on L1, and
   * the L2 key is derived from its signature.
   */
  readonly create2?: Create2Wallet;
  /**
   * The L2 key. Default: derived from a signature of `l1Signer`, which must be an externally owned
   * account.
   */
  readonly signer?: RollupSigner;
  /**
   * L1 address of the rollup. Default: the one that the operator names. An operator could name a
   * contract of its own, so users who do not run the operator pass an address that they trust.
   */
  readonly rollupAddress?: string;
  /**
   * How often `l1Signer` signs to derive the key, 1 or 2. With 2, a wallet is refused whose
   * signatures differ, because it could not derive the key again. Default 1.
   */
  readonly derivationSignatures?: number;
  /**
   * Is called with SIGNING_KEY_DIFFERS if the account has another signing key than this wallet's.
   * Default: nobody is told.
   */
  readonly onWarning?: (warning: RollupError) => void;
}

export interface DepositParams {
  /** The token: "ETH", or the symbol, address or id of a listed one. */
  readonly token: TokenReference;
  /** In the token's smallest unit. */
  readonly amount: bigint;
  /** L1 address that owns the L2 account. Default: the wallet's own. */
  readonly to?: string;
}

export interface SecondFactorParams {
  /** The token: "ETH", or the symbol, address or id of a listed one. */
  readonly token: TokenReference;
  /**
   * What may leave the account in a day without the owner's Ethereum signature, fees included, in
   * the token's smallest unit: with 0 everything needs it; with null nothing does, as at first.
   */
  readonly limit: bigint | null;
}

export interface ApprovalParams {
  /** The token: the symbol, address or id of a listed one, not ETH. */
  readonly token: TokenReference;
  /** In the token's smallest unit. */
  readonly amount: bigint;
}

export interface PendingParams {
  /** "ETH", or the symbol, address or id of a listed one. Default: all listed tokens. */
  readonly token?: TokenReference;
}

/** A pending balance that L1 has paid. */
export interface PendingPayment {
  readonly token: Token;
  /** In the token's smallest unit. */
  readonly amount: bigint;
  /** Of the L1 transaction, 32 bytes of 0x-hex. */
  readonly hash: string;
}

export interface FullExitParams {
  /** The token: "ETH", or the symbol, address or id of a listed one. */
  readonly token: TokenReference;
  /**
   * Id of the owner's account, from somebody trusted: noted when it was made, or read from L1 as
   * `rollup:exit` does. Default: what the node says.
   */
  readonly accountId?: number;
}

const timestamp = option(
  "a bigint of Unix seconds",
  (value): value is bigint => typeof value === "bigint" && value >= 0n && value <= TIMESTAMP_MAX,
);

const transactionOptions = {
  fee: amount.optional(),
  maxFee: amount.optional(),
  validFrom: timestamp.optional(),
  validUntil: timestamp.optional(),
  nonce: integer(0, NONCE_MAX).optional(),
} satisfies { readonly [K in keyof TransactionOptions]-?: unknown };

/** Options of a transaction whose content has no schema of its own. */
export const sendOptions = optionsOf<TransactionOptions>(transactionOptions);

/** The zero address passes, because the rule RECIPIENT_ZERO refuses it later. */
export const transferParams = optionsOf<TransferParams>({
  to: address,
  token: tokenReference,
  amount,
  ...transactionOptions,
});

export const withdrawParams = optionsOf<WithdrawParams>({
  to: address.optional(),
  token: tokenReference,
  amount,
  ...transactionOptions,
});

export const forcedExitParams = optionsOf<ForcedExitParams>({
  target: address,
  token: tokenReference,
  ...transactionOptions,
});

export const depositParams = optionsOf<DepositParams>({
  to: nonZeroAddress.optional(),
  token: tokenReference,
  amount,
});

export const secondFactorParams = optionsOf<SecondFactorParams>({
  token: tokenReference,
  limit: option(
    "a bigint from 0 to 2^128 - 1, or null",
    (value): value is bigint | null =>
      value === null || (typeof value === "bigint" && value >= 0n && value <= AMOUNT_MAX),
  ) as Input<bigint>,
});

export const approvalParams = optionsOf<ApprovalParams>({ token: tokenReference, amount });

export const pendingParams = optionsOf<PendingParams>({ token: tokenReference.optional() });

export const fullExitParams = optionsOf<FullExitParams>({
  token: tokenReference,
  accountId: integer(0, 2 ** (8 * ACCOUNT_ID_BYTES) - 1).optional(),
});

export const setSigningKeyParams = optionsOf<SetSigningKeyParams>({
  feeToken: tokenReference.optional(),
  auth: keyConsent.optional(),
  ...transactionOptions,
});

/** Accepts a signer of any loaded copy of this package. */
export const rollupSigner = option(
  "a RollupSigner",
  (value): value is RollupSigner =>
    typeof value === "object" &&
    value !== null &&
    typeof Reflect.get(value, "pubKeyHash") === "bigint" &&
    typeof Reflect.get(value, "signBatch") === "function",
);

export const walletOptions = optionsOf<WalletOptions>({
  create2: optionsOf<Create2Wallet>({
    creator: nonZeroAddress,
    saltArgument: hexBytes(32),
    codeHash: hexBytes(32),
  }).optional(),
  signer: rollupSigner.optional(),
  rollupAddress: nonZeroAddress.optional(),
  derivationSignatures: integer(1, 2).optional(),
  onWarning: option(
    "a function",
    (value): value is (warning: RollupError) => void => typeof value === "function",
  ).optional(),
});
