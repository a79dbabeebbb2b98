/** What the auditing worker is asked: whom to trust, and where the log is. */
export type AuditRequest = {
  /** A C2SP policy. */
  readonly policy: string;
  /** The log's prefix, as a path of this portal or a URL. */
  readonly prefix: string;
};

/** A whole log, audited in this browser. */
export type BrowserAudit = {
  readonly origin: string;
  readonly size: number;
  /** Tiles of hashes, each compared. */
  readonly tiles: number;
  readonly cosigners: number;
  /** The signed root, base64. */
  readonly root: string;
  /** What does not hold, in plain words. Empty: every entry and every tile belong to the signed root. */
  readonly problems: readonly string[];
  /** What hashed: WebAssembly, or JavaScript where the page may not use that. */
  readonly engine: "wasm" | "javascript";
  readonly tookMs: number;
};

/** What the worker says. `done` entries of `size` are hashed. */
export type AuditAnswer =
  | { readonly kind: "progress"; readonly done: number; readonly size: number }
  | { readonly kind: "done"; readonly audit: BrowserAudit }
  | { readonly kind: "failed"; readonly code: string | null; readonly message: string };

/** How far an audit has come. */
export type AuditProgress = { readonly done: number; readonly size: number };

/** Audits the portal's log. @throws AuditFailure when it cannot be read to its end. */
export type RunAudit = (onProgress: (progress: AuditProgress) => void) => Promise<BrowserAudit>;

/** An audit that could not be finished: what was not served, or cannot be read. */
export class AuditFailure extends Error {
  readonly code: string | null;

  constructor(message: string, code: string | null) {
    super(message);
    this.code = code;
  }
}

/** Built from `audit-worker.ts` by `beacon verifiers`. */
const WORKER = "/verify/verifier-audit.js";

/** Fetches the portal's policy, and audits its log in a thread of its own. */
export const auditInWorker: RunAudit = async (onProgress) => {
  const answer = await fetch("/tlog/policy");
  if (!answer.ok)
    throw new AuditFailure(`The portal answered ${answer.status} for its policy.`, null);
  const request: AuditRequest = {
    policy: await answer.text(),
    prefix: new URL("/tlog", window.location.href).href,
  };
  const worker = new Worker(WORKER, { type: "module" });
  try {
    return await answerOf(worker, request, onProgress);
  } finally {
    worker.terminate();
  }
};

const answerOf = (
  worker: Worker,
  request: AuditRequest,
  onProgress: (progress: AuditProgress) => void,
): Promise<BrowserAudit> =>
  new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<AuditAnswer>) => {
      if (data.kind === "progress") onProgress(data);
      else if (data.kind === "done") resolve(data.audit);
      else reject(new AuditFailure(data.message, data.code));
    };
    worker.onerror = () =>
      reject(new AuditFailure("The auditing program could not be loaded.", null));
    worker.postMessage(request);
  });
