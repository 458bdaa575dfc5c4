/**
 * What Solidity reads from the calldata of `commitBlocks`, a restore reads too, however the
 * calldata is laid out; and the contract takes no layout but the canonical one.
 */
import { concat, dataLength, dataSlice, hexlify, toBeHex } from "ethers";
import { expect } from "chai";
import { network } from "hardhat";
import { decodeCommitBlock } from "../../src/l1/commit-calldata.ts";
import { ROLLUP_INTERFACE } from "../../src/l1/interface.ts";
import type { CommitBlockStructOutput } from "../../types/ethers-contracts/contracts/Rollup.ts";
import type { CommitBlock, StoredBlock } from "../../src/l1/types.ts";
import { createRandom } from "../helpers/random.ts";

const WORD_BYTES = 32;
const UINT64 = 1n << 64n;
const MUTANTS = 600;

const random = createRandom();
const { ethers } = await network.create();
const harness = await ethers.deployContract("CommitCalldataHarness");

/** Blocks of every shape: without data, with it, with authorisations, empty ones among them. */
function randomBlocks(): CommitBlock[] {
  return Array.from({ length: 1 + random.int(4) }, () => ({
    timestamp: random.bigint(64),
    feeAccountId: random.int(2 ** 32),
    slots: random.int(2 ** 32),
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

/** Words that may be offsets or lengths: multiples of 32, or small. */
function indexWords({ words }: Layout): number[] {
  return [...words.keys()].slice(6).filter((index) => words[index]! < 4096n);
}

/** What somebody may do to a layout; most lead nowhere, some to the same or to other values. */
const MUTATIONS: readonly ((layout: Layout) => Layout)[] = [
  // An offset forwards, backwards, before the beginning, into a word, beyond the end.
  (layout) => change(layout, (word) => word + 32n * (random.bigint(5) - 16n)),
  (layout) => change(layout, (word) => word + random.bigint(6) - 32n),
  (layout) => change(layout, () => random.pick([UINT64, UINT64 - 32n, -32n, -1n, 1n << 255n])),
  (layout) => change(layout, () => -32n * random.bigint(6)),
  // Two offsets that lead to one value, or to each other's.
  (layout) => swap(layout),
  // Everything behind a word moves on by one.
  (layout) => {
    const index = random.pick(indexWords(layout));
    return { ...layout, words: layout.words.toSpliced(index, 0, random.pick([0n, 32n])) };
  },
  // A value is moved to the end.
  (layout) => {
    const from = random.pick(indexWords(layout));
    const moved = layout.words.slice(from);
    const target = random.pick(indexWords(layout));
    const words = layout.words.with(target, 32n * BigInt(layout.words.length - 7));
    return { ...layout, words: [...words, ...moved] };
  },
  // Something behind the end, or the end missing; dirt in any word.
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

/** What Solidity reads; undefined if it reverts. */
async function solidityReads(calldata: string) {
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

/** Values that compare by content: numbers from ethers are bigints. */
function toPlain(block: CommitBlock | CommitBlockStructOutput): Record<string, unknown> {
  return {
    timestamp: block.timestamp,
    feeAccountId: Number(block.feeAccountId),
    slots: Number(block.slots),
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

  it("is none without the selector, or when it is cut off", () => {
    const calldata = encode(0, randomBlocks());
    expect(decodeCommitBlock("0x", 1)).to.equal(undefined);
    expect(decodeCommitBlock(`0x00000000${calldata.slice(10)}`, 1)).to.equal(undefined);
    for (const length of [4, 5, 36, 227, 228]) {
      expect(decodeCommitBlock(dataSlice(calldata, 0, length), 1)).to.equal(undefined);
    }
  });

  it(`is decoded as Solidity reads it, in ${MUTANTS} layouts`, async function () {
    this.timeout(120_000);
    let read = 0;
    for (let count = 0; count < MUTANTS; count++) {
      const canonical = encode(7, randomBlocks());
      const calldata = mutate(canonical);
      const expected = await solidityReads(calldata);
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
