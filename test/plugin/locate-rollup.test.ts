/** Places in which a rollup is looked for, in order. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import hre from "hardhat";
import type { HardhatConfig } from "hardhat/types/config";
import type { JsonRpcServer, NetworkConnection } from "hardhat/types/network";
import { reserveFile } from "../../src/plugin/reserved-file.ts";
import { readGenesisHash } from "../../src/plugin/rollup/deployment-file.ts";
import { deploymentFile } from "../../src/plugin/rollup/deployment-path.ts";
import { locateRollup } from "../../src/plugin/rollup/locate-rollup.ts";
import { expectRejection } from "../helpers/expect-code.ts";

const STRANGER = `0x${"ab".repeat(20)}`;
const MOCK = { prover: "mock" } as const;

describe("plugin: locating a rollup", () => {
  let root: string;
  let config: HardhatConfig;
  let server: JsonRpcServer;
  let l1: NetworkConnection;
  let connect: () => Promise<NetworkConnection>;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "locate-rollup-"));
    config = { ...hre.config, paths: { ...hre.config.paths, root } };
    server = await hre.network.createServer("node", "127.0.0.1", 0);
    const { address, port } = await server.listen();
    const override = { url: `http://${address}:${port}` };
    connect = () => hre.network.create({ network: "localhost", override });
    l1 = await connect();
  });

  after(async () => {
    await l1.close();
    await server.close();
    await rm(root, { recursive: true });
  });

  async function record(connection: NetworkConnection, contents: object): Promise<void> {
    const { chainId } = await connection.ethers.provider.getNetwork();
    const file = deploymentFile(root, chainId);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(contents));
  }

  it("refuses if the address is unknown", async () => {
    await expectRejection("ROLLUP_ADDRESS_UNKNOWN", locateRollup(config, l1, {}));
  });

  it("uses a file of this chain, with the block of the deployment", async () => {
    const { rollup } = await l1.rollup.deploy(MOCK).then(({ contracts }) => contracts);
    const [address, genesisHash] = [
      await rollup.getAddress(),
      await readGenesisHash(l1.ethers.provider),
    ];
    const other = await connect();
    await record(other, { rollup: address, deploymentBlock: 3, genesisHash });
    expect(await locateRollup(config, other, {})).to.deep.equal({
      rollupAddress: address,
      deploymentBlock: 3,
    });
    const named = await locateRollup(config, other, { rollup: address, fromBlock: 1 });
    expect(named.deploymentBlock).to.equal(1);
    await record(other, {
      rollup: address,
      deploymentBlock: 3,
      genesisHash: `0x${"00".repeat(32)}`,
    });
    await expectRejection("DEPLOYMENT_OF_OTHER_CHAIN", locateRollup(config, other, {}));
    expect((await locateRollup(config, other, { rollup: address })).deploymentBlock).to.equal(0);
    await record(other, { rollup: STRANGER });
    await expectRejection("ROLLUP_NOT_FOUND", locateRollup(config, other, {}));
    await record(other, { contract: address });
    await expectRejection("DEPLOYMENT_FILE_INVALID", locateRollup(config, other, {}));
    await other.close();
  });

  it("prefers the rollup of the connection, and that of an operator, to a file", async () => {
    const connection = await hre.network.create();
    await connection.rollup.deploy(MOCK);
    const rollupAddress = await connection.rollup.contracts.rollup.getAddress();
    await record(connection, { rollup: STRANGER });
    expect(await locateRollup(config, connection, {})).to.include({ rollupAddress });
    await connection.close();
  });

  it("reports that there is no rollup at an address, not a missing block 0", async () => {
    await expectRejection("ROLLUP_NOT_FOUND", locateRollup(config, l1, { rollup: STRANGER }));
    const token = await l1.ethers.deployContract("TestToken", ["Token", "TKN"]);
    const other = locateRollup(config, l1, { rollup: await token.getAddress() });
    expect((await expectRejection("ROLLUP_NOT_FOUND", other)).facts).to.include({
      found: "another contract",
    });
    await expectRejection("ADDRESS_INVALID", locateRollup(config, l1, { rollup: "hello" }));
  });
});

describe("plugin: a reserved file", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "reserved-file-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("is written whole or not at all", async () => {
    const path = join(folder, "new", "file.json");
    const unused = await reserveFile(path, "refuse");
    await unused.release();
    const used = await reserveFile(path, "refuse");
    await used.write("text");
    await used.release();
    expect(await readFile(path, "utf8")).to.equal("text");
  });

  it("replaces nothing unless requested", async () => {
    const path = join(folder, "file.json");
    await writeFile(path, "old");
    await expectRejection("OUTPUT_EXISTS", reserveFile(path, "refuse"));
    const forced = await reserveFile(path, "force");
    await forced.write("new");
    await forced.release();
    expect(await readFile(path, "utf8")).to.equal("new");
  });

  it("is refused in a folder that is not writable", async () => {
    await writeFile(join(folder, "file"), "");
    const below = reserveFile(join(folder, "file", "x.json"), "refuse");
    await expectRejection("OUTPUT_NOT_WRITABLE", below);
    await expectRejection("OUTPUT_NOT_WRITABLE", reserveFile(folder, "force"));
  });
});
