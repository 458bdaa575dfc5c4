/** Packed amounts and fees against the list of all values that a format has. */
import { expect } from "chai";
import {
  closestPackableAmountAbove,
  closestPackableAmountBelow,
  closestPackableFeeAbove,
  closestPackableFeeBelow,
  isPackableAmount,
  isPackableFee,
  packAmount,
  packFee,
  unpackAmount,
  unpackFee,
} from "../../src/operations/packed.ts";
import { AMOUNT_MAX } from "../../src/protocol/constants.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createRandom } from "../helpers/random.ts";

const MANTISSA_MAX = 2n ** 35n - 1n;
const FEE_MAX = 2047n * 10n ** 31n;

describe("packed amounts and fees", () => {
  const random = createRandom();

  it("packs the mantissa high and the smallest exponent low", () => {
    expect(packAmount(0n)).to.equal(0n);
    expect(packAmount(1n)).to.equal(1n << 5n);
    expect(packAmount(MANTISSA_MAX)).to.equal(MANTISSA_MAX << 5n);
    expect(packAmount(MANTISSA_MAX * 10n)).to.equal((MANTISSA_MAX << 5n) | 1n);
    expect(packAmount(10n ** 18n)).to.equal(((10n ** 10n) << 5n) | 8n);
    expect(packFee(2047n)).to.equal(2047n << 5n);
    expect(packFee(2050n)).to.equal((205n << 5n) | 1n);
    expect(packFee(FEE_MAX)).to.equal(0xffffn);
  });

  it("accepts every fee of the format, and rounds to the closest one", () => {
    const fees = new Set<bigint>();
    for (let packed = 0n; packed < 1n << 16n; packed++) fees.add(unpackFee(packed));
    const sorted = [...fees].sort((a, b) => (a < b ? -1 : 1));
    for (const [index, fee] of sorted.entries()) {
      if (index % 7 > 0) continue;
      expect(unpackFee(packFee(fee))).to.equal(fee);
      const next = sorted[index + 1];
      if (next === undefined || next === fee + 1n) continue;
      for (const between of [fee + 1n, (fee + next) / 2n, next - 1n]) {
        expect(isPackableFee(between)).to.equal(between === fee || between === next);
        if (between > fee && between < next) {
          expect(closestPackableFeeBelow(between)).to.equal(fee);
          expect(closestPackableFeeAbove(between)).to.equal(next);
        }
      }
    }
  });

  it(`rounds amounts to packable ones on either side (${random.title})`, () => {
    for (let round = 0; round < 500; round++) {
      const amount = random.bigint(1 + random.int(127));
      const below = closestPackableAmountBelow(amount);
      const above = closestPackableAmountAbove(amount);
      expect(unpackAmount(packAmount(below))).to.equal(below);
      expect(unpackAmount(packAmount(above))).to.equal(above);
      expect(below <= amount && amount <= above).to.equal(true);
      // Neighbors differ by at most one unit of a 35-bit mantissa.
      expect(above - below <= amount / 2n ** 30n).to.equal(true);
      expect(isPackableAmount(amount)).to.equal(below === amount);
      expect(isPackableAmount(amount)).to.equal(above === amount);
    }
  });

  it("rounds to the largest mantissa of a smaller exponent where that is closer", () => {
    expect(closestPackableAmountBelow(MANTISSA_MAX + 1n)).to.equal(MANTISSA_MAX);
    expect(closestPackableFeeBelow(2049n)).to.equal(2047n);
    expect(closestPackableFeeAbove(2048n)).to.equal(2050n);
  });

  it("refuses values without a packed form", () => {
    expectCode("AMOUNT_NOT_PACKABLE", () => packAmount(MANTISSA_MAX + 2n));
    expectCode("FEE_NOT_PACKABLE", () => packFee(2048n));
    expectCode("FEE_NOT_PACKABLE", () => packFee(FEE_MAX + 1n));
    for (const value of [-1n, AMOUNT_MAX + 1n, 1n << 200n]) {
      expect(isPackableAmount(value)).to.equal(false);
      expectCode("AMOUNT_OUT_OF_RANGE", () => closestPackableAmountBelow(value));
      expectCode("AMOUNT_OUT_OF_RANGE", () => closestPackableAmountAbove(value));
      expectCode("AMOUNT_OUT_OF_RANGE", () => closestPackableFeeBelow(value));
      expectCode("AMOUNT_OUT_OF_RANGE", () => closestPackableFeeAbove(value));
    }
    expectCode("AMOUNT_OUT_OF_RANGE", () => closestPackableAmountAbove(AMOUNT_MAX));
    expectCode("AMOUNT_OUT_OF_RANGE", () => closestPackableFeeAbove(FEE_MAX + 1n));
    expectCode("AMOUNT_OUT_OF_RANGE", () => unpackAmount((1n << 40n) - 1n));
  });

  it("reads an encoding with a larger exponent than needed", () => {
    expect(unpackAmount((1n << 5n) | 3n)).to.equal(1000n);
    expect(unpackAmount(31n)).to.equal(0n);
  });
});
