/** The operator's promises in the form of the API. */
import { bytesToHex } from "@noble/hashes/utils.js";
import type { RpcResult } from "../api/methods.ts";
import { operatorError } from "../operator/errors.ts";
import { SLOW_MS } from "../operator/inclusions.ts";
import type { TransactionReceipt } from "../operator/ledger/receipts.ts";
import type { Operator } from "../operator/operator.ts";
import type { SignedPromise } from "../operator/promises.ts";
import type { SignedInclusion } from "../receipts/inclusion.ts";
import type { BondIdentity } from "../receipts/sealed-block.ts";
import { withDeadline } from "../util/deadline.ts";

/**
 * What is accepted is answered in any case, and at once while the signer is slow: who wants the
 * promise can ask for it later.
 */
export async function withPromises(
  operator: Operator,
  receipts: readonly TransactionReceipt[],
): Promise<RpcResult<"rollup_submitBatch">> {
  if (operator.bond === undefined) return [...receipts];
  const signing = operator.promiseTransactions(receipts.map(({ hash }) => hash));
  const limitMs = operator.isPromisingSlow ? 0 : SLOW_MS;
  const promises = await withDeadline(signing, limitMs).catch(() => []);
  return receipts.map((receipt, index) => {
    const promise = promises[index];
    return promise ? { ...receipt, promise: toInclusionPromise(operator, promise) } : receipt;
  });
}

/** @throws PROMISES_NOT_OFFERED, PROMISE_SIGNER_FAILED */
export async function findInclusionPromise(
  operator: Operator,
  hash: string,
): Promise<RpcResult<"rollup_getInclusionPromise">> {
  if (operator.bond === undefined) throw operatorError({ code: "PROMISES_NOT_OFFERED" });
  const [promise] = await operator.promiseTransactions([hash]);
  return promise === undefined ? null : toInclusionPromise(operator, promise);
}

function toInclusionPromise(
  operator: Operator,
  { inclusion, group, path, signature }: SignedInclusion,
): NonNullable<RpcResult<"rollup_getInclusionPromise">> {
  const bond = toBond(operator.bond!);
  return { bond, inclusion: { ...inclusion }, group: { ...group }, path: [...path], signature };
}

function toBond({ chainId, bondAddress }: BondIdentity) {
  return { chainId, address: bondAddress };
}

export function toBlockPromise({
  bond,
  promise,
  signature,
  pubdata,
}: SignedPromise): RpcResult<"rollup_getBlockPromise"> {
  return { bond: toBond(bond), promise, signature, pubdata: `0x${bytesToHex(pubdata)}` };
}
