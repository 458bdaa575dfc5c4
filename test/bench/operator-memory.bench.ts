/**
 * Measures the heap of an operator after rounds of executed blocks. It stops growing when the
 * window of executed blocks is full. Run with `--expose-gc`.
 */
import { PRESETS } from "../../src/protocol/presets.ts";
import { createFundedUser, createOperatorWorld, submit } from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

const USERS = 8;

/**
 * Runs the rounds.
 *
 * @param rounds - Number of rounds, after each of which the heap is measured.
 * @param transfers - Number of transfers per round.
 * @returns Bytes of the heap after each round.
 */
export async function run(rounds = 16, transfers = 256): Promise<readonly number[]> {
  const random = createRandom();
  const preset = {
    ...PRESETS.full,
    blockKinds: [{ slots: 16, levels: 8, tokens: "wide" }],
  } as const;
  const options = { mode: "manual", executedBlocksMax: 16, finalReceiptsMax: 1024 } as const;
  const world = await createOperatorWorld({ preset, options });
  const users = [];
  for (let i = 0; i < USERS; i++) users.push(await createFundedUser(world, random));
  const heaps: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < transfers; i++) {
      const [from, to] = [users[i % USERS]!, users[(5 * i + 3) % USERS]!];
      submit(world, from, { type: "transfer", tokenId: 0, recipient: to.address, amount: 1n });
      if (i % 64 < 63) continue;
      world.l1.increaseTime(12);
      await world.operator.processBlocks();
    }
    // The records of the fake L1 and the prover are not memory of the operator.
    world.prover.jobs.length = 0;
    world.l1.calls.length = 0;
    globalThis.gc?.();
    heaps.push(process.memoryUsage().heapUsed);
  }
  return heaps;
}
