/** What every thread of the kernel does with a message, whatever carries the message to it. */

import { instantiateKernel } from "./instance.ts";
import type { KernelFunctions } from "./instance.ts";
import type { ThreadMessage, ThreadReply, Task } from "./thread-messages.ts";

interface OpenSpace {
  readonly functions: KernelFunctions;
  readonly counter: Int32Array;
  readonly scratchAddress: number;
}

/** Creates a thread's state: a function that computes what a message asks for. */
export function createThreadHandler(): (message: ThreadMessage) => ThreadReply {
  const spaces = new Map<number, OpenSpace>();
  const handle = (message: ThreadMessage): void => {
    if (message.kind === "close") {
      spaces.delete(message.space);
    } else if (message.kind === "open") {
      const { module, memory, counterAddress, scratchAddress } = message;
      const counter = new Int32Array(memory.buffer, counterAddress, 1);
      const functions = instantiateKernel(module, memory);
      spaces.set(message.space, { functions, counter, scratchAddress });
    } else {
      run(spaces.get(message.space)!, message.tasks);
    }
  };
  return (message) => ({ error: errorOf(() => handle(message)) });
}

function errorOf(action: () => void): Error | null {
  try {
    action();
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function run({ functions, counter, scratchAddress }: OpenSpace, tasks: readonly Task[]): void {
  for (;;) {
    const task = tasks[Atomics.add(counter, 0, 1)];
    if (task === undefined) return;
    functions[task.name]!(...task.args, scratchAddress);
  }
}
