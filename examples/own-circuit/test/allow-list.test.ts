/** A member claims once; everybody else, and a second time, fails. */
import { expect } from "chai";
import hre from "hardhat";
import { poseidon2 } from "poseidon-lite";
import { leafOf, merklePath, merkleRoot } from "../src/merkle.ts";

const DEPTH = 3;
const SECRETS = [11n, 22n, 33n, 44n, 55n];
const leaves = SECRETS.map(leafOf);
const root = merkleRoot(leaves, DEPTH);

const { ethers, networkHelpers } = await hre.network.create();
const allowList = await hre.circuits.get("allow-list");
const recipient = "0x00000000000000000000000000000000DeaDBeef";

async function deployDrop() {
  const verifier = await ethers.deployContract(allowList.verifierContract);
  const drop = await ethers.deployContract("AllowListDrop", [await verifier.getAddress(), root], {
    value: ethers.parseEther("1"),
  });
  return { drop };
}

/** The inputs with which the member at `index` lets `to` be paid. */
function inputsOf(index: number, to = recipient) {
  const path = merklePath(leaves, DEPTH, index);
  return { root, recipient: BigInt(to), secret: SECRETS[index]!, ...path };
}

/** A proof that the member at `index` lets `to` be paid. */
async function proveMember(index: number, to = recipient) {
  const proven = await allowList.prove(inputsOf(index, to));
  const { a, b, c, input } = allowList.toSolidityProof(proven);
  return { a, b, c, nullifier: input[0]! };
}

describe("allow list", () => {
  it("pays a member whom it cannot tell from the others", async () => {
    const { drop } = await networkHelpers.loadFixture(deployDrop);
    const { a, b, c, nullifier } = await proveMember(3);
    await drop.claim(a, b, c, nullifier, recipient);
    expect(await ethers.provider.getBalance(recipient)).to.equal(await drop.AMOUNT());
    expect(leaves).to.not.include(nullifier);
  });

  it("pays nobody twice", async () => {
    const { drop } = await networkHelpers.loadFixture(deployDrop);
    const first = await proveMember(3);
    await drop.claim(first.a, first.b, first.c, first.nullifier, recipient);
    const second = await proveMember(3);
    const again = drop.claim(second.a, second.b, second.c, second.nullifier, recipient);
    await expect(again).to.be.revertedWithCustomError(drop, "AlreadyClaimed");
  });

  it("lets nobody redirect a proof that was seen in the mempool", async () => {
    const { drop } = await networkHelpers.loadFixture(deployDrop);
    const { a, b, c, nullifier } = await proveMember(1);
    const [thief] = await ethers.getSigners();
    const stolen = drop.claim(a, b, c, nullifier, thief!.address);
    await expect(stolen).to.be.revertedWithCustomError(drop, "ProofRejected");
  });

  it("has no proof for somebody who is not on the list", async () => {
    const stranger = allowList.witness({ ...inputsOf(0), secret: 99n });
    await expect(stranger).to.be.refused({ template: "AllowList" });
  });
});

describe("the circuit of the allow list", () => {
  it("hashes the path as the tree does", async () => {
    const witness = await allowList.witness(inputsOf(2));
    await expect(witness).to.have.witnessSignals({ "main.node[0]": leaves[2]! });
    await expect(witness).to.have.strict.witnessOutputs({
      nullifier: poseidon2([SECRETS[2]!, 1n]),
    });
    await expect(witness).to.be.verifiedOnChain(
      await ethers.deployContract(allowList.verifierContract),
    );
  });

  it("binds the nullifier, the recipient and each side of the path", async () => {
    const witness = await allowList.witness(inputsOf(2));
    const forge = (signal: string, value: bigint) => expect(witness.with({ [signal]: value }));
    await forge("main.nullifier", 1n).to.be.refused({ signal: "main.nullifier" });
    await forge("main.recipient", 1n).to.be.refused({ signal: "main.bound" });
    await forge("main.isRight[0]", 2n).to.be.refused({ signal: "main.isRight[0]" });
  });

  it("stays small", () => {
    expect(allowList).to.have.constraints.below(2500);
  });
});
