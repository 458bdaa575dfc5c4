import { expect } from "chai";
import hre from "hardhat";

it("records the product of a proof, and no other", async () => {
  const { ethers } = await hre.network.create();
  const multiplier = await hre.circuits.get("multiplier");
  const verifier = await ethers.deployContract(multiplier.verifierContract);
  const products = await ethers.deployContract("ProvenProducts", [await verifier.getAddress()]);

  const { a, b, c } = multiplier.toSolidityProof(await multiplier.prove({ a: 6n, b: 7n }));
  await products.submit(a, b, c, 42n);
  expect(await products.isProven(42n)).to.equal(true);
  await expect(products.submit(a, b, c, 43n)).to.be.revertedWithCustomError(
    products,
    "ProofRejected",
  );
});
