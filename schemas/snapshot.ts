/**
 * What the server hands to a page: snapshots, made on the server, rendered as they are. Plain types,
 * because what we send ourselves is not parsed again. Instants are RFC 3339 UTC; null is "not measured".
 */
import type { AnchorId, AnchorKind, AnchorStatus } from "@/schemas/anchor";
import type { Comparison } from "@/schemas/comparison";
import type { CountryCode, Place } from "@/schemas/country";
import type { ExchangeDocument, VantageDocument } from "@/schemas/evidence";
import type { JobSpec, Prompt, ServiceRef } from "@/schemas/job-spec";
import type { EntryType, LogEntry } from "@/schemas/log-entry";
import type {
  Amount,
  Cid,
  Digest,
  Instant,
  JobId,
  KeyId,
  SessionId,
  TaskId,
} from "@/schemas/primitives";
import type { DsseEnvelope } from "@/schemas/receipt";
import type {
  Fault,
  GeoVerdict,
  JobStatus,
  ResponseState,
  TaskStatus,
  WithdrawalReason,
} from "@/schemas/task";
import type { TaskTimes } from "@/schemas/task-times";

/** A job's announced tasks by how they stand. `queued + running + succeeded + failed + withdrawn = announced`. */
export type TaskCounts = {
  readonly announced: number;
  readonly queued: number;
  readonly running: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly withdrawn: number;
};

export type JobSummary = {
  readonly id: JobId;
  readonly title: string;
  readonly status: JobStatus;
  readonly simulated: boolean;
  readonly createdAt: Instant;
  readonly comparedAt: Instant | null;
  readonly counts: TaskCounts;
  readonly languages: readonly string[];
  readonly countries: readonly Place[];
  readonly services: readonly ServiceRef[];
  readonly repeats: number;
  /** Responses by country and state, over all prompts and services of the job, in the spec's order of countries. */
  readonly states: readonly { readonly country: Place; readonly states: StateCounts }[];
};

export type StateCounts = { readonly [state in ResponseState]?: number };

/** One task as the live grid and the comparison show it. */
export type TaskCell = {
  readonly id: TaskId;
  readonly prompt: string;
  readonly service: string;
  readonly country: Place;
  readonly repeat: number;
  readonly status: TaskStatus;
  /** Set once closed with a response, or with a failure that has a state. */
  readonly state: ResponseState | null;
  /** Position in the log, once sequenced. */
  readonly leafIndex: number | null;
};

/** One rented provider at work for a job. */
export type SessionSnapshot = {
  readonly id: SessionId;
  readonly country: Place;
  readonly status: "RENTING" | "OPEN" | "SETTLED" | "LOST";
  readonly providerId: string | null;
  readonly providerName: string | null;
  readonly agreementId: string | null;
  readonly verdict: GeoVerdict | null;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  /** What the accepted invoice or debit notes of this agreement come to, in GLM. Null until settled, and for home. */
  readonly costGlm: Amount | null;
  /** Why it ended early, in plain words. */
  readonly endReason: string | null;
};

export type JobSnapshot = JobSummary & {
  readonly spec: JobSpec;
  readonly specCid: Cid;
  readonly specDigest: Digest;
  readonly deadlineAt: Instant;
  /** Where the intent stands in the log; null until a published checkpoint includes it. */
  readonly intentIndex: number | null;
  readonly dispatchedAt: Instant | null;
  readonly comparisonIndex: number | null;
  readonly tasks: readonly TaskCell[];
  readonly sessions: readonly SessionSnapshot[];
  /** What the job may spend, has put aside and has spent. `remaining = cap - reserved - spent`. */
  readonly money: readonly MoneyLine[];
  /** What each provider was paid, agreement by agreement, oldest first. Adds up to what is spent of the GLM. */
  readonly ledger: readonly LedgerEntryView[];
};

