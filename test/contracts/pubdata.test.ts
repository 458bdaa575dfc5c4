import { concatBytes } from "@noble/hashes/utils.js";
import { expect } from "chai";
import type { Result } from "ethers";
import { network } from "hardhat";
import {
  blockData,
  challenge,
  committedElements,
  digestOf,
  evaluate,
} from "../../src/block/commitment.ts";
import { encodePubdata } from "../../src/block/pubdata.ts";
import {
  extensionWords,
  hasExtension,
  publicFields,
  recordWord,
  toColumns,
} from "../../src/operations/codec.ts";
import type { PublicOperation, SignedOperation } from "../../src/operations/operation.ts";
import { DEPOSIT_AMOUNT_MAX, FIELD_MODULUS, NONCE_MAX } from "../../src/protocol/constants.ts";
import { OPERATION_NAMES, OPERATIONS } from "../../src/operations/table.ts";
import { toTransaction } from "../../src/operations/to-operation.ts";
import { inclusionOf } from "../../src/receipts/inclusion.ts";
import type { PubdataHarness } from "../../types/ethers-contracts/contracts/mocks/PubdataHarness.ts";
import { createRandom } from "../helpers/random.ts";
import { createRandomPublicOperation } from "../helpers/random-public-operation.ts";

const BLOCKS = 40;
const RECORD_COUNT_BYTES = 2;
const RECORD_BYTES = 16;
const random = createRandom();

/** Converts a struct of ethers to an object by field names. */
function toFields(struct: unknown): Record<string, bigint | string> {
  return (struct as Result).toObject();
}

function randomOperations(slots: number): PublicOperation[] {
  return Array.from({ length: slots }, () =>
    createRandomPublicOperation(random, random.pick(OPERATION_NAMES)),
  );
}

