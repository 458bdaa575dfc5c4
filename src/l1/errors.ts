/** Errors of `src/l1`. */
import { defineErrors } from "../util/errors.ts";
import { formatValues } from "../util/format-values.ts";

export type L1ErrorFacts =
  | {
      code: "L1_REVERTED";
      /** The called function of the contract. */
      call: string;
      /** Name of the Solidity error; `Error` and `Panic` are Solidity's own. */
      error: string;
      /** The error's values by name. */
      values: { readonly [name: string]: unknown };
    }
  | { code: "L1_TRANSACTION_FAILED"; call: string; transactionHash: string }
  | { code: "L1_TRANSACTION_STUCK"; transactionHash: string; nonce: number; sends: number }
  | {
      code: "L1_REQUEST_FAILED";
      /** A method of JSON-RPC. */
      request: string;
      attempts: number;
      reason: string;
      /** Whether the same request may succeed later. */
      mayRecover: boolean;
    }
  | { code: "L1_LOGS_REFUSED"; fromBlock: number; toBlock: number; reason: string }
  | { code: "L1_TRANSACTION_REFUSED"; call: string; reason: string }
  | { code: "L1_FUNDS_INSUFFICIENT"; call: string; address: string }
  | { code: "L1_FEES_ABOVE_LIMIT"; call: string; neededWei: bigint; limitWei: bigint }
  | { code: "L1_BUDGET_SPENT"; call: string; spentWei: bigint; budgetWei: bigint; hours: number }
  | { code: "L1_NONCE_TAKEN"; call: string; address: string; attempts: number }
  | { code: "L1_SIGNER_MISSING"; call: string }
  | { code: "L1_SIGNER_FAILED"; address: string; reason: string }
  | { code: "L1_EVENT_MISSING"; event: string; transactionHash: string }
  | { code: "L1_BLOCK_NOT_FOUND"; blockNumber: number; rollupAddress: string }
  | { code: "ROLLUP_NOT_FOUND"; rollupAddress: string; chainId: bigint; found: string }
  | { code: "L1_CALLDATA_NOT_FOUND"; blockNumber: number; transactionHash: string }
  | { code: "DEV_KEYS_ON_LIVE_CHAIN"; chainId: bigint };

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

export const l1Error = defineErrors<L1ErrorFacts>({
  L1_REVERTED: {
    message: ({ call, error, values }) => `L1 reverted ${call}: ${error}(${formatValues(values)}).`,
    fix: "Look the error up in hardhat-zkrollup/contracts/interfaces/IRollup.sol.",
  },
  L1_TRANSACTION_FAILED: {
    message: ({ call, transactionHash }) =>
      `${call} failed without a reason in the mined transaction ${transactionHash}.`,
    fix: "Send it with a higher gas limit; the transaction has probably run out of gas.",
  },
  L1_TRANSACTION_STUCK: {
    message: ({ transactionHash, nonce, sends }) =>
      `The transaction ${transactionHash} with the nonce ${nonce} is not mined ` +
      `after ${sends} sends with rising fees.`,
    fix: "Check the sender's balance and the L1 node; the next transaction replaces this one.",
  },
  L1_REQUEST_FAILED: {
    message: ({ request, attempts, reason }) =>
      `The L1 node has not answered ${request}, sent ${times(attempts)}: ${reason}.`,
    fix: "Check the L1 node and its limits; nothing has changed, so a retry is safe.",
  },
  L1_LOGS_REFUSED: {
    message: ({ fromBlock, toBlock, reason }) =>
      `The L1 node returns no logs of the L1 blocks ${fromBlock} to ${toBlock}: ${reason}.`,
    fix: "Use an L1 node that keeps old logs and has larger limits for eth_getLogs.",
  },
  L1_TRANSACTION_REFUSED: {
    message: ({ call, reason }) => `The L1 node refuses the transaction of ${call}: ${reason}.`,
    fix: "Compare the reason with the node's limits; nothing was sent, so a retry is safe.",
  },
  L1_FUNDS_INSUFFICIENT: {
    message: ({ call, address }) => `${address} does not have enough ETH on L1 to send ${call}.`,
    fix: "Send ETH to that address; nothing was sent, so a retry is safe.",
  },
  L1_FEES_ABOVE_LIMIT: {
    message: ({ call, neededWei, limitWei }) =>
      `${call} was not sent, because L1 asks for ${neededWei} wei per unit of gas, ` +
      `and at most ${limitWei} are allowed.`,
    fix: "Wait for lower fees, or raise rollup.node.l1.fees.maxFeePerGas; a retry is safe.",
  },
  L1_BUDGET_SPENT: {
    message: ({ call, spentWei, budgetWei, hours }) =>
      `${call} waits, because ${spentWei} of the ${budgetWei} wei that the budget allows in ` +
      `${hours} h are spent.`,
    fix: "Wait, or raise rollup.node.l1.budget; a retry is safe.",
  },
  L1_NONCE_TAKEN: {
    message: ({ call, address, attempts }) =>
      `${call} was sent ${times(attempts)}, but another transaction of ${address} took each nonce.`,
    fix: "Stop other programs that send transactions with this key; a retry is safe.",
  },
  L1_SIGNER_MISSING: {
    message: ({ call }) => `${call} needs an account that sends its transaction.`,
    fix: "Connect with a signer, or set accounts for the network in the Hardhat config.",
  },
  L1_SIGNER_FAILED: {
    message: ({ address, reason }) =>
      `The remote signer of ${address} has not signed a transaction: ${reason}.`,
    fix: "Check the signer and its rules; nothing was sent, so a retry is safe.",
  },
  L1_EVENT_MISSING: {
    message: ({ event, transactionHash }) =>
      `The transaction ${transactionHash} did not emit ${event}.`,
    fix: "Check that the address is that of a Rollup contract of this version.",
  },
  L1_BLOCK_NOT_FOUND: {
    message: ({ blockNumber, rollupAddress }) =>
      `The contract at ${rollupAddress} has no block ${blockNumber} in the searched L1 blocks.`,
    fix: "Pass --from-block (resume: fromBlock) with the block of the rollup's deployment, or 0.",
  },
  ROLLUP_NOT_FOUND: {
    message: ({ rollupAddress, chainId, found }) =>
      `There is ${found} at ${rollupAddress} on chain ${chainId}, but a rollup was expected.`,
    fix: "Check address and network; a local chain loses its contracts when it restarts.",
  },
  L1_CALLDATA_NOT_FOUND: {
    message: ({ blockNumber, transactionHash }) =>
      `The L1 node does not have the transaction ${transactionHash} with the data of ` +
      `block ${blockNumber}.`,
    fix: "Use an L1 node that keeps old transactions.",
  },
  DEV_KEYS_ON_LIVE_CHAIN: {
    message: ({ chainId }) =>
      `The verifier's keys are insecure, so it cannot be deployed on chain ${chainId}.`,
    fix: "Use a local chain (chain id 31337 or 1337), or keys from a ceremony.",
  },
});
