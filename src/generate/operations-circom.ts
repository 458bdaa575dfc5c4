/**
 * Renders `circuits/generated/operations.circom`, the circuit's view of operations, from their
 * specs. The operations of a column or an effect appear as a sum of flags, so that the result reads
 * like a circuit written by hand.
 */
import type { OperationSpec } from "../operations/definition.ts";
import { OPERATIONS_NOTICE, toKebab, toPascal, toUpperSnake } from "./tables.ts";

type Predicate = (spec: OperationSpec) => boolean;

/** Flags that are sums, with their meaning. A flag of one operation costs no constraint. */
const SUMS: readonly (readonly [name: string, meaning: string, holds: Predicate])[] = [
  ["signed", "A signs, pays the fee, and its nonce counts up", ({ origin }) => origin === "l2"],
  ["debitsA", "A pays the amount", ({ effects }) => effects.debits === "accountA"],
  ["debitsB", "B pays the amount", ({ effects }) => effects.debits === "accountB"],
  ["creditsB", "B receives the amount", ({ effects }) => effects.credits === "accountB"],
  [
    "setsKey",
    "A gets the key that signs, and L1 sees it",
    ({ effects }) => effects.setsKey === true,
  ],
  [
    "hasExtension",
    "L1 sees more than the record",
    ({ extension }) => extension.address !== undefined,
  ],
  [
    "showsAmount",
    "the extension has the amount",
    ({ extension }) => extension.value?.type === "amount",
  ],
  [
    "showsNonce",
    "the extension has the nonce of A",
    ({ extension }) => extension.nonce !== undefined,
  ],
];

/** Returns whether an operation uses a column of the bus `Operation`. */
const COLUMN_USES: readonly (readonly [column: string, uses: Predicate])[] = [
  ["accountA", ({ record }) => record.accountA !== undefined],
  ["accountB", ({ record }) => record.accountB !== undefined],
  ["packedAmount", ({ record }) => record.amount !== undefined],
  ["packedFee", ({ record }) => record.fee !== undefined],
  [
    "amount",
    ({ record, extension }) => record.amount !== undefined || extension.value?.type === "amount",
  ],
  ["token", ({ record }) => record.token !== undefined],
  ["address", (spec) => spec.extension.address !== undefined || signs(spec, "recipient")],
];

function signs({ message }: OperationSpec, column: "recipient" | "amount"): boolean {
  return message?.columns.includes(column) === true;
}

/** Renders the file. @param specs - Specs of all operations, in the order of their codes. */
export function renderOperationsCircom(specs: readonly OperationSpec[]): string {
  const files = specs.map(({ name }) => `${toKebab(name)}.circom`);
  return [
    `// ${OPERATIONS_NOTICE}`,
    "pragma circom 2.2.0;",
    "",
    'include "../lib/one-hot.circom";',
    'include "../operations/operation.circom";',
    ...files.map((file) => `include "../operations/${file}";`),
    'include "protocol.circom";',
    "",
    renderFlags(specs),
    renderDecode(specs),
    renderUnusedColumns(specs),
    renderSignedColumns(specs),
    renderRules(specs),
  ].join("\n");
}

/** Renders the sum of the flags of some operations, as `1 - …` where that is shorter. */
function sumOf(specs: readonly OperationSpec[], holds: Predicate): string {
  const flags = (wanted: boolean) =>
    specs.filter((spec) => holds(spec) === wanted).map(({ name }) => `flags.${name}`);
  const [members, others] = [flags(true), flags(false)];
  if (members.length === 0) return "0";
  return members.length <= others.length + 1 ? members.join(" + ") : ["1", ...others].join(" - ");
}

/** Renders a statement, with line breaks before operators where a line would be too long. */
function statement(text: string): string {
  const words = text.split(/ (?=[+-] )/);
  const lines = [`    ${words[0]}`];
  for (const word of words.slice(1)) {
    const extended = `${lines.at(-1)} ${word}`;
    if (extended.length <= 100) lines[lines.length - 1] = extended;
    else lines.push(`        ${word}`);
  }
  return lines.join("\n");
}

function renderFlags(specs: readonly OperationSpec[]): string {
  const width = Math.max(...SUMS.map(([name]) => name.length)) + 1;
  return [
    "/*",
    " * The operations, as flags. A slot updates two branches of the state, of account A and then of",
    " * account B, both in the slot's token.",
    " *",
    ...effectsTable(specs).map((line) => ` *  ${line}`.trimEnd()),
    " *",
    " *  by A    = also adds 1 to the nonce of A",
    " *  creates = writes an account of kind 1 with the slot's address and no signing key, if the leaf is",
    " *            empty; whether it may be is for the rules of the operation to say",
    " *",
    " *  The rules of an operation are in the file of its name, the effects in effects.circom, what every",
    " *  signature has to satisfy in authorization.circom.",
    " */",
    "bus OperationFlags() {",
    "    // Exactly one of these is 1.",
    ...specs.map(({ name }) => `    signal ${name};`),
    "    // Sums of the above.",
    ...SUMS.map(([name, meaning]) => `    signal ${`${name};`.padEnd(width)}  // ${meaning}`),
    "}",
    "",
  ].join("\n");
}

