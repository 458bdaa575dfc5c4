/**
 * The real operator under random traffic and seeded faults. After every round `applyBlock` rebuilds
 * the state from the blocks on L1, and the supply of each token is checked.
 */
import { expect } from "chai";
import { applyBlock } from "../../src/block/block.ts";
import { closestPackableAmountBelow } from "../../src/operations/packed.ts";
import { accountCapacity, PRESETS, type PresetName } from "../../src/protocol/presets.ts";
import { createGenesisState } from "../../src/state/rollup-state.ts";
import { isRollupError } from "../../src/util/errors.ts";
import {
  createFundedUser,
  createOperatorWorld,
  type Draft,
  FEE_ACCOUNT_ADDRESS,
  type OperatorWorld,
  setSigningKey,
  submit,
  User,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
/** Refusals of random traffic. */
const EXPECTED = [
  "ACCOUNT_NOT_FOUND",
  "ADDRESS_WITHOUT_ACCOUNT",
  "SIGNING_KEY_NOT_SET",
  "TARGET_HAS_SIGNING_KEY",
];
const TOKENS = [0, 1, 2];

class Simulation {
  readonly world: OperatorWorld;
  readonly users: User[];
  readonly deposited = new Map<number, bigint>();

  constructor(world: OperatorWorld, users: User[]) {
    this.world = world;
    this.users = users;
  }

  request(): void {
    const { l1, operator } = this.world;
    const { address: owner } = random.pick(this.users);
    const tokenId = random.pick(TOKENS);
    if (random.int(3) === 0) {
      const accountId = random.int(operator.state.nextAccountId + 1);
      l1.request({ type: "fullExit", accountId, tokenId, owner });
    } else {
      const amount = random.bigint(70) + 1n;
      this.deposited.set(tokenId, (this.deposited.get(tokenId) ?? 0n) + amount);
      l1.request({ type: "deposit", owner, tokenId, amount });
    }
  }

  async transact(): Promise<void> {
    const user = random.pick(this.users);
    try {
      if (random.int(5) === 0)
        await setSigningKey(this.world, user, random.pick(["eip712", "onchain"]));
      else submit(this.world, user, this.#draft(user));
    } catch (error) {
      if (!isRollupError(error) || !EXPECTED.includes(error.code)) throw error;
    }
  }

  #draft(user: User): Draft {
    const { state } = this.world.operator;
    const tokenId = random.pick(TOKENS);
    const { address: recipient } = random.pick(this.users);
    const accountId = state.accountIdOf(user.address);
    const balance = accountId === undefined ? 0n : state.balance(accountId, tokenId);
    const fee = balance < 2000n ? 0n : random.bigint(10);
    const amount = closestPackableAmountBelow((balance - fee) / BigInt(1 + random.int(4)));
    const end = random.int(4) === 0 ? { validUntil: this.world.l1.timestamp + 1n } : {};
    const type = random.pick(["transfer", "transfer", "withdraw", "forcedExit"] as const);
    return type === "forcedExit"
      ? { type, tokenId, recipient, fee, ...end }
      : { type, tokenId, recipient, amount, fee, ...end };
  }

  fail(): void {
    const { l1, prover } = this.world;
    if (random.bool()) l1.failNext(random.pick(["commitBlocks", "proveBlocks", "executeBlocks"]));
    else prover.failures = 1;
  }

  /** Processes until nothing fails. */
  async process(): Promise<void> {
    for (;;) {
      try {
        await this.world.operator.processBlocks();
        return;
      } catch (error) {
        if (!isRollupError(error) || error.code !== "BLOCK_STEP_FAILED") throw error;
      }
    }
  }

  check(): void {
    const { operator, l1 } = this.world;
    const { preset } = operator;
    let state = createGenesisState(preset, { feeAccountAddress: FEE_ACCOUNT_ADDRESS });
    for (const { applied } of operator.blocks) {
      expect(applied.before.root).to.equal(state.root);
      state = applyBlock(state, applied.block, l1.domain).state;
      expect(applied.state.root).to.equal(state.root);
    }
    expect(operator.state.root).to.equal(state.root);
    for (const tokenId of TOKENS) {
      const paid = l1.paid.filter((payout) => payout.tokenId === tokenId);
      const held = [...state.accounts()].map(([id]) => state.balance(id, tokenId));
      const total = [...held, ...paid.map(({ amount }) => amount)].reduce((a, b) => a + b, 0n);
      expect(total, `supply of token ${tokenId}`).to.equal(this.deposited.get(tokenId) ?? 0n);
    }
  }
}

async function createSimulation(preset: PresetName): Promise<Simulation> {
  const world = await createOperatorWorld({ preset: PRESETS[preset] });
  world.l1.listToken("A");
  world.l1.listToken("B");
  const rich = await createFundedUser(world, random);
  const users = [rich, ...Array.from({ length: 7 }, () => new User(random))];
  const simulation = new Simulation(world, users);
  simulation.deposited.set(0, 10n ** 18n);
  return simulation;
}

describe(`operator: simulation (${random.title})`, () => {
  for (const preset of ["minimal", "dev"] as const) {
    it(`has the state of its blocks, with the preset ${preset}`, async () => {
      const simulation = await createSimulation(preset);
      const { l1, operator } = simulation.world;
      for (let round = 0; round < 6; round++) {
        for (let step = 0; step < 20; step++) {
          if (random.int(3) === 0) simulation.request();
          else await simulation.transact();
          if (random.int(6) === 0) l1.increaseTime(random.int(4));
          if (random.int(4) === 0) await operator.syncL1();
          if (random.int(8) === 0) simulation.fail();
        }
        await simulation.process();
        simulation.check();
      }
      expect(operator.blocks.length).to.be.greaterThan(5);
      expect(operator.state.nextAccountId).to.be.lessThan(accountCapacity(operator.preset));
    });
  }
});
