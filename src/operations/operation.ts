/**
 * Operations: what stands in the slots of a block.
 *
 * The part of an operation that is public data follows from the operation table by type, so the
 * table, the codec and the types can not drift apart. A signed operation adds what its signer put
 * under the signature.
 */
import type { Point } from "../crypto/baby-jubjub.ts";
import type { Signature } from "../crypto/eddsa.ts";
import type { FieldType } from "../protocol/layout.ts";
import type { RECORD_COLUMNS } from "../protocol/operations.ts";
import { OPERATIONS, type OperationName } from "../protocol/operations.ts";

/** Types of field that are held as numbers; all others are bigints. */
export const NUMBER_TYPES = ["accountId", "tokenId", "nonce"] as const satisfies FieldType[];
type FieldValue<T> = T extends (typeof NUMBER_TYPES)[number] ? number : bigint;

type RecordTypes = { [C in (typeof RECORD_COLUMNS)[number] as C["name"]]: C["type"] };
type Spec<N extends OperationName> = (typeof OPERATIONS)[N];
type NameOf<Entry> = Entry extends { name: infer Name extends string } ? Name : never;

type RecordFields<N extends OperationName> = {
  readonly [C in keyof Spec<N>["record"] as Spec<N>["record"][C] & string]: FieldValue<
    RecordTypes[C & keyof RecordTypes]
  >;
};
type ExtensionFields<N extends OperationName> = {
  readonly [C in keyof Spec<N>["extension"] as NameOf<Spec<N>["extension"][C]>]: FieldValue<
    Spec<N>["extension"][C] extends { type: infer T } ? T : never
  >;
};

/**
 * The public data of an operation: the fields that the operation table names, under those names.
 */
export type PublicOperation<N extends OperationName = OperationName> = {
  [M in N]: { readonly type: M } & RecordFields<M> & ExtensionFields<M>;
}[N];

/** What a signer adds to a transaction: how long it holds, and the proof that it is theirs. */
export interface Authorization {
  /** The signer's nonce before the operation, uint32. */
  readonly nonce: number;
  /** First and last Unix second at which a block may include it, uint64. */
  readonly validFrom: bigint;
  readonly validUntil: bigint;
  readonly publicKey: Point;
  readonly signature: Signature;
  /** Whether the operation of the next slot belongs to the same batch. */
  readonly linksNext?: true;
}

/** Fills a slot of a block that has nothing else to do. */
export type Noop = PublicOperation<"noop">;
/** Credits what was deposited on L1, to a new account if the owner has none. */
export type Deposit = PublicOperation<"deposit">;
/** Moves an amount to an existing account, which must be one of the recipient that was signed. */
export type Transfer = PublicOperation<"transfer"> & Authorization & { readonly recipient: bigint };
/** Moves an amount to an address that has no account, and creates the account. */
export type TransferToNew = PublicOperation<"transferToNew"> & Authorization;
/** Moves an amount out to an L1 address. */
export type Withdraw = PublicOperation<"withdraw"> & Authorization;
/**
 * Moves all of a token out to the owner, asked for on L1; nothing, if the asker is not the owner.
 */
export type FullExit = PublicOperation<"fullExit">;
/** Sets the signing key of an account; signed by the new key, authorised by the owner on L1. */
export type ChangePubKey = PublicOperation<"changePubKey"> & Authorization;
/** Moves all of a token of an account without a signing key out to its owner. */
export type ForcedExit = PublicOperation<"forcedExit"> & Authorization;
/** Serves a deposit without crediting it: L1 pays it back to its owner. Changes nothing on L2. */
export type Refund = PublicOperation<"refund">;

export type SignedOperation = Transfer | TransferToNew | Withdraw | ChangePubKey | ForcedExit;
export type Operation = Noop | Deposit | FullExit | Refund | SignedOperation;

/** Whether an operation starts with a signed transaction. */
export function isSigned(operation: Operation): operation is SignedOperation {
  return OPERATIONS[operation.type].origin === "l2";
}

/** A field of an operation's public data. A packed type says that the value has a packed form. */
export interface PublicField {
  readonly name: string;
  readonly type: FieldType;
}
