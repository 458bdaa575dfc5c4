/**
 * Writes every file of `src/generate/generated-files.ts`, the references of tasks and config, and
 * the reports of the public surface; or with `--check` compares them with what is committed and
 * exits with 1 if one is stale.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { format, resolveConfig } from "prettier";
import { GENERATED_FILES, type GeneratedFile } from "../src/generate/generated-files.ts";
import { apiReportFile, emitDeclarations, renderApiReports } from "./render-api-report.ts";
import { renderConfigDocs } from "./render-config-docs.ts";
import { renderTaskDocs } from "./render-task-docs.ts";

const root = join(import.meta.dirname, "..");
const check = process.argv.includes("--check");

/** Formats what prettier knows, so that generated files pass the same check as written ones. */
async function formatted(path: string, text: string): Promise<string> {
  if (path.endsWith(".circom")) return text;
  return format(text, { ...(await resolveConfig(path)), filepath: path });
}

/** Reports need the TypeScript compiler, which is no dependency of the package. */
const reports: GeneratedFile[] = [...renderApiReports(emitDeclarations(root))].map(
  ([entry, text]) => ({ path: apiReportFile(entry), render: () => text }),
);
/** Of what knows Hardhat, which nothing below `plugin` does. */
const references: GeneratedFile[] = [
  { path: "docs/tasks.md", render: renderTaskDocs },
  { path: "docs/config.md", render: renderConfigDocs },
];
const stale: string[] = [];
for (const { path, render } of [...GENERATED_FILES, ...references, ...reports]) {
  const file = join(root, path);
  const rendered = await render(root);
  if (rendered === undefined) {
    console.warn(`${path} is left as it is: the contracts are not built.`);
    continue;
  }
  const text = await formatted(file, rendered);
  const current = await readFile(file, "utf8").catch(() => "");
  if (current === text) continue;
  stale.push(path);
  if (check) continue;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

const verb = check ? "stale" : "written";
console.log(stale.length === 0 ? "All generated files are fresh." : `${verb}: ${stale.join(", ")}`);
if (check && stale.length > 0) {
  console.error("Run `npm run generate` and commit the result.");
  process.exitCode = 1;
}
