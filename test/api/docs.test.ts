import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { format, resolveConfig } from "prettier";
import { RPC_METHODS } from "../../src/api/methods.ts";
import { renderRpcDocs } from "../../src/generate/rpc-docs.ts";

const FILE = join(import.meta.dirname, "../../docs/rpc.md");

describe("api: docs", () => {
  it("docs/rpc.md is fresh; else run `npm run generate`", async () => {
    const text = await format(renderRpcDocs(), { ...(await resolveConfig(FILE)), filepath: FILE });
    expect(await readFile(FILE, "utf8")).to.equal(text);
  });

  it("describe every method and spell out the types that have a name", () => {
    const docs = renderRpcDocs();
    for (const method of Object.keys(RPC_METHODS)) expect(docs).to.contain(`\n## ${method}\n`);
    for (const name of ["AccountReference", "BlockNumber", "RequestId", "TokenId", "Block"]) {
      expect(docs).to.contain(`type ${name} = `);
    }
  });
});
