/**
 * Finds damage in a proving key without a recorded digest, such as one that was copied from a
 * contributor.
 *
 * The header and the coefficients follow from the circuit. The rest are points, and no changed bit
 * leaves a point on its curve. This check finds accidents; `verifyCeremony` finds dishonest keys,
 * with the powers of tau.
 */
import { G1_BYTES, G2_BYTES } from "../formats/bn254.ts";
import { type CurveGroup, loadCurve } from "./ffjavascript.ts";
import { publicCount, readR1cs } from "../formats/r1cs.ts";
import { domainSize, encodeCoefficients } from "./qap.ts";
import { type ZkeyLists, type ZkeyReader } from "../formats/zkey.ts";
import { createZkeyReader } from "../formats/zkey-file.ts";
import { isRollupError } from "../../util/errors.ts";

type PointListName = Exclude<keyof ZkeyLists, "coefficients">;

/** Points per read. */
const CHUNK = 2 ** 16;

/**
 * @returns What is wrong with the key of a circuit, or null.
 */
export async function findZkeyDamage(zkeyPath: string, r1csPath: string): Promise<string | null> {
  try {
    return await findDamage(createZkeyReader(zkeyPath), r1csPath);
  } catch (error) {
    if (!isRollupError(error) || !["BINARY_FORMAT", "FIELD_NOT_SUPPORTED"].includes(error.code)) {
      throw error;
    }
    return error.sentence;
  }
}

async function findDamage(key: ZkeyReader, r1csPath: string): Promise<string | null> {
  const circuit = readR1cs(r1csPath);
  const { header } = key;
  const publics = publicCount(circuit);
  const domain = domainSize(circuit);
  if (header.wires !== circuit.wires || header.publicCount !== publics) {
    return "it is made for another circuit";
  }
  if (header.domainSize !== domain) return "its domain is not the domain of the circuit";
  const { wires } = circuit;
  const counts: Readonly<Record<PointListName, number>> = {
    ic: publics + 1,
    a: wires,
    b1: wires,
    b2: wires,
    c: wires - publics - 1,
    h: domain,
  };
  const curve = await loadCurve();
  const { alpha1, beta1, beta2, gamma2, delta1, delta2 } = header;
  const inG1 = [alpha1, beta1, delta1];
  const inG2 = [beta2, gamma2, delta2];
  if (!inG1.every((p) => curve.G1.isValid(p)) || !inG2.every((p) => curve.G2.isValid(p))) {
    return "a point of its header is not on the curve";
  }
  for (const [name, count] of Object.entries(counts) as [PointListName, number][]) {
    const [group, size] = name === "b2" ? [curve.G2, G2_BYTES] : [curve.G1, G1_BYTES];
    if (key.size(name) !== count * size) return `the list ${name} does not have ${count} points`;
    const bad = findBadPoint(key, name, group, size);
    if (bad !== null) return `point ${bad} of the list ${name} is not on the curve`;
  }
  const coefficients = Buffer.from(encodeCoefficients(circuit));
  const given = key.read("coefficients", 0, key.size("coefficients"));
  return coefficients.equals(given) ? null : "its coefficients differ from the circuit's";
}

/** Returns the index of the first point of a list that is not on its curve. */
function findBadPoint(
  key: ZkeyReader,
  name: PointListName,
  group: CurveGroup,
  size: number,
): number | null {
  const total = key.size(name);
  for (let start = 0; start < total; start += CHUNK * size) {
    const bytes = key.read(name, start, Math.min(CHUNK * size, total - start));
    for (let offset = 0; offset < bytes.length; offset += size) {
      if (!group.isValid(bytes.subarray(offset, offset + size))) return (start + offset) / size;
    }
  }
  return null;
}
