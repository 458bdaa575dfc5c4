/** Operations as columns and words of the public data. */
import { expect } from "chai";
import {
  extensionWords,
  fromColumns,
  hasExtension,
  publicFields,
  recordWord,
  toColumns,
} from "../../src/operations/codec.ts";
import type { PublicOperation } from "../../src/operations/operation.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { OPERATION_NAMES, OPERATIONS } from "../../src/operations/table.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createWorld, randomBlock, toPublic } from "../helpers/random-block.ts";
import { createRandom } from "../helpers/random.ts";

const SAMPLES: readonly { operation: PublicOperation; record: bigint; words: [bigint, bigint] }[] =
  [
    { operation: { type: "noop" }, record: 0n, words: [0n, 0n] },
    {
      operation: { type: "deposit", accountId: 5, tokenId: 6, owner: 0xaan, amount: 7n },
      record: 0x01_000000_000005_0006_0000000000_0000n,
      words: [(1n << 192n) + 0xaan, 7n],
    },
    {
      operation: {
        type: "transfer",
        fromAccountId: 1,
        toAccountId: 2,
        tokenId: 3,
        amount: 4n,
        fee: 50n,
      },
      record: 0x02_000001_000002_0003_0000000080_0640n,
      words: [0n, 0n],
    },
    {
      operation: {
        type: "transferToNew",
        fromAccountId: 1,
        toAccountId: 2,
        tokenId: 3,
        amount: 4n,
        fee: 50n,
        recipient: 0xbbn,
      },
      record: 0x03_000001_000002_0003_0000000080_0640n,
      words: [(3n << 192n) + 0xbbn, 0n],
    },
    {
      operation: {
        type: "withdraw",
        accountId: 1,
        tokenId: 3,
        fee: 50n,
        recipient: 0xccn,
        amount: 2n ** 127n,
      },
      record: 0x04_000001_000000_0003_0000000000_0640n,
      words: [(4n << 192n) + 0xccn, 2n ** 127n],
    },
    {
      operation: { type: "fullExit", accountId: 1, tokenId: 3, owner: 0xddn, amount: 9n },
      record: 0x05_000001_000000_0003_0000000000_0000n,
      words: [(5n << 192n) + 0xddn, 9n],
    },
    {
      operation: {
        type: "changePubKey",
        accountId: 1,
        tokenId: 3,
        fee: 50n,
        nonce: 8,
        owner: 0xeen,
        pubKeyHash: 1n << 250n,
      },
      record: 0x06_000001_000000_0003_0000000000_0640n,
      words: [(6n << 192n) + (8n << 160n) + 0xeen, 1n << 250n],
    },
    {
      operation: {
        type: "forcedExit",
        initiatorAccountId: 1,
        targetAccountId: 2,
        tokenId: 3,
        fee: 50n,
        recipient: 0xffn,
        amount: 10n,
      },
      record: 0x07_000001_000002_0003_0000000000_0640n,
      words: [(7n << 192n) + 0xffn, 10n],
    },
    {
      operation: { type: "refund", tokenId: 6, owner: 0xaan, amount: 7n },
      record: 0x08_000000_000000_0006_0000000000_0000n,
      words: [(8n << 192n) + 0xaan, 7n],
    },
  ];

describe("codec", () => {
  const random = createRandom();

  for (const { operation, record, words } of SAMPLES) {
    it(`writes and reads a ${operation.type}`, () => {
      const columns = toColumns(operation);
      expect(recordWord(columns)).to.equal(record);
      expect(extensionWords(columns)).to.deep.equal(words);
      expect(fromColumns(columns)).to.deep.equal(operation);
      expect(Object.keys(operation)).to.have.members([
        "type",
        ...publicFields(operation.type).map(({ name }) => name),
      ]);
    });
  }

  it("has a sample of every operation", () => {
    expect(SAMPLES.map(({ operation }) => operation.type)).to.deep.equal(OPERATION_NAMES);
  });

  it("adds an extension exactly where L1 or a restore needs more than the record", () => {
    const without = OPERATION_NAMES.filter((name) => !hasExtension(name));
    expect(without).to.deep.equal(["noop", "transfer"]);
    for (const name of OPERATION_NAMES) {
      if (OPERATIONS[name].payout) expect(hasExtension(name)).to.equal(true);
    }
  });

  it("refuses a value in a column that the operation does not use", () => {
    for (const { operation } of SAMPLES) {
      const columns = toColumns(operation);
      const used = OPERATIONS[operation.type];
      for (const column of Object.keys(columns.record)) {
        if (column in used.record) continue;
        const record = { ...columns.record, [column]: 1n };
        expectCode("UNUSED_COLUMN_NOT_ZERO", () => fromColumns({ ...columns, record }));
      }
      for (const column of Object.keys(columns.extension)) {
        if (column in used.extension) continue;
        const extension = { ...columns.extension, [column]: 1n };
        expectCode("UNUSED_COLUMN_NOT_ZERO", () => fromColumns({ ...columns, extension }));
      }
    }
  });

  it(`round-trips random operations (${random.title})`, () => {
    const world = createWorld(random, PRESETS.dev);
    for (let round = 0; round < 5; round++) {
      for (const operation of randomBlock(world, world.state).operations) {
        expect(fromColumns(toColumns(operation))).to.deep.equal(toPublic(operation));
      }
    }
  });
});
