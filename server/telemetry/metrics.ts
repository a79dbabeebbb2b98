/**
 * Every metric of Beacon. Here they get their names, their help and their labels, and nowhere else:
 * `beacon_<noun>_<unit>[_total]`, base units, labels from closed sets and never an id.
 *
 * What is installation-wide (the log, money, what waits) is measured by the `workers` process alone, so
 * that nothing is counted twice; all else by the process in which it happens.
 */
import { counter, gauge, histogram } from "@/server/telemetry/meter";

/** Kinds of addresses of the portal. */
export const HTTP_ROUTES = [
  "page",
  "asset",
  "trpc",
  "sign-in",
  "health",
  "tlog-read",
  "tlog-add",
  "block",
  "bundle",
  "export",
  "file",
] as const;
export const HTTP_METHODS = ["GET", "HEAD", "POST", "OPTIONS"] as const;
export const HTTP_STATUSES = ["2xx", "3xx", "4xx", "5xx", "aborted"] as const;
/** What became of a message of a queue: `retried` goes back, `failed` does not. */
export const MESSAGE_OUTCOMES = ["done", "retried", "failed"] as const;
/** Where models are: inside a provider's machine, behind a provider's exit, or reached from here. */
const WAYS = ["model", "exit", "home"] as const;
/** Whether what was paid is real money. */
const NETWORKS = ["simulated", "real"] as const;

/** Words of the labels that the rest of the house knows. Each is a closed set. */
export type Words = {
  readonly code: string;
  readonly place: string;
  readonly queue: string;
  readonly procedure: string;
  readonly dialect: string;
  readonly responseState: string;
  readonly withdrawal: string;
  readonly check: string;
  readonly version: string;
  readonly commit: string;
  readonly node: string;
};
/** The sets themselves. */
export type WordLists<W extends Words> = { readonly [K in keyof W]: readonly W[K][] };

/** Answers of a web server, pages and single API calls. */
const SHORT_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Language models, and whatever waits for them. */
const LONG_S = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800];
/** Entries of one batch of the log's writer, whose largest is 1,024. */
const BATCHES = [1, 4, 16, 64, 256, 1_024];

const doors = <W extends Words>({ procedure, code }: WordLists<W>) => ({
  httpRequests: counter(
    "beacon_http_requests_total",
    "Requests that the portal answered, by kind of address.",
    { route: HTTP_ROUTES, method: HTTP_METHODS, status: HTTP_STATUSES },
  ),
  httpDuration: histogram(
    "beacon_http_request_duration_seconds",
    "Time from a request's arrival until its answer was sent.",
    { route: HTTP_ROUTES },
    SHORT_S,
  ),
  liveSockets: gauge(
    "beacon_live_sockets",
    "WebSockets that follow live events now: of pages, and of the public door.",
    { door: ["page", "public"] },
  ),
  apiCalls: counter(
    "beacon_api_calls_total",
    "Calls of API procedures, of pages too, by what became of them: ok, or the code of the error.",
    { procedure, outcome: ["ok", ...code] },
  ),
  apiDuration: histogram(
    "beacon_api_call_duration_seconds",
    "Time that a procedure took; subscriptions are not in it.",
    { procedure },
    SHORT_S,
  ),
});

const queues = <W extends Words>({ queue }: WordLists<W>) => ({
  queueMessages: counter(
    "beacon_queue_messages_total",
    "Messages that this process took from a queue, by what became of them.",
    { queue, outcome: MESSAGE_OUTCOMES },
  ),
  queueDuration: histogram(
    "beacon_queue_message_duration_seconds",
    "Time that a message was worked on.",
    { queue },
    LONG_S,
  ),
  queueDepth: gauge(
    "beacon_queue_depth_messages",
    "Messages that wait, are delayed or are worked on now. Installation-wide.",
    { queue, state: ["waiting", "delayed", "active"] },
  ),
});

