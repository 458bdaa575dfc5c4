/** The prover in a real Chromium: with threads and without, under policies, in workers, in Vite. */
import { once } from "node:events";
import { cp, mkdir, readdir, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect } from "chai";
import type { Browser, Page } from "playwright-core";
import { build as bundle } from "esbuild";
import { build, createServer } from "vite";
import { poseidon } from "../../src/crypto/poseidon.ts";
import type { ProofWithSignals } from "../../src/groth16/snarkjs.ts";
import { PROJECT_ROOT } from "../helpers/source-files.ts";
import { describeWithChromium, waitInPage } from "../helpers/chromium.ts";
import { type Content, ISOLATED, type Site, startSite } from "../../src/bench/site.ts";
import {
  createContents,
  createPortableWorld,
  installBundles,
  isAccepted,
  type PortableWorld,
} from "./world.ts";

/** A page that loads the bundle, and keeps what it violates of its policy. */
const PAGE = '<!doctype html><title>test</title><script type="module" src="/page.js"></script>';
const PAGE_SCRIPT = `
  globalThis.violations = [];
  addEventListener("securitypolicyviolation", ({ violatedDirective }) =>
    violations.push(violatedDirective));
  Object.assign(globalThis, await import("/groth16.js"), { isReady: true });
`;
/** The same page in an application that a bundler serves. */
const VITE_SCRIPT = `import * as entry from "hardhat-zkrollup/groth16";
  Object.assign(globalThis, entry, { isReady: true });`;
/** A worker of the page's own, which proves in it. */
const APP_WORKER = `
  import { groth16 } from "/groth16.js";
  const proven = await groth16.fullProve({ values: [1, 2, 3], factor: 7 },
    "/weighted.wasm", "/weighted.zkey");
  postMessage(proven);
`;
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";
const INPUT = "{ values: [1n, '2', [3]], factor: -5 }";
/** -5 modulo r, and 6 times it. */
const SIGNALS = [-30n, -5n].map((value) =>
  String(21888242871839275222246405745257275088548364400416034343698204186575808495617n + value),
);
const FULL_PROVE = `groth16.fullProve(${INPUT}, "/weighted.wasm", "/weighted.zkey")`;

const SNARKJS = join(dirname(createRequire(import.meta.url).resolve("snarkjs")), "snarkjs.min.js");

type Outcome<T> = { readonly value: T } | { readonly code: string };

