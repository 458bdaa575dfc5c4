/** Files are written whole or not at all, with a digest; a folder that is not writable is named. */
import { execFile, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import {
  appendFile,
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { areIntact, digestPath, recordDigests } from "../../src/groth16/files/digests.ts";
import {
  makeFolder,
  nameUnwritable,
  OWNER,
  removeStaleTemporaries,
  temporaryPath,
  withTemporaryFolder,
  writeFileAtomically,
  writeIfChanged,
  writingTo,
  writingToCache,
} from "../../src/groth16/files/files.ts";
import { withLock } from "../../src/groth16/files/lock.ts";
import type { RollupError } from "../../src/util/errors.ts";
import { expectRejection } from "../circom/workspace.ts";

/** Milliseconds after which two changes get different times. */
const SETTLED_MS = 120;

describe("groth16: files", () => {
  let folder: string;
  const path = (name: string) => join(folder, name);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "files-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  describe("digests", () => {
    const list = () => path("SHA256SUMS");
    const files = () => [path("a"), path("b")];
    beforeEach(async () => {
      await writeFile(path("a"), "the first");
      await writeFile(path("b"), "the second");
      await recordDigests(list(), files());
    });

    it("are in the format of sha256sum, and match unchanged files", async () => {
      expect(await areIntact(list(), files())).to.equal(true);
      const check = spawnSync("sha256sum", ["--check", "SHA256SUMS"], { cwd: folder });
      if (check.error === undefined) expect(check.status).to.equal(0);
    });

    it("detect each kind of damage, also with unchanged time and size of the file", async () => {
      const { mtime, atime } = await stat(path("b"));
      const damages: Record<string, () => Promise<unknown>> = {
        "a changed bit": () => writeFile(path("b"), "the second".replace("s", "r")),
        "a cut end": () => truncate(path("b"), 3),
        "nothing left": () => truncate(path("b"), 0),
        "something added": () => appendFile(path("b"), "x"),
        "a missing file": () => rm(path("b")),
      };
      for (const [name, damage] of Object.entries(damages)) {
        await writeFile(path("b"), "the second");
        await recordDigests(list(), files());
        expect(await areIntact(list(), files()), name).to.equal(true);
        await sleep(SETTLED_MS);
        expect(await areIntact(list(), files()), name).to.equal(true);
        await damage();
        if (existsSync(path("b"))) await utimes(path("b"), atime, mtime);
        expect(await areIntact(list(), files()), name).to.equal(false);
        expect(await areIntact(list(), files()), `${name}, once more`).to.equal(false);
      }
    });

    it("fail without a list, with a damaged list, and for a file that the list lacks", async () => {
      await writeFile(path("c"), "the third");
      expect(await areIntact(list(), [...files(), path("c")])).to.equal(false);
      await writeFile(list(), (await readFile(list(), "utf8")).slice(0, 70));
      expect(await areIntact(list(), files())).to.equal(false);
      await rm(list());
      expect(await areIntact(list(), files())).to.equal(false);
    });

    it("match after a move and a copy, and are not computed again there", async () => {
      const copy = join(folder, "copy");
      await mkdir(copy);
      for (const name of ["a", "b", "SHA256SUMS"]) await copyFile(path(name), join(copy, name));
      const [list, files] = [join(copy, "SHA256SUMS"), [join(copy, "a"), join(copy, "b")]];
      expect(await areIntact(list, files)).to.equal(true);
      await sleep(SETTLED_MS);
      expect(await areIntact(list, files)).to.equal(true);
      const { ino } = await stat(list);
      expect(await areIntact(list, files)).to.equal(true);
      expect((await stat(list)).ino, "the list was not written again").to.equal(ino);
    });

    it("detect damage from a copy made file by file, the list last", async () => {
      await sleep(SETTLED_MS);
      expect(await areIntact(list(), files())).to.equal(true);
      const copy = join(folder, "copy");
      await mkdir(copy);
      await writeFile(join(copy, "a"), "the fXrst");
      for (const name of ["b", "SHA256SUMS"]) await copyFile(path(name), join(copy, name));
      const there = [join(copy, "a"), join(copy, "b")];
      expect(await areIntact(join(copy, "SHA256SUMS"), there)).to.equal(false);
    });

    it("detect damage immediately after the file was written", async () => {
      for (let i = 0; i < 20; i++) {
        await writeFile(path("a"), "first");
        await recordDigests(list(), files());
        await writeFile(path("a"), "fXrst");
        expect(await areIntact(list(), files())).to.equal(false);
      }
    });

    it("have a separate list for a single file", async () => {
      await recordDigests(digestPath(path("a")), [path("a")]);
      expect(await areIntact(digestPath(path("a")), [path("a")])).to.equal(true);
      expect(await areIntact(digestPath(path("a")), [path("b")])).to.equal(false);
    });
  });

  describe("writing", () => {
    it("keeps a file with the same text, and leaves no other behind", async () => {
      await writeIfChanged(path("deep/file"), "one");
      const { mtimeMs, ino } = await stat(path("deep/file"));
      await writeIfChanged(path("deep/file"), "one");
      expect(await stat(path("deep/file"))).to.include({ mtimeMs, ino });
      await writeIfChanged(path("deep/file"), "two");
      expect(await readFile(path("deep/file"), "utf8")).to.equal("two");
      expect(readdirSync(path("deep"))).to.deep.equal(["file"]);
    });

    it("shows only whole files during parallel writes", async () => {
      const texts = ["a", "b", "c", "d"].map((letter) => letter.repeat(100_000));
      const writers = texts.map((text) => writeFileAtomically(path("file"), [text, text]));
      let isDone = false;
      const written = Promise.all(writers).then(() => (isDone = true));
      while (!isDone) {
        const seen = await readFile(path("file"), "utf8").catch(() => undefined);
        if (seen !== undefined) expect(texts.map((text) => text + text)).to.include(seen);
      }
      await written;
      expect(readdirSync(folder)).to.deep.equal(["file"]);
    });

    it("names the folder that is not writable, with the reason", async () => {
      await writeFile(path("file"), "");
      for (const folder of [path("file/below"), path("file")]) {
        const error = await expectRejection("FOLDER_NOT_WRITABLE", () => makeFolder(folder));
        expect(error.message).to.include(folder);
      }
      const write = () => writeFileAtomically(path("file/below/x"), ["text"]);
      await expectRejection("FOLDER_NOT_WRITABLE", write);
      for (const code of ["ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "EFBIG"]) {
        const refuse = () => Promise.reject(Object.assign(new Error(code), { code }));
        const error = await expectRejection("FOLDER_NOT_WRITABLE", () => writingTo("/f", refuse));
        expect(error.message).to.include("The folder /f").and.not.include(code);
        await writingToCache(() => writingTo("/f", refuse));
      }
    });

    it("names the folder in errors of other code at any depth, and keeps other errors", async () => {
      const full = Object.assign(new Error(), { code: "ENOSPC", path: "/full/file" });
      const named = await nameUnwritable(new Error("could not write", { cause: full }));
      expect((named as RollupError).code).to.equal("FOLDER_NOT_WRITABLE");
      expect((named as Error).message).to.include("The folder /full ");
      const unreadable = Object.assign(new Error(), { code: "EACCES", path: path("secret") });
      for (const other of [unreadable, new Error("other"), "text", undefined]) {
        expect(await nameUnwritable(other)).to.equal(other);
      }
    });

    it("does not confuse a failed read of another file with a folder that is not writable", async () => {
      const failed = Object.assign(new Error("read"), { code: "EACCES", path: "/other/file" });
      const outcome = writingTo("/folder", () => Promise.reject(failed));
      expect(await outcome.catch((error: unknown) => error)).to.equal(failed);
      const cached = writingToCache(() => Promise.reject(failed));
      expect(await cached.catch((error: unknown) => error)).to.equal(failed);
    });
  });

  describe("locks", () => {
    const now = (wait: () => Promise<void>) => wait();

    it("allow one holder at a time, and nested work", async () => {
      const script = `
        import { withLock } from ${JSON.stringify(join(import.meta.dirname, "../../src/groth16/files/lock.ts"))};
        import { appendFileSync } from "node:fs";
        await withLock(process.argv[1], (wait) => wait(), async () => {
          appendFileSync(process.argv[1] + ".log", "<");
          await new Promise((resolve) => setTimeout(resolve, 100));
          appendFileSync(process.argv[1] + ".log", ">");
        });`;
      const options = ["--input-type=module-typescript", "--eval", script, path("lock")];
      const run = () => promisify(execFile)(process.execPath, options);
      await withLock(path("lock"), now, async () => {
        expect(await withLock(path("lock"), now, () => Promise.resolve("inside"))).to.equal(
          "inside",
        );
        const all = Promise.all([run(), run(), run()]);
        await sleep(500);
        expect(existsSync(path("lock.log"))).to.equal(false);
        return { all };
      }).then(({ all }) => all);
      expect(await readFile(path("lock.log"), "utf8")).to.equal("<><><>");
      expect(existsSync(path("lock"))).to.equal(false);
    });

    it("of a killed process, or in a read-only folder, block nobody", async () => {
      const [host] = OWNER.split("-");
      const { pid } = spawnSync(process.execPath, ["--version"]);
      await writeFile(path("lock"), `${host}-${pid}`);
      await withLock(path("lock"), now, () => Promise.resolve());
      expect(existsSync(path("lock"))).to.equal(false);
      await withLock(path("lock/below/a/file"), now, () => Promise.resolve());
      await writeFile(path("file"), "");
      expect(await withLock(path("file/lock"), now, () => Promise.resolve(1))).to.equal(1);
    });
  });

  describe("locks without a recent touch", () => {
    const now = (wait: () => Promise<void>) => wait();
    const signatures = {
      "of a process in another container": "0123abcd-1",
      "of a process whose number another one has by now": OWNER,
      "that a full disk has left empty": "",
    };
    for (const [name, signature] of Object.entries(signatures)) {
      it(`${name}, block nobody`, async () => {
        await writeFile(path("lock"), signature);
        const old = new Date(Date.now() - 6 * 60 * 1000);
        await utimes(path("lock"), old, old);
        expect(await withLock(path("lock"), now, () => Promise.resolve(1))).to.equal(1);
        expect(existsSync(path("lock"))).to.equal(false);
      });
    }

    it("are not locks of long work", async () => {
      await withLock(path("lock"), now, async () => {
        const old = new Date(Date.now() - 6 * 60 * 1000);
        await utimes(path("lock"), old, old);
        await sleep(2_500);
        expect(Date.now() - (await stat(path("lock"))).mtimeMs).to.be.below(5_000);
      });
    });
  });

  describe("temporaries", () => {
    /** Returns a name that another process gives its file. */
    function temporaryOf(pid: number, name: string, host?: string): string {
      const [prefix, tag] = temporaryPath(path(name)).split(
        /\.(?=[0-9a-f]{8}-\d+-[0-9a-f]{8}\.tmp$)/,
      );
      const [own, , random] = tag!.split("-");
      return `${prefix}.${host ?? own}-${pid}-${random}`;
    }
    const deadPid = () => spawnSync(process.execPath, ["--version"]).pid;

    it("of processes that have ended are removed, files and folders", async () => {
      await writeFile(temporaryOf(deadPid(), "key.zkey"), "half");
      await mkdir(temporaryOf(deadPid(), "entry"));
      await writeFile(join(temporaryOf(deadPid(), "entry"), "x"), "").catch(() => undefined);
      await removeStaleTemporaries(folder);
      expect(readdirSync(folder)).to.deep.equal([]);
    });

    it("of running processes stay, and so do files of any other name", async () => {
      const names = [temporaryPath(path("mine")), temporaryOf(process.ppid, "parent's")];
      const others = ["note.tmp", "a.1-2-3.tmp", `b.${deadPid()}.tmp`].map(path);
      for (const file of [...names, ...others]) await writeFile(file, "");
      await removeStaleTemporaries(folder);
      expect(readdirSync(folder)).to.have.length(names.length + others.length);
    });

    it("of another machine stay for a day", async () => {
      const file = temporaryOf(deadPid(), "elsewhere", "00000000");
      await writeFile(file, "");
      await removeStaleTemporaries(folder);
      expect(existsSync(file)).to.equal(true);
      const old = new Date(Date.now() - 25 * 60 * 60 * 1000);
      await utimes(file, old, old);
      await removeStaleTemporaries(folder, "other prefix");
      expect(existsSync(file)).to.equal(true);
      await removeStaleTemporaries(folder);
      expect(existsSync(file)).to.equal(false);
    });

    it("in the system's folder serve one purpose and this user only, and are removed at the end", async () => {
      const prefix = "hardhat-zkrollup-test.";
      const litter = temporaryOf(deadPid(), "x").replace(path("x."), join(tmpdir(), prefix));
      await mkdir(litter);
      const made = await withTemporaryFolder("test", async (made) => {
        expect((await stat(made)).mode & 0o777).to.equal(0o700);
        return made;
      });
      expect([made, litter].some(existsSync)).to.equal(false);
    });

    it("do not exist in a missing folder", () => removeStaleTemporaries(path("none")));
  });
});
