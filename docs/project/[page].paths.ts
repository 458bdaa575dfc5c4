/** Documents at the root of the repository, as pages of the site. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT_PAGES } from "../.vitepress/links.ts";

const root = join(import.meta.dirname, "../..");

export default {
  paths: () =>
    Object.entries(ROOT_PAGES).map(([file, page]) => ({
      params: { page },
      content: readFileSync(join(root, file), "utf8"),
    })),
};
