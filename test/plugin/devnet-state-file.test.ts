/** Files with the state of a devnet that are damaged, foreign, or made by somebody hostile. */
import { execFileSync } from "node:child_process";
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import hre from "hardhat";
import { openStateFiles } from "../../src/plugin/devnet/state-files.ts";
import { parseState, readState, STATE_BYTES_MAX } from "../../src/plugin/devnet/state-file.ts";
import type { DevnetState, L1State } from "../../src/plugin/devnet/state-schema.ts";
import { isRollupError } from "../../src/util/errors.ts";
import { cutOff, emptyOut, flipBit } from "../helpers/damage.ts";
import {
  closeDevnets,
  contentOf,
  createDevnet,
  forgeState,
  loadDevnet,
} from "../helpers/devnet.ts";
import { expectCode, expectRejection } from "../helpers/expect-code.ts";
import { createRandom, type Random } from "../helpers/random.ts";

const WORD = `0x${"ab".repeat(32)}`;
const DAMAGES = 20;
const FORGERIES = 25;
const SIZE = { preset: hre.config.rollup.preset, prover: "mock" } as const;

/** Changes one value somewhere in a JSON text. */
function forge(text: string, random: Random): string {
  const places = [...text.matchAll(/"~n[0-9a-f]+"|(?<=:)-?\d+|(?<=:)"[^"]*"|(?<=:)(true|false)/g)];
  const place = places[random.int(places.length)]!;
  const values = [
    "null",
    "-1",
    "1e308",
    '"~nffffffffffffffffffff"',
    '"~b"',
    "[]",
    "{}",
    '"x"',
    "true",
  ];
  const value = values[random.int(values.length)]!;
  return text.slice(0, place.index) + value + text.slice(place.index + place[0].length);
}

describe("plugin/devnet: state file", function () {
  const random = createRandom();
  let [folder, text] = ["", ""];
  let content: DevnetState;
  let file: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "devnet-state-"));
    file = join(folder, "devnet.json");
    const devnet = await createDevnet();
    const [, alice, bob] = await devnet.connection.rollup.getWallets();
    await (await alice!.deposit({ token: "ETH", amount: 1000n })).wait();
    await (await alice!.setSigningKey()).wait();
    await alice!.transfer({ to: bob!.address, token: "ETH", amount: 1n });
    text = await devnet.save();
    content = contentOf(text);
    await closeDevnets();
  });
  beforeEach(() => writeFile(file, text));
  afterEach(closeDevnets);
  after(() => rm(folder, { recursive: true }));

  it(`refuses whatever is damaged, ${random.title}`, async () => {
    for (let index = 0; index < DAMAGES; index++) {
      await writeFile(file, text);
      await (index % 2 === 0 ? flipBit(file, random) : cutOff(file, random));
      if ((await readFile(file, "utf8")) === text) continue;
      const error = await readState(file).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(isRollupError(error) && error.code).to.match(/^DEVNET_STATE_(INVALID|VERSION)$/);
    }
    await emptyOut(file);
    await expectRejection("DEVNET_STATE_INVALID", readState(file));
  });

  it("refuses what is no file, too large, or of something else", async () => {
    await expectRejection("DEVNET_STATE_UNREADABLE", readState(join(folder, "missing.json")));
    await expectRejection("DEVNET_STATE_UNREADABLE", readState(folder));
    await truncate(file, STATE_BYTES_MAX + 1);
    await expectRejection("DEVNET_STATE_INVALID", readState(file));
    for (const foreign of ["[]", "null", '{"format":"anvil"}', "[".repeat(1e6)]) {
      expectCode("DEVNET_STATE_INVALID", () => parseState(foreign, file));
    }
    if (process.platform === "win32") return;
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    await expectRejection("DEVNET_STATE_UNREADABLE", readState(pipe));
  });

  it("refuses another version", () => {
    expectCode("DEVNET_STATE_VERSION", () => parseState(forgeState(content, 2), file));
    const rollup = { ...content.rollup, rules: 999 };
    expectCode("DEVNET_STATE_VERSION", () => parseState(forgeState({ ...content, rollup }), file));
  });

  it("refuses values out of range, before anything is replayed", () => {
    const [block] = content.l1.blocks;
    const blocksWith = (change: object) => ({ blocks: [{ ...block, ...change }] });
    const cases: object[] = [
      blocksWith({ then: { count: 2 ** 40, interval: 1, isReserved: true } }),
      blocksWith({ then: { count: 2 ** 31, interval: 1 } }),
      blocksWith({ then: { count: 1.5, interval: 1 } }),
      blocksWith({ timestamp: -1 }),
      blocksWith({ gasLimit: "0xffffffffffff" }),
      blocksWith({ changes: [["hardhat_impersonateAccount", [WORD]]] }),
      blocksWith({ changes: [["hardhat_setBalance", ["0x00", "0x1"]]] }),
      blocksWith({ transactions: ["0xzz"] }),
      blocksWith({ transactions: [{ from: "alice" }] }),
      blocksWith({ unknown: 1 }),
      { pending: "none" },
      { chainId: "31337" },
    ];
    for (const change of cases) {
      const forged = forgeState({ ...content, l1: { ...content.l1, ...change } });
      expectCode("DEVNET_STATE_INVALID", () => parseState(forged, file));
    }
  });

  it("refuses an L1 that comes out differently", async () => {
    const { blocks } = content.l1;
    const last = blocks.length - 1;
    const changed = (change: object): L1State["blocks"] =>
      blocks.map((block, index) => (index === last ? { ...block, ...change } : block));
    const cases: Partial<L1State>[] = [
      { blocks: changed({ hash: WORD }) },
      { blocks: changed({ timestamp: blocks[last]!.timestamp + 1 }) },
      { blocks: changed({ timestamp: 1 }) },
      { blocks: changed({ transactions: [] }) },
      { blocks: changed({ transactions: ["0x02"] }) },
      { blocks: changed({ changes: [["hardhat_setNonce", [`0x${"00".repeat(20)}`, "0x9"]]] }) },
      { pending: ["0x1234"] },
      { changes: [["hardhat_setNonce", [`0x${"00".repeat(19)}01`, `0x${"f".repeat(64)}`]]] },
    ];
    for (const change of cases) {
      const forged = forgeState({ ...content, l1: { ...content.l1, ...change } });
      const error = await expectRejection("DEVNET_REPLAY_DIFFERS", loadDevnet(forged));
      expect(error.message).to.include(`L1 block ${content.l1.base.number + blocks.length}`);
    }
  });

  it("refuses a ledger that is not of its L1", async () => {
    const l1 = { ...content.l1, blocks: content.l1.blocks.slice(0, 5) };
    await expectRejection("DEVNET_STATE_INVALID", loadDevnet(forgeState({ ...content, l1 })));
    const [account] = content.l1.blocks.map(({ hash }) => `0x${hash.slice(-40)}`);
    for (const change of [{ ledger: [] }, { bondAddress: account }, { rollupAddress: account }]) {
      const rollup = { ...content.rollup, ...change };
      await expectRejection("DEVNET_STATE_INVALID", loadDevnet(forgeState({ ...content, rollup })));
    }
  });

  it(`refuses a forged ledger, or goes on with it, but never fails, ${random.title}`, async () => {
    for (let index = 0; index < FORGERIES; index++) {
      const { ledger } = content.rollup;
      const chosen = random.int(ledger.length);
      const forged = ledger.map(({ kind, data }, place) =>
        place === chosen && kind !== "pages" ? { kind, data: forge(data, random) } : { kind, data },
      );
      const rollup = { ...content.rollup, ledger: forged };
      const loading = loadDevnet(forgeState({ ...content, rollup }));
      const isLoaded = await loading.then(
        () => true,
        () => false,
      );
      if (!isLoaded) await expectRejection("DEVNET_STATE_INVALID", loading);
      await closeDevnets();
    }
  });

  it("keeps what it cannot replace: files of others, folders, places that cannot be written", async () => {
    const open = (options: Parameters<typeof openStateFiles>[0]) =>
      openStateFiles(options, hre.config, SIZE);
    await writeFile(file, '{"name":"a package"}');
    await expectRejection("DEVNET_STATE_FOREIGN", open({ dump: file }));
    await expectRejection("DEVNET_STATE_INVALID", open({ state: file }));
    expect(await readFile(file, "utf8")).to.equal('{"name":"a package"}');
    await expectRejection("DEVNET_STATE_FOREIGN", open({ dump: folder }));
    await expectRejection("DEVNET_STATE_NOT_WRITABLE", open({ dump: join(file, "below.json") }));
    await expectRejection("DEVNET_STATE_NOT_WRITABLE", open({ state: "" }));
    await expectRejection("DEVNET_STATE_NOT_WRITABLE", open({ dump: `${folder}/missing/` }));
    await expectRejection("OPTIONS_EXCLUSIVE", open({ state: file, load: file }));
    await expectRejection("DEVNET_STATE_UNREADABLE", open({ load: "" }));
  });

  it("replaces a file as a whole, and begins without one", async () => {
    const below = join(folder, "new/folder");
    const path = join(below, "devnet.json");
    const { loaded, output } = await openStateFiles({ state: path }, hre.config, SIZE);
    expect(loaded).to.equal(undefined);
    await mkdir(below, { recursive: true });
    await output!.save(text);
    const again = await openStateFiles({ state: path }, hre.config, SIZE);
    expect(again.loaded?.state).to.deep.equal(content);
    await again.output!.save(text);
    expect(await readdir(below)).to.deep.equal(["devnet.json"]);
    const link = join(folder, "link.json");
    await symlink(path, link);
    const linked = await openStateFiles({ dump: link }, hre.config, SIZE);
    await linked.output!.save(text);
    expect((await lstat(link)).isSymbolicLink()).to.equal(true);
  });
});
