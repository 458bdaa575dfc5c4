/** Signing: domain, message and signature; conversion from transaction to operation and back. */
import { expect } from "chai";
import { AbiCoder, getAddress, id, keccak256 } from "ethers";
import { applyBlock } from "../../src/block/block.ts";
import { createSigningKey } from "../../src/crypto/eddsa.ts";
import { poseidon } from "../../src/crypto/poseidon.ts";
import { assertSignatures } from "../../src/operations/authorization.ts";
import { batchMessages } from "../../src/operations/batch.ts";
import { isSigned } from "../../src/operations/operation.ts";
import { toOperation, toTransaction } from "../../src/operations/to-operation.ts";
import {
  signingDomain,
  signingMessage,
  signTransaction,
  type Transaction,
} from "../../src/operations/transaction.ts";
import { FIELD_MODULUS, TIMESTAMP_MAX } from "../../src/protocol/constants.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { DOMAIN_TAG } from "../../src/protocol/signing.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { wholeKind } from "../helpers/kinds.ts";
import { createWorld, randomBlock } from "../helpers/random-block.ts";
import { createRandom } from "../helpers/random.ts";

const COMMON = {
  accountId: 0x010203,
  tokenId: 0x0405,
  fee: 1000n,
  nonce: 0x06070809,
  validFrom: 7n,
  validUntil: TIMESTAMP_MAX,
};
const TRANSFER: Transaction<"transfer"> = {
  ...COMMON,
  type: "transfer",
  recipient: 0xabcdn,
  amount: 10n ** 18n,
};

describe("transactions", () => {
  const random = createRandom();

  it("have the domain that Solidity computes", () => {
    const address = random.bigint(160);
    const hexAddress = getAddress(`0x${address.toString(16).padStart(40, "0")}`);
    const types = ["bytes32", "uint256", "address"];
    const encoded = AbiCoder.defaultAbiCoder().encode(types, [id(DOMAIN_TAG), 31337n, hexAddress]);
    expect(signingDomain(31337n, address)).to.equal(BigInt(keccak256(encoded)) % FIELD_MODULUS);
  });

  it("sign Poseidon of the domain and three packed words", () => {
    const w1 = 0x02_010203_0405_06070809_00000000000000000de0b6b3a7640000n;
    const w2 = (0xabcdn << 72n) + 7n; // a zero byte guards each time
    const w3 = (1000n << 72n) + TIMESTAMP_MAX;
    expect(signingMessage(TRANSFER, 5n)).to.equal(poseidon([5n, w1, w2, w3]));
  });

  it("have zero in unused columns", () => {
    const w1 = 0x06_010203_0405_06070809_00000000000000000000000000000000n;
    const w3 = (1000n << 72n) + TIMESTAMP_MAX;
    expect(signingMessage({ ...COMMON, type: "changePubKey" }, 5n)).to.equal(
      poseidon([5n, w1, 7n, w3]),
    );
  });

  it("have a signature for this transaction and this domain only", () => {
    const key = createSigningKey(random.bytes(32));
    const domain = random.field();
    const signed = signTransaction(key, TRANSFER, domain);
    assertSignatures([signed], domain);
    expectCode("SIGNATURE_INVALID", () => assertSignatures([signed], domain + 1n));
    const { signature, publicKey, ...transaction } = signed;
    const { type, ...values } = transaction;
    expect(Object.keys(values)).to.have.length(8);
    for (const [name, value] of Object.entries(values)) {
      const flipped = typeof value === "bigint" ? value ^ 1n : value ^ 1;
      const changed = { ...values, type, [name]: flipped, signature, publicKey };
      expectCode("SIGNATURE_INVALID", () => assertSignatures([changed], domain));
    }
  });

  it("refuse values that do not fit their columns", () => {
    const bad = (changes: Partial<Transaction<"transfer">>) => () =>
      signingMessage({ ...TRANSFER, ...changes }, 5n);
    expectCode("AMOUNT_OUT_OF_RANGE", bad({ amount: 1n << 128n }));
    expectCode("AMOUNT_OUT_OF_RANGE", bad({ fee: -1n }));
    expectCode("FIELD_OUT_OF_RANGE", bad({ nonce: 2 ** 32 }));
    expectCode("FIELD_OUT_OF_RANGE", bad({ nonce: 1.5 }));
    expectCode("FIELD_OUT_OF_RANGE", bad({ accountId: -1 }));
    expectCode("FIELD_OUT_OF_RANGE", bad({ tokenId: 2 ** 16 }));
    expectCode("FIELD_OUT_OF_RANGE", bad({ recipient: 1n << 160n }));
    expectCode("FIELD_OUT_OF_RANGE", bad({ validFrom: -1n }));
    expectCode("FIELD_OUT_OF_RANGE", bad({ validUntil: TIMESTAMP_MAX + 1n }));
  });

  it(`convert to an operation and back (${random.title})`, () => {
    const world = createWorld(random, PRESETS.dev);
    const block = randomBlock(world, world.state, { kind: wholeKind(PRESETS.dev) });
    for (const { operation, before } of applyBlock(world.state, block, world.domain).slots) {
      if (!isSigned(operation)) continue;
      const links = operation.linksNext && { linksNext: true };
      const again = { ...toOperation(before, toTransaction(operation)), ...links };
      expect(again).to.deep.equal(operation);
    }
  });

  it(`of a batch are signed for the whole batch, in its order (${random.title})`, () => {
    const [domain, other] = [random.field(), random.field()];
    const keys = [createSigningKey(random.bytes(32)), createSigningKey(random.bytes(32))];
    const drafts = [TRANSFER, { ...TRANSFER, nonce: 8 }, { ...TRANSFER, amount: 5n }] as const;
    const { commitment, messages } = batchMessages(drafts, domain);
    const [first, second, third] = drafts.map((draft, index) =>
      signTransaction(keys[index % 2]!, draft, domain, messages[index]),
    );
    assertSignatures([first!, second!, third!], domain);
    const refused = [
      [first!, second!],
      [second!, third!],
      [first!, third!],
      [second!, first!, third!],
      [first!, second!, third!, third!],
      [first!, second!, { ...third!, amount: 6n }],
      ...[first!, second!, third!].map((part) => [part]),
    ];
    for (const batch of refused) {
      expectCode("SIGNATURE_INVALID", () => assertSignatures(batch, domain));
    }
    expectCode("SIGNATURE_INVALID", () => assertSignatures([first!, second!, third!], other));

    const c1 = signingMessage(drafts[0], domain);
    const c2 = signingMessage(drafts[1], (domain + c1) % FIELD_MODULUS);
    const c3 = signingMessage(drafts[2], (domain + c2) % FIELD_MODULUS);
    expect(commitment).to.equal(c3);
    expect(messages).to.deep.equal([c1, c2, c3].map((content) => (content + c3) % FIELD_MODULUS));
    const alone = { commitment: 0n, messages: [signingMessage(TRANSFER, domain)] };
    expect(batchMessages([TRANSFER], domain)).to.deep.equal(alone);
  });

  it("cannot exit an address without an account by force", () => {
    const key = createSigningKey(random.bytes(32));
    const transaction = { ...COMMON, type: "forcedExit", recipient: 0xabcdn } as const;
    const forced = signTransaction(key, transaction, 1n);
    const { state } = createWorld(random, PRESETS.dev);
    expectCode("ADDRESS_WITHOUT_ACCOUNT", () => toOperation(state, forced));
  });
});
