/** The L1 transactions of a block. */
import type { BlockInfo } from "../../src/sdk.ts";
import { Amount } from "../components/amount.tsx";
import { Empty, TableScroll } from "../components/card.tsx";
import { L1Link } from "../components/references.tsx";
import { showCount, showCounted } from "../components/text.ts";
import { useConnection } from "../rollup/connection.tsx";
import { useAnswer } from "../rollup/use-answer.ts";

const STEPS = ["commit", "prove", "execute"] as const;

/** Gas is of the whole L1 transaction, so other blocks that share it are named. */
export function L1Steps({ block }: { readonly block: BlockInfo }) {
  const { client } = useConnection();
  const steps = STEPS.flatMap((step) => {
    const transaction = block[step];
    return transaction === undefined ? [] : [{ step, transaction }];
  });
  // The first page reaches the latest blocks; of older ones it stays unknown who shares.
  const { value } = useAnswer(
    () => client.call("rollup_getL1Transactions", { limit: 100 }),
    [client, steps.length],
  );
  if (steps.length === 0) return <Empty>No L1 transaction has this block yet.</Empty>;
  const sharers = (hash: string) =>
    value?.items.find(({ transaction }) => transaction.hash === hash)?.blocks;
  return (
    <TableScroll label="L1 transactions">
      <table>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">L1 transaction</th>
            <th scope="col" class="number">
              L1 block
            </th>
            <th scope="col" class="number">
              Gas
            </th>
            <th scope="col" class="number">
              Fee
            </th>
            <th scope="col">Carries</th>
          </tr>
        </thead>
        <tbody>
          {steps.map(({ step, transaction }) => {
            const blocks = sharers(transaction.hash);
            return (
              <tr key={step}>
                <td>{step}</td>
                <td>
                  <L1Link kind="tx" value={transaction.hash} />
                </td>
                <td class="number">{showCount(transaction.blockNumber)}</td>
                <td class="number">{showCount(transaction.gasUsed)}</td>
                <td class="number">
                  {transaction.feeWei === undefined ? (
                    <span class="faint">unknown</span>
                  ) : (
                    <Amount amount={transaction.feeWei} tokenId={0} />
                  )}
                </td>
                <td class="nowrap">
                  {blocks === undefined ? (
                    <span class="faint">unknown</span>
                  ) : (
                    showCounted(blocks.length, "block")
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </TableScroll>
  );
}
