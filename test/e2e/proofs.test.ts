/**
 * Real proofs and the real contract: it accepts the honest block, and nothing else: no other public
 * data, no other public inputs, no other proof.
 */
import { expect } from "chai";
import { network } from "hardhat";
import type { AppliedBlock } from "../../src/block/block.ts";
import {
  blockData,
  type BlockCommitment,
  challenge,
  commitBlock,
  committedElements,
  evaluate,
} from "../../src/block/commitment.ts";
import { createBlockWitnessInput } from "../../src/block/witness-input.ts";
import { RollupClient } from "../../src/l1/client.ts";
import type { ProveBlock, StoredBlock } from "../../src/l1/types.ts";
import { signingDomain } from "../../src/operations/transaction.ts";
import {
  ADDRESS_BYTES,
  AMOUNT_BYTES,
  EXTENSION_OP_SHIFT_BITS,
  FIELD_MODULUS,
  OP_CODE_BYTES,
  RECORD_COUNT_BYTES,
  SLOT_INDEX_BYTES,
} from "../../src/protocol/constants.ts";
import { type BlockKind, blockKindId } from "../../src/protocol/kinds.ts";
import { layoutBytes } from "../../src/protocol/layout.ts";
import { extensionColumns } from "../../src/operations/table.ts";
import { RECORD_BYTES } from "../../src/protocol/columns.ts";
import { PUBLIC_INPUTS } from "../../src/protocol/public-inputs.ts";
import { integerFromBytes } from "../../src/util/bytes.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createRandom } from "../helpers/random.ts";

const { ethers, networkHelpers, rollup } = await network.create();
const random = createRandom();

const EXTENSION_BYTES = SLOT_INDEX_BYTES + layoutBytes(extensionColumns("withdraw"));

/** A block that its operator has sealed and proven, but not committed. */
interface Sealed {
  readonly applied: AppliedBlock;
  readonly commitment: BlockCommitment;
  readonly proof: readonly bigint[];
  /** Client of a validator that may publish anything. */
  readonly l1: RollupClient;
  readonly last: StoredBlock;
}

/** A block whose pubdata has two records of withdrawals, and an extension for each. */
async function withSealedBlock(): Promise<Sealed> {
  await rollup.deploy({ mode: "manual" });
  const { operator } = rollup;
  const [alice] = await rollup.getWallets();
  await alice!.deposit({ token: "ETH", amount: 10n ** 18n });
  await rollup.processBlocks();
  await alice!.setSigningKey();
  await rollup.processBlocks();
  for (const to of [ethers.Wallet.createRandom(), ethers.Wallet.createRandom()]) {
    await alice!.withdraw({ token: "ETH", amount: 10n ** 17n, to: to.address });
  }
  operator.sealBlock();
  const { applied } = operator.blocks.at(-1)!;
  const domain = signingDomain(operator.chainId, BigInt(operator.rollupAddress));
  const commitment = commitBlock(applied, domain);
  const { chainId, rollupAddress } = operator;
  const l1 = new RollupClient(rollup.contracts.rollup, {
    chainId,
    rollupAddress,
    deploymentBlock: 0,
  });
  const last = await l1.readStoredBlock(applied.block.blockNumber - 1);
  return { applied, commitment, proof: await prove(applied, commitment), l1, last };
}

async function prove(
  applied: AppliedBlock,
  commitment: BlockCommitment,
): Promise<readonly bigint[]> {
  const { proof } = await rollup.operator.prover.prove({
    keyId: blockKindId(applied.block.kind),
    input: { ...createBlockWitnessInput(applied, commitment) },
    publicInputs: commitment.publicInputs,
  });
  return proof;
}

