/**
 * Writes the interactive page of a profile: one HTML file that loads nothing.
 *
 * Its security policy allows only its own script and style, by their hashes. Names and sources are
 * data, which the script puts into the page as text.
 */
import { createHash } from "node:crypto";
import type { LineProfile } from "./collect.ts";
import type { Counts } from "./counts.ts";
import { type InstanceProfile, shortLabel } from "./instance-tree.ts";
import { PAGE_SCRIPT } from "./page-script.ts";
import { PAGE_STYLE } from "./page-style.ts";
import type { CircuitProfile } from "./profile-circuit.ts";
import type { ProvingTime } from "./proving-time.ts";
import { counted } from "../../util/counted.ts";
import { escapeXml } from "../../util/escape-xml.ts";

export interface ProfilePage {
  readonly profile: CircuitProfile;
  readonly time?: ProvingTime | undefined;
  /** Texts of source files by their paths in the profile; of others, the counted lines show. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Renders the page. */
export function renderPage({ profile, time, sources }: ProfilePage): string {
  const { circuit, optimization, totals } = profile;
  const number = (count: number) => count.toLocaleString("en");
  const facts = [
    counted(totals.constraints, "constraint"),
    `${number(totals.sourceConstraints)} in the source`,
    counted(totals.wires, "wire"),
    counted(totals.signals, "signal"),
    `--O${optimization}`,
    ...(time === undefined ? [] : [`a proof: ${time.proofMs.toFixed(1)} ms`]),
  ];
  const chips = facts.map((fact) => `<li>${escapeXml(fact)}</li>`).join("");
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(PAGE_SCRIPT)}'`,
    `style-src '${hashOf(PAGE_STYLE)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const title = escapeXml(`Profile of ${circuit}`);
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${title}</title><style>${PAGE_STYLE}</style></head><body>`,
    `<header><h1>${title}</h1><ul>${chips}</ul></header>`,
    '<nav><div id="metrics" role="group" aria-label="What is counted"></div>',
    '<div id="views" role="group" aria-label="By what"></div>',
    '<label>Search <input id="search" type="search" autocomplete="off"></label>',
    '<output id="found"></output>',
    '<button id="reset" type="button">Whole circuit</button></nav>',
    '<main><section id="flame" aria-label="Flamegraph"></section>',
    '<section class="scroll"><table id="table"></table></section>',
    '<section id="source" aria-label="Source" hidden></section></main>',
    `<script type="application/json" id="data">${toData({ profile, time, sources })}</script>`,
    `<script>${PAGE_SCRIPT}</script></body></html>`,
    "",
  ].join("\n");
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** The data of the page as JSON in which no tag can end. */
function toData({ profile, time, sources }: ProfilePage): string {
  const { circuit, totals, unattributed, main, templates, lines } = profile;
  const paths = [...new Set(lines.map(({ file }) => file))];
  const data = {
    circuit,
    totals: toList(totals),
    rest: toList({ ...unattributed, sourceConstraints: 0, signals: 0 }),
    time: time ?? null,
    tree: toTree(main),
    templates: templates.map(({ template, file, line, components, self, total }) => {
      return [template, file, line, components, toList(self), toList(total)];
    }),
    files: paths.map((path) => ({
      path,
      text: sources.get(path)?.split(/\r?\n/) ?? null,
      hits: lines.filter(({ file }) => file === path).map(toHit),
    })),
  };
  return JSON.stringify(data).replaceAll("<", "\\u003c");
}

function toList({ constraints, wires, sourceConstraints, signals }: Counts): number[] {
  return [constraints, wires, sourceConstraints, signals];
}

function toHit({ line, template, self, total, source }: LineProfile): unknown[] {
  return [line, template, toList(self), toList(total), source];
}

function toTree(node: InstanceProfile): unknown[] {
  const { label, template, components, self, total, children } = node;
  return [
    label,
    shortLabel(node),
    template,
    components,
    toList(self),
    toList(total),
    children.map(toTree),
  ];
}
