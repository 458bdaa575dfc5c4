import type { BlockInfo } from "../../src/sdk.ts";
import { TableScroll } from "../components/card.tsx";
import { BlockLink, Hash } from "../components/references.tsx";
import { StatusBadge } from "../components/status.tsx";
import { toWord } from "../components/text.ts";
import { Ago } from "../components/time.tsx";
import { countOperations } from "./throughput.ts";

/** Blocks, one a row. */
export function BlockTable({ blocks }: { readonly blocks: readonly BlockInfo[] }) {
  return (
    <TableScroll label="Blocks">
      <table>
        <thead>
          <tr>
            <th scope="col">Block</th>
            <th scope="col">Status</th>
            <th scope="col">Age</th>
            <th scope="col" class="number">
              Operations
            </th>
            <th scope="col">Kind</th>
            <th scope="col">New state root</th>
          </tr>
        </thead>
        <tbody>
          {blocks.map((block) => (
            <tr key={block.blockNumber}>
              <td>
                <BlockLink number={block.blockNumber} />
              </td>
              <td>
                <StatusBadge status={block.status} />
              </td>
              <td class="nowrap">
                <Ago seconds={block.timestamp} />
              </td>
              <td class="number">{countOperations(block)}</td>
              <td class="nowrap">{block.kind}</td>
              <td>
                <Hash value={toWord(block.newStateRoot)} what="the state root" length="short" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