describeWithChromium("portable: pages", (launch) => {
  let browser: Browser;
  let world: PortableWorld;
  let contents: Record<string, Content>;
  before(async () => {
    world = await createPortableWorld();
    contents = {
      ...(await createContents(world)),
      "/": { text: PAGE },
      "/page.js": { text: PAGE_SCRIPT },
      "/snarkjs.js": { file: SNARKJS },
      "/app-worker.js": { text: APP_WORKER },
    };
    browser = await launch();
  });
  after(async () => {
    await browser.close();
    await world.remove();
  });

  /** Opens the page on a site of its own. */
  async function withPage(
    headers: Readonly<Record<string, string>>,
    use: (page: Page, site: Site) => Promise<void>,
    served = contents,
  ): Promise<void> {
    const site = await startSite(served, headers);
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(`${site.url}/`);
      await waitInPage(page, "globalThis.isReady === true");
      await use(page, site);
    } finally {
      await context.close();
      await site.close();
    }
  }

  /** Runs the code of an async function in a page. */
  function run<T>(page: Page, code: string): Promise<Outcome<T>> {
    const attempt = `(async () => {
      try { return { value: await (async () => { ${code} })() }; }
      catch (error) { return { code: error.code ?? error.name, message: error.message }; }
    })()`;
    // An error of the browser has a number as its code.
    return page.evaluate(attempt.replace("error.code ??", "(error.facts && error.code) ??"));
  }

  async function expectProof(page: Page, code: string): Promise<void> {
    const outcome = await run<ProofWithSignals>(page, code);
    if (!("value" in outcome)) expect.fail(JSON.stringify(outcome));
    expect(outcome.value.publicSignals).to.deep.equal(SIGNALS);
    expect(await isAccepted(world.weighted.key, outcome.value)).to.equal(true);
  }

  const workersOf = ({ requests }: Site) =>
    requests.filter((path) => path === "/groth16-worker.js").length;

  it("proves in threads over shared memory where the page is cross-origin isolated", () =>
    withPage(ISOLATED, async (page, site) => {
      await expectProof(
        page,
        `globalThis.groth16 = createGroth16({ threads: 3 });
        return ${FULL_PROVE}`,
      );
      expect(workersOf(site), "a prover and two threads").to.equal(3);
    }));

  it("proves in one worker where the page is not isolated", () =>
    withPage({}, async (page, site) => {
      await expectProof(
        page,
        `globalThis.groth16 = createGroth16({ threads: 3 });
        return ${FULL_PROVE}`,
      );
      expect(workersOf(site)).to.equal(1);
    }));

  for (const [name, headers] of [
    ["with threads", ISOLATED],
    ["with one thread", {}],
  ] as const) {
    it(`proves under a strict policy ${name}, and violates none of it`, () =>
      withPage({ ...headers, "content-security-policy": POLICY }, async (page) => {
        await expectProof(page, `return ${FULL_PROVE}`);
        expect(await run(page, "return violations")).to.deep.equal({ value: [] });
      }));
  }

  it("KERNEL_FORBIDDEN: says so without 'wasm-unsafe-eval', and still verifies", () => {
    const policy = POLICY.replace(" 'wasm-unsafe-eval'", "");
    return withPage({ "content-security-policy": policy }, async (page) => {
      expect(await run(page, `return ${FULL_PROVE}`)).to.include({ code: "KERNEL_FORBIDDEN" });
      const own = `globalThis.groth16 = createGroth16({ threads: 0 }); return ${FULL_PROVE}`;
      expect(await run(page, own)).to.include({ code: "KERNEL_FORBIDDEN" });
      const proven = await proveElsewhere();
      const [key, signals, proof] = [world.weighted.key, proven.publicSignals, proven.proof];
      const verify = `return groth16.verify(...${JSON.stringify([key, signals, proof])})`;
      expect(await run(page, verify)).to.deep.equal({ value: true });
    });
  });

  it("hashes and signs by the reference where a policy forbids WebAssembly", async () => {
    const outfile = join(world.folder, "bundles/reference.js");
    const source = `export { poseidon } from "./src/kernel/hash.ts";
      export { isKernelSupported } from "./src/kernel/instance.ts";
      export { createSigningKey } from "./src/crypto/eddsa.ts";
      export { createSignatureScheme } from "./src/kernel/signatures.ts";`;
    const stdin = { contents: source, resolveDir: PROJECT_ROOT, loader: "ts" } as const;
    await bundle({ stdin, outfile, bundle: true, format: "esm", platform: "browser" });
    const served = { ...contents, "/reference.js": { file: outfile } };
    const code = `const { poseidon, isKernelSupported, createSignatureScheme, createSigningKey } =
        await import("/reference.js");
      const { sign, publicKey, verify } = createSignatureScheme();
      const secret = createSigningKey(new Uint8Array(32).fill(5));
      const [key, signature] = [publicKey(secret), sign(secret, 7n)];
      const isValid = verify({ key, message: 7n, signature });
      return [isKernelSupported(), String(poseidon([1n, 2n])), isValid];`;
    const expected = (isSupported: boolean) => [isSupported, String(poseidon([1n, 2n])), true];
    for (const isAllowed of [false, true]) {
      const policy = isAllowed ? POLICY : POLICY.replace(" 'wasm-unsafe-eval'", "");
      const headers = { "content-security-policy": policy };
      await withPage(
        headers,
        async (page) => {
          expect(await run(page, code)).to.deep.equal({ value: expected(isAllowed) });
        },
        served,
      );
    }
  });

  it("KERNEL_UNSUPPORTED: says so without fused multiply-adds, or proves by the fallback", () =>
    withPage(ISOLATED, async (page) => {
      // What an engine without relaxed SIMD says of the kernel's instructions.
      await page.evaluate("WebAssembly.validate = () => false");
      const call = (options: string) =>
        `globalThis.groth16 = createGroth16(${options}); return ${FULL_PROVE}`;
      expect(await run(page, call("{ threads: 0 }"))).to.include({ code: "KERNEL_UNSUPPORTED" });
      await page.addScriptTag({ url: "/snarkjs.js" });
      const fallback = "fallback: async () => ({ groth16: snarkjs.groth16 })";
      await expectProof(page, call(`{ threads: 0, ${fallback} }`));
    }));

  it("WORKER_FAILED: says so where a policy forbids workers; threads: 0 needs none", () => {
    const policy = POLICY.replace("worker-src 'self'", "worker-src 'none'");
    return withPage({ "content-security-policy": policy }, async (page) => {
      expect(await run(page, `return ${FULL_PROVE}`)).to.include({ code: "WORKER_FAILED" });
      expect(await run(page, `return ${FULL_PROVE}`)).to.include({ code: "WORKER_FAILED" });
      await expectProof(
        page,
        `globalThis.groth16 = createGroth16({ threads: 0 });
        return ${FULL_PROVE}`,
      );
    });
  });

  it("WORKER_FAILED: says so where the worker's file is missing", () =>
    withPage(ISOLATED, async (page) => {
      const code = `globalThis.groth16 = createGroth16({ workerUrl: "/missing.js" });
        return ${FULL_PROVE}`;
      expect(await run(page, code)).to.include({ code: "WORKER_FAILED" });
    }));

  it("proves in a worker of the page", () =>
    withPage(ISOLATED, async (page) => {
      const code = `const worker = new Worker("/app-worker.js", { type: "module" });
        return new Promise((resolve, reject) => {
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = reject;
        });`;
      const outcome = await run<ProofWithSignals>(page, code);
      if (!("value" in outcome)) expect.fail(JSON.stringify(outcome));
      expect(outcome.value.publicSignals).to.deep.equal(["42", "7"]);
      expect(await isAccepted(world.weighted.key, outcome.value)).to.equal(true);
    }));

  it("proves in an application that Vite has built, by the package's own exports", async () => {
    const project = join(world.folder, "vite");
    await installBundles(world, project);
    await mkdir(join(project, "public"), { recursive: true });
    await writeFile(join(project, "main.js"), VITE_SCRIPT);
    await writeFile(join(project, "index.html"), PAGE.replace("/page.js", "/main.js"));
    await build({ root: project, logLevel: "error", configFile: false });
    const assets = await readdir(join(project, "dist/assets"));
    expect(assets.filter((name) => name.includes("groth16-worker"))).to.have.length(1);
    const served: Record<string, Content> = { ...contents };
    delete served["/groth16-worker.js"]; // Vite has another name for it
    served["/"] = { file: join(project, "dist/index.html") };
    for (const name of assets) {
      served[`/assets/${name}`] = { file: join(project, "dist/assets", name) };
    }
    const headers = { ...ISOLATED, "content-security-policy": POLICY };
    await withPage(headers, (page) => expectProof(page, `return ${FULL_PROVE}`), served);
  });

  it("proves in Vite's development server", async () => {
    const project = join(world.folder, "vite-dev");
    await installBundles(world, project);
    await writeFile(join(project, "page.js"), VITE_SCRIPT);
    await writeFile(join(project, "index.html"), PAGE);
    await mkdir(join(project, "public"));
    for (const file of ["weighted.wasm", "weighted.zkey"]) {
      const served = contents[`/${file}`]!;
      if ("file" in served) await cp(served.file, join(project, "public", file));
    }
    const server = await createServer({
      root: project,
      logLevel: "error",
      configFile: false,
      cacheDir: join(project, "cache"),
      optimizeDeps: { exclude: ["hardhat-zkrollup"] },
      server: { headers: ISOLATED, host: "127.0.0.1", port: 0, hmr: false },
    });
    const context = await browser.newContext();
    try {
      await server.listen();
      const page = await context.newPage();
      await page.goto(server.resolvedUrls!.local[0]!);
      await waitInPage(page, "globalThis.isReady === true");
      expect(await run(page, "return crossOriginIsolated")).to.deep.equal({ value: true });
      await expectProof(page, `return ${FULL_PROVE}`);
    } finally {
      await context.close();
      await server.close();
    }
  });

  /** A proof of another page, for pages that cannot prove. */
  async function proveElsewhere(): Promise<ProofWithSignals> {
    let proven: ProofWithSignals | undefined;
    await withPage({}, async (page) => {
      const outcome = await run<ProofWithSignals>(page, `return ${FULL_PROVE}`);
      if ("value" in outcome) proven = outcome.value;
    });
    return proven!;
  }

  describe("files and endings", () => {
    it("takes bytes, Blobs, Responses and snarkjs's memory files, and leaves bytes intact", () =>
      withPage(ISOLATED, async (page) => {
        await run(
          page,
          `
          globalThis.get = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
          globalThis.prove = (wasm, zkey) => groth16.fullProve(${INPUT}, wasm, zkey);
          globalThis.wasm = await get("/weighted.wasm");
          globalThis.zkey = await get("/weighted.zkey");`,
        );
        await expectProof(page, "return prove(wasm, zkey)");
        await expectProof(page, "return prove(wasm, zkey)");
        expect(await run(page, "return [wasm.length, zkey.length].every((n) => n > 0)"))
          .to.deep //
          .equal({ value: true });
        await expectProof(page, "return prove(wasm.buffer, { type: 'mem', data: zkey })");
        await expectProof(page, "return prove(new Blob([wasm]), new Blob([zkey]))");
        await expectProof(
          page,
          'return prove(await fetch("/weighted.wasm"), new URL("/weighted.zkey", location))',
        );
      }));

    it("downloads a key once, and reports what it loads", () =>
      withPage(ISOLATED, async (page, site) => {
        const code = `const stages = [];
          const onProgress = ({ stage, file, loadedBytes }) => stages.push([stage, file, loadedBytes]);
          for (let i = 0; i < 2; i++) {
            await groth16.prove("/large.zkey", "/large.wtns", { onProgress });
          }
          return stages;`;
        const outcome = await run<[string, string?, number?][]>(page, code);
        if (!("value" in outcome)) expect.fail(JSON.stringify(outcome));
        expect(site.requests.filter((path) => path === "/large.zkey")).to.have.length(1);
        const loaded = outcome.value.filter(([, file]) => file === "/large.zkey");
        expect(loaded.at(-1)![2]).to.be.above(1_000_000);
        expect(outcome.value.filter(([stage]) => stage === "proof")).to.have.length(2);
      }));

    it("rejects what is no file of the circuit, by code, and continues", () =>
      withPage(ISOLATED, async (page) => {
        const [wasm, zkey] = ['"/weighted.wasm"', '"/weighted.zkey"'];
        const cases: readonly (readonly [code: string, call: string])[] = [
          ["FILE_NOT_READ", `fullProve(${INPUT}, "/missing.wasm", ${zkey})`],
          ["FILE_NOT_READ", `fullProve(${INPUT}, ${wasm}, "/missing.zkey")`],
          ["FILE_NOT_READ", `fullProve(${INPUT}, ${wasm}, undefined)`],
          ["FILE_NOT_READ", `fullProve(${INPUT}, ${wasm}, "http://127.0.0.1:1/a.zkey")`],
          ["FILE_TOO_LARGE", `fullProve(${INPUT}, ${wasm}, ${zkey}, { bytesMax: 100 })`],
          ["BINARY_FORMAT", `fullProve(${INPUT}, "/", ${zkey})`],
          ["BINARY_FORMAT", `fullProve(${INPUT}, ${wasm}, "/")`],
          ["BINARY_FORMAT", `fullProve(${INPUT}, ${wasm}, "/cut.zkey")`],
          ["BINARY_FORMAT", `fullProve(${INPUT}, ${wasm}, ${wasm})`],
          ["BINARY_FORMAT", `fullProve(${INPUT}, ${zkey}, ${zkey})`],
          ["BINARY_FORMAT", `fullProve(${INPUT}, bytes, bytes)`],
          ["FILE_NOT_READ", `fullProve(${INPUT}, answer, answer)`],
          ["BINARY_FORMAT", `prove(${zkey}, "/")`],
          ["WITNESS_LENGTH_MISMATCH", `fullProve(${INPUT}, ${wasm}, "/large.zkey")`],
          ["WITNESS_LENGTH_MISMATCH", `prove(${zkey}, "/large.wtns")`],
          ["INPUT_UNKNOWN", `fullProve({ values: [1, 2, 3], other: 1 }, ${wasm}, ${zkey})`],
          ["INPUT_SHAPE", `fullProve({ values: [1, 2], factor: 1 }, ${wasm}, ${zkey})`],
          ["INPUT_SHAPE", `fullProve({ values: [1, 2, 3] }, ${wasm}, ${zkey})`],
          ["INPUT_NOT_A_NUMBER", `fullProve({ values: [1, 2, "x"], factor: 1 }, ${wasm}, ${zkey})`],
          [
            "CIRCUIT_ASSERT_FAILED",
            `fullProve({ values: [1, 2, 3], factor: 0 }, ${wasm}, ${zkey})`,
          ],
          ["PROOF_MALFORMED", `verify(${JSON.stringify(world.weighted.key)}, ["1"], {})`],
          ["VERIFICATION_KEY_MALFORMED", `verify({}, [], {})`],
        ];
        await run(
          page,
          `globalThis.answer = await fetch(${wasm});
          globalThis.bytes = new Uint8Array(await (await fetch(${wasm})).arrayBuffer());`,
        );
        for (const [code, call] of cases) {
          expect(await run(page, `return groth16.${call}`), call).to.include({ code });
        }
        await expectProof(page, `return ${FULL_PROVE}`);
      }));

    it("ends an aborted proof at once, and makes those that wait", () =>
      withPage(ISOLATED, async (page) => {
        const outcome = await run<[string, string, ProofWithSignals]>(
          page,
          `
          await groth16.prove("/large.zkey", "/large.wtns");
          const controller = new AbortController();
          const { signal } = controller;
          const early = groth16.prove("/large.zkey", "/large.wtns", { signal: AbortSignal.abort() });
          const aborted = groth16.prove("/large.zkey", "/large.wtns", { signal });
          const waiting = ${FULL_PROVE};
          setTimeout(() => controller.abort(), 20);
          const nameOf = (promise) => promise.then(() => "proven", ({ name }) => name);
          return [await nameOf(early), await nameOf(aborted), await waiting];`,
        );
        if (!("value" in outcome)) expect.fail(JSON.stringify(outcome));
        const [early, aborted, proven] = outcome.value;
        expect([early, aborted]).to.deep.equal(["AbortError", "AbortError"]);
        expect(await isAccepted(world.weighted.key, proven)).to.equal(true);
      }));

    it("makes other proofs while a download stalls, and ends it by a signal or terminate", async () => {
      const ended: Promise<unknown>[] = [];
      const send = (response: ServerResponse) => {
        response.write("some bytes");
        ended.push(once(response, "close"));
      };
      const served = { ...contents, "/stalled.zkey": { send }, "/stalled.wasm": { send } };
      await withPage(
        ISOLATED,
        async (page) => {
          await run(
            page,
            `globalThis.settled = (promise) => promise.then(() => "proven", ({ code }) => code);
            // Resolves once a download of the call has begun, with the call's end.
            globalThis.stall = (call) => new Promise((begun) => {
              const end = settled(call(() => begun([end])));
            });`,
          );
          // Each URL is another one, because a browser's cache may make the second wait.
          const stalled = (file: string) => `"/stalled.${file}?" + performance.now()`;
          const calls = [
            `groth16.fullProve(${INPUT}, "/weighted.wasm", ${stalled("zkey")}, options)`,
            `groth16.fullProve(${INPUT}, ${stalled("wasm")}, "/weighted.zkey", options)`,
            `groth16.prove(${stalled("zkey")}, "/large.wtns", options)`,
            `groth16.prove("/weighted.zkey", ${stalled("zkey")}, options)`,
            `groth16.prove("/weighted.zkey", await fetch(${stalled("zkey")}), options)`,
          ];
          for (const call of calls) {
            const outcome = await run<[ProofWithSignals, string, string]>(
              page,
              `const begin = (signal) => stall(async (begun) => {
                const onProgress = ({ file }) => (file ?? "").includes("stalled") && begun();
                const options = { signal, onProgress };
                return ${call};
              });
              const controller = new AbortController();
              const [aborted] = await begin(controller.signal);
              const [closed] = await begin(undefined);
              const proven = await ${FULL_PROVE};
              controller.abort({ code: "ABORTED" });
              const first = await aborted;
              await groth16.terminate();
              return [proven, first, await closed];`,
            );
            if (!("value" in outcome)) expect.fail(`${call}: ${JSON.stringify(outcome)}`);
            const [proven, first, second] = outcome.value;
            expect([first, second], call).to.deep.equal(["ABORTED", "PROVER_CLOSED"]);
            expect(proven.publicSignals).to.deep.equal(SIGNALS);
          }
          expect(ended).to.have.length(2 * calls.length);
          await Promise.all(ended);
        },
        served,
      );
    });

    it("PROVER_CLOSED: terminate rejects all proofs, and the next one starts again", () =>
      withPage(ISOLATED, async (page, site) => {
        const outcome = await run<string[]>(
          page,
          `
          const pending = [1, 2].map(() => groth16.prove("/large.zkey", "/large.wtns"));
          const codes = Promise.all(pending.map((proof) => proof.catch(({ code }) => code)));
          await new Promise((resolve) => setTimeout(resolve, 50));
          await groth16.terminate();
          return codes;`,
        );
        expect(outcome).to.deep.equal({ value: ["PROVER_CLOSED", "PROVER_CLOSED"] });
        const before = workersOf(site);
        await expectProof(page, `return ${FULL_PROVE}`);
        expect(workersOf(site)).to.be.above(before);
      }));
  });
});
