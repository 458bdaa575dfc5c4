/**
 * Sends random requests to both ports of an operator in another process:
 * `npm run test:fuzz-rpc -- --requests N --seed S`. The operator must be alive at the end with as
 * much memory as before. No answer may contain a stack trace, a path or the address of L1, or
 * accept what nobody has signed. Each request has an answer within 20 seconds, or longer if others
 * have the processor meanwhile (`test/fuzz/patience.ts`).
 */
import { parseArgs } from "node:util";
import { fuzz, type FuzzReport } from "../test/fuzz/fuzz.ts";
import { ANSWER_MS } from "../test/fuzz/patience.ts";
import { startOperatorProcess } from "../test/fuzz/operator-process.ts";
import { createRandom } from "../test/helpers/random.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: createRandom().seed },
    requests: { type: "string", default: "20000" },
    /** Senders at a time. */
    users: { type: "string", default: "12" },
  },
});
/** Maximum growth of memory, for garbage that is not collected yet. */
const GROWTH_MAX_BYTES = 64 << 20;

const requests = Number(values.requests);
const { seed } = values;
let nextShown = 0;
console.log(`seed ${seed}, ${requests} requests`);
const operator = await startOperatorProcess(Number(values.users));
let failures: string[] = ["it was interrupted"];
try {
  const report = await fuzz(operator, {
    seed,
    requests,
    onProgress: showProgress,
  });
  print(report);
  failures = await findFailures(report);
} finally {
  const log = await operator.close();
  if (failures.length > 0)
    console.log(`\nEnd of the operator's standard error:\n${log.slice(-4_000)}`);
}
for (const failure of failures) console.log(`FAILED: ${failure}`);
process.exit(failures.length > 0 ? 1 : 0);

function showProgress(done: number, bytes: number): void {
  if (done < nextShown) return;
  nextShown = done + requests / 20;
  console.log(`  ${done} of ${requests}, ${toMegabytes(bytes)}`);
}

function print(report: FuzzReport): void {
  const { seconds, kinds, outcomes, accepted, memory, slowestMs, late } = report;
  const requestLines = [...kinds]
    .sort(([, one], [, other]) => other.count - one.count)
    .map(([name, { count, ms }]) => `    ${count}  ${name}, ${(ms / count).toFixed(0)} ms each`);
  const answerLines = [...outcomes]
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => `    ${count}  ${name}`);
  console.log(["\n  Requests", ...requestLines, "  Answers to calls", ...answerLines].join("\n"));
  console.log(`  ${accepted} changed submissions accepted that mean the same as what was signed`);
  console.log(
    `  Memory ${toMegabytes(memory.before)} after the warm-up, ${toMegabytes(memory.after)} at the end`,
  );
  console.log(
    `  ${seconds.toFixed(1)} s, ${(requests / seconds).toFixed(0)} requests a second, slowest ${slowestMs.toFixed(0)} ms`,
  );
  console.log(`  ${late} answers after ${ANSWER_MS} ms, as late as others had the processor`);
}

async function findFailures({ faults, memory }: FuzzReport): Promise<string[]> {
  const isAnswering = await operator.provider.getConfig().then(
    () => true,
    () => false,
  );
  const growth = memory.after - memory.before;
  return [
    ...faults,
    ...(isAnswering ? [] : ["the operator no longer answers"]),
    ...(growth > GROWTH_MAX_BYTES ? [`memory has grown by ${toMegabytes(growth)}`] : []),
  ];
}

function toMegabytes(bytes: number): string {
  return `${(bytes / (1 << 20)).toFixed(0)} MB`;
}
