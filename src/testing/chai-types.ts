/**
 * Augments Chai's types with the matchers; it exports only what they are made of.
 *
 * It imports nothing of Chai, so that projects without Chai can load it, too.
 */
import type { DeterminacyOptions } from "../circom/check-determinacy.ts";
import type { InputValue, InputValues } from "../circom/witness-inputs.ts";
import type { CountLimits } from "./circuit-checks.ts";
import type { AnyProof, CircuitLike } from "./subjects.ts";
import type { RefusedBy } from "./witness-checks.ts";

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- @types/chai has this namespace
  namespace Chai {
    // Of @types/chai, which a project without Chai lacks.
    /* eslint-disable @typescript-eslint/no-empty-object-type */
    interface ChaiStatic {}
    interface ChaiUtils {}
    /* eslint-enable @typescript-eslint/no-empty-object-type */

    interface Assertion {
      /** For {@link Assertion.witnessOutputs}: no output may be left out. */
      strict: Assertion;
      /**
       * Computes the witness of a circuit that the next matchers are about.
       *
       * @example
       * const multiplier = await hre.circuits.get("multiplier");
       * await expect(multiplier).with.witnessInputs({ a: 6, b: 7 }).to.be.satisfied;
       */
      witnessInputs(inputs: InputValues | object): CircuitAssertion;
      /**
       * The outputs of a witness have these values; with `strict`, none may be left out.
       *
       * @example
       * const multiplier = await hre.circuits.get("multiplier");
       * const witness = multiplier.witness({ a: 6, b: 7 });
       * await expect(witness).to.have.witnessOutputs({ product: 42 });
       * await expect(witness).to.not.have.strict.witnessOutputs({ product: 43 });
       */
      witnessOutputs(expected: Readonly<Record<string, InputValue>>): CircuitAssertion;
      /**
       * Signals of a witness have these values, by full name.
       *
       * @example
       * const multiplier = await hre.circuits.get("multiplier");
       * const witness = multiplier.witness({ a: 6, b: 7 });
       * await expect(witness).to.have.witnessSignals({ "main.a": 6, "main.product": 42 });
       */
      witnessSignals(expected: Readonly<Record<string, InputValue>>): CircuitAssertion;
      /**
       * The circuit takes the inputs, and the witness satisfies all constraints.
       *
       * @example
       * const multiplier = await hre.circuits.get("multiplier");
       * const witness = await multiplier.witness({ a: 6, b: 7 });
       * await expect(witness).to.be.satisfied;
       * await expect(witness.with({ "main.a": 5 })).to.not.be.satisfied;
       */
      satisfied: CircuitAssertion;
      /**
       * The circuit refuses the inputs, or the witness violates constraints. With parentheses:
       * without, nothing is checked.
       *
       * @param by - What refuses: `{ template, line }` in the trace of a failed assertion,
       *   `{ constraint }` or `{ signal }` for a changed witness, or text of the message.
       *
       * @example
       * const multiplier = await hre.circuits.get("multiplier");
       * const witness = await multiplier.witness({ a: 6, b: 7 });
       * const forged = witness.with({ "main.product": 43 });
       * await expect(forged).to.be.refused({ signal: "main.product" });
       */
      refused(by?: RefusedBy): CircuitAssertion;
      /**
       * The circuit has this number of constraints, or one within `{ min, max }`.
       *
       * @example
       * const multiplier = await hre.circuits.get("multiplier");
       * expect(multiplier).to.have.constraintCount(1);
       * expect(multiplier).to.have.constraintCount({ max: 10 });
       */
      constraintCount(limits: CountLimits): Assertion;
      /**
       * The inputs determine every output: no counter-example was found, and each output is shown
       * to be determined for every input, or for each input that was tried. With parentheses.
       *
       * @param options - As of `checkDeterminacy`: inputs to start from, seed, time limit.
       *
       * @example
       * const multiplier = await hre.circuits.get("multiplier");
       * await expect(multiplier).to.be.determined();
       */
      determined(options?: DeterminacyOptions): CircuitAssertion;
      /**
       * The number of constraints, for the assertions about numbers.
       *
       * @example
       * const multiplier = await hre.circuits.get("multiplier");
       * expect(multiplier).to.have.constraints.below(10);
       */
      constraints: Assertion;
      /** As in hardhat-zkit: the circuit takes the inputs, and a proof is made. */
      generateProof(inputs: InputValues | object): CircuitAssertion;
      /** As in hardhat-zkit: a proof is valid by the key of the circuit, or by the contract. */
      verifyProof(proof: AnyProof): CircuitAssertion;
      /** As in hardhat-zkit: the contract that the next `verifyProof` uses. */
      useSolidityVerifier(contract: object): Assertion;
      /**
       * A proof, or that of a witness, is valid by the key of a circuit.
       *
       * @example
       * const multiplier = await hre.circuits.get("multiplier");
       * await expect(multiplier.prove({ a: 6, b: 7 })).to.be.provenBy(multiplier);
       */
      provenBy(circuit: CircuitLike): CircuitAssertion;
      /**
       * A verifier contract, of ethers or viem, accepts a proof, or that of a witness.
       *
       * @example
       * const multiplier = await hre.circuits.get("multiplier");
       * const { ethers } = await hre.network.create();
       * const verifier = await ethers.deployContract(multiplier.verifierContract);
       * await expect(multiplier.prove({ a: 6, b: 7 })).to.be.verifiedOnChain(verifier);
       */
      verifiedOnChain(contract: object): CircuitAssertion;
    }

    /** An assertion about a circuit, to be awaited. */
    interface CircuitAssertion extends Assertion, PromiseLike<void> {}
  }
}
