import { expect } from "chai";
import { PersistentMap } from "../../src/util/persistent-map.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();

describe(`PersistentMap (${random.title})`, () => {
  it("does what a Map does, under random changes", () => {
    const expected = new Map<string | number, number>();
    let map = PersistentMap.empty<string | number, number>();
    for (let step = 0; step < 5_000; step++) {
      const number = random.int(600);
      const key = random.bool() ? number : `0x${number.toString(16)}`;
      if (random.int(3) === 0) {
        map = map.delete(key);
        expected.delete(key);
      } else {
        map = map.set(key, step);
        expected.set(key, step);
      }
      expect(map.size).to.equal(expected.size);
      expect(map.get(key)).to.equal(expected.get(key));
    }
    expect(new Map(map.entries())).to.deep.equal(expected);
    for (const key of expected.keys()) map = map.delete(key);
    expect(map.size).to.equal(0);
    expect([...map.entries()]).to.deep.equal([]);
  });

  it("leaves earlier maps as they were", () => {
    const one = PersistentMap.empty<string, number>().set("a", 1);
    const two = one.set("a", 2).set("b", 3);
    expect(two.delete("a").get("b")).to.equal(3);
    expect([one.get("a"), one.get("b"), one.size]).to.deep.equal([1, undefined, 1]);
    expect([two.get("a"), two.get("b"), two.size]).to.deep.equal([2, 3, 2]);
    expect(one.delete("z")).to.equal(one);
  });

  it("keeps keys apart that have the same hash", () => {
    // Two strings with the same FNV-1a hash of 32 bits.
    const [one, other] = ["costarring", "liquid"] as const;
    const map = PersistentMap.empty<string, number>().set(one, 1).set(other, 2);
    expect([map.get(one), map.get(other), map.size]).to.deep.equal([1, 2, 2]);
    expect(map.delete(one).get(other)).to.equal(2);
    expect(map.delete(one).delete(other).size).to.equal(0);
  });
});
