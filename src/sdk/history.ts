/** Lists of the operator, one item after the other, over their pages. */
import type { RpcClient } from "../api/client.ts";
import { rpcError } from "../api/errors.ts";
import type { RpcParams, RpcResult } from "../api/methods.ts";
import { PAGE_ITEMS_MAX } from "../api/schemas.ts";
import type { OperationName } from "../operations/table.ts";

/** What has touched an account; `data` has the fields of docs/pubdata.md. */
export type AccountTransaction = NonNullable<
  RpcResult<"rollup_getAccountTransactions">
>["items"][number];

/** Narrows a history down. */
export interface HistoryFilter {
  readonly type?: OperationName;
  readonly tokenId?: number;
}

interface ListPage<T> {
  readonly items: readonly T[];
  readonly next?: string | undefined;
}

/**
 * Reads page after page, as far as the caller iterates.
 *
 * @throws RPC_RESULT_INVALID for a node that answers with the same page again
 */
async function* readPages<T>(
  method: string,
  ask: (cursor: string | undefined) => Promise<ListPage<T> | null>,
): AsyncGenerator<T, void, undefined> {
  for (let cursor: string | undefined; ;) {
    const page: ListPage<T> | null = await ask(cursor);
    if (page === null) return;
    yield* page.items;
    if (page.next === undefined) return;
    if (page.next === cursor) {
      const reason = "the next page is the same one";
      throw rpcError({ code: "RPC_RESULT_INVALID", method, path: "next", reason });
    }
    cursor = page.next;
  }
}

/** Reads what has touched an account, the newest first. */
export function readHistory(
  client: RpcClient,
  account: number | string,
  filter: HistoryFilter,
): AsyncGenerator<AccountTransaction, void, undefined> {
  const method = "rollup_getAccountTransactions";
  return readPages(method, (cursor) => {
    const options: RpcParams<typeof method>[1] = {
      ...filter,
      limit: PAGE_ITEMS_MAX,
      ...(cursor !== undefined && { cursor }),
    };
    return client.call(method, account, options);
  });
}
