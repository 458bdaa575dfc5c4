import { expect } from "chai";
import { type Contract, keccak256, solidityPacked } from "ethers";
import { BASE_FIELD_MODULUS } from "../../src/groth16/formats/bn254.ts";
import { type Circuit, loadCircuit } from "../../src/circom/circuit.ts";
import { createGroth16Workers } from "../../src/groth16/provers/workers.ts";
import { generateVerifier, toSolidityProof } from "../../src/groth16/verifier/verifier.ts";
import type { VerifierKey } from "../../src/groth16/verifier/keys.ts";
import { BLOCK_KINDS_MAX } from "../../src/plugin/config/block-kinds.ts";
import { type BlockKind, blockKindId, blockKindName } from "../../src/protocol/kinds.ts";
import { EXIT_KEY_ID, PUBLIC_INPUTS } from "../../src/protocol/public-inputs.ts";
import { FIELD_MODULUS, reduce } from "../../src/crypto/field.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createWorkspace, type Workspace } from "../circom/workspace.ts";
import { compileSolidity } from "../../src/plugin/bench/verifier-gas.ts";
import { addMultiple, deploy, pointOutsideSubgroup, revertName } from "./verifier-contract.ts";

/** Ids as those of kinds of blocks, which are uint32. */
const SQUARER = blockKindId({ slots: 4, levels: 3, tokens: "main" });
const CUBER = blockKindId({ slots: 16, levels: 8, tokens: "wide" });
const SEVEN = 7;
/** EIP-170. */
const CODE_BYTES_MAX = 24_576;
const A = 0;
const C = 6;

interface Claim {
  readonly keyId: number;
  readonly input: readonly bigint[];
  readonly proof: readonly bigint[];
}

const toWords = (claims: readonly Claim[]) =>
  claims.flatMap(({ keyId, input, proof }) => [BigInt(keyId), ...input, ...proof]);

/** A multiple of the generator is added to one of the proof's points in G1. */
async function withPoint(claim: Claim, start: number, factor: bigint): Promise<Claim> {
  const point = await addMultiple(claim.proof.slice(start, start + 2), reduce(factor));
  return { ...claim, proof: claim.proof.toSpliced(start, 2, ...point) };
}

function withInput({ input, ...claim }: Claim, change: bigint): Claim {
  return { ...claim, input: input.with(0, reduce(input[0]! + change)) };
}

/** Computes the scalar that multiplies a list's second proof. */
function secondScalar(claims: readonly Claim[]): bigint {
  const words = toWords(claims);
  return reduce(BigInt(keccak256(solidityPacked(["uint256[]"], [words]))));
}

/**
 * Creates two wrong proofs that cancel each other out if the second is multiplied by `scalar`: the
 * second reverses the change of the sum by the first.
 */
const CANCELLATIONS: Record<string, (valid: Claims, scalar: bigint) => Promise<readonly Claim[]>> =
  {
    "points C": async ({ twelve, thirteen }, scalar) => [
      await withPoint(twelve, C, scalar * 5n),
      await withPoint(thirteen, C, -5n),
    ],
    "points A of proofs with the same B": async ({ twelve }, scalar) => [
      await withPoint(twelve, A, scalar * 5n),
      await withPoint(twelve, A, -5n),
    ],
    inputs: ({ twelve, thirteen }, scalar) =>
      Promise.resolve([withInput(twelve, scalar * 5n), withInput(thirteen, -5n)]),
  };

interface Claims {
  readonly twelve: Claim;
  readonly thirteen: Claim;
  /** Proof of another key with the same number of inputs. */
  readonly cube: Claim;
  readonly seven: Claim;
}

