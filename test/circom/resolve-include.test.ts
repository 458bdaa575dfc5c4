import { posix, win32 } from "node:path";
import { expect } from "chai";
import { resolveExport } from "../../src/circom/package-exports.ts";
import {
  type FileView,
  nodeModulesFolders,
  resolveInclude,
} from "../../src/circom/resolve-include.ts";

/** The two kinds of paths, and a path of the tests in each. */
const FLAVOURS = {
  posix: { path: posix, at: (file: string) => `/${file}` },
  win32: { path: win32, at: (file: string) => `D:\\${file.replaceAll("/", "\\")}` },
};

for (const [name, { path, at }] of Object.entries(FLAVOURS)) {
  describe(`circom: includes with paths of ${name}`, () => {
    /** A disk with these files; those of JSON have an object. */
    function createDisk(files: Readonly<Record<string, object>>): FileView {
      const paths = new Map(Object.entries(files).map(([file, json]) => [at(file), json]));
      return {
        isFile: (file) => paths.has(file),
        isDirectory: (folder) =>
          [...paths.keys()].some((file) => file.startsWith(folder + path.sep)),
        readJson: (file) => paths.get(file),
      };
    }
    function search(include: string, from: string, files: Readonly<Record<string, object>>) {
      const folders = { includePaths: [at("p/shared")], projectFolders: [at("p/circuits")] };
      return resolveInclude(include, { file: at(from), ...folders }, createDisk(files), path);
    }
    const find = (...args: Parameters<typeof search>) => search(...args).found;

    it("looks beside the file, in the folders, in its packages, and in the project's", () => {
      const places = [
        "store/signer/src/lib/a.circom",
        "p/shared/lib/a.circom",
        "store/signer/src/node_modules/lib/a.circom",
        "store/signer/node_modules/lib/a.circom",
        "store/node_modules/lib/a.circom",
        "node_modules/lib/a.circom",
        "p/circuits/node_modules/lib/a.circom",
        "p/node_modules/lib/a.circom",
      ];
      const from = "store/signer/src/sign.circom";
      const { found, searched } = search("lib/a.circom", from, {
        [from]: {},
        "p/node_modules/x": {},
      });
      expect(found).to.equal(undefined);
      expect(searched).to.deep.equal([
        at("store/signer/src"),
        at("p/shared"),
        at("p/node_modules"),
      ]);
      for (let first = 0; first < places.length; first++) {
        const there = Object.fromEntries(places.slice(first).map((place) => [place, {}]));
        expect(find("lib/a.circom", from, there)).to.equal(at(places[first]!));
      }
    });

    it("takes relative and absolute paths for no packages", () => {
      const files = { "p/node_modules/a.circom": {}, "p/b/a.circom": {} };
      expect(find("./a.circom", "p/c/main.circom", files)).to.equal(undefined);
      expect(find("../a.circom", "p/c/main.circom", files)).to.equal(undefined);
      expect(find("../b/a.circom", "p/c/main.circom", files)).to.equal(at("p/b/a.circom"));
      expect(find(at("p/b/a.circom"), "x/main.circom", files)).to.equal(at("p/b/a.circom"));
      expect(find("a.circom", "p/c/main.circom", files)).to.equal(at("p/node_modules/a.circom"));
    });

    it("takes the nearest folder of a package, even if it lacks the file", () => {
      const from = "p/node_modules/signer/sign.circom";
      const near = "p/node_modules/signer/node_modules/@zk/lib";
      const files = { "p/node_modules/@zk/lib/a.circom": {}, [`${near}/b.circom`]: {} };
      expect(find("@zk/lib/b.circom", from, files)).to.equal(at(`${near}/b.circom`));
      const { found, searched } = search("@zk/lib/a.circom", from, files);
      expect(found).to.equal(undefined);
      expect(searched.at(-1)).to.equal(at(`${near}/a.circom`));
    });

    it("follows the exports of a package, and finds what they do not mention by its path", () => {
      const files = {
        "p/node_modules/lib/package.json": {
          exports: {
            "./a.circom": "./circuits/a-1.circom",
            "./gates/*": "./circuits/gates/*",
            "./secret.circom": null,
          },
        },
        "p/node_modules/lib/circuits/a-1.circom": {},
        "p/node_modules/lib/circuits/gates/or/or.circom": {},
        "p/node_modules/lib/secret.circom": {},
        "p/node_modules/lib/src/other.circom": {},
      };
      const from = "p/main.circom";
      const lib = at("p/node_modules/lib") + path.sep;
      const found = (include: string) => find(include, from, files)?.replace(lib, "");
      expect(found("lib/a.circom")).to.equal(path.join("circuits", "a-1.circom"));
      expect(found("lib/gates/or/or.circom")).to.equal(
        path.join("circuits", "gates", "or", "or.circom"),
      );
      expect(found("lib/src/other.circom")).to.equal(path.join("src", "other.circom"));
      expect(found("lib/secret.circom")).to.equal(undefined);
    });

    it("finds a package's own exports by its name", () => {
      const files = (exports?: object) => ({
        "w/lib/package.json": { name: "@zk/lib", exports },
        "w/lib/src/a.circom": {},
        "w/lib/test/main.circom": {},
      });
      const from = "w/lib/test/main.circom";
      const own = files({ "./a.circom": "./src/a.circom" });
      expect(find("@zk/lib/a.circom", from, own)).to.equal(at("w/lib/src/a.circom"));
      expect(find("@zk/lib/src/a.circom", from, files())).to.equal(undefined);
    });

    it("takes a backslash as its system does", () => {
      const files = { "p/lib/a.circom": {}, "p/node_modules/lib2/a.circom": {} };
      const expected = name === "win32" ? at("p/lib/a.circom") : undefined;
      expect(find("lib\\a.circom", "p/main.circom", files)).to.equal(expected);
      expect(find("lib2\\a.circom", "p/main.circom", files) === undefined).to.equal(
        name === "posix",
      );
    });

    it("lists node_modules up to the root, each once, and none inside of another", () => {
      const folders = [at("a/node_modules/b"), at("a/c")];
      expect(nodeModulesFolders(folders, path)).to.deep.equal(
        ["a/node_modules/b/node_modules", "a/node_modules", "node_modules", "a/c/node_modules"].map(
          at,
        ),
      );
    });
  });
}

