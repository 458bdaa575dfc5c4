import { expect } from "chai";
import { getBytes, ZeroAddress } from "ethers";
import { artifacts, globalOptions } from "hardhat";
import { toProveArguments } from "../../src/l1/client.ts";
import { readGovernance } from "../../src/l1/governance.ts";
import type { PublicOperation } from "../../src/operations/operation.ts";
import { FIELD_MODULUS } from "../../src/protocol/constants.ts";
import { provenBlock } from "../helpers/attacks.ts";
import {
  createTestBlock,
  createTestRollup,
  GENESIS_ROOT,
  latestTimestamp,
  type TestRollup,
  withdrawOperation,
} from "../helpers/test-rollup.ts";

const FORBIDDEN_OPCODES = new Map([
  [0xf2, "CALLCODE"],
  [0xf4, "DELEGATECALL"],
  [0xff, "SELFDESTRUCT"],
]);
const PUSH1 = 0x60;
const PUSH32 = 0x7f;

/** Opcodes of runtime code, without pushed data and without the metadata at the end. */
function opcodesOf(runtimeCode: string): Set<number> {
  const code = getBytes(runtimeCode);
  const metadataBytes = 2 + code.at(-2)! * 256 + code.at(-1)!;
  const opcodes = new Set<number>();
  for (let at = 0; at < code.length - metadataBytes; at++) {
    const opcode = code[at]!;
    opcodes.add(opcode);
    if (opcode >= PUSH1 && opcode <= PUSH32) at += opcode - PUSH1 + 1;
  }
  return opcodes;
}

describe("Attacks on the contract", () => {
  let fixture: TestRollup;
  beforeEach(async () => {
    fixture = await createTestRollup();
  });

  /** Parameters that would give the attacker every role. */
  async function attackersParameters() {
    const { rollup, user } = fixture;
    return {
      verifier: await rollup.verifier(),
      exitVerifier: await rollup.exitVerifier(),
      governor: user.address,
      validatorManager: user.address,
      guardian: user.address,
      validators: [user.address],
      feeAccount: user.address,
      genesisStateRoot: GENESIS_ROOT,
      accountCapacity: 1,
      tokenCapacity: 4,
      priorityExpirationSeconds: 1,
      requestFeeWei: 0n,
      requestFeeRecipient: ZeroAddress,
    };
  }

  it("front-running of initialization: the constructor initializes", async () => {
    const { ethers, rollup, client, user, governor } = fixture;
    const { deploymentBlock, rollupAddress } = client;
    const block = (await ethers.provider.getBlock(deploymentBlock, true))!;
    const [creation] = block.prefetchedTransactions;
    const [initialized] = await rollup.queryFilter(rollup.filters.RollupInitialized());
    expect(creation!.to).to.equal(null);
    expect(initialized!.transactionHash).to.equal(creation!.hash);
    expect((await creation!.wait())!.contractAddress).to.equal(rollupAddress);
    const again = rollup.connect(user).initialize(await attackersParameters());
    await expect(again).to.be.revertedWithCustomError(rollup, "InvalidInitialization");
    expect(await rollup.owner()).to.equal(governor.address);
  });

  it("implementation contract taken over: nobody can", async () => {
    const { ethers, rollup, user } = fixture;
    const { implementationAddress } = await readGovernance(rollup);
    const implementation = await ethers.getContractAt("Rollup", implementationAddress, user);
    await expect(
      implementation.initialize(await attackersParameters()),
    ).to.be.revertedWithCustomError(implementation, "InvalidInitialization");
    expect(await implementation.owner()).to.equal(ZeroAddress);
    await expect(
      implementation.depositEth(user.address, { value: 1n }),
    ).to.be.revertedWithCustomError(implementation, "TokenNotListed");
  });

  it("implementation contract taken over: its code can do no harm", async function () {
    // Coverage instrumentation puts data among the instructions.
    if (globalOptions.coverage) this.skip();
    const { deployedBytecode } = await artifacts.readArtifact("Rollup");
    const opcodes = opcodesOf(deployedBytecode);
    const forbidden = [...FORBIDDEN_OPCODES].filter(([opcode]) => opcodes.has(opcode));
    expect(forbidden).to.deep.equal([]);
  });

  it("implementation contract taken over: the check above finds the opcodes of a proxy", async () => {
    const { deployedBytecode } = await artifacts.readArtifact("RollupProxy");
    expect(opcodesOf(deployedBytecode).has(0xf4)).to.equal(true);
  });

  it("public inputs above the field: every value has one encoding", async () => {
    const { rollup, client, genesis, user } = fixture;
    const timestamp = await latestTimestamp(fixture);
    const { commitBlock } = createTestBlock(
      client,
      genesis,
      [withdrawOperation(user.address, 1n)],
      {
        timestamp,
      },
    );
    for (const name of ["newStateRoot", "digest"] as const) {
      const aliased = { ...commitBlock, [name]: commitBlock[name] + FIELD_MODULUS };
      await expect(
        rollup.commitBlocks(genesis, [{ ...aliased, authorizations: [] }]),
      ).to.be.revertedWithCustomError(rollup, "NonCanonicalField");
    }
    const { proveBlock } = await provenBlock(fixture, genesis, []);
    await client.revertBlocks([proveBlock.storedBlock]);
    const { commitBlock: same } = createTestBlock(client, genesis, [], {
      timestamp: proveBlock.storedBlock.timestamp,
    });
    await client.commitBlocks(genesis, [same]);
    for (const name of ["digest", "z", "y"] as const) {
      const aliased = { ...proveBlock, [name]: proveBlock[name] + FIELD_MODULUS };
      await expect(
        rollup.proveBlocks(...toProveArguments([aliased])),
      ).to.be.revertedWithCustomError(rollup, "CommitmentMismatch");
    }
  });

  it("public inputs above the field: so has a key hash in the public data", async () => {
    const { rollup, genesis, user } = fixture;
    const change: PublicOperation<"changePubKey"> = {
      type: "changePubKey",
      accountId: 1,
      tokenId: 0,
      fee: 0n,
      nonce: 0,
      owner: BigInt(user.address),
      pubKeyHash: 5n,
    };
    const timestamp = await latestTimestamp(fixture);
    const { commitBlock } = createTestBlock(fixture.client, genesis, [change], { timestamp });
    const pubdata = commitBlock.pubdata.slice();
    pubdata.set(getBytes(`0x${(5n + FIELD_MODULUS).toString(16)}`), pubdata.length - 32);
    await expect(
      rollup.commitBlocks(genesis, [{ ...commitBlock, pubdata, authorizations: ["0x00"] }]),
    ).to.be.revertedWithCustomError(rollup, "NonCanonicalField");
  });
});
