import { expect } from "chai";
import { ZeroHash } from "ethers";
import { FIELD_MODULUS } from "../../src/protocol/constants.ts";
import { type BlockKind, blockKindId, slotsOfKindId } from "../../src/protocol/kinds.ts";
import { toProveArguments } from "../../src/l1/client.ts";
import type { ProveBlock, StoredBlock } from "../../src/l1/types.ts";
import {
  createTestBlock,
  createTestRollup,
  hashStoredBlock,
  kindOfSlots,
  latestTimestamp,
  type TestBlock,
  type TestRollup,
  withdrawOperation,
} from "../helpers/test-rollup.ts";

const DAY = 24n * 60n * 60n;
const QUARTER = 15n * 60n;
/** Kinds of 4 and of 16 slots. */
const [FOUR, SIXTEEN] = [kindOfSlots(4), kindOfSlots(16)];
/** Kinds with the slots of FOUR. */
const ALIKE: readonly BlockKind[] = [
  { slots: 4, levels: 4, tokens: "main" },
  { slots: 4, levels: 3, tokens: "wide" },
  { slots: 4, levels: 2, tokens: "main" },
];

/** Commits blocks without operations after `last`. */
async function commitEmpty(fixture: TestRollup, last: StoredBlock, count: number) {
  const timestamp = await latestTimestamp(fixture);
  const blocks: TestBlock[] = [];
  for (let parent = last; blocks.length < count; parent = blocks.at(-1)!.storedBlock) {
    blocks.push(createTestBlock(fixture.client, parent, [], { timestamp }));
  }
  await fixture.client.commitBlocks(
    last,
    blocks.map(({ commitBlock }) => commitBlock),
  );
  return blocks;
}

