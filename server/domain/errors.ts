/**
 * Every way Beacon can fail, in one table. A code is stable: it is logged, counted, sent to the
 * browser and asserted in tests. Messages are for people and may change.
 *
 * `retryable`: the same call may succeed later. `expose`: the message may be shown to a stranger.
 */
export const ERRORS = {
  // what people send
  JOB_SPEC_INVALID: { retryable: false, expose: true },
  JOB_SPEC_COUNTRY_UNKNOWN: { retryable: false, expose: true },
  JOB_SPEC_REPEATS_INVALID: { retryable: false, expose: true },
  JOB_SPEC_BUDGET_MISSING: { retryable: false, expose: true },
  JOB_SPEC_BUDGET_OVER_LIMIT: { retryable: false, expose: true },
  JOB_SPEC_PROMPT_TOO_LARGE: { retryable: false, expose: true },
  JOB_SPEC_TOO_MANY_TASKS: { retryable: false, expose: true },
  JOB_SPEC_SERVICE_UNKNOWN: { retryable: false, expose: true },
  JOB_SPEC_IMAGE_UNKNOWN: { retryable: false, expose: true },
  JOB_SPEC_SIMULATION_REFUSED: { retryable: false, expose: true },
  JOB_NOT_FOUND: { retryable: false, expose: true },
  TASK_NOT_FOUND: { retryable: false, expose: true },
  COMPARISON_NOT_FOUND: { retryable: false, expose: true },
  LEAF_NOT_FOUND: { retryable: false, expose: true },
  BLOCK_NOT_FOUND: { retryable: false, expose: true },
  BLOCK_PATH_INVALID: { retryable: false, expose: true },
  BLOCK_FORMAT_UNSUPPORTED: { retryable: false, expose: true },
  BLOCK_PARAMETER_INVALID: { retryable: false, expose: true },
  CID_INVALID: { retryable: false, expose: true },
  SIGN_IN_REFUSED: { retryable: false, expose: true },
  CHALLENGE_REFUSED: { retryable: false, expose: true },
  ORIGIN_REFUSED: { retryable: false, expose: true },
  REQUEST_TOO_LARGE: { retryable: false, expose: true },
  OIDC_UNAVAILABLE: { retryable: true, expose: true },
  ACCOUNT_EXISTS: { retryable: false, expose: true },
  ACCOUNT_NOT_FOUND: { retryable: false, expose: true },
  ACCOUNT_LAST_ADMIN: { retryable: false, expose: true },
  INVITATION_REFUSED: { retryable: false, expose: true },
  PASSWORD_TOO_WEAK: { retryable: false, expose: true },
  DRAFT_NOT_FOUND: { retryable: false, expose: true },
  DRAFT_CONFLICT: { retryable: false, expose: true },
  DRAFT_TOO_LARGE: { retryable: false, expose: true },
  DRAFT_TOO_MANY: { retryable: false, expose: true },
  EXPLORER_QUERY_INVALID: { retryable: false, expose: true },
  EXPLORER_TIMED_OUT: { retryable: false, expose: true },
  EXPLORER_BUSY: { retryable: true, expose: true },
  PORTAL_BUSY: { retryable: true, expose: true },

  // state that moves by compare-and-set
  TASK_TRANSITION_ILLEGAL: { retryable: false, expose: false },

  // canonical documents and blocks
  CANONICAL_UNSUPPORTED_VALUE: { retryable: false, expose: false },
  ENTRY_TOO_LARGE: { retryable: false, expose: false },
  BLOCK_TOO_LARGE: { retryable: false, expose: true },
  BLOCK_CID_MISMATCH: { retryable: false, expose: true },

  // log formats and proofs
  NOTE_MALFORMED: { retryable: false, expose: true },
  NOTE_KEY_MALFORMED: { retryable: false, expose: true },
  NOTE_KEY_UNKNOWN: { retryable: false, expose: true },
  NOTE_SIGNATURE_INVALID: { retryable: false, expose: true },
  CHECKPOINT_MALFORMED: { retryable: false, expose: true },
  POLICY_MALFORMED: { retryable: false, expose: true },
  PROOF_MALFORMED: { retryable: false, expose: true },
  PROOF_TOO_LARGE: { retryable: false, expose: true },
  LOG_POSITION_INVALID: { retryable: false, expose: true },
  LOG_PROOF_LENGTH: { retryable: false, expose: true },
  LOG_PROOF_ROOT_MISMATCH: { retryable: false, expose: true },
  LOG_HASH_LENGTH: { retryable: false, expose: true },
  TILE_PATH_INVALID: { retryable: false, expose: true },
  TILE_NOT_FOUND: { retryable: false, expose: true },
  TILE_INCONSISTENT: { retryable: false, expose: false },

  // sequencing and publication
  LOG_WRITER_BUSY: { retryable: true, expose: false },
  LOG_ENTRY_CORRUPT: { retryable: false, expose: false },
  LOG_ROLLED_BACK: { retryable: false, expose: false },
  LOG_FORKED: { retryable: false, expose: true },
  LOG_HALTED: { retryable: false, expose: true },
  LOG_ADD_REFUSED: { retryable: false, expose: true },
  LOG_ADD_OFF: { retryable: false, expose: true },
  LEAF_TOO_LARGE: { retryable: false, expose: true },
  SUBMITTER_UNKNOWN: { retryable: false, expose: true },
  LOG_BUSY: { retryable: true, expose: true },
  WITNESS_UNAVAILABLE: { retryable: true, expose: false },
  WITNESS_REFUSED: { retryable: false, expose: false },
  QUORUM_NOT_MET: { retryable: true, expose: false },

  // the key registry
  KEY_NOT_FOUND: { retryable: false, expose: true },
  KEY_REVOKED: { retryable: false, expose: true },
  KEY_IN_USE: { retryable: false, expose: true },
  KEY_NOT_READY: { retryable: true, expose: true },
  KEY_ENROLMENT_REFUSED: { retryable: false, expose: true },
  KEY_ENROLMENT_TOO_MANY: { retryable: true, expose: true },

  // attestations
  ATTESTATION_NOT_FOUND: { retryable: false, expose: true },
  ATTESTATION_MALFORMED: { retryable: false, expose: true },
  ATTESTATION_FOREIGN: { retryable: false, expose: true },
  ATTESTATION_SIGNATURE_INVALID: { retryable: false, expose: true },
  ATTESTATION_STALE: { retryable: false, expose: true },
  ATTESTATION_TOO_MANY: { retryable: true, expose: true },

  // blocks elsewhere, bundles, anchors
  CONTENT_STORE_UNAVAILABLE: { retryable: true, expose: true },
  CONTENT_STORE_REFUSED: { retryable: false, expose: true },
  BUNDLE_MALFORMED: { retryable: false, expose: true },
  BUNDLE_NOT_READY: { retryable: true, expose: true },
  ANCHOR_NOT_FOUND: { retryable: false, expose: true },
  ANCHOR_UNAVAILABLE: { retryable: true, expose: true },
  ANCHOR_INVALID: { retryable: false, expose: true },

  // Golem
  GOLEM_UNAVAILABLE: { retryable: true, expose: true },
  GOLEM_NO_OFFER: { retryable: true, expose: true },
  GOLEM_AGREEMENT_FAILED: { retryable: true, expose: true },
  GOLEM_ACTIVITY_FAILED: { retryable: true, expose: true },
  GOLEM_TUNNEL_FAILED: { retryable: true, expose: true },
  GOLEM_PROVIDER_LOST: { retryable: true, expose: true },
  GOLEM_BUDGET_SPENT: { retryable: false, expose: true },
  GOLEM_SETTLEMENT_FAILED: { retryable: true, expose: true },
  GOLEM_OUTBOUND_REFUSED: { retryable: false, expose: true },
  GOLEM_COUNTRY_MISMATCH: { retryable: true, expose: true },
  EXIT_REFUSED: { retryable: false, expose: true },
  EXIT_TLS_FAILED: { retryable: false, expose: true },

  // models and services
  MODEL_UNREACHABLE: { retryable: true, expose: true },
  MODEL_TIMED_OUT: { retryable: false, expose: true },
  MODEL_RESPONSE_TOO_LARGE: { retryable: false, expose: true },
  MODEL_RESPONSE_CUT_SHORT: { retryable: false, expose: true },
  MODEL_RESPONSE_NOT_JSON: { retryable: false, expose: true },
  MODEL_REFUSED_REQUEST: { retryable: false, expose: true },
  MODEL_RATE_LIMITED: { retryable: true, expose: true },
  MODEL_RESPONSE_MALFORMED: { retryable: false, expose: true },
  SERVICE_NOT_FOUND: { retryable: false, expose: true },
  SERVICE_INVALID: { retryable: false, expose: true },
  SERVICE_IN_USE: { retryable: false, expose: true },
  SERVICE_KEY_MISSING: { retryable: false, expose: true },
  SERVICE_KEY_REFUSED: { retryable: false, expose: true },
  SERVICE_KEY_ECHOED: { retryable: false, expose: true },
  SERVICE_PAUSED: { retryable: true, expose: true },
  SERVICE_PRICE_UNKNOWN: { retryable: false, expose: true },
  SERVICE_BUDGET_SPENT: { retryable: false, expose: true },

  // the installation
  CONFIG_INVALID: { retryable: false, expose: true },
  KEY_FILE_INVALID: { retryable: false, expose: true },
  VAULT_KEY_WRONG: { retryable: false, expose: true },
  IMAGE_INVALID: { retryable: false, expose: true },
  PROVIDER_NOT_FOUND: { retryable: false, expose: true },
  STATE_FOLDER_BROKEN: { retryable: false, expose: true },
  PORT_IN_USE: { retryable: false, expose: true },
  NATIVE_PART_MISSING: { retryable: false, expose: true },
  ALREADY_RUNNING: { retryable: false, expose: true },
  SITE_BUILD_FAILED: { retryable: false, expose: true },
  PROCESS_FAILED: { retryable: true, expose: true },
  DATABASE_SCHEMA_FOREIGN: { retryable: false, expose: true },
  DATABASE_UNAVAILABLE: { retryable: true, expose: true },
  PORTAL_UNREACHABLE: { retryable: true, expose: true },

  // what health checks find; nothing throws these
  PROCESS_NOT_READY: { retryable: true, expose: true },
  LOG_WRITER_SILENT: { retryable: true, expose: true },
  LOG_UNPUBLISHED: { retryable: true, expose: true },
  QUEUE_SILENT: { retryable: true, expose: true },
  DISK_FULL: { retryable: true, expose: true },
} as const satisfies Record<string, { readonly retryable: boolean; readonly expose: boolean }>;

export type ErrorCode = keyof typeof ERRORS;

/** The one error that Beacon throws on purpose. */
export class BeaconError extends Error {
  override readonly name = "BeaconError";
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, string | number | boolean>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: BeaconError["details"] } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }
}

/**
 * Whether `error` is a BeaconError, by its shape: the portal's process holds this module more than
 * once (once for the server, once in each of Next's bundles), so `instanceof` would tell lies.
 */
export function isBeaconError(error: unknown): error is BeaconError {
  return (
    error instanceof Error &&
    error.name === "BeaconError" &&
    "code" in error &&
    typeof error.code === "string" &&
    Object.hasOwn(ERRORS, error.code)
  );
}