describe("groth16: verifier contract, many proofs at once", () => {
  const workers = createGroth16Workers();
  let workspace: Workspace;
  let source: string;
  let keys: VerifierKey[];
  let contract: Contract;
  let valid: Claims;

  const compile = (text: string) => compileSolidity(text, "Verifier");
  const verifyWords = (words: readonly bigint[], inputCount = 1, verifier = contract) =>
    verifier.getFunction("verifyProofs").staticCall(inputCount, words) as Promise<boolean>;
  const verify = (...claims: readonly Claim[]) => verifyWords(toWords(claims));
  const gasOf = (...claims: readonly Claim[]) =>
    contract.getFunction("verifyProofs").estimateGas(1, toWords(claims)).then(Number);

  before(async () => {
    workspace = await createWorkspace();
    const load = (name: string) => loadCircuit({ ...workspace.options(name), workers });
    const squarer = await load("squarer");
    const cuber = await load("cuber");
    const seven = await load("seven-inputs");
    keys = [
      { id: SQUARER, name: "squarer", verificationKey: await squarer.verificationKey() },
      { id: CUBER, name: "cuber", verificationKey: await cuber.verificationKey() },
      { id: SEVEN, name: "seven-inputs", verificationKey: await seven.verificationKey() },
    ];
    source = generateVerifier({ contractName: "Verifier", keys, insecure: true });
    contract = await deploy(compile(source));
    const claimOf = async (keyId: number, circuit: Circuit, values: object): Promise<Claim> => {
      const { flat: proof, input } = toSolidityProof(await circuit.prove({ ...values }));
      return { keyId, input, proof };
    };
    valid = {
      twelve: await claimOf(SQUARER, squarer, { root: 12 }),
      thirteen: await claimOf(SQUARER, squarer, { root: 13 }),
      cube: await claimOf(CUBER, cuber, { root: 5 }),
      seven: await claimOf(SEVEN, seven, {
        values: [1, 2, 3, 4, 5, 6, FIELD_MODULUS - 20n],
        inverse: 1,
      }),
    };
  });
  after(async () => {
    await workers.close();
    await workspace.remove();
  });

  it("accepts valid proofs of any keys in any order, also repeated ones", async () => {
    const { twelve, thirteen, cube, seven } = valid;
    expect(await verify(twelve)).to.equal(true);
    expect(await verify(twelve, twelve, twelve)).to.equal(true);
    expect(await verify(twelve, thirteen)).to.equal(true);
    expect(await verify(cube, twelve, cube, thirteen, twelve)).to.equal(true);
    expect(await verify(...new Array<Claim>(40).fill(twelve))).to.equal(true);
    expect(await verifyWords(toWords([seven, seven]), 7)).to.equal(true);
  });

  it("rejects a list with one wrong proof at any place", async () => {
    const { twelve, thirteen, cube } = valid;
    const list = [twelve, cube, thirteen];
    for (const [index, claim] of list.entries()) {
      expect(await verify(...list.with(index, withInput(claim, 1n)))).to.equal(false);
      expect(await verify(...list.with(index, await withPoint(claim, C, 1n)))).to.equal(false);
    }
  });

  it("rejects proofs whose inputs are swapped", async () => {
    const { twelve, thirteen } = valid;
    const swapped = [
      { ...twelve, input: thirteen.input },
      { ...thirteen, input: twelve.input },
    ];
    expect(await verify(...swapped)).to.equal(false);
    const equalScalars = await deployWithScalar(1n);
    expect(await verifyWords(toWords(swapped), 1, equalScalars), "their sum is right").to.equal(
      true,
    );
  });

  it("rejects a valid proof under another key's id", async () => {
    const { twelve, cube } = valid;
    expect(await verify(twelve, { ...cube, keyId: SQUARER })).to.equal(false);
    expect(await verify(cube, { ...twelve, keyId: CUBER })).to.equal(false);
    const swapped = [
      { ...twelve, keyId: CUBER },
      { ...cube, keyId: SQUARER },
    ];
    expect(await verify(...swapped)).to.equal(false);
  });

  for (const [name, cancel] of Object.entries(CANCELLATIONS)) {
    it(`rejects wrong proofs that cancel each other out: ${name}`, async () => {
      const honest = name.includes("same B")
        ? [valid.twelve, valid.twelve]
        : [valid.twelve, valid.thirteen];
      // Without scalars, or with those of the honest list; real ones depend on the whole list.
      for (const scalar of [1n, secondScalar(honest)]) {
        const forged = await cancel(valid, scalar);
        expect(await verify(...forged)).to.equal(false);
        const foreseen = await deployWithScalar(scalar);
        expect(await verifyWords(toWords(forged), 1, foreseen), "it would pass").to.equal(true);
        expect(await verifyWords(toWords(honest), 1, foreseen)).to.equal(true);
      }
    });
  }

  it("rejects inputs and coordinates that are not canonical", async () => {
    const list = [valid.twelve, valid.cube];
    for (const [index, claim] of list.entries()) {
      for (const [i, value] of claim.input.entries()) {
        const input = claim.input.with(i, value + FIELD_MODULUS);
        expect(await verify(...list.with(index, { ...claim, input }))).to.equal(false);
      }
      for (const [i, value] of claim.proof.entries()) {
        const proof = claim.proof.with(i, value + BASE_FIELD_MODULUS);
        expect(await verify(...list.with(index, { ...claim, proof }))).to.equal(false);
      }
    }
  });

  it("rejects points off the curve, at infinity, opposite or outside the group", async () => {
    const list = [valid.twelve, valid.cube];
    const outside = await pointOutsideSubgroup();
    for (const [index, claim] of list.entries()) {
      const { proof } = claim;
      const others = [
        ...proof.map((value, i) => proof.with(i, value ^ 1n)),
        proof.with(A, 0n).with(A + 1, 0n),
        proof.with(C, 0n).with(C + 1, 0n),
        proof.toSpliced(2, 4, 0n, 0n, 0n, 0n),
        proof.map(() => 0n),
        proof.with(A + 1, BASE_FIELD_MODULUS - proof[A + 1]!),
        proof.toSpliced(2, 4, ...outside),
      ];
      for (const other of others) {
        expect(await verify(...list.with(index, { ...claim, proof: other }))).to.equal(false);
      }
    }
  });

  it("reverts for no claims, for a truncated claim, and for an unknown key", async () => {
    const { twelve, cube } = valid;
    expect(await revertName(verify())).to.equal("NoClaims");
    const words = toWords([cube, twelve]);
    for (const length of [1, 2, 9, 11, words.length - 1]) {
      const cut = verifyWords(words.slice(0, length));
      expect(await revertName(cut)).to.equal("ClaimIncomplete");
    }
    expect(await revertName(verify({ ...twelve, keyId: 5 }))).to.equal("UnknownKey");
    expect(await revertName(verify(twelve, { ...twelve, keyId: 5 }))).to.equal("UnknownKey");
  });

  // Otherwise a key with more inputs would shift the start of the next claims, and put chosen
  // proofs into words with another meaning for the caller.
  it("reverts for a key with another number of inputs than the argument", async () => {
    const { twelve, seven } = valid;
    for (const [inputCount, claimWords] of [
      [0n, 9],
      [2n, 11],
      [7n, 16],
      [2n ** 256n - 9n, 1], // a claim of no words at all
      [2n ** 256n - 1n, 8],
    ] as const) {
      const words = new Array<bigint>(2 * claimWords).fill(BigInt(SQUARER));
      const call = contract.getFunction("verifyProofs").staticCall(inputCount, words);
      expect(await revertName(call), `${inputCount}`).to.equal("WrongInputCount");
    }
    const sevenInOnes = [...toWords([seven]), 0n, 0n, 0n, 0n];
    expect(await revertName(verifyWords(sevenInOnes))).to.equal("WrongInputCount");
    expect(await revertName(verifyWords([...toWords([twelve]), ...sevenInOnes]))).to.equal(
      "WrongInputCount",
    );
  });

  it("fits the code that L1 takes with the most kinds of blocks that a config can have", () => {
    const { verificationKey } = keys[0]!;
    const IC = [...verificationKey.IC, ...verificationKey.IC].slice(0, 1 + PUBLIC_INPUTS.length);
    const ofBlock = { ...verificationKey, nPublic: PUBLIC_INPUTS.length, IC };
    const ofKind = (slots: number) => {
      const kind: BlockKind = { slots, levels: 8, tokens: "wide" };
      return { id: blockKindId(kind), name: blockKindName(kind), verificationKey: ofBlock };
    };
    const most = Array.from({ length: BLOCK_KINDS_MAX }, (_, index) => ofKind(1000 + index));
    const exit = { id: EXIT_KEY_ID, name: "exit", verificationKey: ofBlock };
    const { bytecode } = compile(
      generateVerifier({ contractName: "Verifier", keys: [...most, exit], insecure: true }),
    );
    expect(bytecode.length / 2).to.be.below(0.75 * CODE_BYTES_MAX);
  });

  it("rejects keys of different powers of tau", async () => {
    const other = await loadCircuit({
      ...workspace.options("multiplier"),
      setup: { type: "dev", seed: "other" },
    });
    const verificationKey = await other.verificationKey();
    const mixed = [keys[0]!, { id: 9, name: "multiplier", verificationKey }];
    const error = expectCode("VERIFIER_KEYS_MIXED", () =>
      generateVerifier({ contractName: "Verifier", keys: mixed, insecure: true }),
    );
    expect(error.facts).to.include({ first: "squarer", second: "multiplier" });
  });

  it("costs one more pairing and two multiplications for each proof", async () => {
    const { twelve, thirteen, cube } = valid;
    const five = [twelve, thirteen, twelve, thirteen, twelve];
    const perProof = ((await gasOf(...five, ...five)) - (await gasOf(...five))) / 5;
    const precompiled = 34_000 + 2 * 6_000 + 150;
    const calldata = 9 * 32 * 16 + 32 * 4 + 2 * 16;
    expect(perProof).to.be.within(precompiled + calldata, precompiled + calldata + 1600);
    const anotherKey = (await gasOf(...five, cube)) - (await gasOf(...five));
    expect(anotherKey).to.be.lessThan(perProof + 34_000 + 2 * 6_150 + 2500);
  });

  /** The contract with another scalar for the second proof. */
  function deployWithScalar(scalar: bigint): Promise<Contract> {
    const changed = source.replace("uint256(keccak256(claims)) % r", `${scalar}`);
    expect(changed).to.not.equal(source);
    return deploy(compile(changed));
  }
});
