/**
 * A restore decodes the calldata of `commitBlocks` like Solidity, in every layout; and the contract
 * accepts only the canonical layout.
 */
import { concat, dataLength, dataSlice, hexlify, toBeHex } from "ethers";
import { expect } from "chai";
import { network } from "hardhat";
import { ON_CHAIN_AUTHORIZATION } from "../../src/l1/authorization.ts";
import { connectRollup } from "../../src/l1/client.ts";
import { decodeCommitBlock } from "../../src/l1/commit-calldata.ts";
import { ROLLUP_INTERFACE } from "../../src/l1/interface.ts";
import type { CommitBlockStructOutput } from "../../types/ethers-contracts/contracts/Rollup.ts";
import type { CommitBlock, StoredBlock } from "../../src/l1/types.ts";
import { createRandom } from "../helpers/random.ts";
import {
  createTestBlock,
  createTestRollup,
  latestTimestamp,
  withdrawOperation,
} from "../helpers/test-rollup.ts";

const WORD_BYTES = 32;
const UINT64 = 1n << 64n;
const MUTANTS = 600;
const CONTRACT_MUTANTS = 400;

const random = createRandom();
const { ethers } = await network.create();
const harness = await ethers.deployContract("CommitCalldataHarness");

/** Creates blocks of every shape: with and without data and authorizations, some of them empty. */
function randomBlocks(): CommitBlock[] {
  return Array.from({ length: 1 + random.int(4) }, () => ({
    timestamp: random.bigint(64),
    feeAccountId: random.int(2 ** 32),
    kind: random.int(2 ** 32),
    newStateRoot: random.bigint(256),
    digest: random.bigint(256),
    pubdata: random.bytes(random.pick([0, 1, 31, 32, 70])),
    authorizations: Array.from({ length: random.pick([0, 0, 1, 3]) }, () =>
      hexlify(random.bytes(random.pick([0, 1, 32, 66]))),
    ),
  }));
}

function encode(lastNumber: number, blocks: readonly CommitBlock[]): string {
  const hash = toBeHex(random.bigint(256), WORD_BYTES);
  const last: StoredBlock = {
    blockNumber: lastNumber,
    priorityRequests: 0,
    timestamp: 0n,
    payoutsHash: hash,
    stateRoot: 0n,
    commitment: hash,
  };
  return ROLLUP_INTERFACE.encodeFunctionData("commitBlocks", [last, blocks]);
}

interface Layout {
  readonly selector: string;
  readonly words: readonly bigint[];
}

function toLayout(calldata: string): Layout {
  const count = (dataLength(calldata) - 4) / WORD_BYTES;
  const at = (index: number) => 4 + WORD_BYTES * index;
  const words = Array.from({ length: count }, (_, i) =>
    BigInt(dataSlice(calldata, at(i), at(i + 1))),
  );
  return { selector: dataSlice(calldata, 0, 4), words };
}

function toCalldata({ selector, words }: Layout): string {
  return concat([selector, ...words.map((word) => toBeHex(BigInt.asUintN(256, word), 32))]);
}

/** Returns the indices of words that may be offsets or lengths: the small ones. */
function indexWords({ words }: Layout): number[] {
  return [...words.keys()].slice(6).filter((index) => words[index]! < 4096n);
}

/** Changes of a layout. Most make it unreadable; some keep the values, or lead to other ones. */
const MUTATIONS: readonly ((layout: Layout) => Layout)[] = [
  // An offset moves forwards, backwards, before the start, into a word, beyond the end.
  (layout) => change(layout, (word) => word + 32n * (random.bigint(5) - 16n)),
  (layout) => change(layout, (word) => word + random.bigint(6) - 32n),
  (layout) => change(layout, () => random.pick([UINT64, UINT64 - 32n, -32n, -1n, 1n << 255n])),
  (layout) => change(layout, () => -32n * random.bigint(6)),
  // Two offsets point to one value, or are swapped.
  (layout) => swap(layout),
  // Everything after a word moves by one word.
  (layout) => {
    const index = random.pick(indexWords(layout));
    return { ...layout, words: layout.words.toSpliced(index, 0, random.pick([0n, 32n])) };
  },
  // A value is copied to the end.
  (layout) => {
    const from = random.pick(indexWords(layout));
    const moved = layout.words.slice(from);
    const target = random.pick(indexWords(layout));
    const words = layout.words.with(target, 32n * BigInt(layout.words.length - 7));
    return { ...layout, words: [...words, ...moved] };
  },
  // A word is appended, the last one is removed, or a bit is flipped.
  (layout) => ({ ...layout, words: [...layout.words, random.bigint(256)] }),
  (layout) => ({ ...layout, words: layout.words.slice(0, -1) }),
  (layout) => {
    const index = random.int(layout.words.length);
    const word = layout.words[index]! ^ (1n << BigInt(random.int(256)));
    return { ...layout, words: layout.words.with(index, word) };
  },
];

function change(layout: Layout, to: (word: bigint) => bigint): Layout {
  const index = random.pick(indexWords(layout));
  return { ...layout, words: layout.words.with(index, to(layout.words[index]!)) };
}

function swap(layout: Layout): Layout {
  const [one, other] = [random.pick(indexWords(layout)), random.pick(indexWords(layout))];
  const words = layout.words.with(one, layout.words[other]!);
  return { ...layout, words: random.bool() ? words : words.with(other, layout.words[one]!) };
}

