/** An exchange between two wallets, as a batch of their two payments. */
import type { BatchMember, RollupWallet, TransactionReceipt } from "hardhat-zkrollup/sdk";

/** What one of the two pays. */
export interface Side {
  readonly wallet: RollupWallet;
  readonly token: string;
  /** In the token's smallest unit. */
  readonly amount: bigint;
}

/** The two payments, in the order in which they are applied; nobody has signed them. */
export async function prepareExchange(first: Side, second: Side): Promise<BatchMember[]> {
  const pay = ({ wallet, token, amount }: Side, to: RollupWallet) =>
    wallet.batch().transfer({ to: to.address, token, amount }).prepare();
  return [...(await pay(first, second.wallet)), ...(await pay(second, first.wallet))];
}

/** Both sign the whole list, and one of them submits it. */
export async function exchange(first: Side, second: Side): Promise<TransactionReceipt[]> {
  const list = await prepareExchange(first, second);
  const signedByFirst = await first.wallet.signBatch(list);
  const signedByBoth = await second.wallet.signBatch(signedByFirst);
  return second.wallet.provider.submitBatch(signedByBoth);
}
