/** `hardhat rollup:prover`: proves jobs of a queue until interrupted, or exports keys for that. */
import { resolve } from "node:path";
import { QUEUE_PLACES } from "../src/plugin/config/node/provers.ts";
import { pluginError } from "../src/plugin/errors.ts";
import { shownPath } from "./circuit-steps.ts";
import {
  buildFor,
  type CommonArguments,
  createNodeLog,
  defineAction,
  printJson,
  toPlan,
} from "./common.ts";

interface ProverArguments extends CommonArguments {
  readonly queue?: string | undefined;
  readonly name?: string | undefined;
  readonly concurrency: number;
  readonly output?: string | undefined;
}

const TASK = "rollup:prover";

const action = defineAction<ProverArguments>(async (args, hre) => {
  const { json, output, concurrency } = args;
  const plan = toPlan(args, hre);
  const { queue, schema } = hre.config.rollup.node.provers;
  const url = args.queue ?? queue;
  if (url === undefined && output === undefined) {
    throw pluginError({ code: "OPTION_MISSING", option: "queue", task: TASK, or: QUEUE_PLACES });
  }
  const { assertWorkerOptions, defaultWorkerName, runWorker } =
    await import("../src/farm/run-worker.ts");
  const name = args.name ?? defaultWorkerName();
  assertWorkerOptions({ name, concurrency, prover: plan.prover });
  await buildFor(plan, hre);
  const { openRollupCircuits } = await import("../src/plugin/rollup/prover.ts");
  const circuits = await openRollupCircuits(hre.config, plan.preset, plan.prover);
  try {
    if (output !== undefined) {
      const { writeWorkerKeys } = await import("../src/farm/keys.ts");
      const files = await writeWorkerKeys(resolve(output), circuits.keys);
      if (json) printJson({ files });
      else for (const file of files) console.log(shownPath(file));
      return;
    }
    const { prover } = circuits;
    const location = { url: url!, ...(schema !== undefined && { schema }) };
    const options = { ...location, name, concurrency, keys: circuits.keys, prover };
    const logger = createNodeLog(args, "info", (stream, text) => void stream.write(text));
    await runWorker({ ...options, logger }, (worker) => {
      if (json) printJson({ worker: worker.name, keys: circuits.keys.map(({ keyId }) => keyId) });
      else console.log(`The worker ${worker.name} waits for proof jobs. Stop with Ctrl-C.`);
    });
  } finally {
    await circuits.prover.close();
  }
});

export default action;
