import { join } from "node:path";
import { expect } from "chai";
import { type Contract, Interface } from "ethers";
import { format, resolveConfig } from "prettier";
import { BASE_FIELD_MODULUS } from "../../src/groth16/formats/bn254.ts";
import { type Circuit, loadCircuit } from "../../src/circom/circuit.ts";
import {
  generateVerifier,
  toSolidityProof,
  type VerifierOptions,
} from "../../src/groth16/verifier/verifier.ts";
import type { VerifierKey } from "../../src/groth16/verifier/keys.ts";
import { FIELD_MODULUS } from "../../src/crypto/field.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createWorkspace, type Workspace } from "../circom/workspace.ts";
import { compileSolidity } from "../../src/plugin/bench/verifier-gas.ts";
import { deploy, pointOutsideSubgroup, revertName } from "./verifier-contract.ts";

describe("groth16: verifier contract", () => {
  let workspace: Workspace;
  let squarer: Circuit;
  let seven: Circuit;
  let keys: VerifierKey[];
  const generate = (options: Partial<VerifierOptions> = {}) =>
    generateVerifier({ contractName: "Verifier", keys, insecure: true, ...options });
  before(async () => {
    workspace = await createWorkspace();
    squarer = await loadCircuit(workspace.options("squarer"));
    seven = await loadCircuit(workspace.options("seven-inputs"));
    keys = [
      { id: 4, name: "squarer", verificationKey: await squarer.verificationKey() },
      { id: 7, name: "seven-inputs", verificationKey: await seven.verificationKey() },
    ];
  });
  after(async () => {
    await Promise.all([squarer.close(), seven.close()]);
    await workspace.remove();
  });

  it("has prettier's format, with one key or several", async () => {
    const options = { ...(await resolveConfig(join(import.meta.dirname, "a.sol"))) };
    const digest = "ab".repeat(32);
    for (const source of [
      generate({ digest }),
      generate({ keys: keys.slice(0, 1), insecure: false }),
      generate({
        keys: Array.from({ length: 40 }, (_, id) => ({ ...keys[0]!, id, name: `k${id}` })),
      }),
    ]) {
      expect(await format(source, { ...options, filepath: "a.sol" })).to.equal(source);
      expect(source.split("\n").filter((line) => line.length > 100)).to.deep.equal([]);
    }
  });

  it("rejects options without a possible contract", () => {
    const [first] = keys as [VerifierKey];
    const refuse = (options: Partial<VerifierOptions>) =>
      expectCode("VERIFIER_KEYS", () => generate(options));
    refuse({ keys: [] });
    refuse({ keys: [first, { ...first, name: "other" }] });
    refuse({ keys: [first, { ...first, id: 5 }] });
    refuse({ keys: [{ ...first, id: -1 }] });
    refuse({ contractName: "No Name" });
    refuse({ digest: "ab" });
    const { verificationKey } = first;
    refuse({ keys: [{ ...first, verificationKey: { ...verificationKey, protocol: "plonk" } }] });
    refuse({ keys: [{ ...first, verificationKey: { ...verificationKey, nPublic: 0 } }] });
  });

  it("rejects a deployment of insecure keys on a live chain", async () => {
    const insecure = compileSolidity(generate(), "Verifier");
    const reason = await deploy(insecure, 1).then(
      () => "deployed",
      (error: unknown) => new Interface(insecure.abi).parseError((error as { data: string }).data),
    );
    expect(reason).to.include({ name: "InsecureKeysOnLiveChain" });
    expect(await (await deploy(insecure, 1337)).getFunction("INSECURE")()).to.equal(true);
    const secure = compileSolidity(generate({ insecure: false }), "Verifier");
    expect(await (await deploy(secure, 1)).getFunction("INSECURE")()).to.equal(false);
  });

  it("exposes the digest it is given", async () => {
    const digest = `0x${"ab".repeat(32)}`;
    const contract = await deploy(compileSolidity(generate({ digest }), "Verifier"));
    expect(await contract.getFunction("DIGEST")()).to.equal(digest);
  });

  describe("with one key", () => {
    let contract: Contract;
    let valid: ReturnType<typeof toSolidityProof>;
    before(async () => {
      contract = await deploy(compileSolidity(generate({ keys: keys.slice(0, 1) }), "Verifier"));
      valid = toSolidityProof(await squarer.prove({ root: 12 }));
    });

    it("accepts points and inputs as snarkjs's verifiers do", async () => {
      const verify = contract.getFunction("verifyProof");
      expect(await verify(valid.a, valid.b, valid.c, valid.input)).to.equal(true);
      expect(await verify(valid.a, valid.b, valid.c, [145n])).to.equal(false);
      const gas = await verify.estimateGas(valid.a, valid.b, valid.c, valid.input);
      expect(Number(gas)).to.be.within(200_000, 230_000); // with 21,000 and the calldata
    });
  });

  it("accepts the id of a single key on request", async () => {
    const source = generate({ keys: keys.slice(0, 1), selectByKeyId: true });
    const contract = await deploy(compileSolidity(source, "Verifier"));
    const { flat, input } = toSolidityProof(await squarer.prove({ root: 12 }));
    expect(await contract.getFunction("verifyProof")(4, flat, input)).to.equal(true);
    expectCode("VERIFIER_KEYS", () => generate({ selectByKeyId: false }));
  });

  describe("with several keys", () => {
    let contract: Contract;
    let proof: readonly bigint[];
    let input: readonly bigint[];
    const inputs = { values: [1, 2, 3, 4, 5, 6, FIELD_MODULUS - 20n], inverse: 1 };
    const verify = (keyId: number, points: readonly bigint[], values: readonly bigint[]) =>
      contract.getFunction("verifyProof").staticCall(keyId, points, values) as Promise<boolean>;
    before(async () => {
      contract = await deploy(compileSolidity(generate(), "Verifier"));
      ({ flat: proof, input } = toSolidityProof(await seven.prove(inputs)));
    });

    it("accepts valid proofs of each key", async () => {
      expect(await verify(7, proof, input)).to.equal(true);
      const other = toSolidityProof(await squarer.prove({ root: 12 }));
      expect(await verify(4, other.flat, other.input)).to.equal(true);
      expect(await verify(4, proof, [144n])).to.equal(false);
      expect(await verify(7, other.flat, input)).to.equal(false);
    });

    it("rejects when any public input is changed or not canonical", async () => {
      for (const [i, value] of input.entries()) {
        expect(await verify(7, proof, input.with(i, value + 1n))).to.equal(false);
        const unreduced = value + FIELD_MODULUS;
        expect(await verify(7, proof, input.with(i, unreduced))).to.equal(false);
      }
    });

    it("rejects when any coordinate is changed, not canonical or off the curve", async () => {
      for (const [i, value] of proof.entries()) {
        expect(await verify(7, proof.with(i, value + 1n), input)).to.equal(false);
        expect(await verify(7, proof.with(i, value + BASE_FIELD_MODULUS), input)).to.equal(false);
        expect(await verify(7, proof.with(i, 0n), input)).to.equal(false);
      }
    });

    it("rejects negated and infinite points", async () => {
      const negated = proof.with(1, BASE_FIELD_MODULUS - proof[1]!);
      expect(await verify(7, negated, input)).to.equal(false);
      for (const [start, end] of [
        [0, 2],
        [2, 6],
        [6, 8],
        [0, 8],
      ] as const) {
        const infinite = proof.map((value, i) => (i >= start && i < end ? 0n : value));
        expect(await verify(7, infinite, input)).to.equal(false);
      }
    });

    it("rejects a point of the twisted curve outside the group", async () => {
      const b = await pointOutsideSubgroup();
      expect(await verify(7, [...proof.slice(0, 2), ...b, ...proof.slice(6)], input)).to.equal(
        false,
      );
    });

    it("reverts for a key or a number of inputs that does not exist", async () => {
      expect(await revertName(verify(5, proof, input))).to.equal("UnknownKey");
      expect(await revertName(verify(7, proof, input.slice(1)))).to.equal("WrongInputCount");
      expect(await revertName(verify(4, proof, input))).to.equal("WrongInputCount");
    });

    it("costs little more gas than the precompiled contracts", async () => {
      const gas = await contract.getFunction("verifyProof").estimateGas(7, proof, input);
      const precompiled = 45_000 + 4 * 34_000 + 7 * (6_000 + 150);
      expect(Number(gas)).to.be.lessThan(21_000 + 10_000 + precompiled + 10_000);
    });
  });
});
