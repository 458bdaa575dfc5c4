import { execFile } from "node:child_process";
import { once } from "node:events";
import { cp, readFile, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { dataView, encodeSections } from "../../src/groth16/formats/binary-file.ts";
import { withSections } from "../../src/groth16/formats/section-file.ts";
import type { Groth16 } from "../../src/portable/types.ts";
import { createGroth16 } from "../../src/portable/node.ts";
import { joinBytes } from "../../src/util/bytes.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { type Site, startSite } from "../../src/bench/site.ts";
import { createPortableWorld, isAccepted, type PortableWorld } from "./world.ts";

const INPUT = { values: [1, 2, 3], factor: 7 };

/** Returns the bytes of a key with a change in one of its sections. */
function withPatchedSection(path: string, patched: number, patch: (section: Uint8Array) => void) {
  const sections = withSections(path, "zkey", (reader) =>
    Array.from({ length: 10 }, (_, index) => ({ id: index + 1, chunks: [reader.read(index + 1)] })),
  );
  patch(sections[patched - 1]!.chunks[0]!);
  return joinBytes(encodeSections("zkey", 1, sections));
}

describe("portable: Node", () => {
  let world: PortableWorld;
  let groth16: Groth16;
  let site: Site;
  before(async () => {
    world = await createPortableWorld();
    groth16 = createGroth16({ threads: 2 });
    const { wasmPath, zkeyPath } = world.weighted;
    site = await startSite({ "/a.wasm": { file: wasmPath }, "/a.zkey": { file: zkeyPath } });
  });
  after(async () => {
    await groth16.terminate();
    await site.close();
    await world.remove();
  });

  it("proves from paths, file URLs, web URLs and bytes, which snarkjs accepts", async () => {
    const { wasmPath, zkeyPath, key } = world.weighted;
    const [wasm, zkey] = [await readFile(wasmPath), await readFile(zkeyPath)];
    const sources = [
      [wasmPath, zkeyPath],
      [pathToFileURL(wasmPath), pathToFileURL(zkeyPath).href],
      [`${site.url}/a.wasm`, new URL(`${site.url}/a.zkey`)],
      [wasm, { type: "mem", data: zkey }],
      [new Blob([wasm]), await fetch(`${site.url}/a.zkey`)],
    ] as const;
    for (const [circuit, proving] of sources) {
      const proven = await groth16.fullProve(INPUT, circuit, proving);
      expect(proven.publicSignals).to.deep.equal(["42", "7"]);
      expect(await isAccepted(key, proven)).to.equal(true);
      const { proof, publicSignals } = proven;
      expect(await groth16.verify(key, publicSignals, proof)).to.equal(true);
    }
  });

  it("proves a witness of a file", async () => {
    const { zkeyPath, witnessPath, key } = world.large;
    const proven = await groth16.prove(zkeyPath, witnessPath);
    expect(await isAccepted(key, proven)).to.equal(true);
  });

  it("reads a circuit and a key again when their files have changed", async () => {
    const { wasmPath, zkeyPath } = world.weighted;
    const [wasm, zkey] = [join(world.folder, "other.wasm"), join(world.folder, "other.zkey")];
    await writeFile(wasm, "no circuit");
    await cp(world.large.zkeyPath, zkey);
    await expectRejection("BINARY_FORMAT", groth16.fullProve(INPUT, wasm, zkey));
    await cp(wasmPath, wasm);
    await expectRejection("WITNESS_LENGTH_MISMATCH", groth16.fullProve(INPUT, wasm, zkey));
    await cp(zkeyPath, zkey);
    const { publicSignals } = await groth16.fullProve(INPUT, wasm, zkey);
    expect(publicSignals).to.deep.equal(["42", "7"]);
  });

  it("rejects what is no file of the circuit, by code", async () => {
    const { wasmPath, zkeyPath } = world.weighted;
    const [wasm, zkey] = [await readFile(wasmPath), await readFile(zkeyPath)];
    const answer = await fetch(`${site.url}/a.wasm`);
    const misplaced = withPatchedSection(zkeyPath, 4, (coefficients) =>
      dataView(coefficients).setUint32(4 + 4, 2 ** 20, true),
    );
    const otherDomain = withPatchedSection(zkeyPath, 2, (header) =>
      dataView(header).setUint32(2 * (4 + 32) + 8, 3, true),
    );
    const large = `${site.url}/a.wasm?again`;
    const cases = [
      ["FILE_NOT_READ", () => groth16.fullProve(INPUT, "missing.wasm", zkeyPath)],
      ["FILE_NOT_READ", () => groth16.fullProve(INPUT, wasmPath, "missing.zkey")],
      ["FILE_NOT_READ", () => groth16.fullProve(INPUT, `${site.url}/missing.wasm`, zkeyPath)],
      ["FILE_TOO_LARGE", () => groth16.fullProve(INPUT, large, zkeyPath, { bytesMax: 100 })],
      ["BINARY_FORMAT", () => groth16.fullProve(INPUT, zkeyPath, zkeyPath)],
      ["BINARY_FORMAT", () => groth16.fullProve(INPUT, wasmPath, wasmPath)],
      ["BINARY_FORMAT", () => groth16.fullProve(INPUT, wasm, wasm)],
      ["FILE_NOT_READ", () => groth16.fullProve(INPUT, answer, answer)],
      ["BINARY_FORMAT", () => groth16.fullProve(INPUT, wasmPath, zkey.subarray(0, -200))],
      ["BINARY_FORMAT", () => groth16.fullProve(INPUT, wasmPath, misplaced)],
      ["BINARY_FORMAT", () => groth16.fullProve(INPUT, wasmPath, otherDomain)],
      ["BINARY_FORMAT", () => groth16.prove(zkeyPath, wasmPath)],
      ["WITNESS_LENGTH_MISMATCH", () => groth16.prove(zkeyPath, world.large.witnessPath)],
      [
        "CIRCUIT_ASSERT_FAILED",
        () => groth16.fullProve({ ...INPUT, factor: 0 }, wasmPath, zkeyPath),
      ],
    ] as const;
    for (const [code, call] of cases) await expectRejection(code, call());
  });

  it("rejects an aborted proof with the signal's reason", async () => {
    const { zkeyPath, witnessPath } = world.large;
    const controller = new AbortController();
    const { signal } = controller;
    const reason = new Error("no longer needed");
    const proof = groth16.prove(zkeyPath, witnessPath, { signal });
    controller.abort(reason);
    expect(await proof.catch((error: unknown) => error)).to.equal(reason);
    const early = groth16.prove(zkeyPath, witnessPath, { signal });
    expect(await early.catch((error: unknown) => error)).to.equal(reason);
  });

  it("PROVER_CLOSED: terminate rejects pending proofs, and the next one starts again", async () => {
    const { zkeyPath, witnessPath } = world.large;
    const own = createGroth16({ threads: 1 });
    const pending = [own.prove(zkeyPath, witnessPath), own.prove(zkeyPath, witnessPath)];
    const rejected = pending.map((proof) => expectRejection("PROVER_CLOSED", proof));
    await own.terminate();
    await Promise.all(rejected);
    await own.prove(zkeyPath, witnessPath);
    await own.terminate();
  });

  it("ends a stalled download by a signal or terminate", async () => {
    const ended: Promise<unknown>[] = [];
    const send = (response: ServerResponse) => {
      response.write("some bytes");
      ended.push(once(response, "close"));
    };
    const stalled = await startSite({ "/a.zkey": { send } });
    const own = createGroth16({ threads: 1 });
    const begin = (signal?: AbortSignal) =>
      new Promise<{ proof: Promise<unknown> }>((begun) => {
        const onProgress = () => begun({ proof });
        const options = { signal, onProgress };
        const proof = own.prove(world.large.zkeyPath, `${stalled.url}/a.zkey`, options);
      });
    try {
      const controller = new AbortController();
      const aborted = await begin(controller.signal);
      const closed = await begin();
      const reason = new Error("no longer needed");
      controller.abort(reason);
      expect(await aborted.proof.catch((error: unknown) => error)).to.equal(reason);
      await Promise.all([own.terminate(), expectRejection("PROVER_CLOSED", closed.proof)]);
      expect(ended).to.have.length(2);
      await Promise.all(ended);
    } finally {
      await stalled.close();
    }
  });

  it("lets a script end by itself, without terminate", async () => {
    const entry = join(import.meta.dirname, "../../src/groth16.ts");
    const { wasmPath, zkeyPath } = world.weighted;
    const call = `fullProve(${JSON.stringify(INPUT)}, "${wasmPath}", "${zkeyPath}")`;
    const script = `import { groth16 } from "${entry}";
      console.log((await groth16.${call}).publicSignals.join());`;
    const file = join(world.folder, "script.mts");
    await writeFile(file, script);
    const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 60_000 });
    expect(stdout.trim()).to.equal("42,7");
  });
});