/** One purse of a job. All amounts are exact decimals of its currency. */
export type MoneyLine = {
  readonly currency: "GLM" | "USD";
  readonly cap: Amount;
  /** Put aside for what runs now: what is left of the allocation, or of calls whose cost is not known yet. */
  readonly reserved: Amount;
  readonly spent: Amount;
  readonly remaining: Amount;
};

/** One agreement of a job: who was paid what, and which bills were refused. */
export type LedgerEntryView = {
  readonly agreementId: string;
  readonly providerId: string;
  readonly providerName: string;
  readonly country: CountryCode;
  readonly acceptedGlm: Amount;
  readonly refused: readonly { readonly amountGlm: string; readonly reason: string }[];
  /** Null: it is still held. */
  readonly endedAt: Instant | null;
  readonly endReason: string | null;
};

/** A short form of one response, for reading side by side. */
export type ResponseExcerpt = {
  readonly taskId: TaskId;
  readonly prompt: string;
  readonly service: string;
  readonly country: Place;
  readonly repeat: number;
  readonly state: ResponseState;
  readonly text: string | null;
  readonly leafIndex: number | null;
  /** Whether the exit that it came through turned out to be in another country: no comparison counts it. */
  readonly isElsewhere: boolean;
};

export type ComparisonSnapshot = {
  readonly comparison: Comparison;
  readonly cid: Cid;
  readonly leafIndex: number | null;
  readonly spec: JobSpec;
};

/** One task with all its evidence. */
export type ResponseSnapshot = {
  readonly task: TaskCell;
  readonly job: { readonly id: JobId; readonly title: string; readonly simulated: boolean };
  readonly prompt: Prompt;
  readonly systemPrompt: string | null;
  readonly serviceRef: ServiceRef;
  readonly sampling: JobSpec["sampling"];
  readonly seed: number;
  readonly outcome:
    | {
        readonly kind: "result";
        readonly state: ResponseState;
        readonly text: string | null;
        readonly finishReason: string | null;
        readonly modelReported: string | null;
        readonly usage: {
          readonly promptTokens: number | null;
          readonly completionTokens: number | null;
        };
        readonly cid: Cid;
        readonly sizeBytes: number;
      }
    | {
        readonly kind: "failure";
        readonly state: ResponseState;
        readonly fault: Fault;
        readonly code: string;
        readonly message: string;
      }
    | { readonly kind: "withdrawal"; readonly reason: WithdrawalReason }
    | null;
  readonly attempts: readonly { readonly at: Instant | null; readonly outcome: string }[];
  readonly startedAt: Instant | null;
  readonly finishedAt: Instant | null;
  /** From the request's first byte to the response's last, in milliseconds. */
  readonly latencyMs: number | null;
  /** How long it waited in the queue, was held, and ran: each for itself. */
  readonly times: TaskTimes;
  /** The request as it was sent, and what came with the answer; null: no answer came, or its block is not held. */
  readonly exchange: ExchangeDocument | null;
  readonly session:
    | (SessionSnapshot & {
        readonly geo: VantageDocument | null;
        readonly activityId: string | null;
      })
    | null;
};

export type WitnessView = {
  readonly name: string;
  readonly keyHash: string;
  /** When the witness cosigned the published checkpoint; null: it has not. */
  readonly cosignedAt: Instant | null;
  /** "local": this portal holds its key. "independent": it is asked over the network; whose it is, is not known. */
  readonly operator: "local" | "independent";
  /** What became of the last request to it, and when; null: it was never asked. */
  readonly lastAsked: {
    readonly at: Instant;
    /** Why it did not cosign; null when it did. */
    readonly code: string | null;
    readonly message: string | null;
  } | null;
};

export type LogHead = {
  readonly origin: string;
  readonly size: number;
  /** base64 of the root hash. */
  readonly root: string;
  /** The published checkpoint, signatures and cosignatures included, byte for byte. Null: nothing is published yet. */
  readonly note: string | null;
  readonly publishedAt: Instant | null;
  /** Entries that have their place and are in no published checkpoint yet. */
  readonly unpublished: number;
  /** Why nothing is signed any more; null: the log is written. */
  readonly halted: { readonly reason: string; readonly at: Instant } | null;
  readonly logVerifierKey: string;
  readonly witnesses: readonly WitnessView[];
  /** How many cosignatures the policy asks for. */
  readonly quorum: number;
  /** Announced tasks of all jobs that have not closed yet. */
  readonly openTasks: number;
  readonly openJobs: number;
};

