import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { format, resolveConfig } from "prettier";
import { loadErrorModules, renderErrorDocs } from "../../src/generate/error-docs.ts";
import { listErrorCodes } from "../../src/util/errors.ts";

const ROOT = join(import.meta.dirname, "../..");
const FILE = join(ROOT, "docs/errors.md");

describe("docs: errors", () => {
  it("docs/errors.md is fresh; else run `npm run generate`", async () => {
    const options = { ...(await resolveConfig(FILE)), filepath: FILE };
    const text = await format(await renderErrorDocs(ROOT), options);
    expect((await readFile(FILE, "utf8")) === text).to.equal(true);
  });

  it("name every code once, and no other", async () => {
    const codes = (await loadErrorModules(ROOT)).flatMap(({ codes }) => codes);
    expect(new Set(codes).size).to.equal(codes.length);
    expect([...codes].sort()).to.deep.equal(
      listErrorCodes()
        .map(({ code }) => code)
        .sort(),
    );
  });
});
