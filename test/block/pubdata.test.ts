/** Public data as bytes: encoding, decoding, and the refusal of everything else. */
import { expect } from "chai";
import { decodePubdata, encodePubdata } from "../../src/block/pubdata.ts";
import type { PublicOperation } from "../../src/operations/operation.ts";
import { FIELD_MODULUS } from "../../src/protocol/constants.ts";
import { OPERATION_NAMES } from "../../src/operations/table.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { integerToBytes } from "../../src/util/bytes.ts";
import { isRollupError } from "../../src/util/errors.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { wholeKind } from "../helpers/kinds.ts";
import { createWorld, randomBlock, toPublic } from "../helpers/random-block.ts";
import { createRandom } from "../helpers/random.ts";

const DEPOSIT = { type: "deposit", accountId: 5, tokenId: 6, owner: 0xaan, amount: 7n } as const;
const CHANGE = {
  type: "changePubKey",
  accountId: 5,
  tokenId: 6,
  fee: 10n,
  nonce: 8,
  owner: 0xaan,
  pubKeyHash: FIELD_MODULUS - 1n,
} as const;
const NOOP = { type: "noop" } as const;

/** Two bytes of count, then 16 bytes of record, then the extension of slot 0 or 1. */
const EXTENSION_BYTES = 2 + 20 + 16;

function withBytes(data: Uint8Array, offsetBytes: number, ...bytes: number[]): Uint8Array {
  const changed = data.slice();
  changed.set(bytes, offsetBytes);
  return changed;
}

describe("public data", () => {
  const random = createRandom();

  it("is the count, the records and the extensions", () => {
    const hex = Buffer.from(encodePubdata([NOOP, DEPOSIT, NOOP])).toString("hex");
    const records = "00".repeat(16) + "01" + "000000" + "000005" + "0006" + "00".repeat(7);
    const extension = "0001" + "aa".padStart(40, "0") + "07".padStart(32, "0");
    expect(hex).to.equal(`0002${records}${extension}`);
  });

  it("is two bytes for a block without operations", () => {
    expect([...encodePubdata([NOOP, NOOP])]).to.deep.equal([0, 0]);
    expect(decodePubdata(new Uint8Array(2))).to.deep.equal([]);
  });

  it(`contains all of a block except its signatures (${random.title})`, () => {
    for (const preset of [PRESETS.minimal, PRESETS.dev]) {
      const world = createWorld(random, preset);
      for (let round = 0; round < 10; round++) {
        const { operations } = randomBlock(world, world.state);
        const last = operations.findLastIndex(({ type }) => type !== "noop");
        const expected = operations.slice(0, last + 1).map(toPublic);
        expect(decodePubdata(encodePubdata(operations))).to.deep.equal(expected);
      }
    }
  });

  it("may have a larger exponent than needed", () => {
    const data = encodePubdata([{ ...CHANGE, fee: 1000n }]);
    const packedFee = withBytes(data, 16, ...integerToBytes((1n << 5n) | 3n, 2));
    expect(decodePubdata(packedFee)).to.deep.equal([{ ...CHANGE, fee: 1000n }]);
  });

  it("is refused if it is too short or too long", () => {
    const data = encodePubdata([DEPOSIT, CHANGE]);
    for (let length = 0; length < data.length; length++) {
      expectCode("PUBDATA_TRUNCATED", () => decodePubdata(data.subarray(0, length)));
    }
    expectCode("PUBDATA_TOO_LONG", () => decodePubdata(new Uint8Array([...data, 0])));
  });

  it("is refused if an extension is left out, added, moved or doubled", () => {
    const two: PublicOperation[] = [DEPOSIT, { ...DEPOSIT, owner: 0xbbn }];
    const data = encodePubdata(two);
    const start = data.length - 2 * EXTENSION_BYTES;
    const [head, first, second] = [
      data.subarray(0, start),
      data.subarray(start, start + EXTENSION_BYTES),
      data.subarray(start + EXTENSION_BYTES),
    ];
    const join = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
    const misplaced = [join(head, second), join(head, second, first), join(head, first, first)];
    for (const bytes of misplaced) {
      expectCode("PUBDATA_EXTENSION_MISPLACED", () => decodePubdata(bytes));
    }
    expectCode("PUBDATA_TRUNCATED", () => decodePubdata(join(head, first)));
    expectCode("PUBDATA_TOO_LONG", () => decodePubdata(join(data, second)));
    const outside = withBytes(data, start, 0, 2);
    expectCode("PUBDATA_EXTENSION_MISPLACED", () => decodePubdata(outside));
  });

  it("is refused if a value has no meaning", () => {
    const data = encodePubdata([DEPOSIT]);
    expectCode("PUBDATA_TRAILING_NOOP", () => decodePubdata(integerToBytes(1n << 128n, 18)));
    const unknown = withBytes(data, 2, OPERATION_NAMES.length);
    expectCode("PUBDATA_UNKNOWN_OPERATION", () => decodePubdata(unknown));
    expectCode("UNUSED_COLUMN_NOT_ZERO", () => decodePubdata(withBytes(data, 5, 1)));
    const change = encodePubdata([CHANGE]);
    const hash = integerToBytes(FIELD_MODULUS, 32);
    const beyondField = withBytes(change, change.length - 32, ...hash);
    expectCode("FIELD_OUT_OF_RANGE", () => decodePubdata(beyondField));
    const transfer = { fromAccountId: 1, toAccountId: 2, tokenId: 3, amount: 4n, fee: 5n };
    const moved = encodePubdata([{ type: "transfer", ...transfer }]);
    const tooMuch = withBytes(moved, 11, 255, 255, 255, 255, 255);
    expectCode("AMOUNT_OUT_OF_RANGE", () => decodePubdata(tooMuch));
  });

  it(`is refused with a code if bytes are random (${random.title})`, () => {
    const world = createWorld(random, PRESETS.dev);
    const { operations } = randomBlock(world, world.state, { kind: wholeKind(PRESETS.dev) });
    const data = encodePubdata(operations);
    for (let round = 0; round < 500; round++) {
      const changed = withBytes(data, random.int(data.length), random.int(256));
      try {
        decodePubdata(changed.subarray(0, data.length - random.pick([0, 0, random.int(50)])));
      } catch (error) {
        if (!isRollupError(error)) throw error;
      }
    }
  });
});
