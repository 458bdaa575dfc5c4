import { expect } from "chai";
import { createSigningKey, publicKey, sign } from "../../src/crypto/eddsa.ts";
import { poseidon } from "../../src/crypto/poseidon.ts";
import { createHasher, poseidon as sharedPoseidon, poseidonMany } from "../../src/kernel/hash.ts";
import { createSignatureScheme } from "../../src/kernel/signatures.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();

describe(`kernel or reference (${random.title})`, () => {
  for (const [name, supported] of [
    ["kernel", true],
    ["reference", false],
  ] as const) {
    it(`hashes the same with the ${name}`, () => {
      const lists = [2, 2, 3, 8, 1, 8, 8].map((n) => Array.from({ length: n }, random.field));
      const expected = lists.map(poseidon);
      const { hash, hashMany } = createHasher(supported);
      expect(lists.map(hash)).to.deep.equal(expected);
      expect(hashMany(lists)).to.deep.equal(expected);
    });

    it(`signs and verifies the same with the ${name}`, () => {
      const scheme = createSignatureScheme(supported);
      const signed = [0n, 1n, random.field()].map((message) => {
        const secret = createSigningKey(random.bytes(32));
        const [key, signature] = [scheme.publicKey(secret), scheme.sign(secret, message)];
        expect(key).to.deep.equal(publicKey(secret));
        expect(signature).to.deep.equal(sign(secret, message));
        return { key, message, signature };
      });
      const other = { ...signed[0]!, message: 2n };
      expect(scheme.verifyMany([...signed, other])).to.deep.equal([true, true, true, false]);
      expect([signed[0]!, other].map(scheme.verify)).to.deep.equal([true, false]);
    });
  }

  it("hashes with one shared hasher", () => {
    expect(sharedPoseidon([1n, 2n])).to.equal(poseidon([1n, 2n]));
    expect(poseidonMany([[1n], [2n]])).to.deep.equal([poseidon([1n]), poseidon([2n])]);
  });
});
