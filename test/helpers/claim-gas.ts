/** Measures the gas of claims of promises at acceptance. */
import { costOf } from "../../src/bench/l1-cost.ts";
import { PRESETS, type PresetName } from "../../src/protocol/presets.ts";
import { accountPath } from "../../src/receipts/inclusion-evidence.ts";
import type { Bond } from "./bond-world.ts";
import {
  ALICE,
  BOB,
  createInclusionWorld,
  signedByAlice,
  SLOTS,
  UNUSED,
} from "./inclusion-world.ts";

/** Promises in the group besides the claimed one. */
const OTHERS = 255;

/**
 * Measures claims without the gas of their calldata, which varies with signatures and hashes: of a
 * nonce that is not used, of one that is used for another token, and of one for another recipient.
 */
export async function measureClaims(name: PresetName) {
  const world = await createInclusionWorld(() => OTHERS, PRESETS[name]);
  const { bond, client, sign, first } = world;
  const [account, payee] = [accountPath(first.state, ALICE), accountPath(first.state, BOB)];
  const costs = async (sent: ReturnType<Bond["claim"]>) => {
    const { hash, blockNumber, gasUsed } = (await (await sent).wait())!;
    const { executionGas, calldataBytes } = await costOf(client, { hash, blockNumber, gasUsed });
    return { executionGas, calldataBytes };
  };
  const claim = async (changes: object) => {
    const signed = await sign(signedByAlice(4, changes));
    const { evidence, pubdata } = first;
    return costs(bond.claimReplaced(signed, evidence, pubdata, SLOTS[4], account, payee));
  };
  const late = await sign(signedByAlice(UNUSED));
  const measured = {
    late: await costs(bond.claimLate(late, first.storedBlock, account)),
    otherToken: await claim({ tokenId: 2 }),
    otherRecipient: await claim({ recipient: account.owner }),
  };
  await world.chain.close();
  return measured;
}
