// generated from test/bench/gas.json; run `npm run generate`
/**
 * Gas of L1, as `test/bench/gas.test.ts` measures it. `commitFloor` is the least for calldata
 * (EIP-7623), which counts where it exceeds the rest.
 */
export const L1_GAS = {
  transaction: 21000,
  block: { commit: 80042, commitFloor: 31560, execute: 45431 },
  moreForFirstPayout: 2862,
  proofs: [
    { proofs: 1, gas: 256547 },
    { proofs: 2, gas: 323020 },
    { proofs: 5, gas: 485316 },
    { proofs: 10, gas: 755859 },
  ],
  operations: {
    transfer: { commit: 366, prove: 3, execute: 2, commitFloor: 640 },
    transferToNew: { commit: 2437, prove: 2, execute: 2, commitFloor: 1600 },
    deposit: { commit: 5596, prove: 2, execute: 2, commitFloor: 2240 },
    refund: { commit: 6110, prove: 2, execute: 11593, commitFloor: 2240 },
    withdrawEth: { commit: 2804, prove: 2, execute: 39093, commitFloor: 2240 },
    withdrawErc20: { commit: 2821, prove: 2, execute: 30366, commitFloor: 2240 },
    fullExit: { commit: 6183, prove: 0, execute: 11591, commitFloor: 2240 },
    changePubKeyEip712: { commit: 10296, prove: 0, execute: 2, commitFloor: 9440 },
    changePubKeyOnChain: { commit: 7178, prove: 2, execute: 0, commitFloor: 6880 },
    changePubKeyCreate2: { commit: 9828, prove: 3, execute: 2, commitFloor: 9440 },
    forcedExit: { commit: 2913, prove: 6, execute: 39090, commitFloor: 2240 },
  },
} as const;
