/** Wire layouts and the tables that are made of them. */
import { expect } from "chai";
import {
  PROTOCOL_DIGEST,
  extensionColumns,
  OPERATION_NAMES,
  OPERATIONS,
  operationOfCode,
} from "../../src/operations/table.ts";
import {
  layoutBytes,
  packColumns,
  placeColumns,
  unpackColumns,
} from "../../src/protocol/layout.ts";
import { RECORD_BYTES, RECORD_COLUMNS } from "../../src/protocol/columns.ts";
import { accountCapacity, PRESETS, tokenCapacity } from "../../src/protocol/presets.ts";
import { HEADER_COLUMNS } from "../../src/protocol/public-inputs.ts";
import { MESSAGE_WORDS } from "../../src/protocol/signing.ts";
import { createRandom } from "../helpers/random.ts";

const LAYOUTS = [RECORD_COLUMNS, HEADER_COLUMNS, ...MESSAGE_WORDS];

describe("wire layouts", () => {
  const random = createRandom();

  it("have token, address and amount of what moves between L1 and L2 in the same place", () => {
    // contracts/libraries/OperationEffects.sol reads these five alike.
    for (const name of ["deposit", "withdraw", "fullExit", "forcedExit", "refund"] as const) {
      const { record, extension } = OPERATIONS[name];
      expect(record.token, name).to.equal("tokenId");
      const { address, value } = extension;
      expect([address.type, value.type], name).to.deep.equal(["address", "amount"]);
      expect(extension, name).not.to.have.property("nonce");
    }
  });

  it("place the columns of a record one after the other", () => {
    const places = placeColumns(RECORD_COLUMNS).map(({ name, offsetBytes, bytes }) => [
      name,
      offsetBytes,
      bytes,
    ]);
    expect(places).to.deep.equal([
      ["op", 0, 1],
      ["accountA", 1, 3],
      ["accountB", 4, 3],
      ["token", 7, 2],
      ["amount", 9, 5],
      ["fee", 14, 2],
    ]);
    expect(RECORD_BYTES).to.equal(16);
  });

  it("pack the first column into the highest bits", () => {
    const header = { blockNumber: 1, timestamp: 2n, feeAccountId: 3 };
    expect(packColumns(HEADER_COLUMNS, header)).to.equal(0x00000001_0000000000000002_000003n);
  });

  it(`pack and unpack every value that fits (${random.title})`, () => {
    for (const columns of LAYOUTS) {
      const values: Record<string, bigint> = {};
      for (const { name, bytes } of placeColumns<string>(columns)) {
        values[name] = random.pick([0n, (1n << BigInt(8 * bytes)) - 1n, random.bigint(8 * bytes)]);
      }
      const packed = packColumns<string>(columns, values);
      expect(unpackColumns<string>(columns, packed)).to.deep.equal(values);
      expect(packed >> BigInt(8 * layoutBytes(columns))).to.equal(0n);
    }
  });

  it("refuse a value that does not fit", () => {
    const header = { blockNumber: 1, timestamp: 2n, feeAccountId: 3 };
    for (const feeAccountId of [-1, 2 ** 24]) {
      expect(() => packColumns(HEADER_COLUMNS, { ...header, feeAccountId })).to.throw(RangeError);
    }
  });
});

describe("operation table", () => {
  it("finds an operation by its code, and nothing by any other", () => {
    for (const name of OPERATION_NAMES) {
      expect(operationOfCode(OPERATIONS[name].code)).to.equal(name);
    }
    expect(operationOfCode(OPERATION_NAMES.length)).to.equal(undefined);
  });

  it("gives the extensions their columns in wire order", () => {
    const names = extensionColumns("changePubKey").map(({ name }) => name);
    expect(names).to.deep.equal(["nonce", "owner", "pubKeyHash"]);
    expect(layoutBytes(extensionColumns("withdraw"))).to.equal(36);
    expect(extensionColumns("transfer")).to.deep.equal([]);
  });

  it("has a digest that names the version of the protocol", () => {
    expect(PROTOCOL_DIGEST).to.match(/^0x[0-9a-f]{64}$/);
  });
});

describe("presets", () => {
  it("have 64 to 16,777,216 accounts", () => {
    const capacities = Object.values(PRESETS).map((preset) => [
      accountCapacity(preset),
      tokenCapacity(preset),
    ]);
    expect(capacities).to.deep.equal([
      [64, 32],
      [4096, 256],
      [16777216, 2048],
    ]);
  });
});
