/** Lists of the operator, one item after the other, over their pages. */
import type { RpcClient } from "../api/client.ts";
import { rpcError } from "../api/errors.ts";
import type { RpcParams, RpcResult } from "../api/methods.ts";
import { PAGE_ITEMS_MAX } from "../api/schemas.ts";
import type { OperationName } from "../operations/table.ts";

/** What has touched an account; `data` has the fields of docs/pubdata.md. */
export type AccountTransaction = HistoryPage["items"][number];

/** Narrows a history down. */
export interface HistoryFilter {
  readonly type?: OperationName;
  readonly tokenId?: number;
}

/** A part of a history, the newest first. */
export type HistoryPage = NonNullable<RpcResult<"rollup_getAccountTransactions">>;

/**
 * Reads the pages of what has touched an account, the newest first, as far as the caller iterates.
 *
 * @returns No page if there is no such account.
 * @throws RPC_RESULT_INVALID for a node that answers with the same page again
 */
export async function* readHistoryPages(
  client: RpcClient,
  account: number | string,
  filter: HistoryFilter = {},
): AsyncGenerator<HistoryPage, void, undefined> {
  const method = "rollup_getAccountTransactions";
  for (let cursor: string | undefined; ;) {
    const options: RpcParams<typeof method>[1] = {
      ...filter,
      limit: PAGE_ITEMS_MAX,
      ...(cursor !== undefined && { cursor }),
    };
    const page: HistoryPage | null = await client.call(method, account, options);
    if (page === null) return;
    yield page;
    if (page.next === undefined) return;
    if (page.next === cursor) {
      const reason = "the next page is the same one";
      throw rpcError({ code: "RPC_RESULT_INVALID", method, path: "next", reason });
    }
    cursor = page.next;
  }
}

/** Reads what has touched an account, the newest first. */
export async function* readHistory(
  client: RpcClient,
  account: number | string,
  filter: HistoryFilter,
): AsyncGenerator<AccountTransaction, void, undefined> {
  for await (const { items } of readHistoryPages(client, account, filter)) yield* items;
}
