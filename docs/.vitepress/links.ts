/**
 * Links of the documents, which are written for a reader of the repository: relative to their file,
 * and to sources as well. On the site, documents at the root of the repository are pages below
 * `project/`, and a link to a source is text. A link to nothing fails the build.
 */
import { existsSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import type { MarkdownRenderer } from "vitepress";

const ROOT = join(import.meta.dirname, "../..");

/** Documents at the root of the repository, and the page of the site that each becomes. */
export const ROOT_PAGES: Readonly<Record<string, string>> = {
  "ARCHITECTURE.md": "architecture",
  "CHANGELOG.md": "changelog",
  "CONTRIBUTING.md": "contributing",
  "SECURITY.md": "security-policy",
  "examples/README.md": "examples",
};

/** The file that a page of the site is made of, from the root of the repository. */
function fileOf(page: string): string {
  const found = Object.entries(ROOT_PAGES).find(([, name]) => page === `project/${name}.md`);
  return found?.[0] ?? `docs/${page}`;
}

/** Where a link leads on the site; undefined if its target is a source, which is no page. */
function rewrite(href: string, page: string): string | undefined {
  const [path = "", fragment] = href.split("#");
  const file = fileOf(page);
  const target = posix.normalize(posix.join(dirname(file), decodeURI(path)));
  if (!existsSync(join(ROOT, target))) throw new Error(`${file} links to ${href}: no such file`);
  const toPage = (place: string) => {
    const link = relative(dirname(page), place).replaceAll("\\", "/");
    return `${link.startsWith(".") ? link : `./${link}`}${fragment ? `#${fragment}` : ""}`;
  };
  const rootPage = ROOT_PAGES[target];
  if (rootPage !== undefined) return toPage(`project/${rootPage}.md`);
  if (target === "README.md") return toPage("index.md");
  const inDocs = target.startsWith("docs/") && target.endsWith(".md");
  return inDocs ? toPage(target.slice("docs/".length)) : undefined;
}

/** Makes the links of a page those of the site. */
export function useSiteLinks(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push("site-links", ({ tokens, env }) => {
    const { relativePath } = env as { relativePath: string };
    for (const { children } of tokens) {
      let isDropped = false;
      for (const token of children ?? []) {
        if (token.type === "link_close" && isDropped) token.type = "text";
        if (token.type !== "link_open") continue;
        const href = token.attrGet("href") ?? "";
        isDropped = false;
        if (/^([a-z]+:|#|\/)/.test(href)) continue;
        const link = rewrite(href, relativePath);
        if (link !== undefined) token.attrSet("href", link);
        else token.type = "text";
        isDropped = link === undefined;
      }
    }
  });
}
