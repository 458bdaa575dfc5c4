/** The worker of node-threads.ts. */

import { parentPort } from "node:worker_threads";
import { createThreadHandler } from "./thread-handler.ts";
import type { ThreadMessage } from "./thread-messages.ts";

const handle = createThreadHandler();

parentPort?.on("message", (message: ThreadMessage) => parentPort?.postMessage(handle(message)));
