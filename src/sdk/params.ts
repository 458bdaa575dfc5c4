/** What the methods of a wallet take: one schema each, for {@link readInput}. */
import type { Create2Wallet } from "../l1/authorization.ts";
import { NONCE_MAX, TIMESTAMP_MAX } from "../protocol/constants.ts";
import {
  address,
  amount,
  hexBytes,
  type Input,
  integer,
  nonZeroAddress,
  oneOf,
  option,
  optionsOf,
} from "./inputs.ts";
import type { TokenReference } from "./provider.ts";
import type { RollupSigner } from "./signer.ts";

/** What every L2 transaction can say. */
export interface TransactionOptions {
  /** In the token's smallest unit; must be packable. Default 0. */
  readonly fee?: bigint;
  /** First Unix second at which a block may include it. Default 0. */
  readonly validFrom?: bigint;
  /** Last Unix second at which a block may include it. Default: no end. */
  readonly validUntil?: bigint;
  /** Default: the account's next one. */
  readonly nonce?: number;
}

export interface TransferParams extends TransactionOptions {
  /** L1 address of the receiver; its account is created if it has none. */
  readonly to: string;
  readonly token: TokenReference;
  /** In the token's smallest unit; must be packable. */
  readonly amount: bigint;
}

export interface WithdrawParams extends TransactionOptions {
  readonly token: TokenReference;
  /** In the token's smallest unit. */
  readonly amount: bigint;
  /** L1 address that is paid. Default: the wallet's own. */
  readonly to?: string;
}

export interface ForcedExitParams extends TransactionOptions {
  /** L1 address whose account has no signing key. */
  readonly target: string;
  readonly token: TokenReference;
}

export interface SetSigningKeyParams extends TransactionOptions {
  /** Token of the fee. Default ETH. */
  readonly feeToken?: TokenReference;
  /**
   * How the owner consents: by signing, by an L1 transaction, or by its address, which the key has
   * gone into. Default `eip712`, but `create2` for a {@link Create2Wallet}.
   */
  readonly auth?: "eip712" | "onchain" | "create2";
}

export interface WalletOptions {
  /**
   * The wallet's address is that of this contract, which need not exist yet. `l1Signer` then stands
   * for nobody: it pays on L1, and the L2 key is derived from its signature.
   */
  readonly create2?: Create2Wallet;
  /**
   * The L2 key. Default: derived from a signature of `l1Signer`, which only an externally owned
   * account can make.
   */
  readonly signer?: RollupSigner;
  /**
   * The rollup that the wallet is for. Default: the one that the operator names, who could name a
   * contract of its own: whoever does not run the operator passes the address that they trust.
   */
  readonly rollupAddress?: string;
}

export interface DepositParams {
  readonly token: TokenReference;
  /** In the token's smallest unit. */
  readonly amount: bigint;
  /** L1 address that owns the L2 account. Default: the wallet's own. */
  readonly to?: string;
}

export interface FullExitParams {
  readonly token: TokenReference;
}

export const tokenReference: Input<TokenReference> = option(
  "a token's symbol, address or id",
  (value): value is TokenReference => typeof value === "string" || Number.isSafeInteger(value),
);

const timestamp = option(
  "a bigint of Unix seconds",
  (value): value is bigint => typeof value === "bigint" && value >= 0n && value <= TIMESTAMP_MAX,
);

const transactionOptions = {
  fee: amount.optional(),
  validFrom: timestamp.optional(),
  validUntil: timestamp.optional(),
  nonce: integer(0, NONCE_MAX).optional(),
} satisfies { readonly [K in keyof TransactionOptions]-?: unknown };

/** What every transaction can say, for those whose content has no schema of its own. */
export const sendOptions = optionsOf<TransactionOptions>(transactionOptions);

/** The zero address gets past here, to be refused with the rule RECIPIENT_ZERO. */
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

export const fullExitParams = optionsOf<FullExitParams>({ token: tokenReference });

export const setSigningKeyParams = optionsOf<SetSigningKeyParams>({
  feeToken: tokenReference.optional(),
  auth: oneOf(["eip712", "onchain", "create2"]).optional(),
  ...transactionOptions,
});

/** Whichever copy of this package has made it. */
const rollupSigner = option(
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
});