/** Publishes the block with the given pubdata. @returns The claim to prove on L1. */
async function publish(
  { applied, commitment, l1, last }: Sealed,
  pubdata: Uint8Array,
): Promise<Omit<ProveBlock, "proof">> {
  const { timestamp, feeAccountId } = applied.block;
  const kind = blockKindId(applied.block.kind);
  const { newStateRoot, digest } = commitment;
  const block = { timestamp, feeAccountId, kind, newStateRoot, digest, pubdata };
  const { storedBlocks } = await l1.commitBlocks(last, [{ ...block, authorizations: [] }]);
  const z = challenge({ ...commitment, pubdata, kind });
  const y = evaluate(committedElements(commitment, looselyRead(pubdata, applied.block.kind)), z);
  const parentCommitment = last.commitment;
  return { parentCommitment, storedBlock: storedBlocks[0]!, kind, digest, z, y };
}

/** The data of two withdrawals as L1 reads it, also with bytes that no operation can have. */
function looselyRead(pubdata: Uint8Array, { slots }: BlockKind): bigint[] {
  const integer = (offset: number, bytes: number) =>
    integerFromBytes(pubdata.slice(offset, offset + bytes));
  const data = new Array<bigint>(3 * slots).fill(0n);
  const records = Number(integer(0, RECORD_COUNT_BYTES));
  for (let slot = 0; slot < records; slot++) {
    data[slot] = integer(RECORD_COUNT_BYTES + slot * RECORD_BYTES, RECORD_BYTES);
  }
  let offset = RECORD_COUNT_BYTES + records * RECORD_BYTES;
  for (; offset < pubdata.length; offset += EXTENSION_BYTES) {
    const slot = Number(integer(offset, SLOT_INDEX_BYTES));
    const address = integer(offset + SLOT_INDEX_BYTES, ADDRESS_BYTES);
    const op =
      (data[slot]! >> BigInt(8 * (RECORD_BYTES - OP_CODE_BYTES))) <<
      BigInt(EXTENSION_OP_SHIFT_BITS);
    data[slots + 2 * slot] = op | address;
    data[slots + 2 * slot + 1] = integer(offset + SLOT_INDEX_BYTES + ADDRESS_BYTES, AMOUNT_BYTES);
  }
  return data;
}

/** A proof of the honest data, evaluated at the challenge of the published bytes. */
async function adaptedProof(
  { applied, commitment }: Sealed,
  z: bigint,
): Promise<readonly bigint[]> {
  const data = blockData(applied.slots.map(({ operation }) => operation));
  const y = evaluate(committedElements(commitment, data), z);
  const inputs = { ...commitment, z, y };
  return prove(applied, { ...inputs, publicInputs: PUBLIC_INPUTS.map((name) => inputs[name]) });
}

const EXTENSIONS_OFFSET = RECORD_COUNT_BYTES + 2 * RECORD_BYTES;

/** Changes that an operator may make to the pubdata of two withdrawals. */
const TAMPERINGS: Record<string, (pubdata: Uint8Array) => Uint8Array> = {
  "one byte of an amount changed": (pubdata) => {
    const changed = pubdata.slice();
    changed[pubdata.length - 1]! ^= 1;
    return changed;
  },
  "one extension omitted": (pubdata) => pubdata.slice(0, pubdata.length - EXTENSION_BYTES),
  "one extension added": (pubdata) =>
    Uint8Array.from([...pubdata, ...pubdata.slice(pubdata.length - EXTENSION_BYTES)]),
  "the recipients of two extensions swapped": (pubdata) => {
    const swapped = pubdata.slice();
    const first = EXTENSIONS_OFFSET + SLOT_INDEX_BYTES;
    const second = first + EXTENSION_BYTES;
    const bytes = EXTENSION_BYTES - SLOT_INDEX_BYTES;
    swapped.set(pubdata.slice(second, second + bytes), first);
    swapped.set(pubdata.slice(first, first + bytes), second);
    return swapped;
  },
  "two extensions in the other order": (pubdata) => {
    const swapped = pubdata.slice();
    const second = EXTENSIONS_OFFSET + EXTENSION_BYTES;
    swapped.set(pubdata.slice(second), EXTENSIONS_OFFSET);
    swapped.set(pubdata.slice(EXTENSIONS_OFFSET, second), second);
    return swapped;
  },
  "the second withdrawal hidden": (pubdata) => {
    const hidden = pubdata.slice(0, pubdata.length - EXTENSION_BYTES);
    const record = RECORD_COUNT_BYTES + RECORD_BYTES;
    const rest = hidden.slice(record + RECORD_BYTES);
    const shorter = Uint8Array.from([...hidden.slice(0, record), ...rest]);
    shorter[RECORD_COUNT_BYTES - 1] = 1;
    return shorter;
  },
};

