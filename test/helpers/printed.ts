/** What code prints on standard output in this process, and the exit code that it sets. */
export interface Printed {
  readonly stdout: string;
  readonly exitCode: typeof process.exitCode;
}

/** Runs an action, and takes its output and its exit code away. */
export async function printedBy(action: () => Promise<unknown>): Promise<Printed> {
  const { exitCode: before } = process;
  const write = process.stdout.write.bind(process.stdout);
  let stdout = "";
  const capture = (data: string | Uint8Array) => {
    stdout += typeof data === "string" ? data : new TextDecoder().decode(data);
    return true;
  };
  process.exitCode = undefined;
  process.stdout.write = capture;
  try {
    await action();
    return { stdout, exitCode: process.exitCode };
  } finally {
    process.stdout.write = write;
    process.exitCode = before;
  }
}
