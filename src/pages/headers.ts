/** HTTP headers of the pages, wherever they are served. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  // Everything is the pages' own; a proof needs WebAssembly.
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  // A prover in the page shares memory between threads only if it is isolated.
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** The names of built files contain a hash of their content, but for the page itself. */
export function cacheHeaders(path: string): Readonly<Record<string, string>> {
  const isHashed = path.startsWith("/assets/");
  return { "cache-control": isHashed ? "public, max-age=31536000, immutable" : "no-cache" };
}