describe(`Pubdata: contract compared with TypeScript (${random.title})`, () => {
  let harness: PubdataHarness;
  before(async () => {
    const { ethers } = await network.create();
    harness = await ethers.deployContract("PubdataHarness");
  });

  /** The contract's reading of a whole block at a random point. */
  async function walk(pubdata: Uint8Array, slots: number, z = random.field()) {
    const { value, extensions } = await harness.walk(pubdata, slots, z);
    return { z, value, extensions: extensions.map(toFields) };
  }

  it("reads the same extensions and finds the same value on random blocks", async () => {
    for (let i = 0; i < BLOCKS; i++) {
      const slots = random.pick([1, 2, 4, 16, 33]);
      const operations = randomOperations(slots);
      const columns = operations.map(toColumns);
      const { z, value, extensions } = await walk(encodePubdata(operations), slots);
      expect(value).to.equal(evaluate(blockData(operations), z));
      const expected = columns.flatMap((slot, index) => {
        const [e1, e2] = extensionWords(slot);
        const record = recordWord(slot);
        return hasExtension(slot.type) ? [{ slot: BigInt(index), record, e1, e2 }] : [];
      });
      expect(extensions).to.deep.equal(expected);
    }
  });

  it("finds the same value in large blocks, with extensions far apart and at the ends", async () => {
    const noop: PublicOperation = { type: "noop" };
    for (const [slots, places] of [
      [256, [0, 255]],
      [256, [1, 2, 130]],
      [1000, [999]],
      [1000, []],
    ] as const) {
      const operations = new Array<PublicOperation>(slots).fill(noop);
      for (const place of places) {
        operations[place] = createRandomPublicOperation(random, "changePubKey");
      }
      const { z, value } = await walk(encodePubdata(operations), slots);
      expect(value).to.equal(evaluate(blockData(operations), z));
    }
  });

  it("finds the value at 0, 1 and r - 1", async () => {
    const operations = randomOperations(4);
    for (const z of [0n, 1n, FIELD_MODULUS - 1n]) {
      const { value } = await walk(encodePubdata(operations), 4, z);
      expect(value).to.equal(evaluate(blockData(operations), z));
    }
  });

  it("evaluates the committed inputs and the data as one polynomial", async () => {
    for (let i = 0; i < 10; i++) {
      const operations = randomOperations(random.pick([1, 2, 4]));
      const { z, value } = await walk(encodePubdata(operations), operations.length);
      const inputs = {
        oldStateRoot: random.field(),
        newStateRoot: random.field(),
        header: random.bigint(120),
        domain: random.field(),
      };
      const { oldStateRoot, newStateRoot, header, domain } = inputs;
      const y = await harness.evaluate([oldStateRoot, newStateRoot, header, domain], value, z);
      expect(y).to.equal(evaluate(committedElements(inputs, blockData(operations)), z));
    }
  });

  it("computes the same challenge", async () => {
    for (let i = 0; i < 10; i++) {
      const input = {
        pubdata: random.bytes(random.int(300)),
        kind: random.int(2 ** 32),
        digest: random.field(),
        oldStateRoot: random.field(),
        newStateRoot: random.field(),
        header: random.bigint(120),
      };
      const { pubdata, kind, digest, oldStateRoot, newStateRoot, header } = input;
      const z = await harness.challenge(pubdata, kind, digest, oldStateRoot, newStateRoot, header);
      expect(z).to.equal(challenge(input));
    }
  });

  /** Calls the contract's reader for an operation. */
  function readOperation(operation: PublicOperation) {
    const columns = toColumns(operation);
    const record = recordWord(columns);
    const [e1, e2] = extensionWords(columns);
    const type = operation.type.charAt(0).toUpperCase() + operation.type.slice(1);
    const read = harness.getFunction(`read${type}` as "readChangePubKey");
    const words = [record, e1, e2].slice(0, read.fragment.inputs.length);
    return read(...(words as [bigint, bigint, bigint]));
  }

  for (const type of OPERATION_NAMES) {
    it(`reads what the signer of a ${type} has signed, if there is one`, async () => {
      const operation = createRandomPublicOperation(random, type);
      const columns = toColumns(operation);
      const signed = await harness.readSigned(recordWord(columns), ...extensionWords(columns));
      expect(signed.isSigned).to.equal(OPERATIONS[type].origin === "l2");
      if (!signed.isSigned) return;
      const times = { nonce: 5, validFrom: 0n, validUntil: 9n };
      // What only the owner of account B shows of a transfer.
      const payee = { recipient: random.bigint(160) };
      const whole = { ...payee, ...operation, ...times } as unknown as SignedOperation;
      const promised = inclusionOf(toTransaction(whole));
      expect(signed.paysOwnerOfB).to.equal(type === "transfer");
      const recipient = signed.paysOwnerOfB ? promised.recipient : signed.recipient;
      const { accountA, op, tokenId, amount } = signed;
      expect({ accountA, op, tokenId, amount, recipient }).to.deep.equal({
        accountA: BigInt(promised.accountId),
        op: BigInt(promised.op),
        tokenId: BigInt(promised.tokenId),
        amount: promised.amount,
        recipient: promised.recipient,
      });
      expect(signed.accountB).to.equal(columns.record.accountB);
    });
  }

  for (const type of OPERATION_NAMES.filter((name) => name !== "noop")) {
    it(`reads the fields of a ${type}`, async () => {
      for (let i = 0; i < 10; i++) {
        const operation = createRandomPublicOperation(random, type);
        const fields = Object.entries(toFields(await readOperation(operation)));
        const packed = packedColumns(operation);
        const expected = publicFields(type).map(({ name }) => [name, packed[name]]);
        expect(fields.map(([name, value]) => [name, BigInt(value)])).to.deep.equal(expected);
      }
    });
  }

  /** Every field of an operation as in the public data: amounts in records are packed. */
  function packedColumns(operation: PublicOperation): Record<string, bigint> {
    const { record, extension } = toColumns(operation);
    const bits = { ...record, ...extension };
    const values = operation as unknown as Record<string, bigint | number>;
    return Object.fromEntries(
      publicFields(operation.type).map(({ name, type }) => [
        name,
        type === "packedAmount"
          ? bits.amount
          : type === "packedFee"
            ? bits.fee
            : BigInt(values[name]!),
      ]),
    );
  }

  it("reads records by index", async () => {
    const operations = randomOperations(3);
    operations[2] = createRandomPublicOperation(random, "transfer");
    const pubdata = encodePubdata(operations);
    for (const [slot, operation] of operations.entries()) {
      expect(await harness.readRecord(pubdata, slot)).to.equal(recordWord(toColumns(operation)));
    }
  });

  it("refuses bytes that are no block", async () => {
    const transfer = createRandomPublicOperation(random, "transfer");
    const withdraw = createRandomPublicOperation(random, "withdraw");
    const pubdata = encodePubdata([transfer, withdraw]);
    const edited = (edit: (bytes: number[]) => void) => {
      const bytes = [...pubdata];
      edit(bytes);
      return new Uint8Array(bytes);
    };
    const extensionStart = 2 + 2 * 16;
    const end = extensionStart + 38;
    const refused = async (bytes: Uint8Array, error: string, values: number[]) => {
      await expect(harness.walk(bytes, 2, 5n))
        .to.be.revertedWithCustomError(harness, error)
        .withArgs(...values);
    };
    await refused(new Uint8Array(), "PubdataTooShort", [2, 0]);
    await refused(pubdata.slice(0, extensionStart - 1), "PubdataTooShort", [34, 33]);
    await refused(pubdata.slice(0, extensionStart + 2), "PubdataTooShort", [end, 36]);
    await refused(pubdata.slice(0, -1), "PubdataTooShort", [end, end - 1]);
    await refused(
      edited((bytes) => (bytes[1] = 3)),
      "TooManyRecords",
      [3, 2],
    );
    await refused(
      edited((bytes) => (bytes[2 + 16] = 0)),
      "TrailingNoop",
      [2],
    );
    await refused(
      edited((bytes) => (bytes[2 + 16] = OPERATION_NAMES.length)),
      "OperationHasNoExtension",
      [OPERATION_NAMES.length],
    );
    await refused(
      edited((bytes) => (bytes[extensionStart + 1] = 2)),
      "ExtensionSlotInvalid",
      [2, 0, 2],
    );
    await refused(
      edited((bytes) => (bytes[extensionStart + 1] = 0)),
      "OperationHasNoExtension",
      [2],
    );
    await refused(
      edited((bytes) => bytes.push(...pubdata.slice(-38))),
      "ExtensionSlotInvalid",
      [1, 2, 2],
    );
  });

  it("refuses a public key hash that is not a field element", async () => {
    const change = createRandomPublicOperation(random, "changePubKey");
    const pubdata = encodePubdata([change]);
    pubdata.set(new Uint8Array(32).fill(255), pubdata.length - 32);
    await expect(harness.walk(pubdata, 1, 5n)).to.be.revertedWithCustomError(
      harness,
      "NonCanonicalField",
    );
  });

  it("reads extreme values", async () => {
    const owner = 2n ** 160n - 1n;
    const operations: PublicOperation[] = [
      {
        type: "deposit",
        accountId: 2 ** 24 - 1,
        tokenId: 65535,
        owner,
        amount: DEPOSIT_AMOUNT_MAX,
      },
      {
        type: "changePubKey",
        accountId: 2 ** 24 - 1,
        tokenId: 65535,
        fee: 0n,
        nonce: NONCE_MAX,
        owner,
        pubKeyHash: FIELD_MODULUS - 1n,
      },
    ];
    const { z, value } = await walk(encodePubdata(operations), 2);
    expect(value).to.equal(evaluate(blockData(operations), z));
  });
});

