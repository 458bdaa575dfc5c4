/** What is decoded leads to the same ledger as what was encoded. */
import { expect } from "chai";
import { createBatchCrypto } from "../../src/kernel/batch.ts";
import type { LedgerEvent } from "../../src/operator/ledger/events.ts";
import type { Ledger } from "../../src/operator/ledger/ledger.ts";
import { reduce } from "../../src/operator/ledger/reduce.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { decode, encode } from "../../src/store/codec.ts";
import {
  decodeSnapshot,
  encodeSnapshot,
  type SnapshotPart,
} from "../../src/store/snapshot-codec.ts";
import { OperatorRun } from "../helpers/operator-run.ts";
import { createRandom } from "../helpers/random.ts";
import { describeLedger } from "../helpers/recording-store.ts";

const random = createRandom();
const ROUNDS = 12;
/** The receipts are those of the run's own store. */
const SETTINGS = {
  preset: PRESETS.dev,
  finalReceiptsMax: 20,
  hashing: createBatchCrypto(0),
};

const copyOf = <T>(value: T) => decode(encode(value)) as T;

/** A ledger that has been a snapshot in between. */
function revive(ledger: Ledger): Promise<Ledger> {
  return decodeSnapshot([...encodeSnapshot(ledger)], {
    ...SETTINGS,
    preset: ledger.start.state.preset,
  });
}

/** All of a ledger, with what describeLedger leaves out. */
function describeAll(ledger: Ledger) {
  return {
    ...describeLedger(ledger),
    finals: [...ledger.receipts.finals()],
    forgottenKinds: ledger.forgottenKinds,
    facts: ledger.l1History.map(({ keyFacts }) => [...keyFacts.entries()].sort()),
    // Those that are prepared may have lost the traces of their slots.
    slots: ledger.blocks.map((block) => ("storedBlock" in block ? 0 : block.applied.slots.length)),
  };
}

describe(`store: codec (${random.title})`, () => {
  it("decodes what it has encoded, of every type", () => {
    const value = {
      bigints: [0n, 1n, 2n ** 255n],
      bytes: new Uint8Array([0, 255, 7]),
      strings: ["", "~", "~~", "~n1", "~bAA==", "ordinary", '\n\u2028"\\'],
      numbers: [0, -1, 0.25, 2 ** 53 - 1],
      others: [true, null, [], {}, [[{ deep: 1n }]]],
    };
    expect(copyOf(value)).to.deep.equal(value);
    expect(encode({ left: undefined, kept: 1 })).to.equal('{"kept":1}');
    expect(encode("a\nb"), "an event is one line").not.to.include("\n");
  });

  it("refuses a text with an unknown mark", () => {
    for (const text of ['"~"', '"~x1"', '{"a":["~n"]}', '"~nzz"', "{"]) {
      expect(() => decode(text), text).to.throw();
    }
  });

  it("replays decoded events on decoded snapshots to the same ledger", async () => {
    const run = await OperatorRun.create(random);
    for (let round = 0; round < ROUNDS; round++) {
      for (let step = 0; step < 4; step++) await run.step();
      const { snapshot, events } = await run.store.load();
      const decoded: LedgerEvent[] = events.map(copyOf);
      expect(decoded).to.deep.equal(events);
      // A snapshot may be taken after any event.
      const count = random.int(events.length + 1);
      const between = await revive(events.slice(0, count).reduce(reduce, snapshot!));
      const ledger = decoded.slice(count).reduce(reduce, between);
      const expected = run.world.operator.checkpoint();
      expect(describeAll(ledger)).to.deep.equal(describeAll(expected));
    }
  });

  it("refuses a snapshot with a part missing, doubled or changed", async () => {
    const run = await OperatorRun.create(random);
    while (run.world.operator.blocks.length < 3) await run.step();
    const parts = [...encodeSnapshot(run.world.operator.checkpoint())];
    const without = (kind: string) => parts.filter((part) => part.kind !== kind);
    const failureOf = (some: readonly SnapshotPart[]) =>
      decodeSnapshot(some, SETTINGS).then(
        () => "none",
        (error: unknown) => String(error),
      );
    for (const kind of ["head", "pages", "open"]) {
      expect(await failureOf(without(kind)), kind).to.not.equal("none");
    }
    const withPages = (change: (pages: Buffer) => Buffer) =>
      parts.map(({ kind, data }) => ({
        kind,
        data: kind === "pages" ? change(Buffer.from(data, "base64")).toString("base64") : data,
      }));
    expect(await failureOf(withPages((pages) => pages))).to.equal("none");
    // The first hash of a leaf comes after the index and the length of its page.
    const otherHash = withPages((pages) => Buffer.from(pages.with(8, pages[8]! ^ 1)));
    expect(await failureOf(otherHash)).to.include("root");
    const cut = withPages((pages) => pages.subarray(0, -1));
    expect(await failureOf(cut)).to.include("cut off");
    const twice = withPages((pages) => Buffer.concat([pages, pages]));
    expect(await failureOf(twice)).to.include("not in order");
  });
});
