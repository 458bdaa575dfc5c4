/** An operator that promises what it accepts, and the judge of what it has promised. */
import { Wallet } from "ethers";
import type { OperatorParts } from "../../src/operator/options.ts";
import type { PromiseParts } from "../../src/operator/promises.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import type { SignedInclusion } from "../../src/receipts/inclusion.ts";
import { findBreach } from "../../src/receipts/inclusion-evidence.ts";
import {
  createFundedUser,
  createOperatorWorld,
  type OperatorWorld,
  type User,
} from "./operator-world.ts";
import type { Random } from "./random.ts";

export const PROMISE_KEY = new Wallet(`0x${"5".repeat(64)}`);
export const PROMISES: PromiseParts = {
  bond: { chainId: 31337n, bondAddress: `0x${"b0".repeat(20)}` },
  signer: PROMISE_KEY,
  signerAddress: PROMISE_KEY.address,
};

export type PromiseWorld = OperatorWorld & { readonly alice: User; readonly bob: User };

/** Alice and Bob have 1,000 wei each and keys, all of it executed. */
export async function createPromiseWorld(
  random: Random,
  promises: Partial<PromiseParts> = {},
  parts: Partial<OperatorParts> = {},
): Promise<PromiseWorld> {
  const world = await createOperatorWorld({
    preset: PRESETS.dev,
    options: { mode: "manual" },
    promises: { ...PROMISES, ...promises },
    ...parts,
  });
  const alice = await createFundedUser(world, random, 1_000n);
  const bob = await createFundedUser(world, random, 1_000n);
  await world.operator.processBlocks();
  return { ...world, alice, bob };
}

/** Its operator may break promises, and logs that. */
export async function createBreakingWorld(
  random: Random,
  parts: Partial<OperatorParts> = {},
): Promise<PromiseWorld & { readonly errors: readonly string[] }> {
  const errors: string[] = [];
  const logger = {
    debug: () => {},
    info: () => {},
    error: (text: string) => void errors.push(text),
  };
  const world = await createPromiseWorld(random, { onConflict: "break" }, { ...parts, logger });
  return { ...world, errors };
}

export async function promiseOf({ operator }: OperatorWorld, hash: string) {
  const [promise] = await operator.promiseTransactions([hash]);
  return promise;
}

/** Kinds of breaches of a promise by the executed blocks that are kept; none if it is void. */
export async function breachesOf(
  { operator, l1 }: OperatorWorld,
  promise: SignedInclusion,
): Promise<string[]> {
  const { anchorNumber, anchorHash } = promise.group;
  if ((await l1.readBlockHash(anchorNumber)) !== anchorHash) return [];
  return operator.blocks.flatMap((block) => {
    if (block.status !== "executed") return [];
    const { storedBlock, applied } = block;
    const { operations } = applied.block;
    const breach = findBreach(promise, { storedBlock, operations, state: applied.state });
    return breach === undefined ? [] : [breach.type];
  });
}