describe("Rollup: committing blocks", () => {
  let fixture: TestRollup;
  beforeEach(async () => {
    fixture = await createTestRollup();
  });

  it("stores the blocks that TypeScript computes, and emits them", async () => {
    const { rollup, genesis, client, user } = fixture;
    const timestamp = await latestTimestamp(fixture);
    const first = createTestBlock(client, genesis, [withdrawOperation(user.address, 7n)], {
      timestamp,
    });
    const second = createTestBlock(client, first.storedBlock, [], { timestamp, kind: SIXTEEN });
    const commits = [first.commitBlock, second.commitBlock];
    const { storedBlocks } = await client.commitBlocks(genesis, commits);
    expect(storedBlocks).to.deep.equal([first.storedBlock, second.storedBlock]);
    expect(await rollup.storedBlockHash(0)).to.equal(hashStoredBlock(genesis));
    expect(await rollup.storedBlockHash(1)).to.equal(hashStoredBlock(first.storedBlock));
    expect(await rollup.storedBlockHash(2)).to.equal(hashStoredBlock(second.storedBlock));
    expect([...(await rollup.blockCounts())]).to.deep.equal([2n, 0n, 0n]);
  });

  it("accepts operations without an L1 side, with or without an extension", async () => {
    const { client, genesis, user, other } = fixture;
    const parties = { fromAccountId: 1, toAccountId: 2, tokenId: 0, amount: 5n, fee: 0n };
    const recipient = BigInt(other.address);
    const operations = [
      { type: "transferToNew", ...parties, recipient },
      { type: "transfer", ...parties },
      withdrawOperation(user.address, 7n),
    ] as const;
    const timestamp = await latestTimestamp(fixture);
    const { commitBlock, storedBlock, payouts } = createTestBlock(client, genesis, operations, {
      timestamp,
    });
    expect(payouts).to.deep.equal([{ recipient: BigInt(user.address), tokenId: 0, amount: 7n }]);
    const { storedBlocks } = await client.commitBlocks(genesis, [commitBlock]);
    expect(storedBlocks).to.deep.equal([storedBlock]);
  });

  it("accepts blocks from validators only", async () => {
    const { rollup, genesis, user } = fixture;
    await expect(rollup.connect(user).commitBlocks(genesis, []))
      .to.be.revertedWithCustomError(rollup, "NotValidator")
      .withArgs(user.address);
  });

  it("accepts blocks only on top of the last one", async () => {
    const { rollup, genesis } = fixture;
    const [first] = await commitEmpty(fixture, genesis, 2);
    const next = createTestBlock(fixture.client, first!.storedBlock, []).commitBlock;
    await expect(rollup.commitBlocks(first!.storedBlock, [{ ...next, authorizations: [] }]))
      .to.be.revertedWithCustomError(rollup, "BlockOutOfOrder")
      .withArgs(2, 1);
  });

  it("rejects a StoredBlock with the wrong hash", async () => {
    const { rollup, genesis } = fixture;
    const forged = { ...genesis, stateRoot: 2n };
    await expect(rollup.commitBlocks(forged, []))
      .to.be.revertedWithCustomError(rollup, "StoredBlockMismatch")
      .withArgs(0, hashStoredBlock(genesis), hashStoredBlock(forged));
  });

  it("refuses timestamps before the parent's or far from the clock of L1", async () => {
    const { rollup, genesis, networkHelpers } = fixture;
    const commit = (parent: StoredBlock, timestamp: bigint) => {
      const { commitBlock } = createTestBlock(fixture.client, parent, [], { timestamp });
      return rollup.commitBlocks(parent, [{ ...commitBlock, authorizations: [] }]);
    };
    const now = (await latestTimestamp(fixture)) + 1000n;
    for (const timestamp of [now - DAY - 1n, now + QUARTER + 1n]) {
      await networkHelpers.time.setNextBlockTimestamp(now);
      await expect(commit(genesis, timestamp))
        .to.be.revertedWithCustomError(rollup, "TimestampOutOfRange")
        .withArgs(timestamp, now - DAY, now + QUARTER);
    }
    await networkHelpers.time.setNextBlockTimestamp(now);
    await commit(genesis, now + QUARTER);
    const parent = createTestBlock(fixture.client, genesis, [], {
      timestamp: now + QUARTER,
    }).storedBlock;
    await networkHelpers.time.setNextBlockTimestamp(now + 1n);
    await expect(commit(parent, now + QUARTER - 1n))
      .to.be.revertedWithCustomError(rollup, "TimestampOutOfRange")
      .withArgs(now + QUARTER - 1n, now + QUARTER, now + QUARTER + 1n);
    await commit(parent, now + QUARTER);
  });

  it("accepts a block that is a day old", async () => {
    const { client, genesis, networkHelpers } = fixture;
    const now = (await latestTimestamp(fixture)) + 1000n;
    await networkHelpers.time.setNextBlockTimestamp(now);
    const { commitBlock } = createTestBlock(client, genesis, [], { timestamp: now - DAY });
    await client.commitBlocks(genesis, [commitBlock]);
  });

  it("refuses values that are not field elements, and fee accounts out of range", async () => {
    const { rollup, genesis } = fixture;
    const timestamp = await latestTimestamp(fixture);
    const block = {
      ...createTestBlock(fixture.client, genesis, [], { timestamp }).commitBlock,
      authorizations: [],
    };
    for (const field of ["newStateRoot", "digest"] as const) {
      await expect(rollup.commitBlocks(genesis, [{ ...block, [field]: FIELD_MODULUS }]))
        .to.be.revertedWithCustomError(rollup, "NonCanonicalField")
        .withArgs(FIELD_MODULUS);
    }
    await expect(rollup.commitBlocks(genesis, [{ ...block, feeAccountId: 4096 }]))
      .to.be.revertedWithCustomError(rollup, "AccountIdOutOfRange")
      .withArgs(4096, 4096);
  });
});

