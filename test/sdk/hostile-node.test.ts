/** Nodes that lie, answer about something else, or not in the form that they should. */
import { randomBytes } from "node:crypto";
import { expect } from "chai";
import { Wallet } from "ethers";
import { createRpcClient } from "../../src/api/client.ts";
import { RPC_METHODS, type RpcMethod } from "../../src/api/methods.ts";
import { connect } from "../../src/sdk/connect.ts";
import { type RollupProvider } from "../../src/sdk/provider.ts";
import { isRollupError } from "../../src/util/errors.ts";
import { createRandom } from "../helpers/random.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import {
  createFakeNode,
  createSdkWorld,
  type FakeNode,
  type SdkWorld,
} from "../helpers/sdk-world.ts";
