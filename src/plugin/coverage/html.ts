/** The coverage of a run as a page of its own, without scripts or other files. */
import type { FileCoverage } from "../../circom/coverage/file-coverage.ts";
import { COVERAGE_KINDS, totalsOf, type Totals } from "../../circom/coverage/totals.ts";
import { escapeXml } from "../../util/escape-xml.ts";
import type { RunCoverage } from "./evaluate-run.ts";
import { type Finding, listFindings } from "./findings.ts";
import { showPercent } from "./table.ts";

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
table { border-collapse: collapse; } td, th { padding: 0.1rem 0.8rem; text-align: right; }
td:first-child, th:first-child { text-align: left; } thead, tfoot { border-block: 1px solid #999; }
.source { display: block; overflow-x: auto; font: 13px/1.4 ui-monospace, monospace; }
.source td { padding: 0 0.6rem; white-space: pre; } .source td:last-child { text-align: left; }
.source td:nth-child(-n + 2) { color: #777; } .run { background: #2da44e26; }
.missed { background: #cf222e33; } .partly { background: #d4a72c40; } small { color: #9a6700; }
@media (prefers-color-scheme: dark) { body { background: #111; color: #ddd; } a { color: #8bf; } }
`;
const HEADINGS = ["Line %", "Branch %", "Constraint %", "Varied %", "Refused %"];

/** @param readText - Returns the text of a file. */
export function renderPage(
  run: RunCoverage,
  nameOf: (file: string) => string,
  readText: (file: string) => string,
): string {
  const findings = listFindings(run);
  const lists = findings.filter((list) => list.findings.length > 0);
  const all = lists.flatMap(({ title, findings: found }) =>
    found.map((finding) => ({ ...finding, title })),
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Coverage of circuits</title>
<style>${STYLE}</style>
<h1>Coverage of circuits</h1>
${renderSummary(run, nameOf)}
${lists.map((list) => renderList(list.title, list.findings, nameOf)).join("\n")}
${run.files.map((file) => renderFile(file, nameOf, readText, all)).join("\n")}
</html>
`;
}

function renderSummary({ files, circuits }: RunCoverage, nameOf: (file: string) => string): string {
  const row = (name: string, totals: Totals) => {
    const cells = COVERAGE_KINDS.map((kind) => `<td>${showPercent(totals[kind])}</td>`);
    return `<tr><td>${name}</td>${cells.join("")}</tr>`;
  };
  const rows = files.map((file) => {
    const name = escapeXml(nameOf(file.file));
    return row(`<a href="#${name}">${name}</a>`, totalsOf([file]));
  });
  const inputs = circuits.map(({ name, accepted, refused, leftOut }) => {
    const more = leftOut === 0 ? "" : `, ${leftOut} left out`;
    return `<li>${escapeXml(name)}: ${accepted} accepted and ${refused} refused inputs${more}</li>`;
  });
  const headings = HEADINGS.map((heading) => `<th>${heading}</th>`).join("");
  return `<table><thead><tr><th>File</th>${headings}</tr></thead>
<tbody>${rows.join("\n")}</tbody>
<tfoot>${row("Total", totalsOf(files))}</tfoot></table>
<ul>${inputs.join("\n")}</ul>`;
}

function renderList(
  title: string,
  findings: readonly Finding[],
  nameOf: (file: string) => string,
): string {
  const items = findings.map(({ file, line, text }) => {
    const place = escapeXml(`${nameOf(file)}:${line}`);
    return `<li><a href="#${place}">${place}</a> <code>${escapeXml(text)}</code></li>`;
  });
  return `<details><summary>${title}: ${findings.length}</summary><ul>${items.join("\n")}</ul></details>`;
}

function renderFile(
  { file, lines }: FileCoverage,
  nameOf: (file: string) => string,
  readText: (file: string) => string,
  findings: readonly (Finding & { readonly title: string })[],
): string {
  const name = escapeXml(nameOf(file));
  const rows = readText(file)
    .split(/\r?\n/)
    .map((text, index) => {
      const line = index + 1;
      const runs = lines.get(line);
      const own = findings.filter((finding) => finding.file === file && finding.line === line);
      const notes = own.map(({ title, text: found }) => escapeXml(`${title}: ${found}`));
      const kind =
        runs === undefined ? "" : runs === 0 ? "missed" : own.length > 0 ? "partly" : "run";
      const hint = notes.length === 0 ? "" : ` title="${notes.join("&#10;")}"`;
      const code = `<td class="${kind}"${hint}>${escapeXml(text)}</td>`;
      return `<tr id="${name}:${line}"><td>${line}</td><td>${runs ?? ""}</td>${code}</tr>`;
    });
  return `<h2 id="${name}">${name}</h2>\n<table class="source">${rows.join("\n")}</table>`;
}