export type LeafSummary = {
  readonly index: number;
  /** "raw": bytes that a third party added. They are no entry of Beacon's, whatever they say. */
  readonly type: EntryType | "raw";
  readonly at: Instant;
  readonly simulated: boolean | null;
  readonly jobId: JobId | null;
  readonly jobTitle: string | null;
  readonly taskId: TaskId | null;
  readonly country: Place | null;
};

export type LeafSnapshot = LeafSummary & {
  /** Null for bytes of third parties. */
  readonly entry: LogEntry | null;
  /** The leaf's bytes, base64. */
  readonly bytes: string;
  /** hex of the RFC 6962 leaf hash. */
  readonly leafHash: string;
  /** Null for bytes of third parties: nobody signed them. */
  readonly dsse: DsseEnvelope | null;
  readonly signerKey: KeyId | null;
  /** The tree size that the receipt's proof leads to. */
  readonly size: number;
  /** Sibling hashes from leaf to root, hex. */
  readonly proof: readonly string[];
};

/** Whether a job did what it announced, as the published log says. */
export type CompletenessView = {
  /** Where the announcement stands; null until a published checkpoint includes it. */
  readonly intentIndex: number | null;
  /** Entries of the log that were looked at. */
  readonly size: number;
  /** `announced = results + failures + withdrawals + open`. */
  readonly announced: number;
  readonly results: number;
  readonly failures: number;
  readonly withdrawals: number;
  readonly open: number;
  /** Whether the deadline has passed by more than the grace for closing: what is open is overdue. */
  readonly isOver: boolean;
  /** The first of the open tasks. `repeat` is 0-based. */
  readonly named: readonly {
    readonly task: TaskId;
    readonly prompt: string;
    readonly service: string;
    readonly country: Place;
    readonly repeat: number;
  }[];
  /** Closed and never announced. */
  readonly unannounced: number;
  /** Closed more than once. */
  readonly doubled: number;
};

/**
 * What the last looks for blocks found in all stores that are to keep them. `blocks = available +
 * missing + waiting + notProbed`; all instants are null until the first look.
 */
export type BlockAvailability = {
  readonly blocks: number;
  readonly available: number;
  readonly missing: number;
  /** Accepted and readable here, on the way to the stores. */
  readonly waiting: number;
  readonly notProbed: number;
  /** The oldest and the newest of the looks that count here. */
  readonly firstLookAt: Instant | null;
  readonly lastLookAt: Instant | null;
  /** The first of the missing ones, the oldest look first. */
  readonly missingBlocks: readonly MissingBlock[];
};

/** A block that some store did not have, or did not hand over, at the last look. */
export type MissingBlock = { readonly cid: Cid; readonly lookedAt: Instant };

/** What the published log says of a key that signs entries. */
export type KeyView = {
  readonly key: KeyId;
  readonly role: "runner" | "attester";
  /** For whom an attester speaks; null for a runner. */
  readonly organisation: string | null;
  /** Raw 32-byte public key, base64. */
  readonly publicKey: string;
  readonly registeredAt: Instant;
  readonly registrationIndex: number;
  /** Whether it signs the entries of this installation now. */
  readonly isInUse: boolean;
  readonly revocation: {
    readonly index: number;
    readonly at: Instant;
    readonly reason: "superseded" | "compromised" | "retired";
    readonly replacedBy: KeyId | null;
  } | null;
};

