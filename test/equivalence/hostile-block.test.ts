/**
 * A restore accepts every block that circuit and contract accept, with the same state. The blocks
 * here are of a validator who obeys only the constraints, and the circuit decides which are valid.
 * `npm run test:hostile -- --blocks N --seed S` runs many more.
 */
import { expect } from "chai";
import { applyBlock } from "../../src/block/block.ts";
import type { Circuit } from "../../src/circom/circuit.ts";
import type { Operation } from "../../src/operations/operation.ts";
import { AMOUNT_MAX } from "../../src/protocol/constants.ts";
import { OPERATION_NAMES } from "../../src/operations/table.ts";
import { blockKindName } from "../../src/protocol/kinds.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { restoreIfProvable, runHostileBlocks } from "../helpers/hostile-run.ts";
import { wholeKind } from "../helpers/kinds.ts";
import { createRandom } from "../helpers/random.ts";
import {
  createScene,
  deposit,
  FEE,
  forge,
  operationBy,
  type Scene,
  transferTo,
} from "../helpers/scene.ts";
import { loadBlockCircuit } from "../helpers/template-circuit.ts";

const random = createRandom();
const preset = PRESETS.minimal;
const KIND = wholeKind(preset);
const ROUNDS_MAX = 5;
const BLOCKS = 40;

describe(`hostile blocks: circuit accepts, so restore accepts (${random.title})`, () => {
  let circuit: Circuit;
  before(async () => {
    circuit = await loadBlockCircuit(preset, KIND);
  });

  /** Expects that the block is provable and can be restored, and that the operator refuses it. */
  async function expectStricterOperator(
    code: string,
    { state, domain, timestamp }: Scene,
    feeAccountId: number,
    operations: readonly Operation[],
  ) {
    const block = { blockNumber: 1, timestamp, feeAccountId, kind: KIND, operations };
    expectCode(code, () => applyBlock(state, block, domain));
    const after = await restoreIfProvable(circuit, { state, block, domain });
    expect(after, "provable").to.not.equal(undefined);
    return after!;
  }

  it("restores a block with a deposit that opens the fee account", async () => {
    const scene = createScene(random, preset);
    const { emptyId, tokenId } = scene;
    const opens = deposit(scene, { accountId: emptyId, address: 77n });
    const pays = operationBy(scene, transferTo(scene.bob));
    const after = await expectStricterOperator("FEE_ACCOUNT_NOT_FOUND", scene, emptyId, [
      pays,
      opens,
    ]);
    expect(after.balance(emptyId, tokenId)).to.equal(100n + FEE);
  });

  it("restores a block with a transfer that opens the fee account", async () => {
    const scene = createScene(random, preset);
    const { emptyId, tokenId } = scene;
    const pays = operationBy(scene, transferTo({ address: 77n }));
    const opens = forge(pays, { toAccountId: emptyId });
    const after = await expectStricterOperator("FEE_ACCOUNT_NOT_FOUND", scene, emptyId, [opens]);
    expect(after.balance(emptyId, tokenId)).to.equal(100n + FEE);
  });

  it("restores a block whose fee account has room for the fees only at its end", async () => {
    const poor = createScene(random, preset);
    const { bob, carol, tokenId } = poor;
    const state = poor.state.update(bob.accountId, tokenId, { balance: AMOUNT_MAX });
    const scene = { ...poor, state };
    const operations = [
      operationBy(scene, transferTo(carol)),
      operationBy(scene, transferTo(carol, 200n), bob),
    ];
    const { accountId } = bob;
    const after = await expectStricterOperator("BALANCE_OVERFLOW", scene, accountId, operations);
    expect(after.balance(accountId, tokenId)).to.equal(AMOUNT_MAX - 200n + FEE);
  });

  for (const kind of preset.blockKinds) {
    it(`restores ${BLOCKS} random blocks ${blockKindName(kind)}`, async () => {
      const of = await loadBlockCircuit(preset, kind);
      const seen = new Set<string>();
      const hasSeenAll = () => OPERATION_NAMES.every((type) => seen.has(type));
      // A few seeds have no transfer, say, in the first blocks.
      for (let round = 0; round === 0 || (round < ROUNDS_MAX && !hasSeenAll()); round++) {
        const run = await runHostileBlocks(of, random, { preset, kind, blocks: BLOCKS });
        expect(run.provable).to.equal(BLOCKS);
        for (const type of run.seen) seen.add(type);
      }
      expect([...seen]).to.include.members([...OPERATION_NAMES]);
    });
  }

  it("restores random blocks with levels above those in use", async () => {
    const kind = PRESETS.dev.blockKinds[0]!;
    expect(kind.levels).to.be.below(PRESETS.dev.stateTreeLevels);
    const larger = await loadBlockCircuit(PRESETS.dev, kind);
    await runHostileBlocks(larger, random, { preset: PRESETS.dev, kind, blocks: 5 });
  });
});
