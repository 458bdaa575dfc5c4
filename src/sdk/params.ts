/** What the methods of a wallet take: one schema each, for {@link readInput}. */
import type { Create2Wallet } from "../l1/authorization.ts";
import { NONCE_MAX, TIMESTAMP_MAX } from "../protocol/constants.ts";
import type {
  ForcedExitParams,
  TransactionOptions,
  TransferParams,
  WithdrawParams,
} from "./drafts.ts";
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
import type {
  DepositParams,
  FullExitParams,
  SetSigningKeyParams,
  WalletOptions,
} from "./wallet.ts";

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
