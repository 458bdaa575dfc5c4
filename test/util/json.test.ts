import { expect } from "chai";
import {
  bigintFromJson,
  bigintToJson,
  fromTaggedJson,
  toJson,
  toJsonText,
  toTaggedJson,
} from "../../src/util/json.ts";

describe("util: bigints in JSON", () => {
  it("are 0x-hex, wherever they are", () => {
    expect([0n, 255n, 1n << 256n].map(bigintToJson)).to.deep.equal([
      "0x0",
      "0xff",
      `0x1${"0".repeat(64)}`,
    ]);
    expect(toJson({ a: [1n, { b: 16n }], c: undefined, d: 7, e: null })).to.deep.equal({
      a: ["0x1", { b: "0x10" }],
      d: 7,
      e: null,
    });
    expect(toJsonText({ a: 10n })).to.equal('{\n  "a": "0xa"\n}\n');
  });

  it("are read from 0x-hex and from the decimal text of earlier versions", () => {
    expect(["0xff", "0xFF", "255"].map(bigintFromJson)).to.deep.equal([255n, 255n, 255n]);
    for (const text of ["", "0x", "-1", "1.5", " 1", "ff", "1n"]) {
      expect(() => bigintFromJson(text), text).to.throw(RangeError);
    }
  });

  it("are themselves again where they are tagged, and nothing else changes", () => {
    const value = { amount: 5n, debt: -5n, list: [0n, "0x1", 2], like: { bigint: "x" } };
    const json = toTaggedJson(value);
    expect(json).to.deep.equal({
      amount: { bigint: "0x5" },
      debt: { bigint: "-5" },
      list: [{ bigint: "0x0" }, "0x1", 2],
      like: { bigint: "x" },
    });
    expect(fromTaggedJson(json)).to.deep.equal(value);
    expect(fromTaggedJson({ old: { bigint: "5" } })).to.deep.equal({ old: 5n });
  });
});
