/** The steps of `rollup:multisig` in one process, over folders and pasted lines. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { verify } from "../../src/crypto/eddsa.ts";
import type { MultisigMember } from "../../src/multisig/member.ts";
import { createProposal } from "../../src/multisig/proposal.ts";
import { bundleCommitments, MultisigSession } from "../../src/multisig/session.ts";
import {
  type Channel,
  createFolderChannel,
  createPasteChannel,
  readJson,
} from "../../src/plugin/multisig/channel.ts";
import { assertNoGroup, writeGroup } from "../../src/plugin/multisig/group-file.ts";
import { askToSign } from "../../src/plugin/multisig/question.ts";
import { readSecret, writeSecret } from "../../src/plugin/multisig/secret-file.ts";
import { combineSession, createMember } from "../../src/plugin/multisig/steps.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createFrostTeam } from "../helpers/multisig.ts";

const TIMEOUT_MS = 10_000;

/** Channels on which whatever one person sends is pasted to all others, with some noise. */
function createPastes(count: number): { channels: Channel[]; said: string[] } {
  const queues = Array.from({ length: count }, () => ({
    lines: ["", '{"type":"multisig/none"}'],
    wake: undefined as (() => void) | undefined,
  }));
  const said: string[] = [];
  const channels = queues.map((queue, own) =>
    createPasteChannel(
      {
        next: async () => {
          while (queue.lines.length === 0) {
            await new Promise<void>((resolve) => (queue.wake = resolve));
          }
          return queue.lines.shift();
        },
      },
      (line) => {
        said.push(line);
        if (!line.startsWith("{")) return;
        for (const [index, other] of queues.entries()) {
          if (index === own) continue;
          other.lines.push(line);
          other.wake?.();
        }
      },
    ),
  );
  return { channels, said };
}

