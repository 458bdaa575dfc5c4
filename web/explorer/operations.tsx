/** Operations in tables: what is moved, by whom and to whom. */
import type { ComponentChildren } from "preact";
import type { RpcResult } from "../../src/api/methods.ts";
import { OPERATIONS } from "../../src/operations/table.ts";
import { Amount } from "../components/amount.tsx";
import { AccountLink, OwnerLink, RequestLink, TransactionLink } from "../components/references.tsx";
import { showName } from "../components/text.ts";
import { type Data, integerOf, numberOf } from "./fields.tsx";

export type OperationInfo = NonNullable<RpcResult<"rollup_getBlockOperations">>["items"][number];

export function TypeBadge({ type }: Pick<OperationInfo, "type">) {
  return <span class={`badge origin-${OPERATIONS[type].origin}`}>{showName(type)}</span>;
}

/** What an operation is known by: the hash of its transaction, or its request on L1. */
function OperationReference({ hash, requestId }: Pick<OperationInfo, "hash" | "requestId">) {
  if (hash !== undefined) return <TransactionLink hash={hash} />;
  if (requestId !== undefined) return <RequestLink id={requestId} />;
  return <span class="faint">none</span>;
}

/** Fields of accounts that pay, and of those that are paid. */
const PAYERS = ["fromAccountId", "targetAccountId"];
const PAID = ["toAccountId"];

function accountOf(data: Data, names: readonly string[]): number | undefined {
  return names.map((name) => numberOf(data, name)).find((id) => id !== undefined);
}

function payerOf({ type, data }: OperationInfo): ComponentChildren {
  if (type === "deposit" || type === "refund") return <span class="faint">L1</span>;
  const id = accountOf(data, [...PAYERS, "accountId"]);
  return id === undefined ? <span class="faint">nobody</span> : <AccountLink id={id} />;
}

function paidOf({ type, data }: OperationInfo): ComponentChildren {
  const id = accountOf(data, type === "deposit" ? ["accountId"] : PAID);
  if (id !== undefined) return <AccountLink id={id} />;
  if (type === "changePubKey") return <span class="faint">itself</span>;
  const owner = integerOf(data, "recipient") ?? integerOf(data, "owner");
  return owner === undefined ? <span class="faint">nobody</span> : <OwnerLink address={owner} />;
}

/** Cells of a row: type, reference, from, to, amount. */
export function OperationCells({ operation }: { readonly operation: OperationInfo }) {
  const { type, data } = operation;
  const amount = integerOf(data, "amount");
  return (
    <>
      <td>
        <TypeBadge type={type} />
      </td>
      <td>
        <OperationReference {...operation} />
      </td>
      <td>{payerOf(operation)}</td>
      <td>{paidOf(operation)}</td>
      <td class="number">
        {amount === undefined ? (
          <span class="faint">none</span>
        ) : (
          <Amount amount={amount} tokenId={numberOf(data, "tokenId") ?? 0} />
        )}
      </td>
    </>
  );
}

export function OperationHeads() {
  return (
    <>
      <th scope="col">Type</th>
      <th scope="col">Transaction or request</th>
      <th scope="col">From</th>
      <th scope="col">To</th>
      <th scope="col" class="number">
        Amount
      </th>
    </>
  );
}
