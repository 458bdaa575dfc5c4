/** `hardhat rollup:ptau`: lists public powers of tau, or downloads and checks one of them. */
import { resolve } from "node:path";
import type { DownloadProgress } from "../src/groth16/setup/ptau-download.ts";
import { type CommonArguments, defineAction, printJson } from "./common.ts";

interface PtauArguments extends CommonArguments {
  readonly name: string;
  readonly source: string | undefined;
  readonly output: string | undefined;
}

const MEBIBYTE = 2 ** 20;
const REPORT_INTERVAL_MS = 2_000;

const action = defineAction<PtauArguments>(async (args, { config }) => {
  const { name, source, output, json } = args;
  if (name === "") return listFiles(json);
  const { ensurePublicPtau, requirePublicPtau } =
    await import("../src/groth16/setup/ptau-download.ts");
  const ptau = requirePublicPtau(name);
  const { path, cached } = await ensurePublicPtau(ptau, {
    folder: output === undefined ? config.rollup.paths.ptau : resolve(output),
    ...(source !== undefined && { source }),
    onProgress: createReporter(json ? process.stderr : process.stdout),
  });
  if (json) printJson({ name, path, cached, blake2b: ptau.blake2b });
  else console.log(`${path}\n  BLAKE2b ${ptau.blake2b}${cached ? "" : "\n  downloaded"}`);
});

async function listFiles(json: boolean): Promise<void> {
  const { PTAU_SOURCE, PUBLIC_PTAU } = await import("../src/groth16/setup/public-ptau.ts");
  const rows = PUBLIC_PTAU.map((ptau) => ({ ...ptau, url: `${PTAU_SOURCE}/${ptau.file}` }));
  if (json) {
    printJson(rows);
    return;
  }
  for (const { name, exponent, url } of rows) {
    console.log(`${name.padEnd(9)}  2^${exponent} powers  ${url}`);
  }
}

/** Writes a line every two seconds. */
function createReporter(stream: NodeJS.WriteStream): (progress: DownloadProgress) => void {
  let lastMs = performance.now();
  return ({ bytes, total }) => {
    if (performance.now() - lastMs < REPORT_INTERVAL_MS) return;
    lastMs = performance.now();
    const of = total === undefined ? "" : ` of ${(total / MEBIBYTE).toFixed(0)}`;
    stream.write(`Downloaded ${(bytes / MEBIBYTE).toFixed(0)}${of} MiB\n`);
  };
}

export default action;
