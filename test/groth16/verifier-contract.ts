/** Verifier contracts for tests, compiled and deployed, and points that they must refuse. */
import { expect } from "chai";
import { BrowserProvider, type Contract, ContractFactory } from "ethers";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import { loadCurve } from "../../src/groth16/setup/ffjavascript.ts";
import { FIELD_MODULUS } from "../../src/crypto/field.ts";
import type { Artifact } from "../../src/plugin/bench/verifier-gas.ts";

/** Deploys on a new chain of Hardhat's EVM. */
export async function deploy({ abi, bytecode }: Artifact, chainId = 31337): Promise<Contract> {
  const hre = await createHardhatRuntimeEnvironment({});
  const { provider } = await hre.network.create({ override: { chainId } });
  const signer = await new BrowserProvider(provider, undefined, { cacheTimeout: -1 }).getSigner(0);
  const contract = await new ContractFactory(abi, bytecode, signer).deploy();
  await contract.waitForDeployment();
  return contract as Contract;
}

/** x and y, imaginary parts first, of a point on the curve outside of the generator's group. */
export async function pointOutsideSubgroup(): Promise<bigint[]> {
  const { G2 } = (await loadCurve()) as unknown as { G2: UntypedGroup };
  for (let i = 1n; ; i++) {
    const x = G2.F.fromObject([i, 0n]);
    const square = G2.F.add(G2.F.mul(G2.F.square(x), x), G2.b);
    if (!G2.F.isSquare(square)) continue;
    const [xParts, yParts] = [x, G2.F.sqrt(square)].map((part) => G2.F.toObject(part));
    const point = G2.fromObject([xParts!, yParts!]);
    expect(G2.isValid(point)).to.equal(true);
    expect(G2.isZero(G2.timesScalar(point, FIELD_MODULUS))).to.equal(false);
    return [xParts!, yParts!].flatMap((parts) => parts.toReversed());
  }
}

/** Parts of ffjavascript that only tests use. */
interface UntypedGroup {
  readonly b: Uint8Array;
  readonly F: {
    fromObject(parts: bigint[]): Uint8Array;
    toObject(element: Uint8Array): bigint[];
    add(a: Uint8Array, b: Uint8Array): Uint8Array;
    mul(a: Uint8Array, b: Uint8Array): Uint8Array;
    square(a: Uint8Array): Uint8Array;
    isSquare(a: Uint8Array): boolean;
    sqrt(a: Uint8Array): Uint8Array;
  };
  fromObject(coordinates: bigint[][]): Uint8Array;
  isValid(point: Uint8Array): boolean;
  isZero(point: Uint8Array): boolean;
  timesScalar(point: Uint8Array, scalar: bigint): Uint8Array;
}

/** Returns the name of the error with which a call reverts. */
export function revertName(call: Promise<unknown>): Promise<string | undefined> {
  return call.then(
    () => "returned",
    (error: unknown) => (error as { revert?: { name: string } }).revert?.name,
  );
}

/** Adds a multiple of the generator to a point of G1. Coordinates as in EIP-196. */
export async function addMultiple(point: readonly bigint[], factor: bigint): Promise<bigint[]> {
  const { G1 } = (await loadCurve()) as unknown as { G1: UntypedG1 };
  const multiple = G1.timesScalar(G1.g, factor);
  return G1.toObject(G1.toAffine(G1.add(G1.fromObject([...point]), multiple))).slice(0, 2);
}

interface UntypedG1 {
  readonly g: Uint8Array;
  timesScalar(point: Uint8Array, scalar: bigint): Uint8Array;
  add(a: Uint8Array, b: Uint8Array): Uint8Array;
  toAffine(point: Uint8Array): Uint8Array;
  fromObject(coordinates: bigint[]): Uint8Array;
  toObject(point: Uint8Array): bigint[];
}
