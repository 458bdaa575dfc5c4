/** See also test/contracts/blocks.test.ts, and test/e2e/proofs.test.ts for tampered public data. */
import { expect } from "chai";
import { headerWord } from "../../src/block/commitment.ts";
import type { ProveBlock, StoredBlock } from "../../src/l1/types.ts";
import { EXIT_KEY_ID } from "../../src/protocol/public-inputs.ts";
import {
  attackedCircuit,
  expectImpossible,
  expectPossible,
  kind,
  preset,
  provenBlock,
} from "../helpers/attacks.ts";
import { createDishonestInput, recommit } from "../helpers/dishonest-input.ts";
import { expectL1Refusal } from "../helpers/expect-code.ts";
import { expectCircuitRefusal } from "../helpers/forged-witness.ts";
import { createRandom } from "../helpers/random.ts";
import { createScene, operationBy, transferTo } from "../helpers/scene.ts";
import {
  createTestBlock,
  createTestRollup,
  GENESIS_ROOT,
  kindOfSlots,
  latestTimestamp,
  type TestBlock,
  type TestRollup,
  withdrawOperation,
} from "../helpers/test-rollup.ts";

const random = createRandom();
const HOUR = 60n * 60n;

describe(`Attacks on blocks, ${random.title}`, () => {
  let fixture: TestRollup;
  beforeEach(async () => {
    fixture = await createTestRollup();
  });

  /** Two committed blocks, one on top of the other. */
  async function twoBlocks() {
    const { client, genesis, user } = fixture;
    const options = { timestamp: await latestTimestamp(fixture), newStateRoot: GENESIS_ROOT };
    const operations = [withdrawOperation(user.address, 1n)];
    const first = createTestBlock(client, genesis, operations, options);
    const second = createTestBlock(client, first.storedBlock, operations, options);
    await client.commitBlocks(genesis, [first.commitBlock, second.commitBlock]);
    return { first, second };
  }

  it("block timestamp lies: L1 compares with its own clock and the parent", async () => {
    const { client, genesis } = fixture;
    const now = await latestTimestamp(fixture);
    const commit = (parent: StoredBlock, timestamp: bigint) =>
      client.commitBlocks(parent, [createTestBlock(client, parent, [], { timestamp }).commitBlock]);
    await expectL1Refusal("TimestampOutOfRange", commit(genesis, now + HOUR));
    await expectL1Refusal("TimestampOutOfRange", commit(genesis, now - 25n * HOUR));
    const { storedBlocks } = await commit(genesis, now);
    await expectL1Refusal("TimestampOutOfRange", commit(storedBlocks[0]!, now - 1n));
  });

  it("block timestamp lies: the proof is for the timestamp on L1", async () => {
    const scene = createScene(random, preset);
    const { state, domain, timestamp, bob } = scene;
    const draft = { ...transferTo(bob), validUntil: timestamp };
    const operations = [operationBy(scene, draft)];
    await expectPossible(scene, { operations });
    const later = { ...scene, timestamp: timestamp + 1n };
    await expectImpossible("EXPIRED", later, { operations });
    const block = { blockNumber: 1, timestamp, feeAccountId: 0, kind, operations };
    const input = createDishonestInput({ state, block, domain });
    const header = headerWord({ ...block, timestamp: timestamp + 1n });
    await expectCircuitRefusal(
      await attackedCircuit(),
      recommit({ ...input, header }, operations),
      "EXPIRED",
    );

    const { client, genesis } = fixture;
    const { commitBlock, proveBlock, storedBlock } = createTestBlock(client, genesis, [], {
      timestamp: await latestTimestamp(fixture),
    });
    await client.commitBlocks(genesis, [commitBlock]);
    const lie = { ...storedBlock, timestamp: storedBlock.timestamp + 1n };
    await expectL1Refusal(
      "StoredBlockMismatch",
      client.proveBlocks([{ ...proveBlock, storedBlock: lie }]),
    );
  });

  it("blocks out of order: no block enters a phase before its turn", async () => {
    const { client, genesis } = fixture;
    const { first, second } = await twoBlocks();
    const execute = ({ storedBlock, payouts }: typeof first) =>
      client.executeBlocks([{ storedBlock, payouts }]);
    await expectL1Refusal("BlockOutOfOrder", client.commitBlocks(genesis, [first.commitBlock]));
    await expectL1Refusal("BlockOutOfOrder", client.proveBlocks([second.proveBlock]));
    await client.proveBlocks([first.proveBlock]);
    await expectL1Refusal("BlockOutOfOrder", execute(second));
    await expectL1Refusal("BlockOutOfOrder", client.revertBlocks([first.storedBlock]));
    await execute(first);
    await expectL1Refusal("BlockNotProven", execute(second));
    await client.revertBlocks([second.storedBlock]);
    await expectL1Refusal("BlockAlreadyExecuted", client.revertBlocks([first.storedBlock]));
  });

  it("commitment reused: the same data twice has two commitments", async () => {
    const { client } = fixture;
    const { first, second } = await twoBlocks();
    expect(first.commitBlock.pubdata).to.deep.equal(second.commitBlock.pubdata);
    expect(first.storedBlock.commitment).to.not.equal(second.storedBlock.commitment);
    await client.proveBlocks([first.proveBlock]);
    const reuse = (changes: Partial<ProveBlock>) => client.proveBlocks([changes as ProveBlock]);
    const { storedBlock } = second;
    await expectL1Refusal("CommitmentMismatch", reuse({ ...first.proveBlock, storedBlock }));
    const { commitment } = first.storedBlock;
    const renamed = { ...storedBlock, commitment };
    await expectL1Refusal(
      "StoredBlockMismatch",
      reuse({ ...first.proveBlock, storedBlock: renamed }),
    );
    const { blockNumber } = storedBlock;
    const renumbered = { ...first.storedBlock, blockNumber };
    await expectL1Refusal(
      "StoredBlockMismatch",
      reuse({ ...first.proveBlock, storedBlock: renumbered }),
    );
  });

  it("commitment reused: a proof is void after its block was reverted", async () => {
    const { client, rollup, genesis, user } = fixture;
    const old = await provenBlock(fixture, genesis, [withdrawOperation(user.address, 9n)]);
    await client.revertBlocks([old.storedBlock]);
    expect((await rollup.blockCounts()).proven).to.equal(0n);
    const timestamp = await latestTimestamp(fixture);
    const { commitBlock, storedBlock } = createTestBlock(client, genesis, [], { timestamp });
    await client.commitBlocks(genesis, [commitBlock]);
    await expectL1Refusal("StoredBlockMismatch", client.proveBlocks([old.proveBlock]));
    const reused = { ...old.proveBlock, storedBlock };
    await expectL1Refusal("CommitmentMismatch", client.proveBlocks([reused]));
    const payouts = [{ recipient: BigInt(user.address), tokenId: 0, amount: 9n }];
    await expectL1Refusal(
      "StoredBlockMismatch",
      client.executeBlocks([{ storedBlock: old.storedBlock, payouts }]),
    );
  });

  it("a proof for another kind of blocks: the kind is part of the commitment", async () => {
    const { client, genesis } = fixture;
    const timestamp = await latestTimestamp(fixture);
    const { commitBlock, proveBlock } = createTestBlock(client, genesis, [], {
      timestamp,
      kind: kindOfSlots(4),
    });
    await client.commitBlocks(genesis, [commitBlock]);
    for (const kind of [EXIT_KEY_ID, 4, kindOfSlots(2), kindOfSlots(16)]) {
      await expectL1Refusal("CommitmentMismatch", client.proveBlocks([{ ...proveBlock, kind }]));
    }
  });

  it("a proof for another kind of blocks: kinds that do not exist have no key", async () => {
    fixture = await createTestRollup("RollupVerifier");
    const { client, genesis } = fixture;
    for (const [kind, error] of [
      [kindOfSlots(3), "UnknownKey"],
      [2, "UnknownKey"], // slots alone
      [EXIT_KEY_ID, "WrongInputCount"], // the key of exits
    ] as const) {
      const timestamp = await latestTimestamp(fixture);
      const block = createTestBlock(client, genesis, [], { timestamp, kind });
      await client.commitBlocks(genesis, [block.commitBlock]);
      await expectL1Refusal(error, client.proveBlocks([block.proveBlock]));
      await client.revertBlocks([block.storedBlock]);
    }
  });

  // The verifier takes the words of all blocks in one list. If the key of exits took two more words
  // there, it would read seven blocks as six proofs that the attacker composes freely.
  it("a proof for another kind of blocks: no kind shifts the words of other blocks", async () => {
    fixture = await createTestRollup("RollupVerifier");
    const { client, genesis } = fixture;
    const timestamp = await latestTimestamp(fixture);
    const blocks: TestBlock[] = [];
    while (blocks.length < 7) {
      const parent = blocks.at(-1)?.storedBlock ?? genesis;
      blocks.push(createTestBlock(client, parent, [], { timestamp, kind: EXIT_KEY_ID }));
    }
    await client.commitBlocks(
      genesis,
      blocks.map(({ commitBlock }) => commitBlock),
    );
    for (const count of [1, 6, 7]) {
      const proofs = blocks.slice(0, count).map(({ proveBlock }) => proveBlock);
      await expectL1Refusal("WrongInputCount", client.proveBlocks(proofs));
    }
  });
});
