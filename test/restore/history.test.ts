/** What a restore keeps of L1 beside the blocks. */
import { expect } from "chai";
import type { Dated, SideEvent } from "../../src/l1/types.ts";
import {
  compactHistory,
  cutHistory,
  emptyHistory,
  extendHistory,
  partialHistory,
  requestsOf,
} from "../../src/restore/history.ts";

const at = (number: number, event: SideEvent): Dated<SideEvent> => ({
  l1Block: { number, hash: `0x${number}` },
  event,
});
const request = (number: number, requestId: number) =>
  at(number, {
    type: "requestAdded",
    request: { type: "deposit", requestId, owner: 1n, tokenId: 0, amount: 1n },
  });
const open = (number: number, blockNumber: number, open: number) =>
  at(number, { type: "payoutsOpen", blockNumber, open });
const token = at(1, { type: "tokenListed", tokenId: 0, token: "0x00" });

const EVENTS = [
  token,
  request(2, 0),
  request(2, 1),
  open(3, 1, 9),
  open(3, 2, 4),
  open(4, 1, 5),
  open(5, 2, 0),
  request(6, 2),
  open(7, 1, 2),
];

describe("restore: history beside the blocks", () => {
  const history = extendHistory(emptyHistory(1), EVENTS, 8);

  it("drops served requests and counts that later ones replace, up to the final L1 block", () => {
    expect(compactHistory(history, 1, 6).events).to.deep.equal([
      token,
      request(2, 1),
      open(4, 1, 5),
      request(6, 2),
      open(7, 1, 2),
    ]);
    expect(compactHistory(history, 1, 0)).to.deep.equal(history);
  });

  it("forgets the events after an L1 block that a reorg removes", () => {
    const cut = cutHistory(history, 3);
    expect(cut.events).to.deep.equal(EVENTS.slice(0, 5));
    expect([cut.fromBlock, cut.toBlock]).to.deep.equal([0, 3]);
    const { fromBlock, toBlock } = cutHistory(partialHistory(10), 5);
    expect([fromBlock, toBlock]).to.deep.equal([6, 5]);
  });

  it("lists requests in the order of the queue", () => {
    expect(requestsOf(history).map(({ requestId }) => requestId)).to.deep.equal([0, 1, 2]);
  });
});
