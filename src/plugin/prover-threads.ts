/** snarkjs keeps its curve, and with it worker threads, in a global variable. */
interface CurveHolder {
  curve_bn128?: { terminate(): Promise<void> } | null;
}

/** Ends snarkjs's worker threads, which would keep the process alive for ever. */
export async function endProverThreads(): Promise<void> {
  await (globalThis as CurveHolder).curve_bn128?.terminate();
}
