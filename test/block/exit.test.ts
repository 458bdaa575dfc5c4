/** The evidence for exits: the words of the path, and that the state root follows from them. */
import { expect } from "chai";
import { createExitWitnessInput, exitPath, exitPublicInputs } from "../../src/block/exit.ts";
import { poseidon } from "../../src/crypto/poseidon.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { climb } from "../helpers/climb.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { FUNDS, fundedState } from "../helpers/hand-made-block.ts";
import { createRandom } from "../helpers/random.ts";

/** Takes lists of 7 siblings from the front. */
function takeLevels(words: bigint[], levels: number): bigint[][] {
  return Array.from({ length: levels }, () => words.splice(0, 7));
}

describe("evidence for an exit", () => {
  const random = createRandom();
  const tokens = [0, 7, 8, 250];
  const accountId = 9 + random.int(4000);
  const state = fundedState(PRESETS.dev, { accountIds: [1, 2, accountId], tokens })
    .update(accountId, 7, { balance: 5n })
    .update(accountId, 1, { account: { nonce: 41 } });

  for (const tokenId of [...tokens, 3, 99]) {
    it(`leads from token ${tokenId} to the state root, word by word (${random.title})`, () => {
      const input = createExitWitnessInput(state, accountId, tokenId);
      const amount = tokenId === 7 ? 5n : tokens.includes(tokenId) ? FUNDS : 0n;
      const owner = 0xfeen + BigInt(accountId);
      expect(exitPublicInputs(input)).to.deep.equal([
        state.root,
        BigInt(accountId),
        BigInt(tokenId),
        owner,
        amount,
      ]);
      const words = exitPath(input);
      const isMain = tokenId < 8;
      expect(words).to.have.length(3 + 4 + 8 + 7 * (isMain ? 4 : 2 + 4));
      const [nonce, pubKeyHash, reserved] = words.splice(0, 3);
      const [tails, balances] = [words.splice(0, 4), words.splice(0, 8)];
      expect([nonce, reserved]).to.deep.equal([41n, 0n]);
      if (isMain) expect(balances[tokenId]).to.equal(amount);
      else {
        const tail = climb(amount, tokenId % 64, takeLevels(words, 2));
        expect(tails[Math.floor(tokenId / 64)]).to.equal(tail);
      }
      const leaf = poseidon([nonce! + 1n, owner, pubKeyHash!, reserved!, ...tails, ...balances]);
      expect(climb(leaf, accountId, takeLevels(words, 4))).to.equal(state.root);
      expect(words).to.deep.equal([]);
    });
  }

  it("gives the circuit the siblings of a main token's place in its tail, which holds 0", () => {
    const { tailSiblings, tails } = createExitWitnessInput(state, accountId, 7);
    expect(tailSiblings).to.have.length(2);
    expect(climb(0n, 7, tailSiblings)).to.equal(tails[0]);
  });

  it("refuses an account that does not exist", () => {
    expectCode("ACCOUNT_NOT_FOUND", () => createExitWitnessInput(state, 3, 0));
    expectCode("TOKEN_ID_OUT_OF_RANGE", () => createExitWitnessInput(state, accountId, 256));
    expectCode("ACCOUNT_ID_OUT_OF_RANGE", () => createExitWitnessInput(state, 4096, 0));
  });
});
