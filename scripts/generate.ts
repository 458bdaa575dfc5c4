/**
 * Writes every file of `src/generate/generated-files.ts` and the references of docs/, or with
 * `--check` compares them with what is committed and exits with 1 if one is stale.
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

/**
 * Formats files that prettier knows, so that generated files pass the same check as written ones.
 */
async function formatted(path: string, text: string): Promise<string> {
  if (path.endsWith(".circom")) return text;
  return format(text, { ...(await resolveConfig(path)), filepath: path });
}

/** Renderers that need Hardhat or the TypeScript compiler, which the package does not depend on. */
const references: GeneratedFile[] = [
  { path: "docs/tasks.md", render: renderTaskDocs },
  { path: "docs/config.md", render: renderConfigDocs },
  ...[...renderApiReports(emitDeclarations(root))].map(([entry, text]) => ({
    path: apiReportFile(entry),
    render: () => text,
  })),
];
const stale: string[] = [];
for (const { path, render } of [...GENERATED_FILES, ...references]) {
  const file = join(root, path);
  const rendered = await render(root);
  if (rendered === undefined) {
    console.warn(`${path} stays unchanged: the contracts are not built.`);
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