/** A verification program below `/verify/`, and where the log commits to its bytes. */
export type VerifierView = {
  readonly file: string;
  /** 64 hex digits. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly at: Instant;
  readonly leafIndex: number;
};

/** One checkpoint for whose existence somebody outside was asked to vouch. */
export type AnchorView = {
  readonly id: AnchorId;
  readonly kind: AnchorKind;
  /** The URL that was asked. */
  readonly service: string;
  /** The checkpoint's tree size. */
  readonly size: number;
  /** What was stamped: sha256 over the text of the checkpoint's note, three lines with their final newline, without signatures. */
  readonly digest: Digest;
  readonly status: AnchorStatus;
  readonly requestedAt: Instant;
  /** When it was last asked for; null: not yet. */
  readonly checkedAt: Instant | null;
  /** When a time-stamp authority says that the checkpoint existed. Null for Bitcoin: only a block's header says when. */
  readonly attestedAt: Instant | null;
  /** Who says what and what is not known, or why it failed: plain sentences. */
  readonly detail: string | null;
  /** The Bitcoin block that has to have this Merkle root (hex, as explorers show it), once there is one. */
  readonly block: { readonly height: number; readonly merkleRoot: string } | null;
  /** Where the proof is served; null: there is none yet. */
  readonly proofUrl: string | null;
  /** Where the checkpoint is served as it was published. */
  readonly checkpointUrl: string;
};

export type AnchorPage = Page<AnchorView> & {
  /** When this was made: what is pending is told with its age. */
  readonly at: Instant;
  /** Who is asked by this installation; empty: no anchor is configured. */
  readonly services: readonly { readonly kind: AnchorKind; readonly service: string }[];
};

/** What an admin says of a provider. Who said it is not for everyone. */
export type ProviderRuleView = {
  readonly providerId: string;
  /** What it calls itself; null: nobody met it in the time that is shown. */
  readonly name: string | null;
  readonly rule: "allow" | "deny";
  readonly reason: string;
  readonly at: Instant;
};

/** A provider as contacts with it went. Nothing here is a flag: all of it is what happened, and when. */
export type ProviderView = {
  /** Its node id. */
  readonly id: string;
  /** What it calls itself: a stranger's text. */
  readonly name: string;
  /** Whether the newest job that met it was simulated; null: no job of ours is known. */
  readonly simulated: boolean | null;
  readonly countries: readonly CountryCode[];
  /** The last look at where its exit comes out; null: nobody looked. */
  readonly lastExit: {
    readonly verdict: GeoVerdict;
    readonly country: CountryCode;
    /** The autonomous system of the address; null: it was not seen. */
    readonly asn: number | null;
    readonly at: Instant;
  } | null;
  /** How sessions with it ended. */
  readonly settled: number;
  readonly lost: number;
  /** What else went wrong, by kind, the most frequent first; `detail` is what was said of the newest. */
  readonly failures: readonly {
    readonly kind: string;
    readonly count: number;
    readonly detail: string | null;
    readonly at: Instant;
  }[];
  readonly rule: Pick<ProviderRuleView, "rule" | "reason" | "at"> | null;
  /** Whether it may be rented now, and if not, why. */
  readonly standing:
    | { readonly kind: "rentable" | "denied" | "not-allowed" }
    | {
        readonly kind: "left-alone";
        readonly until: Instant;
        /** Failures in a row, and what the last one was. */
        readonly failures: number;
        readonly after: string;
      };
  readonly lastContact: { readonly event: string; readonly at: Instant };
};

/** Providers that were met lately, the newest contact first. */
export type ProviderList = {
  /** When this was made: every age is counted from here. */
  readonly at: Instant;
  /** The oldest contact that counts here. */
  readonly since: Instant;
  readonly providers: readonly ProviderView[];
  /** How many more were met, longer ago than those that are shown. */
  readonly notShown: number;
  /** All rules, the newest first. */
  readonly rules: readonly ProviderRuleView[];
};

export type Page<T> = { readonly items: readonly T[]; readonly nextCursor: string | null };

export type Viewer = {
  readonly id: string;
  readonly name: string;
  readonly role: "reader" | "attester" | "admin";
};
