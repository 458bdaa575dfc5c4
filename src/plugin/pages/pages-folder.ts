/** Finds the built explorer and wallet in this package. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pluginError } from "../errors.ts";
import { PACKAGE_ROOT } from "../package-root.ts";

/** @returns Undefined in a checkout in which the pages are not built. */
export function findPagesFolder(): string | undefined {
  const folder = join(PACKAGE_ROOT, "dist/web");
  return existsSync(join(folder, "index.html")) ? folder : undefined;
}

/** @throws PAGES_NOT_BUILT */
export function pagesFolder(): string {
  const folder = findPagesFolder();
  if (folder === undefined) throw pluginError({ code: "PAGES_NOT_BUILT" });
  return folder;
}