describe("Rollup: kinds of blocks", () => {
  let fixture: TestRollup;
  beforeEach(async () => {
    fixture = await createTestRollup();
  });

  const someKinds = [FOUR, ...ALIKE.map(blockKindId), 0xffff_0004, 0x0000_0004];

  it("give blocks that are otherwise equal other commitments", async () => {
    const { client, genesis } = fixture;
    const timestamp = await latestTimestamp(fixture);
    const commitments = new Set<string>();
    const challenges = new Set<bigint>();
    for (const kind of someKinds) {
      expect(slotsOfKindId(kind)).to.equal(4);
      const block = createTestBlock(client, genesis, [], { timestamp, kind });
      const { storedBlocks } = await client.commitBlocks(genesis, [block.commitBlock]);
      expect(storedBlocks).to.deep.equal([block.storedBlock]);
      commitments.add(block.storedBlock.commitment);
      challenges.add(block.proveBlock.z);
      await client.revertBlocks(storedBlocks);
    }
    expect(commitments.size).to.equal(someKinds.length);
    expect(challenges.size).to.equal(someKinds.length);
  });

  it("have their slots in the lowest 16 bits: more records are refused", async () => {
    const { rollup, client, genesis, user } = fixture;
    const timestamp = await latestTimestamp(fixture);
    const operations = new Array(5).fill(withdrawOperation(user.address, 1n));
    for (const kind of someKinds) {
      const { commitBlock } = createTestBlock(client, genesis, operations, { timestamp, kind });
      await expect(rollup.commitBlocks(genesis, [{ ...commitBlock, authorizations: [] }]))
        .to.be.revertedWithCustomError(rollup, "TooManyRecords")
        .withArgs(5, 4);
      const fitting = createTestBlock(client, genesis, operations.slice(1), { timestamp, kind });
      await client.commitBlocks(genesis, [fitting.commitBlock]);
      await client.revertBlocks([fitting.storedBlock]);
    }
  });

  it("of no slots are committed without records, as any kind without a key", async () => {
    const { client, genesis } = fixture;
    const timestamp = await latestTimestamp(fixture);
    for (const kind of [0, 0x0001_0000]) {
      const block = createTestBlock(client, genesis, [], { timestamp, kind });
      const { storedBlocks } = await client.commitBlocks(genesis, [block.commitBlock]);
      expect(storedBlocks).to.deep.equal([block.storedBlock]);
      await client.revertBlocks(storedBlocks);
    }
  });
});

