/** All blocks, page by page. */
import { useParams } from "wouter-preact";
import { Answered } from "../components/answered.tsx";
import { Card, Empty } from "../components/card.tsx";
import { Pager } from "../components/pager.tsx";
import { showCounted } from "../components/text.ts";
import { Title } from "../components/title.tsx";
import { observeTime } from "../rollup/clock.ts";
import { useConnection } from "../rollup/connection.tsx";
import { useLiveAnswer } from "../rollup/use-live.ts";
import { BlockTable } from "./block-table.tsx";

const PAGE_BLOCKS = 25;

export function BlocksPage() {
  const { cursor } = useParams<{ cursor?: string }>();
  const { client } = useConnection();
  const page = { limit: PAGE_BLOCKS, ...(cursor !== undefined && { cursor }) };
  const answer = useLiveAnswer(
    async (signal) => {
      const answered = await client.until!(signal).call("rollup_getBlocks", page);
      observeTime(answered.items[0]?.timestamp ?? 0n);
      return answered;
    },
    [client, cursor],
  );
  return (
    <>
      <Title>Blocks</Title>
      <Answered answer={answer} what="the blocks">
        {({ items, next, firstBlock }) => (
          <Card title={cursor === undefined ? "The latest" : "Older blocks"}>
            {items.length === 0 ? (
              <Empty>There is no block here. Deposit on L1, or send a transaction.</Empty>
            ) : (
              <BlockTable blocks={items} />
            )}
            {next === undefined && firstBlock > 1 && (
              <p class="note">
                This node keeps blocks from {firstBlock} on: {showCounted(firstBlock - 1, "block")}{" "}
                before are on L1 only.
              </p>
            )}
            <Pager
              newest={cursor === undefined ? undefined : "/blocks"}
              older={next === undefined ? undefined : `/blocks/from/${next}`}
            />
          </Card>
        )}
      </Answered>
    </>
  );
}
