/**
 * Renders `generated/rollup.ts`, the TypeScript types of the Rollup contract, so that code without
 * Hardhat type-checks without a build.
 */
import { z } from "zod";
import { assert } from "../util/errors.ts";

/** A parameter in the ABI of a build artifact. */
interface AbiParameter {
  readonly name: string;
  readonly type: string;
  readonly internalType?: string | undefined;
  readonly components?: readonly AbiParameter[] | undefined;
}

const parameter: z.ZodType<AbiParameter> = z.lazy(() =>
  z.object({
    name: z.string(),
    type: z.string(),
    internalType: z.string().optional(),
    components: z.array(parameter).optional(),
  }),
);
const functionSchema = z.object({
  type: z.literal("function"),
  name: z.string(),
  inputs: z.array(parameter),
  outputs: z.array(parameter),
  stateMutability: z.enum(["pure", "view", "nonpayable", "payable"]),
});
type AbiFunction = z.output<typeof functionSchema>;
const eventSchema = z.object({
  type: z.literal("event"),
  name: z.string(),
  inputs: z.array(parameter),
});
const abiSchema = z.array(z.object({ type: z.string() }).passthrough());

/** Whether a value goes into ethers or comes out of it. */
type Direction = "in" | "out";

const INTEGER = /^u?int\d*$/;

/** Renders the TypeScript type of an ABI type in ethers. */
function toType({ type, ...rest }: AbiParameter, direction: Direction): string {
  const element = /^(.*)\[\d*\]$/.exec(type)?.[1];
  if (element !== undefined) return `${toType({ ...rest, type: element }, direction)}[]`;
  if (type === "tuple") return structName(rest, direction);
  if (type === "bool") return "boolean";
  if (INTEGER.test(type)) return direction === "in" ? "BigNumberish" : "bigint";
  if (direction === "out") return "string";
  return type === "address" ? "AddressLike" : type.startsWith("bytes") ? "BytesLike" : "string";
}

function structName({ internalType = "" }: Pick<AbiParameter, "internalType">, way: Direction) {
  const name = /^struct (?:\w+\.)?(\w+)/.exec(internalType)?.[1];
  assert(name !== undefined, "a tuple of the ABI is a struct");
  return way === "in" ? `${name}Struct` : `${name}StructOutput`;
}

function toFields(parameters: readonly AbiParameter[], direction: Direction): string {
  return parameters.map((each) => `${each.name}: ${toType(each, direction)};`).join(" ");
}

/** Renders the type of several values that ethers returns: a list with names. */
function toNamedTuple(parameters: readonly AbiParameter[]): string {
  const types = parameters.map((each) => toType(each, "out"));
  return `[${types.join(", ")}] & { ${toFields(parameters, "out")} }`;
}

function toMethod({ name, inputs, outputs, stateMutability }: AbiFunction): string {
  const parameters = inputs.map(
    (each, index) => `${each.name || `_${index}`}: ${toType(each, "in")}`,
  );
  const [first] = outputs;
  const result =
    first === undefined
      ? "void"
      : outputs.length === 1
        ? toType(first, "out")
        : toNamedTuple(outputs);
  const isView = stateMutability === "view" || stateMutability === "pure";
  const answer = isView ? result : "ContractTransactionResponse";
  return `  ${name}: RollupMethod<[${parameters.join(", ")}], ${result}, ${answer}>;`;
}

const METHOD_TYPE = `
/**
 * A function of the contract, as this package calls it.
 *
 * @typeParam A - Its arguments. @typeParam R - Its result on L1. @typeParam D - Result of a call:
 * the same for a view, else the transaction.
 */
export interface RollupMethod<A extends unknown[], R, D> {
  (...args: ContractMethodArgs<A>): Promise<D>;
  populateTransaction(...args: ContractMethodArgs<A>): Promise<ContractTransaction>;
  staticCall(...args: ContractMethodArgs<A>): Promise<R>;
  estimateGas(...args: ContractMethodArgs<A>): Promise<bigint>;
}`;

/** Collects all structs that parameters reach, by name. */
function collectStructs(parameters: readonly AbiParameter[]): Map<string, readonly AbiParameter[]> {
  const found = new Map<string, readonly AbiParameter[]>();
  const visit = ({ components, internalType }: AbiParameter): void => {
    if (components === undefined) return;
    found.set(structName({ internalType }, "in"), components);
    components.forEach(visit);
  };
  parameters.forEach(visit);
  return new Map([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * Renders `src/l1/generated/rollup.ts`.
 *
 * @param abi - ABI in the build artifact of `Rollup.sol`: JSON, whose structs have names.
 */
export function renderContractTypes(abi: unknown): string {
  const entries = abiSchema.parse(abi);
  const functions = entries
    .filter(({ type }) => type === "function")
    .map((entry) => functionSchema.parse(entry));
  const events = entries
    .filter(({ type }) => type === "event")
    .map((entry) => eventSchema.parse(entry));
  const names = functions.map(({ name }) => name);
  assert(new Set(names).size === names.length, "no function of the contract is overloaded");
  const structs = collectStructs([
    ...functions.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]),
    ...events.flatMap(({ inputs }) => inputs),
  ]);
  return [
    "// generated from contracts/Rollup.sol; run `npm run generate`",
    "/** The Rollup contract in ethers, with types that need no build. */",
    "import type { AddressLike, BaseContract, BigNumberish, BytesLike, ContractMethodArgs,",
    "  ContractRunner, ContractTransaction, ContractTransactionResponse } from 'ethers';",
    METHOD_TYPE,
    ...[...structs].flatMap(([name, fields]) => [
      `export interface ${name} { ${toFields(fields, "in")} }`,
      `export type ${name}Output = ${toNamedTuple(fields)};`,
    ]),
    "/** The arguments of each event. */",
    "export interface RollupEvents {",
    ...events.map(({ name, inputs }) => `  ${name}: { ${toFields(inputs, "out")} };`),
    "}",
    "export interface Rollup extends BaseContract {",
    "  connect(runner: ContractRunner | null): Rollup;",
    ...functions.map(toMethod),
    "}",
    "",
  ].join("\n");
}
