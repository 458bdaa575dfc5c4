/** Whatever others send, readers accept it or refuse it with a code; they never fail otherwise. */
import { expect } from "chai";
import { groupFromJson, groupToJson } from "../../src/multisig/group-json.ts";
import { judgeComplaint, KeyGeneration } from "../../src/multisig/key-generation.ts";
import { MultisigMember } from "../../src/multisig/member.ts";
import { createProposal, readProposal } from "../../src/multisig/proposal.ts";
import { bundleCommitments, combineShares, MultisigSession } from "../../src/multisig/session.ts";
import { isRollupError } from "../../src/util/errors.ts";
import { createFrostTeam, SOME_ROLLUP, SOME_TRANSFER } from "../helpers/multisig.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const MUTATIONS = 150;

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

const STRANGE: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  1e308,
  "",
  "0x",
  "0x0",
  "0x1",
  `0x${"f".repeat(64)}`,
  `0x${"0".repeat(128)}`,
  `0x${"f".repeat(128)}`,
  "9".repeat(10_000),
  ["9".repeat(10_000)],
  "__proto__",
  "toString",
  [],
  {},
  [[]],
  { toString: 1, valueOf: 2, length: 3 },
  JSON.parse('{"__proto__": {"member": 1}}') as Json,
];

/** Changes one place of a value: replaces, removes, repeats, renames or swaps. */
function mutate(value: Json): Json {
  const isLeaf = typeof value !== "object" || value === null;
  if (isLeaf || random.int(6) === 0) return random.pick(STRANGE);
  if (Array.isArray(value)) {
    if (value.length === 0) return [random.pick(STRANGE)];
    const index = random.int(value.length);
    const change = random.int(4);
    if (change === 0) return value.filter((_, i) => i !== index);
    if (change === 1) return [...value, value[index]!];
    if (change === 2) return random.shuffle(value);
    return value.with(index, mutate(value[index]!));
  }
  const key = random.pick(Object.keys(value));
  const { [key]: removed, ...rest } = value;
  const change = random.int(6);
  if (change === 0) return rest;
  if (change === 1) return { ...rest, [random.pick(["x", "type", "constructor"])]: removed! };
  return { ...value, [key]: mutate(removed!) };
}

describe(`multisig: hostile messages, ${random.title}`, () => {
  const team = createFrostTeam(2, 3);
  const { group, members } = team;
  const signers = [1, 3];
  const content = { rollup: SOME_ROLLUP, transaction: SOME_TRANSFER };
  const proposal = createProposal(group, signers, content);
  const join = () =>
    signers.map((id) => new MultisigSession(members[id - 1]!, proposal, { rollup: SOME_ROLLUP }));
  const sessions = join();
  const commitments = sessions.map(({ commitment }) => commitment);
  const packed = bundleCommitments(group, proposal, commitments);
  const shares = join().length > 0 ? sessions.map((session) => session.sign(packed)) : [];
  const [open] = join();
  const options = { label: "hostile", threshold: 2, members: 3 };
  const runs = [1, 2, 3].map((id) => new KeyGeneration(id, options));
  const announcements = runs.map(({ announcement }) => announcement);
  const keygenShares = runs.map((run) => run.createShares(announcements));
  const record = { announcements, shares: keygenShares };

  const READERS: Readonly<Record<string, readonly [Json, (value: Json) => unknown]>> = {
    group: [groupToJson(group) as unknown as Json, groupFromJson],
    secret: [members[0]!.exportSecret() as unknown as Json, MultisigMember.fromSecret],
    proposal: [proposal as unknown as Json, (value) => readProposal(group, value)],
    commitments: [
      commitments as unknown as Json,
      (value) => bundleCommitments(group, proposal, value as never),
    ],
    package: [packed as unknown as Json, (value) => open!.sign(value)],
    shares: [
      shares as unknown as Json,
      (value) => combineShares(group, proposal, packed, value as never),
    ],
    announcements: [
      announcements as unknown as Json,
      (value) => new KeyGeneration(1, options).createShares(value as never),
    ],
    "keygen shares": [keygenShares as unknown as Json, (value) => runs[0]!.finish(value as never)],
    complaint: [
      runs[2]!.complain(2) as unknown as Json,
      (value) => judgeComplaint(options, record, value),
    ],
  };

  for (const [name, [valid, read]] of Object.entries(READERS)) {
    it(`are accepted or refused with a code: ${name}`, () => {
      const codes = new Set<string>();
      for (let round = 0; round < MUTATIONS; round++) {
        const text = JSON.stringify(mutate(valid));
        try {
          read(JSON.parse(text) as Json);
        } catch (error) {
          if (!isRollupError(error)) {
            throw new Error(`not a coded error: ${text.slice(0, 300)}`, { cause: error });
          }
          expect(error.message.length, "bounded text").to.be.below(2_000);
          codes.add(error.code);
        }
      }
      expect(codes).to.include("MULTISIG_MESSAGE_INVALID");
    });
  }
});
