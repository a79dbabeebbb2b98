import type { PrismaClient } from "@/generated/prisma/client";
import type { ErrorCode } from "@/server/domain/errors";

/** What became of the last request to a witness, and what it last cosigned. */
export type WitnessOutcome = {
  /** The key's name, as on its signature lines. */
  readonly name: string;
  /** Why it did not cosign; null when it did. */
  readonly code: ErrorCode | null;
  /** For people; null when there is nothing to say. */
  readonly message: string | null;
  readonly at: Date;
  /** The size of the last checkpoint that it cosigned; null before the first. */
  readonly size: number | null;
  readonly cosignedAt: Date | null;
};

/** One request's outcome. `size` is null when the witness did not cosign: what it last cosigned stays. */
export type NewWitnessOutcome = Omit<WitnessOutcome, "cosignedAt">;

export type WitnessStore = {
  /** Keeps the outcomes, each in the place of its witness's last. */
  record(outcomes: readonly NewWitnessOutcome[]): Promise<void>;
  /** By name; witnesses that were never asked are missing. */
  all(): Promise<readonly WitnessOutcome[]>;
};

/** Of a message so much is kept. */
const MESSAGE_LIMIT = 500;

/** Outcomes of witnesses in PostgreSQL: one row a witness. */
export function createWitnessStore(prisma: PrismaClient): WitnessStore {
  return {
    async record(outcomes) {
      if (outcomes.length === 0) return;
      // One row a name: two places that answer under one name are one witness, whose last word counts.
      const byName = new Map(outcomes.map((outcome) => [outcome.name, outcome]));
      const rows = [...byName.values()].map((outcome) => ({
        ...outcome,
        message: outcome.message?.slice(0, MESSAGE_LIMIT) ?? null,
        size: outcome.size === null ? null : String(outcome.size),
      }));
      await prisma.$executeRaw`
        INSERT INTO log_witnesses (name, code, message, at, size, "cosignedAt")
        SELECT name, code, message, at, size, CASE WHEN size IS NULL THEN NULL ELSE at END
        FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
          AS o(name text, code text, message text, at timestamptz, size bigint)
        ON CONFLICT (name) DO UPDATE SET
          code = excluded.code, message = excluded.message, at = excluded.at,
          size = coalesce(excluded.size, log_witnesses.size),
          "cosignedAt" = coalesce(excluded."cosignedAt", log_witnesses."cosignedAt")`;
    },

    async all() {
      const rows = await prisma.witnessOutcome.findMany({ orderBy: { name: "asc" } });
      return rows.map((row) => ({
        ...row,
        code: row.code as ErrorCode | null,
        size: row.size === null ? null : Number(row.size),
      }));
    },
  };
}
