/** What the contracts have logged on L1 for a transaction or request of a rollup. */
import type { ContractTransactionReceipt, Interface, LogDescription, Provider } from "ethers";
import { testingError } from "../testing/errors.ts";
import type { Verdict } from "../testing/verdict.ts";
import { handleOf } from "./checks.ts";
import type { L1Emitter } from "./subjects.ts";

const ASSERTION = "emitOnL1";

/** Values of an event's arguments by name. */
export type EventArguments = Readonly<Record<string, unknown>>;

/**
 * Whether the contract of a rollup has emitted an event in the L1 transactions that committed,
 * proved and executed the block of a transaction or request, or in the request's own.
 *
 * @param subject - A handle of a wallet, with or without `await`; it is waited for until executed.
 * @param rollup - `connection.rollup`.
 * @param event - Name of an event of the contract, such as `PayoutSent`.
 * @param values - Arguments that the event must have, by name; default: any.
 * @throws ASSERTION_SUBJECT for what is no handle, no event, or no argument of it
 */
export async function checkEmittedOnL1(
  subject: unknown,
  rollup: L1Emitter,
  event: string,
  values: EventArguments = {},
): Promise<Verdict> {
  const { interface: abi } = rollup.contracts.rollup;
  assertEvent(abi, event, values);
  const handle = await handleOf(subject, ASSERTION);
  const receipts = [await handle.wait("executed")].flat();
  const hashes = await listL1Transactions(rollup, receipts);
  if (handle.hash !== undefined && "requestId" in handle) hashes.add(handle.hash);
  const logs = await readLogs(rollup, hashes);
  const same = logs.filter(({ name }) => name === event);
  const wanted = describe(event, Object.entries(values));
  const found = same.map(({ args }) => describe(event, Object.entries(args.toObject())));
  const others = [...new Set(logs.map(({ name }) => name))].join(", ") || "nothing";
  return {
    isMet: same.some(({ args }) => hasValues(args.toObject(), values)),
    message:
      found.length > 0
        ? `expected ${wanted} on L1, but got ${found.join("; ")}`
        : `expected ${wanted} on L1, but the contract has emitted ${others}`,
    negated: `expected no ${wanted} on L1`,
    expected: wanted,
    actual: found.length > 0 ? found : others,
  };
}

/** A test with a wrong name would pass as soon as it is negated. */
function assertEvent(abi: Interface, event: string, values: EventArguments): void {
  const fragment = /^\w+$/.test(event) ? abi.getEvent(event) : null;
  if (fragment === null) throw wrongSubject("an event of the contract", event);
  const names = fragment.inputs.map(({ name }) => name);
  const stranger = Object.keys(values).find((name) => !names.includes(name));
  if (stranger !== undefined) throw wrongSubject(`arguments of ${names.join(", ")}`, stranger);
}

function wrongSubject(expected: string, actual: string): Error {
  return testingError({ code: "ASSERTION_SUBJECT", assertion: ASSERTION, expected, actual });
}

async function listL1Transactions(
  { provider }: L1Emitter,
  receipts: readonly { readonly blockNumber?: number | undefined }[],
): Promise<Set<string>> {
  const numbers = new Set(receipts.flatMap(({ blockNumber }) => blockNumber ?? []));
  const blocks = await Promise.all([...numbers].map((number) => provider.getBlock(number)));
  const steps = blocks.flatMap((block) => [block?.commit, block?.prove, block?.execute]);
  return new Set(steps.flatMap((step) => step?.hash ?? []));
}

async function readLogs(
  { contracts: { rollup } }: L1Emitter,
  hashes: ReadonlySet<string>,
): Promise<LogDescription[]> {
  const l1 = rollup.runner?.provider as Provider;
  const address = await rollup.getAddress();
  const receipts = await Promise.all([...hashes].map((hash) => l1.getTransactionReceipt(hash)));
  return receipts
    .flatMap((receipt) => (receipt?.logs ?? []) as ContractTransactionReceipt["logs"])
    .filter((log) => log.address === address)
    .flatMap((log) => rollup.interface.parseLog(log) ?? []);
}

function hasValues(args: Readonly<Record<string, unknown>>, values: EventArguments): boolean {
  return Object.entries(values).every(
    ([name, value]) => comparable(args[name]) === comparable(value),
  );
}

/** Numbers of any type, and addresses in any case, compare as texts. */
function comparable(value: unknown): string {
  return String(value).toLowerCase();
}

function describe(event: string, values: readonly (readonly [string, unknown])[]): string {
  return `${event}(${values.map(([name, value]) => `${name} ${String(value)}`).join(", ")})`;
}
