/** What a node is measured by where its config says nothing; it loads no code of an operator. */

/** A commit, a proof and an execution of full L1 transactions at 50 gwei, several times. */
export const MINIMUM_BALANCE_WEI_DEFAULT = 10n ** 17n;
