/** Operations: the contents of a block's slots. */
import type { OperationOf, PublicOf } from "./definition.ts";
import { OPERATIONS, type OperationName, type Specs } from "./table.ts";

/**
 * The public data of an operation: the fields that the operation table names, under those names.
 */
export type PublicOperation<N extends OperationName = OperationName> = {
  [M in N]: PublicOf<Specs[M]>;
}[N];

/** An operation with its signed fields, if it is signed. */
export type Operation<N extends OperationName = OperationName> = {
  [M in N]: OperationOf<Specs[M]>;
}[N];

type SignedName = {
  [N in OperationName]: Specs[N] extends { origin: "l2" } ? N : never;
}[OperationName];

export type SignedOperation = Operation<SignedName>;

/** Returns whether an operation starts with a signed transaction. */
export function isSigned(operation: Operation): operation is SignedOperation {
  return OPERATIONS[operation.type].origin === "l2";
}
