/**
 * zkSync v1 missed conditions of a ChangePubKey: nonce, overflow of the nonce, token
 * (matter-labs/zksync, 279887c0d). Each test breaks one condition.
 */
import { expect } from "chai";
import { hashPublicKey, publicKey } from "../../src/crypto/eddsa.ts";
import { NONCE_MAX } from "../../src/protocol/constants.ts";
import { tokenCapacity } from "../../src/protocol/presets.ts";
import {
  attackedCircuit,
  expectImpossible,
  expectPossible,
  kind,
  preset,
} from "../helpers/attacks.ts";
import { createDishonestInput } from "../helpers/dishonest-input.ts";
import { expectCircuitRefusal } from "../helpers/forged-witness.ts";
import type { RuleTag } from "../helpers/invalid-cases.ts";
import { createRandom } from "../helpers/random.ts";
import {
  BALANCE,
  type Breach,
  createScene,
  type Draft,
  FEE,
  forge,
  operationBy,
  type Scene,
  withLeaf,
} from "../helpers/scene.ts";

const random = createRandom();

type Changes = Partial<Extract<Draft, { type: "changePubKey" }>>;

function changeKey(scene: Scene, changes: Changes = {}) {
  return operationBy(scene, { type: "changePubKey", ...changes });
}

const nonceOf = ({ state, alice }: Scene) => state.account(alice.accountId).nonce;

const CONDITIONS: readonly {
  readonly rule: RuleTag;
  readonly what: string;
  readonly breach: (scene: Scene) => Breach;
}[] = [
  {
    rule: "NONCE_MISMATCH",
    what: "a nonce ahead",
    breach: (scene) => ({ operations: [changeKey(scene, { nonce: nonceOf(scene) + 1 })] }),
  },
  {
    rule: "NONCE_MISMATCH",
    what: "a past nonce",
    breach: (scene) => {
      const operation = changeKey(scene);
      return { operations: [operation, operation] };
    },
  },
  {
    rule: "NONCE_EXHAUSTED",
    what: "the nonce that would overflow",
    breach: (given) => {
      const account = { nonce: NONCE_MAX };
      const scene = withLeaf(given, given.alice.accountId, { account });
      return { scene, operations: [changeKey(scene)] };
    },
  },
  {
    rule: "OWNER_MISMATCH",
    what: "the consent of somebody else",
    breach: (scene) => ({
      operations: [forge(changeKey(scene), { owner: scene.bob.address })],
    }),
  },
  {
    rule: "ACCOUNT_NOT_FOUND",
    what: "an account that does not exist",
    breach: (scene) => ({
      operations: [changeKey(scene, { accountId: scene.emptyId, nonce: 0, fee: 0n })],
    }),
  },
  {
    rule: "SIGNATURE_INVALID",
    what: "a key whose holder has not signed",
    breach: (scene) => {
      const key = publicKey(scene.bob.keys[0]);
      const changes = { publicKey: key, pubKeyHash: hashPublicKey(key) };
      return { operations: [forge(changeKey(scene), changes)] };
    },
  },
  {
    rule: "INSUFFICIENT_BALANCE",
    what: "a fee above the balance",
    breach: (scene) => ({ operations: [changeKey(scene, { fee: BALANCE + 1n })] }),
  },
  {
    rule: "EXPIRED",
    what: "a time after the signed range",
    breach: (scene) => ({
      operations: [changeKey(scene, { validUntil: scene.timestamp - 1n })],
    }),
  },
  {
    rule: "NOT_YET_VALID",
    what: "a time before the signed range",
    breach: (scene) => ({
      operations: [changeKey(scene, { validFrom: scene.timestamp + 1n })],
    }),
  },
  {
    rule: "TOKEN_ID_OUT_OF_RANGE",
    what: "a fee in a token that the tree does not have",
    breach: (scene) => {
      const tokenId = tokenCapacity(preset) + scene.tokenId;
      return { operations: [changeKey(scene, { tokenId })] };
    },
  },
];

describe(`Attacks on ChangePubKey: regression of zkSync v1, ${random.title}`, () => {
  let scene: Scene;
  beforeEach(() => {
    scene = createScene(random, preset);
  });

  for (const { rule, what, breach } of CONDITIONS) {
    it(`${rule}: refuses ${what}`, async () => {
      await expectImpossible(rule, scene, breach(scene));
    });
  }

  it("changes the key and the nonce, takes the fee, and nothing else", async () => {
    const { alice, state, tokenId } = scene;
    const operation = changeKey(scene);
    const before = state.account(alice.accountId);
    const { state: after } = await expectPossible(scene, { operations: [operation] });
    const { nonce, address, kind } = before;
    expect(after.account(alice.accountId)).to.include({ nonce: nonce + 1, address, kind });
    expect(after.balance(alice.accountId, tokenId)).to.equal(BALANCE - FEE);
  });

  it("moves no money and names nobody else, for any witness", async () => {
    const { state, domain, timestamp, bob } = scene;
    const operations = [changeKey(scene)];
    const block = { blockNumber: 1, timestamp, feeAccountId: 0, kind, operations };
    const circuit = await attackedCircuit();
    const lies = [{ amount: 1n }, { accountB: BigInt(bob.accountId) }, { packedAmount: 1n << 5n }];
    for (const signals of lies) {
      const input = createDishonestInput({ state, block, domain, forcedSignals: [signals] });
      await expectCircuitRefusal(circuit, input, "UNUSED_COLUMN_NOT_ZERO");
    }
  });
});