/** Renders rows of one width: effects of each operation on the two branches, and its columns. */
function effectsTable(specs: readonly OperationSpec[]): string[] {
  const head = ["operation", "code", "signed", "account A", "account B", "amount", "address"];
  const rows = specs.map((spec): string[] => {
    const { name, code, origin, record, extension, effects } = spec;
    const isSigned = origin === "l2";
    const onA = [
      ...(effects.debits === "accountA" ? ["- amount"] : []),
      ...(isSigned ? ["- fee"] : []),
      ...(effects.setsKey ? [", sets key"] : []),
    ];
    const onB = effects.debits === "accountB" ? "- amount" : "-";
    const recipient = signs(spec, "recipient") ? "recipient" : "0";
    return [
      name,
      String(code),
      isSigned ? "by A" : "-",
      onA.join(" ").replace(" ,", ",") || (record.accountA === undefined ? "-" : "as it was"),
      effects.credits === "accountB" ? "+ amount, creates" : onB,
      record.amount ? "packed" : extension.value?.type === "amount" ? "any" : "0",
      extension.address?.name ?? recipient,
    ];
  });
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, column) => cell.padEnd(widths[column]!)).join("  ");
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)];
}

function renderDecode(specs: readonly OperationSpec[]): string {
  return [
    "/*",
    " * Inputs",
    " *   op      {Field}",
    " * Outputs",
    " *   flags",
    " *",
    " * Guarantees: op is the code of an operation, and flags are its row of the table above.",
    ` * Constraints: ${specs.length + 2 + SUMS.length} for DecodeOperation(), fewer in a block: there`,
    " * a flag that belongs to one operation costs none.",
    " */",
    "template DecodeOperation() {",
    "    signal input op;",
    "    output OperationFlags() flags;",
    "",
    "    signal isOp[OPERATION_COUNT()] <== OneHot(OPERATION_COUNT())(op);",
    ...specs.map(({ name }) => `    flags.${name} <== isOp[OP_${toUpperSnake(name)}()];`),
    "",
    ...SUMS.map(([name, , holds]) => statement(`flags.${name} <== ${sumOf(specs, holds)};`)),
    "}",
    "",
  ].join("\n");
}

function renderUnusedColumns(specs: readonly OperationSpec[]): string {
  const assertions = COLUMN_USES.map(([column, uses]) => {
    const sum = sumOf(specs, (spec) => !uses(spec));
    const factor = /^\S+$/.test(sum) ? sum : `(${sum})`;
    return statement(`${factor} * operation.${column} === 0;`);
  });
  return [
    "/*",
    " * Asserts that the columns an operation does not use are zero, so that a record has one meaning.",
    " *",
    " * Inputs",
    " *   flags, operation",
    " *",
    ` * Constraints: ${assertions.length} for AssertUnusedColumns()`,
    " */",
    "template AssertUnusedColumns() {",
    "    input OperationFlags() flags;",
    "    input Operation() operation;",
    "",
    "    // RULE UNUSED_COLUMN_NOT_ZERO",
    ...assertions,
    "}",
    "",
  ].join("\n");
}

/**
 * Returns code differences: an operation that is signed as another has that code in the message.
 */
function renderSignedColumns(specs: readonly OperationSpec[]): string {
  const differences = specs.flatMap(({ name, message }) =>
    message === undefined || message.type === name
      ? []
      : [`flags.${name} * (OP_${toUpperSnake(message.type)}() - OP_${toUpperSnake(name)}())`],
  );
  const amount = sumOf(specs, (spec) => signs(spec, "amount"));
  const recipient = sumOf(specs, (spec) => signs(spec, "recipient"));
  return [
    "/*",
    " * The columns of an operation that stand in the message which A signs.",
    " *",
    " * Inputs",
    " *   flags, operation",
    " * Outputs",
    " *   code        {Uint8}     of the transaction as which the operation is signed",
    " *   amount      {Uint128}   0 if it is not signed",
    " *   recipient   {Uint160}   0 if it is not signed",
    " *",
    " * Constraints: 3 for SignedColumns()",
    " */",
    "template SignedColumns() {",
    "    input OperationFlags() flags;",
    "    input Operation() operation;",
    "    signal output code, amount, recipient;",
    "",
    statement(`code <== ${["operation.op", ...differences].join(" + ")};`),
    statement(`amount <== (${amount}) * operation.amount;`),
    statement(`recipient <== (${recipient}) * operation.address;`),
    "}",
    "",
  ].join("\n");
}

function renderRules(specs: readonly OperationSpec[]): string {
  return [
    "/*",
    " * Asserts the rules of the slot's operation, and only of it.",
    " *",
    " * Inputs",
    " *   flags, slot",
    " */",
    "template OperationRules() {",
    "    input OperationFlags() flags;",
    "    input SlotView() slot;",
    "",
    ...specs.map(({ name }) => `    ${toPascal(name)}()(flags.${name}, slot);`),
    "}",
    "",
  ].join("\n");
}
