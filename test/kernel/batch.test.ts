import { expect } from "chai";
import { createSigningKey, publicKey, sign } from "../../src/crypto/eddsa.ts";
import { FIELD_MODULUS } from "../../src/crypto/field.ts";
import { poseidon } from "../../src/crypto/poseidon.ts";
import { type BatchCrypto, createBatchCrypto } from "../../src/kernel/batch.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();

describe(`kernel: batches (${random.title})`, () => {
  for (const threads of [0, 2]) {
    describe(`${threads} threads`, () => {
      let crypto: BatchCrypto;
      before(() => {
        crypto = createBatchCrypto(threads);
      });
      after(() => crypto.close());

      for (const count of [0, 1, 2, 33, 71]) {
        it(`hashes ${count} lists, in order`, async () => {
          const lists = Array.from({ length: count }, () => [random.field(), random.field(), 3n]);
          expect(await crypto.hashMany(lists)).to.deep.equal(lists.map(poseidon));
        });
      }

      it("verifies signatures in order, including ones with numbers out of range", async () => {
        const honest = Array.from({ length: 19 }, () => {
          const key = createSigningKey(random.bytes(32));
          const message = random.field();
          return { key: publicKey(key), message, signature: sign(key, message) };
        });
        const signed = honest.map((item, index) =>
          index % 3 === 1 ? { ...item, message: item.message + FIELD_MODULUS } : item,
        );
        const expected = signed.map((_, index) => index % 3 !== 1);
        expect(await crypto.verifyMany(signed)).to.deep.equal(expected);
        expect(await crypto.verifyMany([])).to.deep.equal([]);
      });

      it("runs several calls at a time", async () => {
        const calls = [1n, 2n, 3n, 4n, 5n].map((value) => [[value, value]]);
        const hashes = await Promise.all(calls.map((lists) => crypto.hashMany(lists)));
        expect(hashes).to.deep.equal(calls.map((lists) => lists.map(poseidon)));
      });
    });
  }
});
