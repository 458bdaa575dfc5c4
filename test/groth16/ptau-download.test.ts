/** Public powers of tau: the list, and downloads from a server that may lie, hang or break off. */
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { ensurePublicPtau, requirePublicPtau } from "../../src/groth16/setup/ptau-download.ts";
import { PTAU_SOURCE, PUBLIC_PTAU } from "../../src/groth16/setup/public-ptau.ts";
import { expectRejection } from "../circom/workspace.ts";
import { expectCode } from "../helpers/expect-code.ts";

const CONTENT = Buffer.from("powers of tau ".repeat(5_000));
const PTAU = {
  name: "test-4",
  file: "test_4.ptau",
  exponent: 4,
  blake2b: createHash("blake2b512").update(CONTENT).digest("hex"),
};

describe("groth16: public powers of tau", () => {
  let folder: string;
  let server: Server | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "ptau-"));
  });
  afterEach(async () => {
    server?.closeAllConnections();
    await new Promise((done) => (server === undefined ? done(null) : server.close(done)));
    server = undefined;
    await rm(folder, { recursive: true });
  });

  async function serve(listener: RequestListener): Promise<string> {
    server = createServer(listener);
    await new Promise<void>((done) => server!.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/ptau/`;
  }
  const ensure = (source: string, timeoutMs = 5_000) =>
    ensurePublicPtau(PTAU, { folder, source, timeoutMs });
  /** Nothing of a failed download stays. */
  const expectEmpty = async () => expect(await readdir(folder)).to.deep.equal([]);

  it("lists the files and hashes that snarkjs publishes", async () => {
    const main = createRequire(import.meta.url).resolve("snarkjs");
    const readme = await readFile(join(dirname(main), "..", "README.md"), "utf8");
    const rows = readme.matchAll(/^\| +(\d+) +\|.*\((\S+)\) *\| ([0-9a-f]{128}) \|/gm);
    const published = Array.from(rows, ([, power, url, blake2b]) => [Number(power), url, blake2b]);
    expect(published).to.have.length(21);
    const ours = PUBLIC_PTAU.map((ptau) => [
      ptau.exponent,
      `${PTAU_SOURCE}/${ptau.file}`,
      ptau.blake2b,
    ]);
    expect(ours).to.deep.equal(published);
    expect(requirePublicPtau("hermez-14").exponent).to.equal(14);
    expectCode("PTAU_UNKNOWN", () => requirePublicPtau("hermez-7"));
  });

  it("downloads a file once, with progress", async () => {
    const paths: (string | undefined)[] = [];
    const source = await serve(({ url }, response) => {
      paths.push(url);
      response.writeHead(200, { "content-length": CONTENT.length }).end(CONTENT);
    });
    const seen: (number | undefined)[] = [];
    const made = await ensurePublicPtau(PTAU, {
      folder,
      source,
      onProgress: ({ bytes, total }) => seen.push(bytes, total),
    });
    expect(made).to.deep.equal({ path: join(folder, PTAU.file), cached: false });
    expect(CONTENT.equals(await readFile(made.path))).to.equal(true);
    expect(seen.slice(-2)).to.deep.equal([CONTENT.length, CONTENT.length]);
    expect(await ensure(source)).to.deep.equal({ path: made.path, cached: true });
    expect(paths).to.deep.equal(["/ptau/test_4.ptau"]);
  });

  it("refuses a file with another hash, and keeps nothing of it", async () => {
    const source = await serve((_, response) => response.end("something else"));
    const { facts } = await expectRejection("PTAU_HASH_DIFFERS", () => ensure(source));
    expect(facts.expected).to.equal(PTAU.blake2b);
    await expectEmpty();
  });

  it("refuses a download that breaks off, ends early or never ends", async () => {
    const reasonOf = async (listener: RequestListener, timeoutMs?: number) => {
      const source = await serve(listener);
      const error = await expectRejection("PTAU_NOT_DOWNLOADED", () => ensure(source, timeoutMs));
      server!.closeAllConnections();
      server!.close();
      await expectEmpty();
      expect(error.message).to.include(PTAU.file).and.include(folder);
      return error.facts.reason;
    };
    const begin = CONTENT.subarray(0, 1000);
    const broken = await reasonOf((_, response) => {
      response.writeHead(200, { "content-length": CONTENT.length });
      response.write(begin);
      setTimeout(() => response.destroy(), 100);
    });
    expect(broken).to.match(/^it breaks off after \d+ bytes/);
    const silent = await reasonOf((_, response) => void response.write(begin), 200);
    expect(silent).to.include("sends nothing any more after 1000 bytes");
    const large = Buffer.alloc(1 << 20);
    const endless = await reasonOf((_, response) => {
      const send = (): unknown => response.destroyed || response.write(large, () => void send());
      send();
    });
    expect(endless).to.match(/^it sends more than \d+ bytes$/);
    const source = await serve((_, response) => response.end(begin));
    await expectRejection("PTAU_HASH_DIFFERS", () => ensure(source));
    await expectEmpty();
  });

  it("says what a server or the network answers, and where a file by hand belongs", async () => {
    const missing = await serve((_, response) => response.writeHead(403).end("AccessDenied"));
    const denied = await expectRejection("PTAU_NOT_DOWNLOADED", () => ensure(missing));
    expect(denied.facts.reason).to.equal("it answers 403");
    // Port 1 refuses connections.
    const refused = await expectRejection("PTAU_NOT_DOWNLOADED", () =>
      ensure("http://127.0.0.1:1"),
    );
    expect(refused.facts.reason).to.be.a("string").and.not.equal("fetch failed");
    expect(refused.fix).to.include("by hand");
  });

  it("takes a file that was put there by hand, if its hash is right", async () => {
    await writeFile(join(folder, PTAU.file), CONTENT);
    const nowhere = "http://127.0.0.1:1";
    expect((await ensure(nowhere)).cached).to.equal(true);
    await writeFile(join(folder, PTAU.file), "damaged");
    await expectRejection("PTAU_HASH_DIFFERS", () => ensure(nowhere));
  });
});
