/**
 * Rules for specs: what fits the circuit's two branches, the readers of the contract and the signed
 * message.
 */
import { OP_CODE_BYTES } from "../protocol/constants.ts";
import { assert } from "../util/errors.ts";
import type { OperationSpec } from "./definition.ts";

interface NamedSpec {
  /** Name under which the operation is listed. */
  readonly name: string;
  readonly spec: OperationSpec;
}

/** Checks all specs, in the order of their codes. @throws Error if a spec breaks a rule */
export function checkSpecs(specs: readonly NamedSpec[]): void {
  assert(specs.length <= 256 ** OP_CODE_BYTES, "every operation code fits its bytes");
  for (const [index, { name, spec }] of specs.entries()) {
    assert(spec.code === index, "operation codes count from 0 without gaps");
    assert(spec.name === name, `the operation ${spec.name} is listed under its name`);
    checkColumns(spec);
    checkEffects(spec);
    checkMessage(spec, specs);
    checkL1(spec);
    checkBounds(spec);
  }
}

function checkColumns({ name, origin, record, extension }: OperationSpec): void {
  const { nonce, address, value } = extension;
  assert(
    address !== undefined || (nonce === undefined && value === undefined),
    `${name}: an extension has an address`,
  );
  assert(
    record.amount === undefined || value === undefined,
    `${name}: record and extension do not both have an amount`,
  );
  const signs = record.accountA !== undefined && record.fee !== undefined;
  assert(origin !== "l2" || signs, `${name}: the signer and the fee stand in the record`);
  assert(origin === "l2" || record.fee === undefined, `${name}: only a signer pays a fee`);
  assert((name === "noop") === (origin === "padding"), `${name}: the noop alone is padding`);
  assert((record.token === undefined) === (name === "noop"), `${name}: the record names a token`);
}

function checkEffects(spec: OperationSpec): void {
  const { name, record, extension, effects, payout, l1 } = spec;
  const { debits, credits, setsKey } = effects;
  for (const account of [debits, credits]) {
    if (account === undefined) continue;
    assert(record[account] !== undefined, `${name}: the record names ${account}`);
    assert(hasAmount({ record, extension }), `${name}: what is moved is public`);
  }
  assert(debits !== "accountB" || credits === undefined, `${name}: B pays or receives`);
  const sources = [debits !== undefined, l1.serves === "deposit"].filter(Boolean);
  const sinks = [credits !== undefined, payout].filter(Boolean);
  const isConserved = sources.length === sinks.length && sources.length <= 1;
  assert(isConserved, `${name}: what comes from one place goes to one place`);
  const showsKey = extension.value?.type === "field";
  assert(showsKey === (setsKey === true), `${name}: a key that is set is public`);
}

function checkMessage(spec: OperationSpec, specs: readonly NamedSpec[]): void {
  const { name, origin, record, extension, effects, message } = spec;
  assert((origin === "l2") === (message !== undefined), `${name}: what starts on L2 is signed`);
  if (message === undefined) return;
  const signedAs = specs.find((other) => other.name === message.type)?.spec.message;
  assert(
    signedAs?.type === message.type && signedAs.columns.join() === message.columns.join(),
    `${name}: it is signed as an operation with the same message`,
  );
  const signs = (column: "recipient" | "amount") => message.columns.includes(column);
  assert(!signs("amount") || hasAmount({ record, extension }), `${name}: it has what is signed`);
  assert(effects.debits !== "accountA" || signs("amount"), `${name}: A signs what it pays`);
  const isPublic = extension.address !== undefined;
  const namesOwner = extension.address?.name === "owner";
  assert(!isPublic || namesOwner !== signs("recipient"), `${name}: a recipient is signed`);
  assert(!namesOwner || spec.l1.consent === true, `${name}: the owner whom L1 asks consents`);
}

function checkL1(spec: OperationSpec): void {
  const { name, origin, extension, payout, l1 } = spec;
  assert((origin === "l1") === (l1.serves !== undefined), `${name}: L1 requests are served`);
  const moves = extension.value?.type === "amount" && extension.nonce === undefined;
  assert(!payout || moves, `${name}: the extension shows what is paid out, and nothing else`);
  assert(l1.serves === undefined || moves, `${name}: the extension shows what was asked for`);
  const shows = extension.nonce !== undefined && extension.value?.type === "field";
  assert((l1.consent === true) === shows, `${name}: the owner consents to a nonce and a key`);
}

/** The circuit checks no widths of these columns, see `DecodeColumns` in block/slot.circom. */
function checkBounds({ name, record, extension, effects, message }: OperationSpec): void {
  const isPaid = record.amount === undefined || effects.debits !== undefined;
  assert(isPaid, `${name}: an account pays an amount that L1 does not read as such`);
  const signsRecipient = message?.columns.includes("recipient") === true;
  const isBounded = extension.address !== undefined || effects.credits !== undefined;
  assert(!signsRecipient || isBounded, `${name}: the recipient is public or B's owner`);
}

/** Returns whether the public data of an operation contains the moved amount. */
function hasAmount({ record, extension }: Pick<OperationSpec, "record" | "extension">): boolean {
  return record.amount !== undefined || extension.value?.type === "amount";
}
