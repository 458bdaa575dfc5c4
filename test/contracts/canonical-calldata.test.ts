/**
 * Solidity reads calldata that no ABI encoder produces and no other decoder reads. A restore reads
 * the calldata of commitBlocks, so it must be in the canonical encoding.
 */
import { expect } from "chai";
import { concat, dataLength, dataSlice, hexlify, toBeHex } from "ethers";
import type { PublicOperation } from "../../src/operations/operation.ts";
import { signChangePubKey } from "../../src/l1/authorization.ts";
import { createRandom } from "../helpers/random.ts";
import {
  createTestBlock,
  createTestRollup,
  latestTimestamp,
  type TestRollup,
} from "../helpers/test-rollup.ts";

const random = createRandom();
const WORD = 32;
const SELECTOR = 4;
/** Words of calldata before the offsets of the blocks: StoredBlock, an offset, a length. */
const HEAD_WORDS = 8;
const MUTATIONS = 600;
/** Less than a transaction may have: a call that runs out of gas takes long. */
const GAS = 2_000_000;

describe(`Rollup: encoding of commitBlocks (${random.title})`, () => {
  let fixture: TestRollup;
  let data: string;

  /** Three blocks: a ChangePubKey and a transfer; nothing; two ChangePubKeys. */
  before(async () => {
    fixture = await createTestRollup();
    const { client, genesis, rollup, user } = fixture;
    const change = (accountId: number): PublicOperation<"changePubKey"> => {
      const key = { nonce: 0, owner: BigInt(user.address), pubKeyHash: 7n };
      return { type: "changePubKey", accountId, tokenId: 0, fee: 0n, ...key };
    };
    const ids = { fromAccountId: 1, toAccountId: 2, tokenId: 0 };
    const transfer: PublicOperation = { type: "transfer", ...ids, amount: 5n, fee: 0n };
    const sign = (operation: PublicOperation) =>
      signChangePubKey(user, client, operation as PublicOperation<"changePubKey">);
    const timestamp = await latestTimestamp(fixture);
    let last = genesis;
    const blocks = [];
    for (const operations of [[change(1), transfer], [], [change(2), change(3)]]) {
      const changes = operations.filter(({ type }) => type === "changePubKey");
      const authorizations = await Promise.all(changes.map(sign));
      const block = createTestBlock(client, last, operations, { timestamp, authorizations });
      blocks.push({ ...block.commitBlock, authorizations });
      last = block.storedBlock;
    }
    data = rollup.interface.encodeFunctionData("commitBlocks", [genesis, blocks]);
  });

  const call = (mutated: string) =>
    fixture.ethers.provider.call({
      to: fixture.client.rollupAddress,
      from: fixture.validator.address,
      data: mutated,
      gasLimit: GAS,
    });
  const refused = (mutated: string) =>
    expect(call(mutated)).to.be.revertedWithCustomError(fixture.rollup, "CalldataNotCanonical");

  const offsetOf = (word: number) => SELECTOR + WORD * word;
  const wordAt = (word: number) => BigInt(dataSlice(data, offsetOf(word), offsetOf(word + 1)));
  /** The calldata with `bytes` in place of `length` bytes at `offset`. */
  const replaced = (offset: number, length: number, bytes: string) =>
    concat([dataSlice(data, 0, offset), bytes, dataSlice(data, offset + length)]);
  const withWord = (word: number, value: bigint) =>
    replaced(offsetOf(word), WORD, toBeHex(BigInt.asUintN(256, value), WORD));

  /** Index of the first word of a block. */
  const blockAt = (index: number) => HEAD_WORDS + Number(wordAt(HEAD_WORDS + index)) / WORD;
  const PUBDATA = 5;
  const AUTHORIZATIONS = 6;

  it("accepts the encoder's output", async () => {
    expect(await call(data)).to.equal("0x");
    const { rollup, genesis } = fixture;
    expect(await call(rollup.interface.encodeFunctionData("commitBlocks", [genesis, []]))).to.equal(
      "0x",
    );
  });

  it("refuses an offset that points backwards", async () => {
    const second = blockAt(1); // without authorizations: any word that is 0 serves as their count
    const zero = 1; // priorityRequests of genesis
    expect(wordAt(zero)).to.equal(0n);
    await refused(withWord(second + AUTHORIZATIONS, BigInt(WORD * (zero - second))));
  });

  it("refuses two parts in one place, and parts in another order", async () => {
    const [first, third] = [blockAt(0), blockAt(2)];
    await refused(withWord(HEAD_WORDS + 1, wordAt(HEAD_WORDS)));
    const authorizations = third + Number(wordAt(third + AUTHORIZATIONS)) / WORD;
    await refused(withWord(authorizations + 2, wordAt(authorizations + 1)));
    await refused(withWord(first + PUBDATA, wordAt(first + AUTHORIZATIONS)));
  });

  it("refuses gaps, whatever they contain", async () => {
    const [first, third] = [blockAt(0), blockAt(2)];
    const gap = toBeHex(0, WORD);
    await refused(concat([data, gap]));
    await refused(concat([data, "0x00"]));
    // Before the array of blocks: one more word, and an offset that skips it.
    const shifted = replaced(offsetOf(HEAD_WORDS - 1), 0, gap);
    await refused(
      concat([
        dataSlice(shifted, 0, offsetOf(HEAD_WORDS - 2)),
        toBeHex(wordAt(HEAD_WORDS - 2) + BigInt(WORD), WORD),
        dataSlice(shifted, offsetOf(HEAD_WORDS - 1)),
      ]),
    );
    // Before the last part of the calldata: the last authorization.
    const authorizations = third + Number(wordAt(third + AUTHORIZATIONS)) / WORD;
    const last = authorizations + 1 + Number(wordAt(authorizations + 2)) / WORD;
    const moved = withWord(authorizations + 2, wordAt(authorizations + 2) + BigInt(WORD));
    await refused(
      concat([dataSlice(moved, 0, offsetOf(last)), gap, dataSlice(moved, offsetOf(last))]),
    );
    expect(wordAt(first + PUBDATA)).to.equal(7n * BigInt(WORD));
  });

  it("refuses padding that is not zero", async () => {
    const third = blockAt(2);
    const pubdata = third + Number(wordAt(third + PUBDATA)) / WORD;
    const padding = offsetOf(pubdata + 1) + Number(wordAt(pubdata));
    const authorizations = third + Number(wordAt(third + AUTHORIZATIONS)) / WORD;
    for (const offset of [padding, offsetOf(authorizations) - 1, dataLength(data) - 1]) {
      expect(dataSlice(data, offset, offset + 1)).to.equal("0x00");
      await refused(replaced(offset, 1, "0x01"));
    }
    await expect(call(dataSlice(data, 0, dataLength(data) - 1))).to.be.revert(fixture.ethers);
  });

  it("refuses everything that does not encode to itself", async () => {
    const { interface: abi } = fixture.rollup;
    const words = (dataLength(data) - SELECTOR) / WORD;
    const mutations = [
      () => withWord(random.int(words), BigInt(WORD * (random.int(80) - 40))),
      () => {
        const word = random.int(words);
        return withWord(word, wordAt(word) + BigInt(WORD * (random.int(9) - 4)));
      },
      () => withWord(random.int(words), random.bigint(256)),
      () => {
        const offset = SELECTOR + random.int(WORD * words);
        const byte = BigInt(dataSlice(data, offset, offset + 1)) ^ (1n << BigInt(random.int(8)));
        return replaced(offset, 1, toBeHex(byte, 1));
      },
      () => replaced(offsetOf(random.int(words)), 0, toBeHex(random.int(2), WORD)),
      () => replaced(offsetOf(random.int(words)), WORD, "0x"),
      () => concat([data, hexlify(new Uint8Array(1 + random.int(40)))]),
    ];
    let taken = 0;
    for (let i = 0; i < MUTATIONS; i++) {
      const mutated = random.pick(mutations)();
      const isTaken = await call(mutated).then(
        () => true,
        () => false,
      );
      if (!isTaken) continue;
      taken++;
      const decoded = abi.decodeFunctionData("commitBlocks", mutated);
      expect(abi.encodeFunctionData("commitBlocks", decoded.toArray() as never)).to.equal(mutated);
    }
    expect(taken, "other roots and digests are valid, too").to.be.greaterThan(0);
  });
});
