import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { format, resolveConfig } from "prettier";
import { renderConfigDocs } from "../../scripts/render-config-docs.ts";
import { renderTaskDocs } from "../../scripts/render-task-docs.ts";
import { PROVER_NAMES } from "../../src/plugin/config/types.ts";
import { circuitTasks } from "../../tasks/circuit-definitions.ts";
import { tasks } from "../../tasks/definitions.ts";
import { PROJECT_ROOT } from "../helpers/source-files.ts";

const PAGES = { "docs/tasks.md": renderTaskDocs, "docs/config.md": renderConfigDocs };

describe("docs: references", () => {
  for (const [path, render] of Object.entries(PAGES)) {
    it(`${path} is fresh; else run \`npm run generate\``, async () => {
      const file = join(PROJECT_ROOT, path);
      const text = await format(render(), { ...(await resolveConfig(file)), filepath: file });
      expect((await readFile(file, "utf8")) === text).to.equal(true);
    });
  }

  it("describe every task, and options as the command line spells them", () => {
    const docs = renderTaskDocs();
    const all = [...circuitTasks, ...tasks];
    const names = all.map(({ id }) => id.join(" ")).filter((name) => name.startsWith("rollup:"));
    for (const name of names) expect(docs).to.contain(`\n## ${name}\n`);
    expect(docs).to.contain("`--validator-manager VALUE`");
  });

  it("list every key of the config with its type and default", () => {
    const docs = renderConfigDocs();
    const provers = PROVER_NAMES.map((name) => `"${name}"`).join(" \\| ");
    expect(docs).to.contain(`| \`prover\` | \`${provers}\` | \`"kernel"\` |`);
    expect(docs).to.contain('| `circuits.path` | `string` | `"circuits"` |');
    expect(docs).to.contain("| `operator.threads` | `integer, 0 to 256` | `0` |");
  });
});
