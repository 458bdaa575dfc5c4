/** Second factors in tests: what owners sign. */
import {
  type SecondFactorSetting,
  settingText,
  transactionText,
} from "../../src/l1/second-factor.ts";
import type { SecondFactorInfo } from "../../src/operator/ledger/second-factor-checks.ts";
import type { Submission } from "../../src/operator/submissions.ts";
import type { SignedTransaction } from "../../src/operations/transaction.ts";
import type { OperatorWorld, User } from "./operator-world.ts";

type World = Pick<OperatorWorld, "operator" | "l1">;

/** A setting of a user, complete and signed; `changes` are signed, too. */
export async function signSetting(
  { operator, l1 }: World,
  user: User,
  changes: Partial<SecondFactorSetting> = {},
  signer = user,
) {
  const accountId = operator.state.accountIdOf(user.address)!;
  const setting = {
    ...{ accountId, tokenId: 0, limit: 0n, validUntil: l1.timestamp + 60n },
    nonce: operator.secondFactor(accountId).nonce,
    ...changes,
  };
  const text = settingText(setting, (id) => operator.tokens[id]!, l1);
  return { ...setting, signature: await signer.l1.signMessage(text) };
}

/** Sets what may leave a user's account in a day. */
export async function setLimit(
  world: World,
  user: User,
  limit: bigint | undefined,
  tokenId = 0,
): Promise<SecondFactorInfo> {
  return world.operator.setSecondFactor(await signSetting(world, user, { limit, tokenId }));
}

/** The text of a transaction or a batch. */
export function textOf({ operator, l1 }: World, batch: readonly SignedTransaction[]): string {
  return transactionText(batch, (id) => operator.tokens[id]!, l1);
}

/** A batch as it is submitted; each owner in `owners` adds the signature of the whole batch. */
export async function confirm(
  world: World,
  batch: readonly SignedTransaction[],
  ...owners: readonly User[]
): Promise<Submission[]> {
  const text = textOf(world, batch);
  const submissions: Submission[] = batch.map((transaction) => ({
    transaction,
    authorization: "0x",
  }));
  for (const { l1, address } of owners) {
    const accountId = world.operator.state.accountIdOf(address);
    const place = batch.findIndex((transaction) => transaction.accountId === accountId);
    const ethereumSignature = await l1.signMessage(text);
    submissions[place] = { ...submissions[place]!, ethereumSignature };
  }
  return submissions;
}