describe(`Pubdata: tampering (${random.title})`, () => {
  let harness: PubdataHarness;
  const types = ["deposit", "transfer", "withdraw", "changePubKey"] as const;
  const operations = types.map((type) => createRandomPublicOperation(random, type));
  const slots = operations.length;
  const pubdata = encodePubdata(operations);
  const data = blockData(operations);
  const extensionsStart = RECORD_COUNT_BYTES + slots * RECORD_BYTES;
  const deposit = pubdata.slice(extensionsStart, extensionsStart + 38);
  const withdraw = pubdata.slice(extensionsStart + 38, extensionsStart + 76);
  const change = pubdata.slice(extensionsStart + 76);
  const records = pubdata.slice(0, extensionsStart);
  before(async () => {
    const { ethers } = await network.create();
    harness = await ethers.deployContract("PubdataHarness");
  });

  /**
   * Whether L1 notices public data that differs from the circuit's: it reverts, or its y at the
   * point z that it chooses differs from the circuit's, so that no proof is valid.
   */
  async function isNoticed(tampered: Uint8Array): Promise<boolean> {
    const [digest, root, header] = [digestOf(data), 1n, 1n];
    const z = await harness.challenge(tampered, slots, digest, root, root, header);
    try {
      return (await harness.walk(tampered, slots, z)).value !== evaluate(data, z);
    } catch (error) {
      return findRevertReason(error);
    }
  }

  it("accepts unchanged data", async () => {
    expect(concatBytes(records, deposit, withdraw, change)).to.deep.equal(pubdata);
    expect(await isNoticed(pubdata)).to.equal(false);
  });

  it("notices a change of any single byte", async () => {
    for (const index of pubdata.keys()) {
      const tampered = pubdata.slice();
      tampered[index]! ^= 1 + random.int(255);
      expect(await isNoticed(tampered), `byte ${index}`).to.equal(true);
    }
  });

  it("notices omitted, added, moved and swapped extensions", async () => {
    const atSlot = (slot: number, extension: Uint8Array) => {
      const moved = extension.slice();
      moved[1] = slot;
      return moved;
    };
    const tamperings = {
      "first omitted": [withdraw, change],
      "middle omitted": [deposit, change],
      "last omitted": [deposit, withdraw],
      "all omitted": [],
      repeated: [deposit, deposit, withdraw, change],
      "added to a transfer": [deposit, atSlot(1, deposit), withdraw, change],
      "added after the end": [deposit, withdraw, change, atSlot(4, withdraw)],
      "order swapped": [withdraw, deposit, change],
      "contents swapped": [atSlot(0, withdraw), atSlot(2, deposit), change],
    };
    for (const [name, extensions] of Object.entries(tamperings)) {
      expect(await isNoticed(concatBytes(records, ...extensions)), name).to.equal(true);
    }
  });

  it("notices swapped and omitted records", async () => {
    const extensions = [deposit, withdraw, change];
    const swapped = records.slice();
    swapped.set(records.slice(RECORD_COUNT_BYTES, RECORD_COUNT_BYTES + RECORD_BYTES), 18);
    swapped.set(records.slice(18, 34), RECORD_COUNT_BYTES);
    expect(await isNoticed(concatBytes(swapped, ...extensions))).to.equal(true);
    const fewer = records.slice(0, -RECORD_BYTES);
    fewer[1] = slots - 1;
    expect(await isNoticed(concatBytes(fewer, deposit, withdraw))).to.equal(true);
  });
});

/** True for a revert of the contract; anything else is an error of the test. */
function findRevertReason(error: unknown): true {
  const known = ["PubdataTooShort", "TooManyRecords", "TrailingNoop", "ExtensionSlotInvalid"];
  known.push("OperationHasNoExtension", "NonCanonicalField");
  if (known.some((name) => String(error).includes(name))) return true;
  throw error;
}
