/** The operation table, which follows from the specs of all operations. */
import { EXTENSION_COLUMNS } from "../protocol/columns.ts";
import { protocolDigest } from "../protocol/digest.ts";
import type { Column } from "../protocol/layout.ts";
import { checkSpecs } from "./check-specs.ts";
import type { AnyDefinition, OperationSpec } from "./definition.ts";
import * as list from "./list.ts";

type List = typeof list;

export type OperationName = keyof List;

/** Specs by the name of their operation. */
export type Specs = { readonly [N in OperationName]: List[N]["spec"] };

/** Exports of `list.ts`, by name and in the order of the codes. */
const DEFINITIONS: readonly (readonly [string, AnyDefinition])[] = Object.entries(
  list as unknown as Readonly<Record<string, AnyDefinition>>,
).sort(([, one], [, other]) => one.spec.code - other.spec.code);

checkSpecs(DEFINITIONS.map(([name, { spec }]) => ({ name, spec })));

export const OPERATIONS = Object.fromEntries(
  DEFINITIONS.map(([name, { spec }]) => [name, spec]),
) as Specs;

/** In the order of their codes. */
export const OPERATION_NAMES = DEFINITIONS.map(([name]) => name) as unknown as readonly [
  OperationName,
  ...OperationName[],
];

/** Returns the definition of an operation. */
export function definitionOf(name: OperationName): AnyDefinition {
  return list[name];
}

/** Operations whose transactions are signed under their own name. */
export type TransactionType = {
  [N in OperationName]: Specs[N] extends { message: { type: N } } ? N : never;
}[OperationName];

export const TRANSACTION_TYPES = OPERATION_NAMES.filter((name) => {
  const { message }: OperationSpec = OPERATIONS[name];
  return message?.type === name;
}) as unknown as readonly [TransactionType, ...TransactionType[]];

/** Returns the wire columns of an operation's extension, without the slot index; empty if none. */
export function extensionColumns(name: OperationName): Column[] {
  const spec: OperationSpec = OPERATIONS[name];
  return EXTENSION_COLUMNS.flatMap((column) => spec.extension[column] ?? []);
}

/** Returns the operation of a code, or undefined if no operation has it. */
export function operationOfCode(code: number): OperationName | undefined {
  return OPERATION_NAMES[code];
}

/** Returns the wire form of the operations, for the digest. */
function toWireForm({ code, origin, record, extension, payout }: OperationSpec) {
  return { code, origin, record, extension, payout };
}

/**
 * Digest of all protocol data that no preset changes, as 0x-hex. It is in the circuit manifest
 * and in the contracts; the operator refuses to start if they differ.
 */
export const PROTOCOL_DIGEST = protocolDigest(
  Object.fromEntries(DEFINITIONS.map(([name, { spec }]) => [name, toWireForm(spec)])),
);