describe("circom: exports of packages", () => {
  const cases: readonly [unknown, string, string | null | undefined][] = [
    [undefined, "./a", undefined],
    ["./main.circom", ".", "./main.circom"],
    ["./main.circom", "./a", undefined],
    [{ import: "./main.circom" }, ".", "./main.circom"],
    [
      { "./a": { types: "./a.d.ts", circom: "./a.circom", default: "./a.js" } },
      "./a",
      "./a.circom",
    ],
    [{ "./a": { browser: "./b", node: { worker: "./w" }, default: "./d" } }, "./a", "./d"],
    [{ "./a": ["lib", "./a.circom"] }, "./a", "./a.circom"],
    [{ "./*": "./src/*", "./x/*": "./y/*" }, "./x/a", "./y/a"],
    [{ "./x/*.circom": "./y/*/*.c", "./x/*": "./z/*" }, "./x/a.circom", "./y/a/a.c"],
    [{ "./x/*": null, "./*": "./*" }, "./x/a", null],
    [{ "./*": "./src/*" }, "./../a", null],
    [{ "./a": "../other/a" }, "./a", null],
    [{ "./a": "./node_modules/other/a" }, "./a", null],
    [{ "./a": { browser: "./b" } }, "./a", undefined],
    [{ "./a": 7 }, "./a", undefined],
  ];
  for (const [exports, subpath, target] of cases) {
    it(`${JSON.stringify(exports)} has ${String(target)} for ${subpath}`, () => {
      expect(resolveExport(exports, subpath)).to.equal(target);
    });
  }
});
