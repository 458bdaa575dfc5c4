/** The matchers of Chai, alone and together with those of Hardhat and chai-as-promised. */
import { AssertionError, expect } from "chai";
import hre from "hardhat";
import "../../src/chai.ts";
import { type Circuit, loadCircuit } from "../../src/circom/circuit.ts";
import { createWorkspace, expectRejection, type Workspace } from "../circom/workspace.ts";

/** Awaits the failure of an assertion. */
async function failureOf(
  assertion: () => PromiseLike<unknown>,
): Promise<InstanceType<typeof AssertionError>> {
  try {
    await assertion();
  } catch (error) {
    if (error instanceof AssertionError) return error;
    throw error;
  }
  return expect.fail("the assertion holds");
}

const inputs = { start: 4, factors: [5, 7, 11], grid: [Uint8Array.of(0, 2, 0), [6, 0, 3]] };

/** The same tests with and without a plugin that overrides all matchers. */
function describeMatchers(title: string, prepare: () => unknown): void {
  describe(`testing: chai matchers ${title}`, () => {
    let workspace: Workspace;
    let circuit: Circuit;
    before(async () => {
      await prepare();
      workspace = await createWorkspace();
      circuit = await loadCircuit({ ...workspace.options("multiplier"), log: () => undefined });
    });
    after(async () => {
      await circuit.close();
      await workspace.remove();
    });

    it("witnessOutputs, partial and strict", async () => {
      const witness = circuit.witness(inputs);
      await expect(witness).to.have.witnessOutputs({ product: 1540 });
      await expect(await witness).to.have.strict.witnessOutputs({ product: "1540" });
      await expect(witness).to.have.witnessOutputs({});
      await expect(witness).to.not.have.strict.witnessOutputs({});
      await expect(witness).to.not.have.witnessOutputs({ product: 1n });
      const failed = await failureOf(() => expect(witness).to.have.witnessOutputs({ product: 1 }));
      expect(failed.message).to.equal(
        "outputs of circuit multiplier differ:\n    product\n  - expected  1\n  + actual    1540",
      );
      expect(failed).to.deep.include({ expected: { product: 1 }, actual: { product: 1540n } });
      await failureOf(() => expect(witness).to.not.have.witnessOutputs({ product: 1540 }));
      await failureOf(() => expect(witness, "hint").to.have.strict.witnessOutputs({}));
      const unknown = async () => expect(witness).to.not.have.witnessOutputs({ sum: 1 });
      await expectRejection("OUTPUT_UNKNOWN", unknown);
    });

    it("witnessSignals", async () => {
      const witness = circuit.witness(inputs);
      const factors = { "main.factors": [5, 7, 11], "main.chain.product": 1540 };
      await expect(witness).to.have.witnessSignals(factors);
      await expect(witness).to.not.have.witnessSignals({ "main.start": 5 });
      const wrong = { "main.factors": [5, 7, 12] };
      const failed = await failureOf(() => expect(witness).to.have.witnessSignals(wrong));
      expect(failed.message).to.include("main.factors[2]\n  - expected  12\n  + actual    11");
      await failureOf(() => expect(witness).to.not.have.witnessSignals(factors));
    });

    it("satisfied and refused", async () => {
      const witness = await circuit.witness(inputs);
      const forged = witness.with({ "main.product": 1 });
      const refused = () => circuit.witness({ ...inputs, start: 5 });
      await expect(witness).to.be.satisfied;
      await expect(forged).to.not.be.satisfied;
      await expect(refused()).to.not.be.satisfied;
      await expect(witness).to.not.be.refused();
      await expect(forged).to.be.refused({ signal: "main.product" });
      await expect(refused()).to.be.refused({ template: "Multiplier", line: 12 });
      await expect(refused()).to.not.be.refused({ line: 13 });
      await failureOf(() => expect(forged).to.be.satisfied);
      await failureOf(() => expect(refused()).to.be.satisfied);
      await failureOf(() => expect(witness).to.not.be.satisfied);
      await failureOf(() => expect(witness).to.be.refused());
      await failureOf(() => expect(forged).to.not.be.refused());
      const by = await failureOf(() => expect(refused()).to.be.refused({ line: 13 }));
      expect(by.message).to.include("should refuse by line 13").and.include("multiplier.circom:12");
      const missing = async () => expect(circuit.witness({ start: 1 })).to.not.be.satisfied;
      await expectRejection("INPUT_MISSING", missing);
    });

    it("witnessInputs, as hardhat-zkit has it", async () => {
      await expect(circuit).with.witnessInputs(inputs).to.have.witnessOutputs({ product: 1540 });
      await expect(circuit).with.witnessInputs(inputs);
      await expect(circuit)
        .with.witnessInputs({ ...inputs, start: 5 })
        .to.be.refused({ line: 12 });
      const failed = await failureOf(() =>
        expect(circuit).with.witnessInputs(inputs).to.have.witnessOutputs({ product: 1 }),
      );
      expect(failed.message).to.include("- expected  1\n");
      const alone = async () => expect(circuit).with.witnessInputs({ ...inputs, start: 5 });
      await expectRejection("CIRCUIT_ASSERT_FAILED", alone);
      const subject = async () => expect(circuit.witness(inputs)).with.witnessInputs(inputs);
      await expectRejection("ASSERTION_SUBJECT", subject);
    });

    it("chains, and fails at any link", async () => {
      const witness = circuit.witness(inputs);
      const chain = (product: number, start: number) =>
        expect(witness)
          .to.have.witnessOutputs({ product })
          .and.witnessSignals({ "main.start": start }).and.be.satisfied;
      await chain(1540, 4);
      for (const [product, start] of [
        [1, 4],
        [1540, 5],
      ] as const) {
        await failureOf(() => chain(product, start));
      }
      // A later `not` does not negate what comes before it.
      await expect(witness)
        .to.have.witnessOutputs({ product: 1540 })
        .and.not.witnessSignals({ "main.start": 5 });
      await failureOf(() =>
        expect(witness).to.have.witnessOutputs({ product: 1 }).and.not.be.refused(),
      );
    });

    it("constraintCount, and constraints as a number", async () => {
      const { constraints } = circuit.stats;
      expect(circuit).to.have.constraintCount(constraints);
      expect(circuit).to.have.constraintCount({ min: 1, max: constraints });
      expect(circuit).to.not.have.constraintCount({ min: constraints + 1 });
      expect(circuit)
        .to.have.constraints.above(1)
        .and.below(constraints + 1);
      expect(circuit).to.have.constraints.gt(1); // as hardhat-zkit has it
      expect(circuit).to.have.constraints.within(constraints, constraints);
      expect(circuit).to.not.have.constraints.at.least(constraints + 1);
      const fail = (check: () => unknown) =>
        failureOf(() => Promise.resolve().then(() => void check()));
      const exact = await fail(() => expect(circuit).to.have.constraintCount(1));
      expect(exact.message).to.equal(
        `circuit multiplier should have 1 constraints, but has ${constraints}`,
      );
      await fail(() => expect(circuit).to.not.have.constraintCount(constraints));
      const below = await fail(() => expect(circuit).to.have.constraints.below(2));
      expect(below.message).to.equal(
        `constraints of circuit multiplier: expected ${constraints} to be below 2`,
      );
      const subject = () => Promise.resolve().then(() => expect(1).to.have.constraintCount(1));
      await expectRejection("ASSERTION_SUBJECT", subject);
    });

    it("provenBy and verifiedOnChain", async () => {
      const proven = circuit.prove(inputs);
      const [, ...others] = (await proven).publicSignals;
      const wrong = { ...(await proven), publicSignals: ["1", ...others] };
      await expect(proven).to.be.provenBy(circuit);
      await expect(circuit.witness(inputs)).to.be.provenBy(circuit);
      await expect(wrong).to.not.be.provenBy(circuit);
      await failureOf(() => expect(wrong).to.be.provenBy(circuit));
      const contract = (isValid: boolean) => ({ verifyProof: () => Promise.resolve(isValid) });
      await expect(proven).to.be.verifiedOnChain(contract(true));
      await expect(proven).to.not.be.verifiedOnChain(contract(false));
      await failureOf(() => expect(proven).to.be.verifiedOnChain(contract(false)));
      await failureOf(() => expect(proven).to.not.be.verifiedOnChain(contract(true)));
    });

    it("generateProof, verifyProof and useSolidityVerifier, as hardhat-zkit has them", async () => {
      await expect(circuit).to.generateProof(inputs);
      await expect(circuit).to.not.generateProof({ ...inputs, start: 5 });
      await failureOf(() => expect(circuit).to.generateProof({ ...inputs, start: 5 }));
      await failureOf(() => expect(circuit).to.not.generateProof(inputs));
      const proof = await circuit.prove(inputs);
      const wrong = { ...proof, publicSignals: ["1", "4"] };
      await expect(circuit).to.verifyProof(proof);
      await expect(circuit).to.not.verifyProof(wrong);
      await failureOf(() => expect(circuit).to.verifyProof(wrong));
      const rejecting = { verifyProof: () => Promise.resolve(false) };
      const on = (contract: object) => expect(circuit).to.useSolidityVerifier(contract);
      await expect(circuit).to.not.useSolidityVerifier(rejecting).and.verifyProof(proof);
      await failureOf(() => on(rejecting).and.verifyProof(proof));
      await on({ verifyProof: () => Promise.resolve(true) }).and.verifyProof(proof);
    });
  });
}

describeMatchers("alone", () => undefined);
// Hardhat's matchers register it when a network is created, mostly later than ours.
describeMatchers("below chai-as-promised", () => hre.network.create());
