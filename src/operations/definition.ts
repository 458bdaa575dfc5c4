/**
 * The definition of an operation: a spec, which is data, and a little code. Types of operations and
 * transactions follow from the spec, so table, codec and types cannot drift apart.
 *
 * docs/operations.md says how to add one.
 */
import type { Point } from "../crypto/baby-jubjub.ts";
import type { Signature } from "../crypto/eddsa.ts";
import type { RECORD_COLUMNS } from "../protocol/columns.ts";
import type { FieldType } from "../protocol/layout.ts";
import type { RollupState } from "../state/rollup-state.ts";

/** Data about an operation; `check-specs.ts` checks it. */
export interface OperationSpec {
  /** Name in camelCase; the folder and the circom file have the same name in kebab-case. */
  readonly name: string;
  /** Code; codes count from 0 without gaps. */
  readonly code: number;
  /** One sentence for docs: what it does. */
  readonly summary: string;
  /**
   * Origin of the operation: none (padding), the L1 priority queue, or a signed L2 transaction.
   */
  readonly origin: "padding" | "l1" | "l2";
  /** Name of each filled record column in the operation. */
  readonly record: {
    readonly accountA?: string;
    readonly accountB?: string;
    readonly token?: "tokenId";
    readonly amount?: "amount";
    readonly fee?: "fee";
  };
  /** Name and type of each filled extension column in the operation, in wire order. */
  readonly extension: {
    readonly nonce?: { readonly name: "nonce"; readonly type: "nonce" };
    readonly address?: { readonly name: "owner" | "recipient"; readonly type: "address" };
    readonly value?:
      | { readonly name: "amount"; readonly type: "amount" }
      | { readonly name: "pubKeyHash"; readonly type: "field" };
  };
  /** Whether execution on L1 pays the amount out to the address. */
  readonly payout: boolean;
  readonly effects: Effects;
  /** The signed message, if the origin is l2. */
  readonly message?: {
    /** Type of the signed transaction, which another operation may share. */
    readonly type: string;
    /** Signed columns besides account, token, fee, nonce and validity. */
    readonly columns: readonly (keyof MessageFields)[];
  };
  readonly l1: L1Meaning;
}

/** Effects on the two branches, besides the fee and the nonce of a signed operation. */
interface Effects {
  /** The account that pays the amount. */
  readonly debits?: "accountA" | "accountB";
  /** The account that receives the amount; it is created if its leaf is empty. */
  readonly credits?: "accountB";
  /** Whether the signer's key becomes the signing key of account A. */
  readonly setsKey?: true;
}

/** Work of `commitBlocks` for the operation, and its cost. */
interface L1Meaning {
  /** The kind of request in the priority queue that it serves, if the origin is l1. */
  readonly serves?: "deposit" | "fullExit";
  /** Whether the owner of the account must consent on L1. */
  readonly consent?: true;
  /** Upper bound of the gas for its extension: reading, evaluating, and its work on L1. */
  readonly commitGas: number;
  /** Words of memory that L1 allocates for it and does not free. */
  readonly memoryWords: number;
}

/** Columns of the signed message that not every transaction has. */
interface MessageFields {
  /** L1 address of the recipient or of the owner who is paid, uint160. */
  readonly recipient: bigint;
  /** In the token's smallest unit, uint128; must have a packed form if the record holds it. */
  readonly amount: bigint;
}

/** Types of fields that are numbers; all others are bigints. */
export const NUMBER_TYPES = ["accountId", "tokenId", "nonce"] as const satisfies FieldType[];
type FieldValue<T> = T extends (typeof NUMBER_TYPES)[number] ? number : bigint;

type RecordTypes = { [C in (typeof RECORD_COLUMNS)[number] as C["name"]]: C["type"] };
type NameOf<Entry> = Entry extends { name: infer Name extends string } ? Name : never;

type RecordFields<S extends OperationSpec> = {
  readonly [C in keyof S["record"] as S["record"][C] & string]: FieldValue<
    RecordTypes[C & keyof RecordTypes]
  >;
};
type ExtensionFields<S extends OperationSpec> = {
  readonly [C in keyof S["extension"] as NameOf<S["extension"][C]>]: FieldValue<
    S["extension"][C] extends { type: infer T } ? T : never
  >;
};
type SignedFields<S extends OperationSpec> = S extends {
  message: { columns: readonly (infer C extends keyof MessageFields)[] };
}
  ? Pick<MessageFields, C>
  : unknown;

/** The public data of an operation: the fields that its spec names, under those names. */
export type PublicOf<S extends OperationSpec> = { readonly type: S["name"] } & RecordFields<S> &
  ExtensionFields<S>;

/** Fields that a signer adds to a transaction: validity and signature. */
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

/** An operation: its public data and, if it is signed, all signed fields. */
export type OperationOf<S extends OperationSpec> = S extends { origin: "l2" }
  ? PublicOf<S> & SignedFields<S> & Authorization
  : PublicOf<S>;

interface TransactionBase {
  /** The account that signs and pays the fee. */
  readonly accountId: number;
  /** The moved token, which also pays the fee. */
  readonly tokenId: number;
  /** Fee in the token's smallest unit; must have a packed form. */
  readonly fee: bigint;
  /** The signer's next nonce, uint32. */
  readonly nonce: number;
  /** First and last Unix second at which a block may include it, uint64. */
  readonly validFrom: bigint;
  readonly validUntil: bigint;
}

/** The transaction that is signed for an operation. */
export type TransactionOf<S extends OperationSpec> = TransactionBase & {
  readonly type: S["name"];
} & SignedFields<S>;

export interface TransactionSignature {
  readonly publicKey: Point;
  readonly signature: Signature;
}

/** Effect of an operation on the state. */
export interface BranchUpdates {
  /** The state between the slot's two branch updates: A is done, B is not. */
  readonly afterA: RollupState;
  readonly state: RollupState;
}

/** Any operation. */
interface AnyOperation {
  readonly type: string;
}

/** The definition that an operation's folder exports and `list.ts` lists. */
export interface OperationDefinition<S extends OperationSpec> {
  readonly spec: S;
  /**
   * Updates the two branches of the slot, after checking all rules that public data can show.
   *
   * @throws the tags of its rules
   */
  apply(state: RollupState, operation: PublicOf<S>): BranchUpdates;
  /**
   * Checks rules that public data does not show, besides those of every signature.
   *
   * @throws the tags of these rules
   */
  authorize?(state: RollupState, operation: OperationOf<S>): unknown;
  /**
   * Creates the operation of a transaction or an L1 request on a state: looks up accounts of
   * addresses and amounts of exits, and leaves the checks to `apply`. Default: the signed
   * transaction, with `accountId` under the operation's name for account A.
   */
  fromSource?(state: RollupState, source: SourceOf<S>): AnyOperation;
}

/** A definition without the types of its spec. */
export interface AnyDefinition {
  readonly spec: OperationSpec;
  apply(state: RollupState, operation: AnyOperation): BranchUpdates;
  authorize?(state: RollupState, operation: AnyOperation): unknown;
  fromSource?(state: RollupState, source: AnyOperation): AnyOperation;
}

type SourceOf<S extends OperationSpec> = S extends { origin: "l2" }
  ? TransactionOf<S> & TransactionSignature
  : AnyOperation;

/** Checks the types of an operation's parts against its spec. */
export function defineOperation<const S extends OperationSpec>(
  definition: OperationDefinition<S>,
): OperationDefinition<S> {
  return definition;
}
