/** The end of a simulation: the operator is gone, and all users exit with all their money. */
import { expect } from "chai";
import { toChecksumAddress } from "../../src/l1/addresses.ts";
import { connectRollup, type RollupClient } from "../../src/l1/client.ts";
import type { Token } from "../../src/l1/types.ts";
import type { Prover } from "../../src/prover/prover.ts";
import { exitRollup } from "../../src/exit/exit.ts";
import { restoreRollup, type RestoredRollup } from "../../src/restore/restore.ts";
import { createRestoreSource } from "../../src/restore/source.ts";
import { isRollupError } from "../../src/util/errors.ts";
import type { Random } from "../helpers/random.ts";
import type { Auditor } from "./auditor.ts";
import type { SimChain } from "./chain.ts";

const EXPIRATION_SECONDS = 15 * 24 * 60 * 60;
const WELL_BEHAVED = 0;
/** One exit in this number is by path, which takes L1 much longer. */
const BY_PATH_OF = 8;

/** Parts that the exits need. */
export interface Leaving {
  readonly chain: SimChain;
  readonly prover: Prover;
  readonly auditor: Auditor;
  readonly random: Random;
}

/**
 * Exits for all users of a rollup without an operator; in the end its contract must hold nothing.
 *
 * @param deposit - Makes a deposit on L1 that no operator serves.
 */
export async function leaveAll(
  { chain, prover, auditor, random }: Leaving,
  deposit: () => Promise<void>,
): Promise<void> {
  for (const odd of [chain.oddToken, ...chain.oddRecipients]) {
    await chain.act(async () => (await odd.setBehavior(WELL_BEHAVED)).wait());
  }
  await deposit();
  const user = chain.users[0]!;
  const client = await connectRollup(chain.client, user.l1);
  await chain.act(() => client.depositEth(user.l1.address, 1n));
  await chain.passTime(EXPIRATION_SECONDS);
  const restored = await restoreRollup(createRestoreSource(client));
  const { tokens } = await client.readNews(chain.client.deploymentBlock);
  for (const token of tokens) {
    for (const owner of await ownersIn(client, restored)) {
      const helper = random.int(BY_PATH_OF) > 0 ? prover : undefined;
      await leave(chain, client, helper, { owner, token, restored });
    }
    for (const owner of auditor.pendingOwners) {
      const pending = await client.contract.pendingBalance(owner, token.address);
      if (pending > 0n) {
        await chain.actAtLength(() => client.withdrawPendingBalance(owner, token.address));
      }
    }
    expect(await auditor.held(token.address), `left of ${token.symbol}`).to.equal(0n);
  }
}

/** Owners of accounts and of requests. */
async function ownersIn(client: RollupClient, { executed }: RestoredRollup): Promise<Set<bigint>> {
  const { requests } = await client.readNews(client.deploymentBlock);
  const accounts = [...executed.state.accounts()].map(([, { address }]) => address);
  return new Set([...accounts, ...requests.map(({ owner }) => owner)]);
}

async function leave(
  chain: SimChain,
  client: RollupClient,
  prover: Prover | undefined,
  exit: { readonly owner: bigint; readonly token: Token; readonly restored: RestoredRollup },
): Promise<void> {
  const { owner, token, restored } = exit;
  const { executed } = restored;
  const accountIds = executed.state.accountIdsOf(owner);
  const request = { owner: toChecksumAddress(owner), accountIds, token, executed };
  try {
    const { failures, exits } = await chain.actAtLength(() => exitRollup(client, prover, request));
    expect(failures).to.deep.equal([]);
    const way = prover === undefined ? "path" : "proof";
    expect(exits.filter(({ by }) => by !== way)).to.deep.equal([]);
  } catch (error) {
    if (!isRollupError(error) || error.code !== "EXIT_NOTHING_TO_CLAIM") throw error;
  }
}