describe("Rollup: proving blocks", () => {
  let fixture: TestRollup;
  beforeEach(async () => {
    fixture = await createTestRollup("ExpectingVerifier");
  });

  const PROOF = [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n];

  /** Commits blocks of these kinds; the verifier then accepts `PROOF` for each of them. */
  async function provableBlocks(...kinds: number[]): Promise<ProveBlock[]> {
    const { rollup, client, ethers, genesis } = fixture;
    const timestamp = await latestTimestamp(fixture);
    const verifier = await ethers.getContractAt("ExpectingVerifier", await rollup.verifier());
    const blocks: TestBlock[] = [];
    for (const kind of kinds) {
      const parent = blocks.at(-1)?.storedBlock ?? genesis;
      const block = createTestBlock(client, parent, [], { timestamp, kind });
      const { digest, z, y } = block.proveBlock;
      await verifier.expect(kind, [...PROOF] as Words, [digest, z, y]);
      blocks.push(block);
    }
    await client.commitBlocks(
      genesis,
      blocks.map(({ commitBlock }) => commitBlock),
    );
    return blocks.map(({ proveBlock }) => ({ ...proveBlock, proof: PROOF }));
  }

  const prove = (blocks: readonly ProveBlock[]) =>
    fixture.rollup.connect(fixture.user).proveBlocks(...toProveArguments(blocks));
  const provenBlocks = async () => (await fixture.rollup.blockCounts()).proven;

  it("passes kinds, proofs and public inputs to the verifier; anyone may prove", async () => {
    const { rollup } = fixture;
    await expect(prove(await provableBlocks(FOUR, SIXTEEN, FOUR)))
      .to.emit(rollup, "BlocksProven")
      .withArgs(3);
    expect([...(await rollup.blockCounts())]).to.deep.equal([3n, 3n, 0n]);
  });

  it("skips blocks that are proven already", async () => {
    const { rollup } = fixture;
    const [first, second, third] = (await provableBlocks(FOUR, FOUR, SIXTEEN)) as Three;
    await prove([first, second]);
    const otherProof = { proof: PROOF.toReversed() };
    await expect(prove([{ ...first, ...otherProof }, { ...second, ...otherProof }, third]))
      .to.emit(rollup, "BlocksProven")
      .withArgs(3);
    await expect(prove([second, third])).to.not.emit(rollup, "BlocksProven");
    expect(await provenBlocks()).to.equal(3n);
  });

  it("refuses all proofs if the verifier refuses one", async () => {
    const { rollup } = fixture;
    const blocks = await provableBlocks(FOUR, FOUR, FOUR);
    for (const [index, block] of blocks.entries()) {
      const wrong = { ...block, proof: PROOF.with(index, 0n) };
      await expect(prove(blocks.with(index, wrong)))
        .to.be.revertedWithCustomError(rollup, "ProofsInvalid")
        .withArgs(1, 3);
    }
    expect(await provenBlocks()).to.equal(0n);
    await prove(blocks.slice(0, 1));
    await expect(prove(blocks.with(2, { ...blocks[2]!, proof: PROOF.with(0, 9n) })))
      .to.be.revertedWithCustomError(rollup, "ProofsInvalid")
      .withArgs(2, 3);
  });

  it("refuses public inputs and kinds that differ from the block's commitment", async () => {
    const { rollup } = fixture;
    const blocks = await provableBlocks(FOUR, FOUR, FOUR);
    for (const [index, block] of blocks.entries()) {
      for (const other of [
        { kind: SIXTEEN },
        ...ALIKE.map((kind) => ({ kind: blockKindId(kind) })),
        { digest: block.digest + 1n },
        { z: block.z + 1n },
        { y: block.y + 1n },
      ]) {
        await expect(prove(blocks.with(index, { ...block, ...other })))
          .to.be.revertedWithCustomError(rollup, "CommitmentMismatch")
          .withArgs(3);
      }
    }
  });

  it("refuses a proof under the key of another kind, also one with the same slots", async () => {
    const { rollup, client, ethers, genesis } = fixture;
    const timestamp = await latestTimestamp(fixture);
    const verifier = await ethers.getContractAt("ExpectingVerifier", await rollup.verifier());
    const { commitBlock, proveBlock } = createTestBlock(client, genesis, [], { timestamp });
    const { kind, digest, z, y } = proveBlock;
    expect(kind).to.equal(FOUR);
    await client.commitBlocks(genesis, [commitBlock]);
    for (const other of [SIXTEEN, ...ALIKE.map(blockKindId)]) {
      await verifier.expect(other, [...PROOF] as Words, [digest, z, y]);
    }
    await expect(prove([{ ...proveBlock, proof: PROOF }]))
      .to.be.revertedWithCustomError(rollup, "ProofsInvalid")
      .withArgs(1, 1);
    await verifier.expect(kind, [...PROOF] as Words, [digest, z, y]);
    await prove([{ ...proveBlock, proof: PROOF }]);
    expect(await provenBlocks()).to.equal(1n);
  });

  it("refuses blocks that are not consecutive from the first commitment", async () => {
    const [first, second, third] = (await provableBlocks(FOUR, FOUR, FOUR)) as Three;
    for (const blocks of [
      [first, third],
      [first, second, second],
      [second, first, third],
      [third, first, second, third],
      [{ ...first, parentCommitment: second.parentCommitment }, second, third],
    ]) {
      await expect(prove(blocks))
        .to.be.revertedWithCustomError(fixture.rollup, "CommitmentMismatch")
        .withArgs(blocks.at(-1)!.storedBlock.blockNumber);
    }
  });

  it("proves in order, and only committed blocks", async () => {
    const { rollup, genesis, client } = fixture;
    const [first, second, third] = (await provableBlocks(FOUR, FOUR, FOUR)) as Three;
    for (const [blocks, start] of [
      [[second], 2],
      [[third], 3],
      [[second, third], 2],
    ] as const) {
      await expect(prove(blocks))
        .to.be.revertedWithCustomError(rollup, "BlockOutOfOrder")
        .withArgs(1, start);
    }
    const fourth = createTestBlock(client, third.storedBlock, []);
    await expect(prove([first, second, third, fourth.proveBlock]))
      .to.be.revertedWithCustomError(rollup, "StoredBlockMismatch")
      .withArgs(4, ZeroHash, hashStoredBlock(fourth.storedBlock));
    const { storedBlock } = second;
    await expect(rollup.proveBlocks(storedBlock.commitment, storedBlock, []))
      .to.be.revertedWithCustomError(rollup, "BlockOutOfOrder")
      .withArgs(1, 3);
    await rollup.proveBlocks(genesis.commitment, genesis, []);
    expect(await provenBlocks()).to.equal(0n);
  });
});

type Three = [ProveBlock, ProveBlock, ProveBlock];
type Words = [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];

