import { expect } from "chai";
import hre from "hardhat";

it("proves a product and verifies it on L1", async () => {
  const { ethers } = await hre.network.create();
  const multiplier = await hre.circuits.get("multiplier");
  const proven = await multiplier.prove({ a: 6n, b: 7n });
  const { a, b, c, input } = multiplier.toSolidityProof(proven);
  expect(input).to.deep.equal([42n]);

  const verifier = await ethers.deployContract(multiplier.verifierContract);
  expect(await verifier.getFunction("verifyProof")(a, b, c, input)).to.equal(true);
  expect(await verifier.getFunction("verifyProof")(a, b, c, [43n])).to.equal(false);
});
