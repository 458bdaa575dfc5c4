/**
 * The published vectors: ours agree with them, and so does a second implementation below, which
 * follows docs/guide/multisig.md on the curve of circomlibjs and the SHA-512 of Node.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { buildEddsa, type Eddsa } from "circomlibjs";
import { groupFromJson } from "../../src/multisig/group-json.ts";
import { pointFromHex } from "../../src/multisig/points.ts";
import { expectCode } from "../helpers/expect-code.ts";
import {
  chooseInputs,
  computeVector,
  invalidPoints,
  type KeygenRecord,
  recordKeygen,
  type Vector,
} from "../helpers/multisig-vectors.ts";

const FILE = join(import.meta.dirname, "../vectors/multisig.json");
const SOURCE =
  "Made by test/helpers/multisig-vectors.ts of hardhat-zkrollup; there are no vectors of others " +
  "for MuSig2 and FROST on Baby Jubjub with circomlib's EdDSA. All values are secrets of nobody.";

interface VectorFile {
  readonly source: string;
  readonly vectors: readonly Vector[];
  readonly invalidPoints: readonly { readonly problem: string; readonly point: string }[];
  readonly keygen: KeygenRecord;
}

if (process.env["ROLLUP_WRITE_VECTORS"] === "1") {
  const file: VectorFile = {
    source: SOURCE,
    vectors: chooseInputs().map(computeVector),
    invalidPoints: invalidPoints(),
    keygen: recordKeygen(),
  };
  writeFileSync(FILE, `${JSON.stringify(file, null, 2)}\n`);
}
const file = JSON.parse(readFileSync(FILE, "utf8")) as VectorFile;
const { vectors, keygen } = file;

// The second implementation. It shares no code with src/multisig or src/crypto.
const L = 2736030358979909402780800718157159386076813972158567259200215660948447373041n;
const mod = (value: bigint) => ((value % L) + L) % L;
const word = (value: bigint) => Buffer.from(value.toString(16).padStart(64, "0"), "hex");
const raw = (text: string) => Buffer.from(text.slice(2), "hex");

function hash(label: string, ...parts: readonly Buffer[]): Buffer {
  const context = `hardhat-zkrollup/multisig/BABYJUBJUB-SHA512-v1/${label}\0`;
  return createHash("sha512")
    .update(Buffer.concat([Buffer.from(context), ...parts]))
    .digest();
}

const toScalar = (digest: Buffer) => BigInt(`0x${digest.toString("hex")}`) % L;

function invert(value: bigint): bigint {
  let [a, b, x, y] = [mod(value), L, 1n, 0n];
  while (b > 0n) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
  return mod(x);
}

function lagrange(ids: readonly number[], id: number): bigint {
  const others = ids.filter((each) => each !== id).map(BigInt);
  const numerator = others.reduce((product, other) => product * other, 1n);
  const denominator = others.reduce((product, other) => product * (other - BigInt(id)), 1n);
  return mod(numerator * invert(denominator));
}

describe("multisig/vectors", () => {
  let oracle: Eddsa;
  before(async () => {
    oracle = await buildEddsa();
  });

  type OraclePoint = [Uint8Array, Uint8Array];
  const decode = (text: string): OraclePoint => {
    const { F } = oracle.babyJub;
    return [F.e(BigInt(text.slice(0, 66))), F.e(BigInt(`0x${text.slice(66)}`))];
  };
  const encode = ([x, y]: OraclePoint): string => {
    const { F } = oracle.babyJub;
    return `0x${Buffer.concat([word(F.toObject(x)), word(F.toObject(y))]).toString("hex")}`;
  };
  const times = (point: OraclePoint, scalar: bigint) =>
    oracle.babyJub.mulPointEscalar(point, scalar);
  const sum = (points: readonly OraclePoint[]) =>
    points.reduce((one, other) => oracle.babyJub.addPoint(one, other));

  it("are what this package computes", () => {
    expect(vectors).to.have.length(6);
    expect(vectors).to.deep.equal(chooseInputs().map(computeVector));
  });

  it("list points that are refused, with the reason", () => {
    expect(file.invalidPoints).to.deep.equal(invalidPoints());
    for (const { problem, point } of file.invalidPoints) {
      const { facts } = expectCode("MULTISIG_POINT_INVALID", () => pointFromHex(point, "key", 1));
      expect(facts["problem"]).to.equal(problem);
    }
  });

  it("have a key generation that a second implementation follows", () => {
    const { options, announcements, shares, encryptionSecrets, memberSecrets, group } = keygen;
    const base = oracle.babyJub.Base8;
    const size = Buffer.of(options.threshold, options.members);
    const session = hash("keygen/session", size, Buffer.from(options.label)).subarray(0, 32);
    const covered = announcements.map(({ member, commitments, encryptionKey }) => [
      session,
      Buffer.of(member),
      raw(encryptionKey),
      ...commitments.map(raw),
    ]);
    announcements.forEach(({ session: named, commitments, proof }, i) => {
      expect(named).to.equal(`0x${session.toString("hex")}`);
      const challenge = toScalar(hash("keygen/proof", raw(proof.nonce), ...covered[i]!));
      const expected = [decode(proof.nonce), times(decode(commitments[0]!), challenge)];
      expect(encode(times(base, BigInt(proof.response)))).to.equal(encode(sum(expected)));
    });
    const seen = announcements.flatMap(({ proof }, i) => [
      ...covered[i]!,
      raw(proof.nonce),
      word(BigInt(proof.response)),
    ]);
    const transcript = hash("keygen/transcript", ...seen).subarray(0, 32);
    memberSecrets.forEach((secret, i) => {
      const to = i + 1;
      const received = shares.flatMap(({ member: from, transcript: named, shares: list }) => {
        expect(named).to.equal(`0x${transcript.toString("hex")}`);
        if (from === to) return [];
        const key = decode(announcements[from - 1]!.encryptionKey);
        const shared = raw(encode(times(key, BigInt(encryptionSecrets[i]!))));
        const pad = hash("keygen/share", transcript, Buffer.of(from, to), shared);
        const share = BigInt(list[i]!) ^ BigInt(`0x${pad.toString("hex", 0, 32)}`);
        const [constant, linear] = announcements[from - 1]!.commitments.map(decode);
        const committed = sum([constant!, times(linear!, BigInt(to))]);
        expect(encode(times(base, share))).to.equal(encode(committed));
        return [share];
      });
      expect(received).to.have.length(2);
      // The rest is the member's own share, which nobody has sent.
      const own = mod(BigInt(secret) - received.reduce((total, share) => total + share));
      const [constant, linear] = announcements[i]!.commitments.map(decode);
      expect(encode(times(base, own))).to.equal(
        encode(sum([constant!, times(linear!, BigInt(to))])),
      );
      expect(encode(times(base, BigInt(secret)))).to.equal(group.memberKeys[i]);
    });
    const key = sum(announcements.map(({ commitments }) => decode(commitments[0]!)));
    expect(encode(key)).to.equal(group.publicKey);
    const restored = groupFromJson({
      type: "multisig/group",
      version: 1,
      scheme: "frost",
      threshold: options.threshold,
      members: group.memberKeys,
    });
    expect(restored.fingerprint).to.equal(group.fingerprint);
  });

  for (const [index, vector] of vectors.entries()) {
    const { title, group, signing, signature, signers } = vector;
    const message = word(BigInt(vector.message));
    const keys = group.memberKeys.map(raw);
    const groupKey = raw(group.publicKey);

    it(`${index + 1}: circomlibjs accepts the signature of ${title}`, () => {
      const { F } = oracle.babyJub;
      const signed = { R8: decode(signature.r8), S: BigInt(signature.s) };
      const verify = (text: bigint) =>
        oracle.verifyPoseidon(F.e(text), signed, decode(group.publicKey));
      expect(verify(BigInt(vector.message))).to.equal(true);
      expect(verify(BigInt(vector.message) + 1n)).to.equal(false);
    });

    it(`${index + 1}: a second implementation gets the same group`, () => {
      const expected = group.memberKeys.map((key, i) => {
        const weight =
          vector.scheme === "musig2"
            ? toScalar(hash("musig/coefficient", hash("musig/keys", ...keys), keys[i]!))
            : signers.includes(i + 1)
              ? lagrange(signers, i + 1)
              : 0n;
        const known = signing.find(({ member }) => member === i + 1);
        if (known !== undefined) expect(BigInt(known.weight)).to.equal(weight);
        return times(decode(key), weight);
      });
      expect(encode(sum(expected))).to.equal(group.publicKey);
      const size = Buffer.of(group.threshold);
      const digest = hash(`group/${vector.scheme}`, size, groupKey, ...keys);
      expect(group.fingerprint).to.equal(`0x${digest.toString("hex", 0, 32)}`);
      for (const { member, secret } of signing) {
        const own = encode(times(oracle.babyJub.Base8, BigInt(secret)));
        expect(own).to.equal(group.memberKeys[member - 1]);
      }
    });

    it(`${index + 1}: a second implementation gets the same nonces`, () => {
      const members = Buffer.from(signers);
      const id = hash("session", raw(group.fingerprint), message, raw(vector.salt), members);
      expect(vector.session).to.equal(`0x${id.toString("hex", 0, 32)}`);
      signing.forEach(({ member, secret, secretNonces, commitment }, i) => {
        const mask = hash("nonce/random", raw(vector.random[i]!));
        const seed = word(BigInt(secret)).map((byte, j) => byte ^ mask[j]!);
        const rest = [keys[member - 1]!, groupKey, message, raw(vector.session)];
        const derive = (j: number) =>
          toScalar(hash("nonce", Buffer.from(seed), ...rest, Buffer.of(j)));
        expect(BigInt(secretNonces.hiding)).to.equal(derive(0));
        expect(BigInt(secretNonces.binding)).to.equal(derive(1));
        const base = oracle.babyJub.Base8;
        expect(encode(times(base, derive(0)))).to.equal(commitment.hiding);
        expect(encode(times(base, derive(1)))).to.equal(commitment.binding);
      });
    });

    it(`${index + 1}: a second implementation gets the same shares`, () => {
      const hiding = signing.map(({ commitment }) => commitment.hiding);
      const binding = signing.map(({ commitment }) => commitment.binding);
      const list = signing.flatMap(({ member }, i) => [
        word(BigInt(member)),
        raw(hiding[i]!),
        raw(binding[i]!),
      ]);
      const factorOf = (member: number) => {
        if (vector.scheme === "musig2") {
          const sums = [hiding, binding].map((points) => raw(encode(sum(points.map(decode)))));
          return toScalar(hash("musig/binding", groupKey, ...sums, message));
        }
        const prefix = [groupKey, hash("frost/msg", message), hash("frost/com", ...list)];
        return toScalar(hash("frost/rho", ...prefix, word(BigInt(member))));
      };
      const nonces = signing.map(({ member }, i) =>
        oracle.babyJub.addPoint(decode(hiding[i]!), times(decode(binding[i]!), factorOf(member))),
      );
      expect(encode(sum(nonces))).to.equal(signature.r8);
      const total = signing.reduce((s, { member, secretNonces, secret, weight, share }) => {
        const own =
          BigInt(secretNonces.hiding) +
          factorOf(member) * BigInt(secretNonces.binding) +
          BigInt(vector.challenge) * BigInt(weight) * BigInt(secret);
        expect(BigInt(share)).to.equal(mod(own));
        return mod(s + own);
      }, 0n);
      expect(BigInt(signature.s)).to.equal(total);
    });
  }
});
