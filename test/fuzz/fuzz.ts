/** Sends an operator many random requests, and watches its answers and its memory. */
import { createRandom, type Random } from "../helpers/random.ts";
import { findFault, outcomesOf } from "./checks.ts";
import { FuzzClient, type HttpAnswer } from "./client.ts";
import type { OperatorProcess } from "./operator-process.ts";
import { ANSWER_MS, Patience } from "./patience.ts";
import { createRequest } from "./requests.ts";
import { Sender } from "./submissions.ts";

export interface FuzzOptions {
  readonly seed: string;
  /** Number of requests. */
  readonly requests: number;
  /** Called once a second with the number of requests so far. */
  readonly onProgress?: (done: number, memoryBytes: number) => void;
}

export interface FuzzReport {
  readonly seconds: number;
  /** Number of requests of each kind, and their total time. */
  readonly kinds: ReadonlyMap<string, { readonly count: number; readonly ms: number }>;
  /** Number of answers with each code, or with a result. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** Answers that no stranger may get, and requests without an answer; the first few. */
  readonly faults: readonly string[];
  /** Number of accepted submissions in another encoding with the signed meaning. */
  readonly accepted: number;
  /** Resident memory after the warm-up and at the end, in bytes. */
  readonly memory: { readonly before: number; readonly after: number };
  readonly slowestMs: number;
  /** Answers that took longer than they may on a machine with nothing else to do. */
  readonly late: number;
}

const FAULTS_MAX = 20;
const TEXT_MAX = 300;
/** One in this number of requests is a signed transaction with a change. */
const SUBMISSION_SHARE = 3;
const SAMPLE_MS = 1_000;
/** One in this number of other requests goes to the admin port. */
const ADMIN_SHARE = 4;
/** Part of the run in which caches fill and code is compiled. */
const WARM_UP = 0.3;

export async function fuzz(
  operator: OperatorProcess,
  { seed, requests, onProgress }: FuzzOptions,
): Promise<FuzzReport> {
  const run = new Run(operator);
  const start = performance.now();
  const samples: { done: number; bytes: number }[] = [];
  const sample = () => {
    samples.push({ done: run.done, bytes: operator.memory() });
    onProgress?.(run.done, samples.at(-1)!.bytes);
  };
  const sampling = setInterval(() => operator.isAlive() && sample(), SAMPLE_MS);
  try {
    const { wallets } = operator;
    const share = Math.ceil(requests / wallets.length);
    await Promise.all(
      wallets.map((wallet, index) => {
        const sender = new Sender(wallet, wallets[(index + 1) % wallets.length]!.address);
        return run.work(createRandom(`${seed}-${index}`), sender, share);
      }),
    );
  } finally {
    clearInterval(sampling);
    run.close();
  }
  sample();
  const warm = samples.filter(({ done }) => done >= WARM_UP * requests);
  const quarter = Math.ceil(warm.length / 4);
  const memory = {
    before: median(warm.slice(0, quarter).map(({ bytes }) => bytes)),
    after: median(warm.slice(-quarter).map(({ bytes }) => bytes)),
  };
  const { kinds, outcomes, faults, accepted, slowestMs, late } = run;
  const seconds = (performance.now() - start) / 1000;
  return { seconds, memory, kinds, outcomes, faults, accepted, slowestMs, late };
}

class Run {
  readonly #client: FuzzClient;
  readonly #admin: FuzzClient;
  readonly kinds = new Map<string, { count: number; ms: number }>();
  readonly outcomes = new Map<string, number>();
  readonly faults: string[] = [];
  accepted = 0;
  slowestMs = 0;
  late = 0;
  done = 0;
  readonly #operator: OperatorProcess;
  readonly #patience = new Patience();

  constructor(operator: OperatorProcess) {
    this.#operator = operator;
    this.#client = new FuzzClient(operator.url, this.#patience);
    this.#admin = new FuzzClient(operator.adminUrl, this.#patience);
  }

  close(): void {
    this.#patience.close();
    this.#client.close();
    this.#admin.close();
  }

  async work(random: Random, sender: Sender, count: number): Promise<void> {
    for (let index = 0; index < count && this.#operator.isAlive(); index++) {
      const isSubmission = random.int(SUBMISSION_SHARE) === 0;
      await (isSubmission ? this.#submit(random, sender) : this.#ask(random));
      this.done++;
    }
  }

  async #ask(random: Random): Promise<void> {
    const request = createRequest(random);
    const target = request.how === "http" ? (request.http?.path ?? "") : "";
    const shown = "body" in request ? `${target} ${request.body.toString()}` : request.kind;
    const isForAdmin = random.int(ADMIN_SHARE) === 0;
    const client = isForAdmin ? this.#admin : this.#client;
    const kind = isForAdmin ? `admin: ${request.kind}` : request.kind;
    await this.#send(kind, shown, () => client.send(request), request.isPage);
  }

  async #submit(random: Random, sender: Sender): Promise<void> {
    const { method, params, isForged } = await sender.create(random);
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const [answer] = await this.#send(`changed ${method}`, body, async () => [
      await this.#client.post(body),
    ]);
    if (answer === undefined || outcomesOf(answer)[0] !== "result") return;
    if (isForged) this.#note("it accepts a transaction that nobody has signed", body, answer.text);
    else this.accepted++;
  }

  async #send(
    kind: string,
    shown: string | Buffer,
    send: () => Promise<HttpAnswer[]>,
    isPage = false,
  ): Promise<HttpAnswer[]> {
    const start = performance.now();
    try {
      const answers = await send();
      this.#time(kind, performance.now() - start);
      for (const answer of answers) {
        for (const outcome of outcomesOf(answer)) count(this.outcomes, outcome);
        const fault = findFault(answer, this.#operator.l1Url, isPage);
        if (fault !== undefined) this.#note(fault, shown, answer.text);
      }
      return answers;
    } catch (error) {
      this.#note(`no answer to ${kind}: ${String(error)}`, shown, "");
      return [];
    }
  }

  #time(kind: string, tookMs: number): void {
    const { count, ms } = this.kinds.get(kind) ?? { count: 0, ms: 0 };
    this.kinds.set(kind, { count: count + 1, ms: ms + tookMs });
    this.slowestMs = Math.max(this.slowestMs, tookMs);
    if (tookMs > ANSWER_MS) this.late++;
  }

  #note(fault: string, request: string | Buffer, answer: string): void {
    if (this.faults.length >= FAULTS_MAX) return;
    const [sent, got] = [request.toString(), answer].map((text) => text.slice(0, TEXT_MAX));
    this.faults.push(`${fault}\n    sent ${sent}\n    got  ${got}`);
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
