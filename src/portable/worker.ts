/** The script of a page's worker, and of the threads of that worker. */

import type { WebWorkerScope } from "../kernel/web-worker-types.ts";
import { serveEngine } from "./worker-engine.ts";

serveEngine(globalThis as unknown as WebWorkerScope & { readonly name: string });