const jobs = <W extends Words>({ place, responseState, withdrawal, code }: WordLists<W>) => ({
  tasksClosed: counter(
    "beacon_tasks_closed_total",
    "Tasks that closed in the log, by how: a response's state, or why it was withdrawn.",
    {
      kind: ["result", "failure", "withdrawal"],
      state: [...responseState, ...withdrawal],
      place,
    },
  ),
  taskWait: histogram(
    "beacon_task_queue_duration_seconds",
    "Time from a job's submission until one of its tasks was handed to a session for the first time.",
    {},
    LONG_S,
  ),
  taskRun: histogram(
    "beacon_task_run_duration_seconds",
    "Time from the first attempt at a task until it closed, its waiting for the service included.",
    { kind: ["result", "failure"] },
    LONG_S,
  ),
  openTasks: gauge("beacon_open_tasks", "Tasks that have not closed. Installation-wide.", {
    status: ["queued", "running"],
  }),
  openJobs: gauge(
    "beacon_open_jobs",
    "Jobs with tasks that have not closed. Installation-wide.",
    {},
  ),
  sessionsOpened: counter(
    "beacon_sessions_opened_total",
    "Sessions that opened a way to ask through: a rented provider, or home.",
    { place },
  ),
  sessionsEnded: counter(
    "beacon_sessions_ended_total",
    "Sessions that ended by themselves, opened or not.",
    { place, result: ["settled", "lost"] },
  ),
  sessionsSilent: counter(
    "beacon_sessions_silent_total",
    "Sessions that the sweep declared lost, because their process showed no more life.",
    {},
  ),
  sessionFailures: counter(
    "beacon_session_failures_total",
    "Sessions that did not settle, by code.",
    { code },
  ),
  sessions: gauge("beacon_sessions", "Sessions that live now. Installation-wide.", {
    status: ["renting", "open"],
  }),
});

const money = () => ({
  rentals: counter("beacon_rentals_total", "Agreements with providers, ever. Installation-wide.", {
    network: NETWORKS,
  }),
  rentalCost: counter(
    "beacon_rental_cost_glm_total",
    "GLM in bills of providers that were accepted, ever. Installation-wide.",
    { network: NETWORKS },
  ),
  serviceCost: counter(
    "beacon_service_cost_usd_total",
    "US dollars that jobs spent on services, ever: by price list, not by invoice. Installation-wide.",
    { network: NETWORKS },
  ),
});

const services = <W extends Words>({ dialect, responseState }: WordLists<W>) => ({
  serviceCalls: counter(
    "beacon_service_calls_total",
    "Questions put to models, each attempt, by dialect, way and the state of what came back.",
    { dialect, way: WAYS, state: responseState },
  ),
  serviceDuration: histogram(
    "beacon_service_call_duration_seconds",
    "Time of one attempt, until the whole answer was there or it failed.",
    { dialect },
    LONG_S,
  ),
});

const log = <W extends Words>({ code }: WordLists<W>) => ({
  logEntries: gauge("beacon_log_entries", "Entries of the log. Installation-wide.", {}),
  logPublished: gauge(
    "beacon_log_published_entries",
    "Entries under the newest published checkpoint. Installation-wide.",
    {},
  ),
  logUnpublished: gauge(
    "beacon_log_unpublished_entries",
    "Entries that have their place and are under no published checkpoint. Installation-wide.",
    {},
  ),
  logPending: gauge(
    "beacon_log_pending_entries",
    "Entries that wait for their place; 10,000 says that many or more. Installation-wide.",
    {},
  ),
  logWait: gauge(
    "beacon_log_oldest_wait_seconds",
    "How long the entry that has waited longest for publication has waited; 0: none waits. Installation-wide.",
    {},
  ),
  logCheckpointAge: gauge(
    "beacon_log_checkpoint_age_seconds",
    "Age of the newest published checkpoint; it grows while nothing happens. Installation-wide.",
    {},
  ),
  logHalted: gauge(
    "beacon_log_halted",
    "1: the log is halted and nothing is signed until a person has looked. Installation-wide.",
    {},
  ),
  logBatch: histogram(
    "beacon_log_batch_entries",
    "Entries that one transaction of the log's writer took in.",
    {},
    BATCHES,
  ),
  logSequencing: histogram(
    "beacon_log_sequencing_duration_seconds",
    "Time of one such transaction.",
    {},
    SHORT_S,
  ),
  logPublication: histogram(
    "beacon_log_publication_duration_seconds",
    "Time to sign a checkpoint, have it cosigned and publish it.",
    {},
    SHORT_S,
  ),
  logFailures: counter(
    "beacon_log_writer_failures_total",
    "Rounds of the log's writer that failed, by code.",
    { code },
  ),
  witnessRequests: counter(
    "beacon_witness_requests_total",
    "Requests to witnesses, by what became of them: cosigned, or a code.",
    { outcome: ["cosigned", ...code] },
  ),
  witnesses: gauge(
    "beacon_witnesses",
    "Witnesses by what became of the last request to each. Installation-wide.",
    { state: ["cosigned", "failed"] },
  ),
  anchors: gauge(
    "beacon_anchors",
    "Anchors of checkpoints with services outside. Installation-wide.",
    { status: ["pending", "final", "failed"] },
  ),
});

