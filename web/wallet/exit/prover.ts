/** Proves exits in the page, in a worker. */
import { createExitProver } from "../../../src/exit.ts";
import type { VerificationKey } from "../../../src/groth16/snarkjs.ts";
import type { PagesConfig } from "../../../src/pages/config.ts";
import { createGroth16 } from "../../../src/portable/page.ts";
import type { Prover } from "../../../src/prover/prover.ts";

/**
 * Opens the exit circuit of the pages; the caller closes the prover.
 *
 * @returns Undefined if no files are configured: claims go by path then.
 */
export async function openProver({ exit }: PagesConfig): Promise<Prover | undefined> {
  if (exit === undefined) return undefined;
  const toUrl = (path: string) => new URL(path, document.baseURI).href;
  const response = await fetch(toUrl(exit.verificationKey));
  if (!response.ok) throw new Error(`The verification key has status ${response.status}.`);
  const verificationKey = (await response.json()) as VerificationKey;
  const files = { wasm: toUrl(exit.wasm), zkey: toUrl(exit.zkey), verificationKey };
  return createExitProver(createGroth16(), files);
}
