/**
 * Computes test/vectors/multisig.json from the seeds in it. To write it after a change of the
 * protocol: `ROLLUP_WRITE_VECTORS=1 hardhat test mocha --no-compile test/multisig/vectors.test.ts`.
 */
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { addPoints, BASE8, IDENTITY, type Point } from "../../src/crypto/baby-jubjub.ts";
import { FIELD_MODULUS } from "../../src/crypto/field.ts";
import { sharePolynomial } from "../../src/multisig/dealer.ts";
import { createMusigGroup, type MultisigGroup, weightsOf } from "../../src/multisig/group.ts";
import { KeyGeneration } from "../../src/multisig/key-generation.ts";
import { MultisigMember, secretOf } from "../../src/multisig/member.ts";
import { SecretNonces } from "../../src/multisig/nonces.ts";
import { pointToHex } from "../../src/multisig/points.ts";
import { proposalWithSalt, readProposal } from "../../src/multisig/proposal.ts";
import { addShares, createRound, signShare } from "../../src/multisig/signing.ts";
import { RollupSigner } from "../../src/sdk/signer.ts";
import { bigintFromJson, bigintToJson } from "../../src/util/json.ts";
import { createRandom } from "./random.ts";

/** What a vector starts from; all 0x-hex. */
export interface VectorInput {
  readonly title: string;
  readonly scheme: "musig2" | "frost";
  /** Seeds of the members' keys (musig2), or coefficients, the constant first (frost). */
  readonly secrets: readonly string[];
  readonly members: number;
  readonly signers: readonly number[];
  readonly message: string;
  readonly salt: string;
  /** Randomness of each signer's nonces. */
  readonly random: readonly string[];
}

const hex = (bytes: Uint8Array) => `0x${bytesToHex(bytes)}`;
const bytes = (text: string) => hexToBytes(text.slice(2));
const point = (value: Point) => pointToHex(value);

/** Chooses inputs from the text "multisig vectors". */
export function chooseInputs(): VectorInput[] {
  const random = createRandom("multisig vectors");
  const scalar = () => bigintToJson(1n + random.bigint(250));
  const seed = () => hex(random.bytes(32));
  const input = (
    scheme: "musig2" | "frost",
    threshold: number,
    members: number,
    signers: readonly number[],
  ): VectorInput => ({
    title:
      scheme === "musig2"
        ? `MuSig2, ${members} of ${members}`
        : `FROST, ${threshold} of ${members}`,
    scheme,
    secrets: Array.from({ length: threshold }, scheme === "musig2" ? seed : scalar),
    members,
    signers,
    message: bigintToJson(random.field()),
    salt: hex(random.bytes(16)),
    random: signers.map(seed),
  });
  return [
    input("musig2", 2, 2, [1, 2]),
    input("musig2", 3, 3, [1, 2, 3]),
    input("musig2", 5, 5, [1, 2, 3, 4, 5]),
    input("frost", 2, 3, [1, 3]),
    input("frost", 3, 5, [2, 3, 5]),
    input("frost", 3, 5, [1, 2, 3, 4, 5]),
  ];
}

function toMembers({ scheme, secrets, members }: VectorInput): MultisigMember[] {
  if (scheme === "frost") return sharePolynomial(secrets.map(bigintFromJson), members);
  const seeds = secrets.map(bytes);
  const group = createMusigGroup(seeds.map((seed) => RollupSigner.fromSeed(seed).publicKey));
  const created = seeds.map((seed) => MultisigMember.fromSeed(group, seed));
  return created.sort((one, other) => one.id - other.id);
}

function showGroup({ threshold, publicKey, pubKeyHash, members, fingerprint }: MultisigGroup) {
  const key = { publicKey: point(publicKey), pubKeyHash: bigintToJson(pubKeyHash) };
  return { threshold, memberKeys: members.map(point), ...key, fingerprint };
}

/** Computes everything that follows from an input. */
export function computeVector(input: VectorInput) {
  const members = toMembers(input);
  const { group } = members[0]!;
  const message = bigintFromJson(input.message);
  const proposal = proposalWithSalt(group, input.signers, { message }, input.salt);
  const { session } = readProposal(group, proposal);
  const weights = weightsOf(group, input.signers);
  const opened = input.signers.map((id, index) => {
    const context = {
      secret: secretOf(members[id - 1]!),
      memberKey: group.members[id - 1]!,
      groupKey: group.publicKey,
      message,
      session: bytes(session),
    };
    const nonces = new SecretNonces(context, bytes(input.random[index]!));
    return { id, nonces, secret: context.secret };
  });
  const commitments = new Map(opened.map(({ id, nonces }) => [id, nonces.commitment]));
  const round = createRound(group, commitments, message);
  const shares = new Map<number, bigint>();
  const signers = opened.map(({ id, nonces, secret }) => {
    const pair = nonces.take();
    const share = signShare(round, id, secret, pair);
    shares.set(id, share);
    const { hiding, binding } = nonces.commitment;
    return {
      member: id,
      secret: bigintToJson(secret),
      weight: bigintToJson(weights.get(id)!),
      secretNonces: { hiding: bigintToJson(pair.hiding), binding: bigintToJson(pair.binding) },
      commitment: { hiding: point(hiding), binding: point(binding) },
      bindingFactor: bigintToJson(round.parts.get(id)!.binding),
      share: bigintToJson(share),
    };
  });
  const { r8, s } = addShares(group, round, message, shares);
  return {
    ...input,
    group: showGroup(group),
    session,
    challenge: bigintToJson(round.challenge),
    signing: signers,
    signature: { r8: point(r8), s: bigintToJson(s) },
  };
}

/** Points that are refused as keys and as nonces, with what the error says. */
export function invalidPoints() {
  const order = BASE8;
  const small = { x: 0n, y: FIELD_MODULUS - 1n }; // of order 2
  return [
    { problem: "is the identity", point: IDENTITY },
    { problem: "is not in the prime subgroup", point: small },
    { problem: "is not in the prime subgroup", point: addPoints(order, small) },
    { problem: "is not on the curve", point: { x: 1n, y: 2n } },
    { problem: "is not canonical", point: { x: FIELD_MODULUS, y: 1n } },
    { problem: "is not canonical", point: { x: order.x + FIELD_MODULUS, y: order.y } },
  ].map(({ problem, point: value }) => ({ problem, point: pointToHex(value) }));
}

/**
 * Records a key generation, 2 of 3, with everything that its members keep secret. It is random: the
 * record can be checked, and not made again.
 */
export function recordKeygen() {
  const options = { label: "vectors", threshold: 2, members: 3 };
  const runs = [1, 2, 3].map((member) => new KeyGeneration(member, options));
  const announcements = runs.map(({ announcement }) => announcement);
  const shares = runs.map((run) => run.createShares(announcements));
  const members = runs.map((run) => run.finish(shares));
  return {
    options,
    announcements,
    shares,
    encryptionSecrets: runs.map((run) => run.complain(1).encryptionSecret),
    memberSecrets: members.map((member) => member.exportSecret().secret),
    group: showGroup(members[0]!.group),
  };
}

export type KeygenRecord = ReturnType<typeof recordKeygen>;

export type Vector = ReturnType<typeof computeVector>;