function mutate(calldata: string): string {
  let layout = toLayout(calldata);
  for (let count = 1 + random.int(3); count > 0; count--) {
    layout = random.pick(MUTATIONS)(layout);
  }
  const mutant = toCalldata(layout);
  const length = dataLength(mutant);
  return random.int(8) === 0 ? dataSlice(mutant, 0, length - random.int(33)) : mutant;
}

/** Decodes calldata with Solidity; undefined if it reverts. */
async function decodeWithSolidity(calldata: string) {
  const { selector } = harness.interface.getFunction("read");
  const data = concat([selector, dataSlice(calldata, 4)]);
  const to = await harness.getAddress();
  const result = await ethers.provider.call({ to, data }).catch(() => undefined);
  if (result === undefined) return undefined;
  const { lastNumber, blocks } = harness.interface.decodeFunctionResult("read", result);
  return {
    lastNumber: Number(lastNumber),
    blocks: (blocks as CommitBlockStructOutput[]).map(toPlain),
  };
}

/** Converts a block to values that compare by content; numbers from ethers are bigints. */
function toPlain(block: CommitBlock | CommitBlockStructOutput): Record<string, unknown> {
  return {
    timestamp: block.timestamp,
    feeAccountId: Number(block.feeAccountId),
    kind: Number(block.kind),
    newStateRoot: block.newStateRoot,
    digest: block.digest,
    pubdata: hexlify(block.pubdata),
    authorizations: [...block.authorizations],
  };
}

describe(`calldata of commitBlocks (${random.title})`, () => {
  it("is decoded as it was encoded", () => {
    for (let round = 0; round < 20; round++) {
      const blocks = randomBlocks();
      const calldata = encode(7, blocks);
      for (const [index, block] of blocks.entries()) {
        expect(toPlain(decodeCommitBlock(calldata, 8 + index)!)).to.deep.equal(toPlain(block));
      }
      expect(decodeCommitBlock(calldata, 7)).to.equal(undefined);
      expect(decodeCommitBlock(calldata, 8 + blocks.length)).to.equal(undefined);
    }
  });

  it("is refused without the selector or if it is truncated", () => {
    const calldata = encode(0, randomBlocks());
    expect(decodeCommitBlock("0x", 1)).to.equal(undefined);
    expect(decodeCommitBlock(`0x00000000${calldata.slice(10)}`, 1)).to.equal(undefined);
    for (const length of [4, 5, 36, 227, 228]) {
      expect(decodeCommitBlock(dataSlice(calldata, 0, length), 1)).to.equal(undefined);
    }
  });

  it(`is decoded like Solidity does, in ${MUTANTS} layouts`, async () => {
    let read = 0;
    for (let count = 0; count < MUTANTS; count++) {
      const canonical = encode(7, randomBlocks());
      const calldata = mutate(canonical);
      const expected = await decodeWithSolidity(calldata);
      if (expected === undefined) continue;
      read++;
      const { lastNumber, blocks } = expected;
      const decoded = blocks.map((_, index) => decodeCommitBlock(calldata, lastNumber + 1 + index));
      const plain = decoded.map((block) => block && toPlain(block));
      expect(plain, calldata).to.deep.equal(blocks);
    }
    expect(read).to.be.greaterThan(MUTANTS / 25);
  });
});

describe(`calldata that the contract accepts (${random.title})`, () => {
  it("is canonical, so that all decoders agree", async () => {
    const fixture = await createTestRollup();
    const { client, genesis, user, validator, rollup } = fixture;
    const change = { accountId: 7, nonce: 0, pubKeyHash: 5n };
    await (await connectRollup(client, user)).setAuthPubKeyHash(change);
    const owner = BigInt(user.address);
    const options = { timestamp: await latestTimestamp(fixture) };
    const first = createTestBlock(client, genesis, [withdrawOperation(user.address, 4n)], options);
    const second = createTestBlock(
      client,
      first.storedBlock,
      [{ type: "changePubKey", tokenId: 0, fee: 0n, owner, ...change }],
      { ...options, authorizations: [ON_CHAIN_AUTHORIZATION] },
    );
    const third = createTestBlock(client, second.storedBlock, [], options);
    const blocks = [first, second, third].map(({ commitBlock }) => commitBlock);
    const honest = ROLLUP_INTERFACE.encodeFunctionData("commitBlocks", [genesis, blocks]);
    const to = await rollup.getAddress();
    const isTaken = (data: string) =>
      fixture.ethers.provider.call({ from: validator.address, to, data }).then(
        () => true,
        () => false,
      );
    expect(await isTaken(honest)).to.equal(true);
    let taken = 0;
    for (let count = 0; count < CONTRACT_MUTANTS; count++) {
      const mutant = mutate(honest);
      if (!(await isTaken(mutant))) continue;
      taken++;
      const decoded = blocks.map((_, index) => decodeCommitBlock(mutant, 1 + index)!);
      const last = ROLLUP_INTERFACE.decodeFunctionData("commitBlocks", mutant)[0] as StoredBlock;
      const canonical = ROLLUP_INTERFACE.encodeFunctionData("commitBlocks", [last, decoded]);
      expect(canonical, mutant).to.equal(mutant);
    }
    expect(taken, "mutants that change a value only").to.be.greaterThan(0);
  });
});