/** Changes that L1 refuses at the commit. */
const REFUSED_AT_COMMIT: Record<string, string> = {
  "one extension added": "ExtensionSlotInvalid",
  "two extensions in the other order": "ExtensionSlotInvalid",
};

/** Expects that L1 refuses a call. @returns The name of the Solidity error. */
async function expectRevert(call: Promise<unknown>): Promise<string> {
  const { facts } = await expectRejection("L1_REVERTED", call);
  return String(facts["error"]);
}

describe(`blocks with real proofs, ${random.title}`, () => {
  it("accepts the honest block, and no other proof for it", async () => {
    const sealed = await networkHelpers.loadFixture(withSealedBlock);
    const { l1, proof, commitment, applied } = sealed;
    const block = await publish(sealed, commitment.pubdata);
    for (const index of proof.keys()) {
      const forged = proof.with(index, proof[index]! ^ 1n);
      const error = await expectRevert(l1.proveBlocks([{ ...block, proof: forged }]));
      expect(error).to.equal("ProofsInvalid");
    }
    await l1.proveBlocks([{ ...block, proof }]);
    const { proven } = await l1.contract.blockCounts();
    expect(proven).to.equal(BigInt(applied.block.blockNumber));
  });

  it("refuses the proof for other public inputs", async () => {
    const { proof, commitment, applied } = await networkHelpers.loadFixture(withSealedBlock);
    const keyId = blockKindId(applied.block.kind);
    const { verifier } = rollup.contracts;
    const verify = (inputs: readonly bigint[]) =>
      verifier.verifyProof(keyId, [...proof] as never, [...inputs]);
    const honest = commitment.publicInputs;
    expect(await verify(honest)).to.equal(true);
    for (const index of honest.keys()) {
      const other = (honest[index]! + 1n) % FIELD_MODULUS;
      expect(await verify(honest.with(index, other)), PUBLIC_INPUTS[index]).to.equal(false);
      const aliased = honest[index]! + FIELD_MODULUS;
      expect(await verify(honest.with(index, aliased)), `${PUBLIC_INPUTS[index]} + r`).to.equal(
        false,
      );
    }
  });

  for (const [name, tamper] of Object.entries(TAMPERINGS)) {
    it(`refuses pubdata with ${name}`, async () => {
      const sealed = await networkHelpers.loadFixture(withSealedBlock);
      const { l1, proof, commitment } = sealed;
      const attempt = publish(sealed, tamper(commitment.pubdata));
      if (name in REFUSED_AT_COMMIT) {
        expect(await expectRevert(attempt)).to.equal(REFUSED_AT_COMMIT[name]);
        return;
      }
      const block = await attempt;
      const adapted = await adaptedProof(sealed, block.z);
      for (const words of [proof, adapted]) {
        const error = await expectRevert(l1.proveBlocks([{ ...block, proof: words }]));
        expect(error).to.equal("ProofsInvalid");
      }
    });
  }

  it("refuses pubdata with any byte changed", async () => {
    const sealed = await networkHelpers.loadFixture(withSealedBlock);
    const { pubdata } = sealed.commitment;
    const errors = new Set<string>();
    for (const index of pubdata.keys()) {
      const snapshot = await networkHelpers.takeSnapshot();
      const changed = pubdata.with(index, pubdata[index]! ^ (1 + random.int(255)));
      const attempt = publish(sealed, changed).then((block) =>
        sealed.l1.proveBlocks([{ ...block, proof: sealed.proof }]),
      );
      errors.add(await expectRevert(attempt));
      await snapshot.restore();
    }
    expect(errors).to.include("ProofsInvalid").and.not.include("StoredBlockMismatch");
  });
});