const content = () => ({
  outboxBlocks: gauge(
    "beacon_outbox_blocks",
    "Blocks that wait for a content store; 10,000 says that many or more. Installation-wide.",
    {},
  ),
  outboxWait: gauge(
    "beacon_outbox_oldest_wait_seconds",
    "How long the oldest of them has waited; 0: none waits. Installation-wide.",
    {},
  ),
  blocksMoved: counter(
    "beacon_blocks_moved_total",
    "Blocks that the content stores took or refused.",
    { outcome: ["moved", "refused"] },
  ),
  missingBlocks: gauge(
    "beacon_missing_blocks",
    "Blocks that some content store lacked when they were last looked for. Installation-wide.",
    {},
  ),
});

const people = <W extends Words>({ code }: WordLists<W>) => ({
  signIns: counter("beacon_sign_ins_total", "Attempts to sign in, by what became of them.", {
    method: ["password", "oidc"],
    outcome: ["accepted", "refused"],
  }),
  attestations: counter(
    "beacon_attestations_total",
    "Attestations that came in: filed, known already, or refused with a code.",
    { outcome: ["filed", "known", ...code] },
  ),
});

/** What `beacon witness` counts, the program that cosigns other people's logs. */
const standAloneWitness = () => ({
  cosigning: counter(
    "beacon_cosigning_requests_total",
    "Checkpoints that this stand-alone witness was shown, by what it answered.",
    { outcome: ["cosigned", "stale", "refused", "failed"] },
  ),
  cosigningDuration: histogram(
    "beacon_cosigning_duration_seconds",
    "Time until this stand-alone witness answered.",
    {},
    SHORT_S,
  ),
});

const process = <W extends Words>({ check, version, commit, node }: WordLists<W>) => ({
  build: gauge("beacon_build_info", "Always 1: which Beacon this is, and on which Node.js.", {
    version,
    commit,
    node,
  }),
  ready: gauge("beacon_ready", "1: this process is ready; 0: /readyz says what is wrong.", {}),
  healthChecks: gauge(
    "beacon_health_check",
    "What a check of this process's readiness says: 1 well, 0.5 a warning, 0 it fails.",
    { check },
  ),
  healthAges: gauge(
    "beacon_health_check_age_seconds",
    "Age of the last real outcome that a check rests on.",
    { check },
  ),
  diskFree: gauge(
    "beacon_disk_free_bytes",
    "Free space where the state folder lies. Installation-wide.",
    {},
  ),
  linesLogged: counter(
    "beacon_diagnostic_lines_total",
    "Lines that this process wrote, by level.",
    {
      level: ["trace", "debug", "info", "warn", "error", "fatal"],
    },
  ),
  databaseConnections: gauge(
    "beacon_database_connections",
    "Connections of the pool that this process's stores share, and requests that wait for one.",
    { state: ["idle", "busy", "waiting"] },
  ),
  databaseErrors: counter(
    "beacon_database_connection_errors_total",
    "Connections of that pool that were lost.",
    {},
  ),
  scrapeFailures: counter(
    "beacon_scrape_failures_total",
    "Scrapes whose installation-wide values could not be read: then none of them is shown.",
    {},
  ),
});

/** All metrics, with the words that their labels may say. */
export const metricPlans = <W extends Words>(words: WordLists<W>) => ({
  ...doors(words),
  ...queues(words),
  ...jobs(words),
  ...money(),
  ...services(words),
  ...log(words),
  ...content(),
  ...people(words),
  ...standAloneWitness(),
  ...process(words),
});
