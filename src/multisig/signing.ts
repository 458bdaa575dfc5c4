/**
 * One signature by several members, for both schemes: each signer i has two nonces (d, e), a
 * binding factor b, and the weight w of its secret x in the group's.
 *
 *     R = Σ D_i + b_i·E_i      c = 8·Poseidon(R, A, m) mod l      s_i = d_i + b_i·e_i + c·w_i·x_i
 *
 * S = Σ s_i is an ordinary signature (R, S) of m by A. MuSig2 has one b, a hash of both sums of
 * nonces; FROST has one a signer, a hash of the list of all. In either the factor depends on every
 * commitment and the message: nobody can choose a commitment after those of others so that
 * challenges of parallel sessions add up to that of a forgery (Wagner's attack, and ROS).
 */
import {
  addPoints,
  BASE8,
  COFACTOR,
  IDENTITY,
  isSamePoint,
  multiplyBase,
  multiplyPoint,
  type Point,
} from "../crypto/baby-jubjub.ts";
import type { Signature } from "../crypto/eddsa.ts";
import { poseidon } from "../kernel/hash.ts";
import { verify } from "../kernel/signatures.ts";
import { assert } from "../util/errors.ts";
import { multisigError } from "./errors.ts";
import { type MultisigGroup, weightsOf } from "./group.ts";
import type { NonceCommitment, NoncePair } from "./nonces.ts";
import { pointToBytes, sumPoints } from "./points.ts";
import { hashBytes, hashToScalar, scalarToBytes, toScalar } from "./scalars.ts";

/** Commitments by member, one of each signer. */
export type Commitments = ReadonlyMap<number, NonceCommitment>;

/** What one signer adds. */
interface Part {
  /** Binding factor, mod l. */
  readonly binding: bigint;
  /** Weight of the secret, mod l. */
  readonly weight: bigint;
  /** D + b·E. */
  readonly nonce: Point;
}

/** All public values of one signature in the making. */
export interface Round {
  /** R of the signature. */
  readonly nonce: Point;
  /** c = 8h mod l. */
  readonly challenge: bigint;
  readonly parts: ReadonlyMap<number, Part>;
}

/**
 * Computes the binding factor of each signer.
 *
 * @param message - The signed field element.
 * @see https://www.rfc-editor.org/rfc/rfc9591#section-4.4
 */
function bindingFactors(
  { scheme, publicKey }: MultisigGroup,
  commitments: Commitments,
  message: bigint,
): ReadonlyMap<number, bigint> {
  const key = pointToBytes(publicKey);
  const ids = [...commitments.keys()].sort((one, other) => one - other);
  const ordered = ids.map((id) => commitments.get(id)!);
  if (scheme === "musig2") {
    const sums = [
      sumPoints(ordered.map(({ hiding }) => hiding)),
      sumPoints(ordered.map(({ binding }) => binding)),
    ];
    const parts = [key, ...sums.map(pointToBytes), scalarToBytes(message)];
    const factor = hashToScalar("musig/binding", ...parts);
    return new Map(ids.map((id) => [id, factor]));
  }
  const list = ids.flatMap((id, index) => [
    scalarToBytes(BigInt(id)),
    pointToBytes(ordered[index]!.hiding),
    pointToBytes(ordered[index]!.binding),
  ]);
  const prefix = [
    key,
    hashBytes("frost/msg", scalarToBytes(message)),
    hashBytes("frost/com", ...list),
  ];
  return new Map(
    ids.map((id) => [id, hashToScalar("frost/rho", ...prefix, scalarToBytes(BigInt(id)))]),
  );
}

/**
 * Computes what all signers share.
 *
 * @param commitments - Of checked points, of exactly the signers.
 */
export function createRound(
  group: MultisigGroup,
  commitments: Commitments,
  message: bigint,
): Round {
  const bindings = bindingFactors(group, commitments, message);
  const weights = weightsOf(group, [...commitments.keys()]);
  const parts = new Map(
    [...commitments].map(([id, { hiding, binding: second }]) => {
      const [binding, weight] = [bindings.get(id)!, weights.get(id)!];
      return [id, { binding, weight, nonce: addPoints(hiding, multiplyPoint(second, binding)) }];
    }),
  );
  const sum = sumPoints([...parts.values()].map(({ nonce }) => nonce));
  // As BIP-327: whoever made the sum the identity cannot sign, and is named by its share.
  const nonce = isSamePoint(sum, IDENTITY) ? BASE8 : sum;
  const { x, y } = group.publicKey;
  const challenge = toScalar(COFACTOR * poseidon([nonce.x, nonce.y, x, y, message]));
  return { nonce, challenge, parts };
}

/** Makes a partial signature. @returns s_i, in [0, l). */
export function signShare(round: Round, id: number, secret: bigint, nonces: NoncePair): bigint {
  const { binding, weight } = round.parts.get(id)!;
  return toScalar(nonces.hiding + binding * nonces.binding + round.challenge * weight * secret);
}

/** Returns whether a share in [0, l) is right: s·B8 = D + b·E + c·w·X. */
function isShareValid(
  { members }: MultisigGroup,
  { challenge, parts }: Round,
  id: number,
  share: bigint,
): boolean {
  const { weight, nonce } = parts.get(id)!;
  const signed = multiplyPoint(members[id - 1]!, toScalar(challenge * weight));
  return isSamePoint(multiplyBase(share), addPoints(nonce, signed));
}

/**
 * Adds partial signatures, each of which it checks first.
 *
 * @param shares - By member, in [0, l), of exactly the signers.
 * @returns A signature that `verify` accepts.
 * @throws MULTISIG_SHARE_INVALID with the members whose shares are wrong
 */
export function addShares(
  group: MultisigGroup,
  round: Round,
  message: bigint,
  shares: ReadonlyMap<number, bigint>,
): Signature {
  const wrong = [...shares].filter(([id, share]) => !isShareValid(group, round, id, share));
  if (wrong.length > 0) {
    throw multisigError({ code: "MULTISIG_SHARE_INVALID", members: wrong.map(([id]) => id) });
  }
  const s = toScalar([...shares.values()].reduce((sum, share) => sum + share, 0n));
  const signature = { r8: round.nonce, s };
  assert(verify(group.publicKey, message, signature), "right shares make a right signature");
  return signature;
}
