/**
 * Writes the files that are generated from `src/protocol`, the docs of RPC methods, errors, tasks
 * and config, the reports of the public surface, and ABI and types from the last build of the
 * contracts; or with `--check` compares them with what is committed and exits with 1 if one is
 * stale.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { format, resolveConfig } from "prettier";
import { type AbiArtifact, renderAbi } from "../src/generate/abi.ts";
import { renderContractTypes } from "../src/generate/contract-types.ts";
import { GENERATED_FILES, type GeneratedFile } from "../src/generate/generated-files.ts";
import { renderRpcDocs } from "../src/generate/rpc-docs.ts";
import { apiReportFile, emitDeclarations, renderApiReports } from "./render-api-report.ts";
import { renderConfigDocs } from "./render-config-docs.ts";
import { renderErrorDocs } from "./render-error-docs.ts";
import { renderTaskDocs } from "./render-task-docs.ts";

const root = join(import.meta.dirname, "..");
const check = process.argv.includes("--check");

/** Formats what prettier knows, so that generated files pass the same check as written ones. */
async function formatted(path: string, text: string): Promise<string> {
  if (path.endsWith(".circom")) return text;
  return format(text, { ...(await resolveConfig(path)), filepath: path });
}

/** The contracts need generated files to be built, so there may be no build yet. */
async function filesFromBuild(): Promise<GeneratedFile[]> {
  const artifactFile = join(root, "artifacts/contracts/Rollup.sol/Rollup.json");
  const artifact = await readFile(artifactFile, "utf8").catch(() => undefined);
  if (artifact === undefined) {
    console.warn("The contracts are not built, so their ABI is left as it is.");
    return [];
  }
  const { abi } = JSON.parse(artifact) as AbiArtifact;
  return [
    { path: "src/l1/generated/abi.ts", render: () => renderAbi({ abi }) },
    { path: "src/l1/generated/rollup.ts", render: () => renderContractTypes(abi) },
  ];
}

const errorDocs = await renderErrorDocs(root);
const apiReports = [...renderApiReports(emitDeclarations(root))];
const docs: GeneratedFile[] = [
  { path: "docs/rpc.md", render: renderRpcDocs },
  { path: "docs/errors.md", render: () => errorDocs },
  { path: "docs/tasks.md", render: renderTaskDocs },
  { path: "docs/config.md", render: renderConfigDocs },
  ...apiReports.map(([entry, text]) => ({ path: apiReportFile(entry), render: () => text })),
];

const stale: string[] = [];
for (const { path, render } of [...GENERATED_FILES, ...docs, ...(await filesFromBuild())]) {
  const file = join(root, path);
  const text = await formatted(file, render());
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
