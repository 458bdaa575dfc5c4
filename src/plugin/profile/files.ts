/** The files that the profiler reads and writes. */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Baseline, parseBaseline } from "../../circom/profile/baseline.ts";
import { circomError } from "../../circom/errors.ts";
import { renderFlamegraph } from "../../circom/profile/flamegraph.ts";
import { toFrames } from "../../circom/profile/frames.ts";
import { renderPage } from "../../circom/profile/page.ts";
import type { CircuitProfile } from "../../circom/profile/profile-circuit.ts";
import type { ProvingTime } from "../../circom/profile/proving-time.ts";
import { writeIfChanged } from "../../groth16/files/files.ts";
import { counted } from "../../util/counted.ts";
import { pluginError } from "../errors.ts";

/** Maximum characters of the sources in a page; beyond, it shows only the lines that count. */
const SOURCES_MAX = 4_000_000;

/** Reads a baseline. @throws PROFILE_BASELINE_MISSING, PROFILE_BASELINE_INVALID */
export async function readBaseline(file: string): Promise<Baseline> {
  const baseline = await findBaseline(file);
  if (baseline === undefined) throw pluginError({ code: "PROFILE_BASELINE_MISSING", file });
  return baseline;
}

/** @returns Undefined if there is no file. @throws PROFILE_BASELINE_INVALID */
export async function findBaseline(file: string): Promise<Baseline | undefined> {
  try {
    return parseBaseline(await readFile(file, "utf8"), file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    if (code !== "EISDIR") throw error;
    throw circomError({ code: "PROFILE_BASELINE_INVALID", file, reason: "it is a folder" });
  }
}

/**
 * Writes the flamegraph and the page of a profile.
 *
 * @param folder - Created if missing. A circuit that is named by a path gets folders in it.
 * @param root - Folder that the paths in the profile are relative to.
 * @returns The paths of both files.
 */
export async function writePictures(
  profile: CircuitProfile,
  time: ProvingTime | undefined,
  folder: string,
  root: string,
): Promise<{ svg: string; html: string }> {
  const { circuit, totals, optimization } = profile;
  const base = join(resolve(folder), circuit);
  const [svg, html] = [`${base}.svg`, `${base}.html`];
  const subtitle =
    `${counted(totals.constraints, "constraint")} at --O${optimization}: each frame is a component, ` +
    "as wide as its constraints with those of the components below it";
  const picture = renderFlamegraph({
    title: circuit,
    subtitle,
    unit: "constraints",
    root: toFrames(profile, "constraints"),
  });
  await writeIfChanged(svg, picture);
  const page = renderPage({ profile, time, sources: await readSources(profile, root) });
  await writeIfChanged(html, page);
  return { svg, html };
}

async function readSources(
  { lines }: CircuitProfile,
  root: string,
): Promise<ReadonlyMap<string, string>> {
  const sources = new Map<string, string>();
  let length = 0;
  for (const file of new Set(lines.map((line) => line.file))) {
    const text = await readFile(resolve(root, file), "utf8");
    length += text.length;
    if (length > SOURCES_MAX) break;
    sources.set(file, text);
  }
  return sources;
}
