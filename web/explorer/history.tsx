/** What has touched an account, page by page. */
import { useLocation, useParams } from "wouter-preact";
import { OPERATION_NAMES } from "../../src/operations/table.ts";
import type { AccountTransaction } from "../../src/sdk.ts";
import { Answered } from "../components/answered.tsx";
import { Card, Empty, TableScroll } from "../components/card.tsx";
import { Pager } from "../components/pager.tsx";
import { BlockLink } from "../components/references.tsx";
import { StatusBadge } from "../components/status.tsx";
import { showCounted, showName, showSymbol } from "../components/text.ts";
import { Ago } from "../components/time.tsx";
import { observeTime } from "../rollup/clock.ts";
import { useConnection } from "../rollup/connection.tsx";
import { useLiveAnswer } from "../rollup/use-live.ts";
import { OperationCells, OperationHeads } from "./operations.tsx";

const PAGE_ITEMS = 20;
/** A filter that is not set, in a path. */
const ALL = "all";

interface Filter {
  readonly type: string;
  readonly token: string;
}

export function History({
  accountId,
  path,
}: {
  readonly accountId: number;
  /** Path of the account's page. */
  readonly path: string;
}) {
  const { type = ALL, token = ALL, cursor } = useParams<Partial<Filter> & { cursor?: string }>();
  const { client } = useConnection();
  const known = OPERATION_NAMES.find((name) => name === type);
  const options = {
    limit: PAGE_ITEMS,
    ...(cursor !== undefined && { cursor }),
    ...(known !== undefined && { type: known }),
    ...(/^\d+$/.test(token) && { tokenId: Number(token) }),
  };
  const answer = useLiveAnswer(async () => {
    const page = await client.call("rollup_getAccountTransactions", accountId, options);
    observeTime(page?.items[0]?.timestamp ?? 0n);
    return page;
  }, [client, accountId, type, token, cursor]);
  const start = type === ALL && token === ALL ? path : `${path}/history/${type}/${token}`;
  return (
    <Card title="History" aside={<Filters path={path} type={type} token={token} />}>
      <Answered answer={answer} what="the history">
        {(page) => (
          <>
            {page === null || page.items.length === 0 ? (
              <Empty>
                {page?.next === undefined
                  ? "Nothing here. Choose another type or token."
                  : "Nothing here on this page; older pages may have some."}
              </Empty>
            ) : (
              <HistoryTable items={page.items} />
            )}
            {page !== null && page.next === undefined && page.firstBlock > 1 && (
              <p class="note">
                This node keeps blocks from {page.firstBlock} on:{" "}
                {showCounted(page.firstBlock - 1, "block")} before are on L1 only.
              </p>
            )}
            <Pager
              newest={cursor === undefined ? undefined : start}
              older={page?.next && `${path}/history/${type}/${token}/${page.next}`}
            />
          </>
        )}
      </Answered>
    </Card>
  );
}

function Filters({ path, type, token }: Filter & { readonly path: string }) {
  const { tokens } = useConnection();
  const [, navigate] = useLocation();
  const show = (filter: Filter) => navigate(`${path}/history/${filter.type}/${filter.token}`);
  return (
    <div class="filters">
      <label>
        Type{" "}
        <select
          value={type}
          onChange={({ currentTarget }) => show({ type: currentTarget.value, token })}
        >
          <option value={ALL}>all</option>
          {OPERATION_NAMES.filter((name) => name !== "noop").map((name) => (
            <option key={name} value={name}>
              {showName(name)}
            </option>
          ))}
        </select>
      </label>
      <label>
        Token{" "}
        <select
          value={token}
          onChange={({ currentTarget }) => show({ type, token: currentTarget.value })}
        >
          <option value={ALL}>all</option>
          {tokens.map(({ id, symbol }) => (
            <option key={id} value={id}>
              {showSymbol(symbol)} #{id}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function HistoryTable({ items }: { readonly items: readonly AccountTransaction[] }) {
  return (
    <TableScroll label="History">
      <table>
        <thead>
          <tr>
            <OperationHeads />
            <th scope="col">Block</th>
            <th scope="col">Status</th>
            <th scope="col">Age</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={`${item.blockNumber}/${item.slotIndex}`}>
              <OperationCells operation={item} />
              <td>
                <BlockLink number={item.blockNumber} />
              </td>
              <td>
                <StatusBadge status={item.status} />
              </td>
              <td class="nowrap">
                <Ago seconds={item.timestamp} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
