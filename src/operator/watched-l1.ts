/** An L1 port whose calls are watched. */
import type { L1Transaction } from "../l1/types.ts";
import type { L1Port } from "./l1-port.ts";
import type { L1Step, Watchers } from "./watchers.ts";

/** The calls that send a transaction, and where it is in their results. */
const SENDING = {
  commitBlocks: (result) => ["commit", (result as { transaction: L1Transaction }).transaction],
  proveBlocks: (result) => ["prove", result as L1Transaction],
  executeBlocks: (result) => ["execute", result as L1Transaction],
  payOut: (result) => ["payOut", result as L1Transaction],
  revertBlocks: (result) => ["revert", result as L1Transaction],
} satisfies {
  readonly [call in keyof L1Port]?: (result: unknown) => readonly [L1Step, L1Transaction];
};

/** Wraps a port: watchers get the transactions that are mined, and how long each call takes. */
export function watchL1<P extends L1Port>(l1: P, watchers: Watchers): P {
  return new Proxy(l1, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (typeof name !== "string") return value;
      return (...args: unknown[]) =>
        watchCall(name, () => Reflect.apply(value, target, args) as Promise<unknown>, watchers);
    },
  });
}

async function watchCall(
  call: string,
  run: () => Promise<unknown>,
  watchers: Watchers,
): Promise<unknown> {
  const startMs = performance.now();
  const end = (outcome: { readonly error?: unknown }) => {
    const durationMs = performance.now() - startMs;
    watchers.notify(({ onL1Call }) => onL1Call?.({ call, durationMs, ...outcome }));
  };
  let result: unknown;
  try {
    result = await run();
  } catch (error) {
    end({ error });
    throw error;
  }
  end({});
  if (Object.hasOwn(SENDING, call)) {
    const [step, transaction] = SENDING[call as keyof typeof SENDING](result);
    watchers.notify(({ onL1Transaction }) => onL1Transaction?.(step, transaction));
  }
  return result;
}
