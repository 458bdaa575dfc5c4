/**
 * Secret nonces: two for each signature, used once. Whoever sees two signatures with the same
 * nonces computes the member's key, so the object gives them away once and cannot be copied:
 * JSON.stringify throws, `structuredClone` and `postMessage` throw, and inspecting shows nothing.
 */
import { randomBytes } from "@noble/hashes/utils.js";
import { multiplyBase, type Point } from "../crypto/baby-jubjub.ts";
import { assert } from "../util/errors.ts";
import { multisigError } from "./errors.ts";
import { pointToBytes } from "./points.ts";
import { hashBytes, hashToScalar, scalarToBytes } from "./scalars.ts";

/** Length of the fresh randomness in the nonces. */
const NONCE_RANDOM_BYTES = 32;

/** How Node's `util.inspect` asks an object for its text. */
export const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/** What other members get of two nonces: their multiples of B8. */
export interface NonceCommitment {
  readonly hiding: Point;
  readonly binding: Point;
}

/** Two secret nonces, mod l. */
export interface NoncePair {
  readonly hiding: bigint;
  readonly binding: bigint;
}

/** What the nonces depend on besides the randomness. */
export interface NonceContext {
  /** The member's secret scalar. */
  readonly secret: bigint;
  readonly memberKey: Point;
  readonly groupKey: Point;
  /** The signed field element. */
  readonly message: bigint;
  /** Id of the session, 32 bytes. */
  readonly session: Uint8Array;
}

/**
 * Derives two nonces as BIP-327's NonceGen: they stay secret if the randomness is good, and also if
 * it repeats for another message or session. With bad randomness and the same session they repeat,
 * which is why there is randomness at all: see `docs/guide/multisig.md`.
 *
 * @param random - 32 bytes; fresh for each call, but for vectors.
 */
export function deriveNonces(context: NonceContext, random: Uint8Array): NoncePair {
  assert(random.length === NONCE_RANDOM_BYTES, "nonces take 32 random bytes");
  const { secret, memberKey, groupKey, message, session } = context;
  const mask = hashBytes("nonce/random", random);
  // As in BIP-327, the secret is masked, so that the hash below never has it as its direct input.
  const seed = scalarToBytes(secret).map((byte, index) => byte ^ mask[index]!);
  const derive = (index: number) => {
    const facts = [
      pointToBytes(memberKey),
      pointToBytes(groupKey),
      scalarToBytes(message),
      session,
    ];
    const nonce = hashToScalar("nonce", seed, ...facts, Uint8Array.of(index));
    assert(nonce !== 0n, "a hash is not zero");
    return nonce;
  };
  return { hiding: derive(0), binding: derive(1) };
}

/** The secret nonces of one session. */
export class SecretNonces {
  /** To be sent to the other signers. */
  readonly commitment: NonceCommitment;
  /**
   * Returns the nonces, the first time only. A function as a field, which no structured clone can
   * copy.
   *
   * @throws MULTISIG_NONCES_USED
   */
  readonly take: () => NoncePair;
  #pair: NoncePair | undefined;

  /** @param random - Fresh by default; given in tests only. */
  constructor(context: NonceContext, random: Uint8Array = randomBytes(NONCE_RANDOM_BYTES)) {
    const pair = deriveNonces(context, random);
    const [hiding, binding] = [multiplyBase(pair.hiding), multiplyBase(pair.binding)];
    this.commitment = { hiding, binding };
    this.#pair = pair;
    this.take = () => {
      const taken = this.#pair;
      this.#pair = undefined;
      if (taken === undefined) throw multisigError({ code: "MULTISIG_NONCES_USED" });
      return taken;
    };
  }

  /** @throws MULTISIG_SECRET_SERIALIZED */
  toJSON(): never {
    throw multisigError({ code: "MULTISIG_SECRET_SERIALIZED", secret: "nonces" });
  }

  [INSPECT](): string {
    return this.#pair === undefined ? "SecretNonces (used)" : "SecretNonces (secret)";
  }
}
