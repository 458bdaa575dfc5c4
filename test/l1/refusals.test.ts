/** Errors in the words of nodes, and their classification. */
import { expect } from "chai";
import { AbiCoder } from "ethers";
import {
  isLogLimit,
  isRevert,
  isTransient,
  reasonOf,
  type SendAnswer,
  suggestedBlocks,
  toSendAnswer,
} from "../../src/l1/refusals.ts";

const rpc = (message: string, code = -32_000) => Object.assign(new Error(message), { code });

/** Messages of geth, Hardhat, erigon, nethermind, besu, and of ethers around them. */
const SENDS: readonly (readonly [string, SendAnswer])[] = [
  ["already known", "known"],
  ["Known transaction: 0x12", "known"],
  ["AlreadyKnown", "known"],
  ["nonce too low: next nonce 4, tx nonce 3", "nonceUsed"],
  ["Nonce too low. Expected nonce to be 5 but got 4.", "nonceUsed"],
  ["OldNonce", "nonceUsed"],
  ["nonce has already been used", "nonceUsed"],
  ["Nonce too high. Expected nonce to be 5 but got 7.", "nonceGap"],
  ["replacement transaction underpriced", "outbid"],
  ["Replacement transaction underpriced. A gasPrice/maxFeePerGas of at least 9", "outbid"],
  ["ReplacementNotAllowed", "outbid"],
  ["Transaction gas price supplied is too low to replace", "outbid"],
  ["transaction underpriced: tip needed 1, tip permitted 0", "cheap"],
  ["max fee per gas less than block base fee", "cheap"],
  ["FeeTooLow, MaxFeePerGas too low", "cheap"],
  ["Transaction maxFeePerGas (1) is too low for the next block, which has 2", "cheap"],
  ["insufficient funds for gas * price + value", "poor"],
  ["InsufficientFunds, Balance is 0 less than sending value", "poor"],
  ["Sender doesn't have enough funds to send tx", "poor"],
  ["execution reverted: RequestFeeTooLow", "reverted"],
  ["oversized data", "refused"],
  ["exceeds block gas limit", "refused"],
  ["request timed out", "lost"],
  ["service unavailable", "lost"],
];

describe("refusals of L1 nodes", () => {
  for (const [message, answer] of SENDS) {
    it(`of a transaction: ${message}`, () => {
      expect(toSendAnswer(rpc(message))).to.equal(answer);
      const nested = { code: "UNKNOWN_ERROR", message: "could not coalesce error" };
      const error = Object.assign(new Error("x"), { ...nested, error: { code: -32_000, message } });
      expect(toSendAnswer(error)).to.equal(answer);
    });
  }

  /** Creates the error of ethers for a failed eth_call without data. */
  const failedCall = (message: string) => {
    const error = AbiCoder.getBuiltinCallException("call", { to: null }, null);
    return Object.assign(error, { info: { error: { code: -32_000, message } } });
  };

  for (const message of ["header not found", "rate limited", "missing trie node 12"]) {
    it(`of a call that the node has not run: ${message}`, () => {
      expect(isRevert(failedCall(message))).to.equal(false);
      expect(isTransient(failedCall(message))).to.equal(true);
      expect(reasonOf(failedCall(message))).to.equal(message);
    });
  }

  for (const message of ["execution reverted", "out of gas", "invalid opcode: INVALID"]) {
    it(`of a call that the node has run: ${message}`, () => {
      expect(isRevert(failedCall(message))).to.equal(true);
    });
  }

  it("of logs differ from rate limits", () => {
    const limits = [
      rpc("query returned more than 10000 results", -32_005),
      rpc("Log response size exceeded. this block range should work: [0x1, 0x65]", -32_602),
      rpc("exceed maximum block range: 5000"),
      rpc("block range is too wide"),
      rpc("eth_getLogs is limited to a 10,000 range", -32_614),
    ];
    for (const limit of limits) expect(isLogLimit(limit), limit.message).to.equal(true);
    const rates = [
      rpc("daily request count exceeded, request rate limited", -32_005),
      Object.assign(new Error("Too Many Requests"), { statusCode: 429 }),
      new Error("socket hang up"),
    ];
    for (const rate of rates) {
      expect(isLogLimit(rate), rate.message).to.equal(false);
      expect(isTransient(rate), rate.message).to.equal(true);
    }
    expect(limits.map(suggestedBlocks)).to.deep.equal([undefined, 101, 5000, undefined, 10_000]);
    // With a reversed or empty range, reading would never end.
    const backwards = ["[0x64, 0x0]", "[5, 4]"].map((range) => rpc(`block range: ${range}`));
    expect(backwards.map(suggestedBlocks)).to.deep.equal([undefined, undefined]);
  });

  it("never reveal the URL of the node", () => {
    const shown = [
      new Error('Failed to make POST request to "https://eth.example/v2/KEY?x=KEY"'),
      new Error("connect ECONNREFUSED 10.0.0.7:8545"),
      new Error("getaddrinfo ENOTFOUND KEY.quiknode.example"),
      Object.assign(new Error("x"), {
        cause: new Error("wss://KEY.example/ closed the connection"),
      }),
    ].map(reasonOf);
    for (const reason of shown) expect(reason).not.to.match(/KEY|example|10\.0/);
    expect(shown[1]).to.equal("connect ECONNREFUSED");
  });
});