describe("Rollup: executing and reverting blocks", () => {
  let fixture: TestRollup;
  beforeEach(async () => {
    fixture = await createTestRollup();
  });

  it("executes proven blocks in order, once, by a validator", async () => {
    const { rollup, client, genesis, user } = fixture;
    const [first, second] = await commitEmpty(fixture, genesis, 2);
    const execute = ({ storedBlock }: TestBlock) =>
      rollup.executeBlocks([{ storedBlock, payouts: [] }]);
    await client.proveBlocks([first!.proveBlock]);
    await expect(rollup.connect(user).executeBlocks([]))
      .to.be.revertedWithCustomError(rollup, "NotValidator")
      .withArgs(user.address);
    await expect(execute(second!))
      .to.be.revertedWithCustomError(rollup, "BlockOutOfOrder")
      .withArgs(1, 2);
    await expect(execute(first!)).to.emit(rollup, "BlockExecuted").withArgs(1);
    await expect(execute(first!)).to.be.revertedWithCustomError(rollup, "BlockOutOfOrder");
    await expect(execute(second!))
      .to.be.revertedWithCustomError(rollup, "BlockNotProven")
      .withArgs(2);
  });

  it("makes exactly the block's payouts", async () => {
    const { rollup, client, genesis, user, other } = fixture;
    const timestamp = await latestTimestamp(fixture);
    const operations = [withdrawOperation(user.address, 5n), withdrawOperation(other.address, 6n)];
    const { commitBlock, proveBlock, storedBlock } = createTestBlock(client, genesis, operations, {
      timestamp,
    });
    await client.commitBlocks(genesis, [commitBlock]);
    await client.proveBlocks([proveBlock]);
    const [first, second] = [
      { recipient: user.address, tokenId: 0, amount: 5n },
      { recipient: other.address, tokenId: 0, amount: 6n },
    ];
    const wrong = [
      [first],
      [second, first],
      [first, second, second],
      [first, { ...second, amount: 7n }],
      [first, { ...second, recipient: user.address }],
      [first, { ...second, tokenId: 1 }],
    ];
    for (const payouts of wrong) {
      await expect(rollup.executeBlocks([{ storedBlock, payouts }]))
        .to.be.revertedWithCustomError(rollup, "PayoutsMismatch")
        .withArgs(1);
    }
  });

  it("rejects a StoredBlock with the wrong payouts hash", async () => {
    const { rollup, client, genesis, user } = fixture;
    const [first] = await commitEmpty(fixture, genesis, 1);
    await client.proveBlocks([first!.proveBlock]);
    const operations = [withdrawOperation(user.address, 5n)];
    const { payoutsHash } = createTestBlock(client, genesis, operations).storedBlock;
    const forged = { ...first!.storedBlock, payoutsHash };
    const payouts = [{ recipient: user.address, tokenId: 0, amount: 5n }];
    await expect(rollup.executeBlocks([{ storedBlock: forged, payouts }]))
      .to.be.revertedWithCustomError(rollup, "StoredBlockMismatch")
      .withArgs(1, hashStoredBlock(first!.storedBlock), hashStoredBlock(forged));
  });

  it("reverts blocks that are not executed, newest first, by a validator", async () => {
    const { rollup, client, genesis, user } = fixture;
    const blocks = await commitEmpty(fixture, genesis, 3);
    const [first, second, third] = blocks.map(({ storedBlock }) => storedBlock);
    await client.proveBlocks(blocks.map(({ proveBlock }) => proveBlock));
    await client.executeBlocks([{ storedBlock: first!, payouts: [] }]);
    await expect(rollup.connect(user).revertBlocks([third!]))
      .to.be.revertedWithCustomError(rollup, "NotValidator")
      .withArgs(user.address);
    await expect(rollup.revertBlocks([second!]))
      .to.be.revertedWithCustomError(rollup, "BlockOutOfOrder")
      .withArgs(3, 2);
    await expect(
      rollup.revertBlocks([{ ...third!, priorityRequests: 1 }]),
    ).to.be.revertedWithCustomError(rollup, "StoredBlockMismatch");
    await expect(rollup.revertBlocks([third!, second!]))
      .to.emit(rollup, "BlocksReverted")
      .withArgs(1, 1);
    await expect(rollup.revertBlocks([first!]))
      .to.be.revertedWithCustomError(rollup, "BlockAlreadyExecuted")
      .withArgs(1);
    expect(await rollup.storedBlockHash(3)).to.equal(ZeroHash);
    expect([...(await rollup.blockCounts())]).to.deep.equal([1n, 1n, 1n]);
    await commitEmpty(fixture, first!, 1);
  });
});
