/** The commitment to a block's public data: it binds every byte. */
import { expect } from "chai";
import { AbiCoder, keccak256 } from "ethers";
import { applyBlock } from "../../src/block/block.ts";
import {
  blockData,
  challenge,
  commitBlock,
  committedElements,
  digestOf,
  evaluate,
  headerWord,
} from "../../src/block/commitment.ts";
import { poseidon } from "../../src/crypto/poseidon.ts";
import { FIELD_MODULUS } from "../../src/protocol/constants.ts";
import { blockKindId } from "../../src/protocol/kinds.ts";
import { FIELD_TYPE_BYTES } from "../../src/protocol/layout.ts";
import { extensionColumns, operationOfCode } from "../../src/operations/table.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { integerFromBytes } from "../../src/util/bytes.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createWorld, randomBlock } from "../helpers/random-block.ts";
import { createRandom } from "../helpers/random.ts";

/** Reads the data vector as L1 does: bytes to field elements, without interpreting them. */
function readData(pubdata: Uint8Array, slots: number): bigint[] {
  const data = new Array<bigint>(3 * slots).fill(0n);
  let offset = 0;
  const read = (bytes: number) => {
    offset += bytes;
    return integerFromBytes(pubdata.subarray(offset - bytes, offset));
  };
  const count = Number(read(2));
  for (let slot = 0; slot < count; slot++) data[slot] = read(16);
  while (offset < pubdata.length) {
    const slot = Number(read(2));
    const op = data[slot]! >> 120n;
    const values = new Map(
      extensionColumns(operationOfCode(Number(op))!).map(({ name, type }) => [
        { owner: "address", recipient: "address", nonce: "nonce" }[name] ?? "value",
        read(FIELD_TYPE_BYTES[type]),
      ]),
    );
    const nonce = values.get("nonce") ?? 0n;
    data[slots + 2 * slot] = (op << 192n) + (nonce << 160n) + values.get("address")!;
    data[slots + 2 * slot + 1] = values.get("value") ?? 0n;
  }
  return data;
}

describe("block commitment", () => {
  const random = createRandom();
  const kind = PRESETS.dev.blockKinds.find(({ slots }) => slots === 16)!;
  const kindId = blockKindId(kind);
  const world = createWorld(random, PRESETS.dev, kind);
  const block = randomBlock(world, world.state, { kind });
  const applied = applyBlock(world.state, block, world.domain);
  const commitment = commitBlock(applied, world.domain);
  const data = blockData(applied.slots.map(({ operation }) => operation));

  it(`reads the same data from the bytes as from the operations (${random.title})`, () => {
    expect(readData(commitment.pubdata, 16)).to.deep.equal(data);
    expect(data).to.have.length(48);
  });

  it("hashes the data in a chain of 15 elements per call, padded with zeros", () => {
    const elements = Array.from({ length: 20 }, () => random.field());
    const first = poseidon([0n, ...elements.slice(0, 15)]);
    const zeros = new Array<bigint>(10).fill(0n);
    expect(digestOf(elements)).to.equal(poseidon([first, ...elements.slice(15), ...zeros]));
  });

  it("evaluates the data as a polynomial with the first element as constant term", () => {
    expect(evaluate([3n, 5n, 7n], 10n)).to.equal(753n);
    const z = random.field();
    let sum = 0n;
    for (const [k, element] of data.entries()) sum += element * z ** BigInt(k);
    expect(evaluate(data, z)).to.equal(sum % FIELD_MODULUS);
  });

  it("derives the challenge as Solidity does", () => {
    const { pubdata, digest, oldStateRoot, newStateRoot, header, z } = commitment;
    const types = ["bytes32", ...new Array<string>(5).fill("uint256")];
    const values = [keccak256(pubdata), kindId, digest, oldStateRoot, newStateRoot, header];
    const encoded = AbiCoder.defaultAbiCoder().encode(types, values);
    expect(z).to.equal(BigInt(keccak256(encoded)) % FIELD_MODULUS);
  });

  it("packs the header, and refuses values that do not fit", () => {
    const header = { blockNumber: 1, timestamp: 2n, feeAccountId: 3 };
    expect(headerWord(header)).to.equal((1n << 88n) + (2n << 24n) + 3n);
    expectCode("FIELD_OUT_OF_RANGE", () => headerWord({ ...header, timestamp: 1n << 64n }));
    expectCode("FIELD_OUT_OF_RANGE", () => headerWord({ ...header, blockNumber: 2 ** 32 }));
  });

  it("commits to roots, header, domain and data, in the order of the circuit", () => {
    const { oldStateRoot, newStateRoot, header, domain, digest, z, y } = commitment;
    expect(commitment.publicInputs).to.deep.equal([digest, z, y]);
    const elements = [oldStateRoot, newStateRoot, header, domain, ...data];
    expect(committedElements(commitment, data)).to.deep.equal(elements);
    expect(y).to.equal(evaluate(elements, z));
    expect(digest).to.equal(digestOf(elements));
  });

  it("detects every changed byte: L1 and circuit evaluate to different values", () => {
    const { pubdata, z } = commitment;
    for (let offset = 2; offset < pubdata.length; offset++) {
      const changed = pubdata.slice();
      changed[offset]! ^= 1 << random.int(8);
      const changedZ = challenge({ ...commitment, pubdata: changed, kind: kindId });
      expect(changedZ).to.not.equal(z);
      let read: bigint[];
      try {
        read = readData(changed, 16);
      } catch {
        continue; // L1 refuses bytes that it cannot decode
      }
      expect(evaluate(read, changedZ)).to.not.equal(evaluate(data, changedZ));
    }
  });

  it("depends on every part of the block", () => {
    const changes = [{ digest: 1n }, { oldStateRoot: 1n }, { newStateRoot: 1n }, { header: 1n }];
    const kinds = [
      { ...kind, slots: 4 },
      { ...kind, levels: 4 },
      { ...kind, tokens: "wide" as const },
    ].map((other) => ({ kind: blockKindId(other) }));
    for (const change of [...changes, ...kinds]) {
      expect(challenge({ ...commitment, kind: kindId, ...change })).to.not.equal(commitment.z);
    }
  });
});