describe("plugin/multisig", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "multisig-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const request = { label: "test", threshold: 2, members: 3 };

  async function signOver(channels: readonly Channel[], members: readonly MultisigMember[]) {
    const { group } = members[0]!;
    const signers = members.map(({ id }) => id);
    const proposal = createProposal(group, signers, { message: 7n });
    const sessions = members.map(
      (member) => new MultisigSession(member, proposal, { message: 7n }),
    );
    await channels[0]!.send("proposal", proposal);
    await Promise.all(
      sessions.map(({ commitment }, i) => channels[i]!.send("commitment", commitment, signers[i])),
    );
    const commitments = await channels[0]!.collect("commitment", signers);
    const packed = bundleCommitments(group, proposal, commitments);
    await Promise.all(
      sessions.map((each, i) => channels[i]!.send("share", each.sign(packed), signers[i])),
    );
    return combineSession(group, channels[0]!);
  }

  for (const scheme of ["frost", "musig2"] as const) {
    it(`creates a group and signs over a folder: ${scheme}`, async () => {
      const channels = [1, 2, 3].map(() => createFolderChannel(folder, TIMEOUT_MS));
      const members = await Promise.all(
        channels.map((channel, i) => createMember({ ...request, scheme, member: i + 1 }, channel)),
      );
      const { group } = members[0]!;
      expect(new Set(members.map((member) => member.group.fingerprint)).size).to.equal(1);
      expect(group.threshold).to.equal(scheme === "frost" ? 2 : 3);
      const signers = members.slice(0, group.threshold);
      const { signature } = await signOver(channels, signers);
      expect(verify(group.publicKey, 7n, signature)).to.equal(true);
      expect((await readdir(folder)).filter((file) => file.endsWith(".part"))).to.deep.equal([]);
    });

    it(`creates a group and signs by pasted lines: ${scheme}`, async () => {
      const { channels, said } = createPastes(3);
      const members = await Promise.all(
        channels.map((channel, i) => createMember({ ...request, scheme, member: i + 1 }, channel)),
      );
      const { group } = members[0]!;
      const signers = scheme === "frost" ? [members[0]!, members[2]!] : members;
      const used = scheme === "frost" ? [channels[0]!, channels[2]!] : channels;
      const { signature } = await signOver(used, signers);
      expect(verify(group.publicKey, 7n, signature)).to.equal(true);
      for (const member of members) {
        expect(said.join()).to.not.include(member.exportSecret().secret.slice(2));
      }
      expect(said).to.include(
        "Ignored: it is no message, or the second one of its kind by this member.",
      );
    });
  }

  it("does not replace a message of an earlier session", async () => {
    const channel = createFolderChannel(folder, TIMEOUT_MS);
    await channel.send("share", {}, 1);
    await expectRejection("MULTISIG_FOLDER_USED", channel.send("share", {}, 1));
  });

  it("names who has sent nothing", async () => {
    const channel = createFolderChannel(folder, 1);
    await channel.send("share", {}, 1);
    const { facts } = await expectRejection(
      "MULTISIG_MESSAGES_INCOMPLETE",
      channel.collect("share", [1, 2, 3]),
    );
    expect(facts["members"]).to.deep.equal([2, 3]);
    const silent = createPasteChannel({ next: () => Promise.resolve(undefined) }, () => undefined);
    await expectRejection("MULTISIG_MESSAGES_INCOMPLETE", silent.collect("share", [1]));
  });

  it("refuses files and lines that are no JSON, or too long", async () => {
    const file = join(folder, "share-1.json");
    await writeFile(file, "{");
    await expectRejection("MULTISIG_FILE_INVALID", readJson(file));
    await writeFile(file, `"${"a".repeat(1_000_000)}"`);
    await expectRejection("MULTISIG_FILE_INVALID", readJson(file));
    await expectRejection("MULTISIG_FILE_INVALID", readJson(folder));
    const paste = createPasteChannel({ next: () => Promise.resolve("{") }, () => undefined);
    await expectRejection("MULTISIG_FILE_INVALID", paste.collect("share", [1]));
  });

  it("takes no answer to its question that was there before it", async () => {
    const lines = ["yes", "y", "000000", "no", undefined].map((line) => [line]);
    for (const typed of lines) {
      const next = () => Promise.resolve(typed.shift());
      expect(await askToSign({ next }, () => undefined)).to.equal(false);
    }
    const numbers = new Set<string>();
    for (let round = 0; round < 3; round++) {
      const typed: string[] = ["", "  "];
      const ask = (line: string) => {
        const number = /\d{6}/.exec(line)![0];
        numbers.add(number);
        typed.push(` ${number} `, number);
      };
      const next = () => Promise.resolve(typed.shift());
      expect(await askToSign({ next }, ask)).to.equal(true);
      expect(typed).to.have.length(1);
    }
    expect(numbers.size).to.be.above(1);
  });

  it("MULTISIG_GROUP_EXISTS: replaces no file of a group", async () => {
    const file = join(folder, "group.json");
    const { group } = createFrostTeam(2, 3);
    await assertNoGroup(file);
    await writeGroup(file, group);
    const text = await readFile(file, "utf8");
    await writeGroup(file, group); // by another member
    await expectRejection("MULTISIG_GROUP_EXISTS", assertNoGroup(file));
    await expectRejection("MULTISIG_GROUP_EXISTS", writeGroup(file, createFrostTeam(2, 2).group));
    expect(await readFile(file, "utf8")).to.equal(text);
    expect(await readdir(folder)).to.deep.equal(["group.json"]);
  });

  it("removes the file of a secret that was not made, and replaces none", async () => {
    const file = join(folder, "member.json");
    const failed = writeSecret(file, () => Promise.reject(new Error("no key")));
    expect(await failed.catch((error: unknown) => String(error))).to.equal("Error: no key");
    expect(await readdir(folder)).to.deep.equal([]);
    const member = createFrostTeam(2, 2).members[0]!;
    await writeSecret(file, () => Promise.resolve(member));
    expect((await readSecret(file)).exportSecret()).to.deep.equal(member.exportSecret());
    const text = await readFile(file, "utf8");
    await expectRejection(
      "MULTISIG_SECRET_EXISTS",
      writeSecret(file, () => Promise.resolve(member)),
    );
    expect(await readFile(file, "utf8")).to.equal(text);
  });
});
