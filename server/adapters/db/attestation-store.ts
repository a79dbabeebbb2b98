import type { Prisma, PrismaClient } from "@/generated/prisma/client";
import { AttestationReport } from "@/schemas/attestation";
import type { AttestationId, Cid, JobId } from "@/schemas/primitives";
import { leafIndices } from "@/server/adapters/db/leaf-indices";
import { filePending } from "@/server/adapters/db/log-store";
import type { FiledEntry } from "@/server/domain/log/filing";

export type NewAttestation = {
  readonly report: AttestationReport;
  readonly cid: Cid;
  readonly createdAt: Date;
};

/** An attestation that was filed. */
export type StoredAttestation = NewAttestation & {
  /** The leaf of its entry. */
  readonly leafHash: Uint8Array;
  /** Where its entry stands, once it is sequenced. */
  readonly index: number | null;
};

/**
 * What came of filing. `known`: this very entry was filed before. `taken`: another entry has its id.
 * `revoked`: its key was taken back, or its account may not attest any more.
 */
export type Filing = "filed" | "known" | "taken" | "revoked";

export type AttestationStore = {
  /**
   * Keeps an attestation and files its entry, while nobody can take its key back: of an attestation and
   * a revocation at once, either the attestation comes first in the log, or it is not filed.
   */
  createOnce(attestation: NewAttestation, entry: FiledEntry): Promise<Filing>;
  byId(id: AttestationId): Promise<StoredAttestation | null>;
  /** In the order of the log; what waits for it comes last, in the order in which it was filed. */
  ofJob(jobId: JobId): Promise<readonly StoredAttestation[]>;
  /** Jobs that have an attestation among the leaves from `from` to before `to`. */
  jobsBetween(from: number, to: number): Promise<readonly JobId[]>;
};

type Tx = Prisma.TransactionClient;

/** Attestations in PostgreSQL. */
export function createAttestationStore(prisma: PrismaClient): AttestationStore {
  type Row = NonNullable<Awaited<ReturnType<typeof prisma.attestation.findUnique>>>;
  const withPlaces = async (rows: readonly Row[]): Promise<readonly StoredAttestation[]> => {
    const indexOf = await leafIndices(
      prisma,
      rows.map(({ leafHash }) => leafHash),
    );
    return rows.map(({ document, cid, createdAt, leafHash }) => ({
      report: AttestationReport.parse(document),
      cid: cid as Cid,
      createdAt,
      leafHash,
      index: indexOf(leafHash),
    }));
  };
  /** What is known of an attestation's id: null when nothing is. */
  const knownAs = async (tx: Tx, id: AttestationId, entry: FiledEntry): Promise<Filing | null> => {
    const row = await tx.attestation.findUnique({ where: { id } });
    if (row === null) return null;
    return Buffer.compare(row.leafHash, entry.leafHash) === 0 ? "known" : "taken";
  };

  return {
    createOnce: (attestation, entry) =>
      prisma.$transaction(async (tx) => {
        const { id } = attestation.report;
        const before = await knownAs(tx, id, entry);
        if (before !== null) return before;
        if (!(await holdKey(tx, attestation.report))) return "revoked";
        const { count } = await tx.attestation.createMany({
          data: [rowOf(attestation, entry)],
          skipDuplicates: true,
        });
        // Somebody else's, filed at the same time.
        if (count === 0) return (await knownAs(tx, id, entry)) ?? "taken";
        await filePending(tx, [entry]);
        return "filed";
      }),

    async byId(id) {
      const row = await prisma.attestation.findUnique({ where: { id } });
      return row && ((await withPlaces([row]))[0] ?? null);
    },

    async ofJob(jobId) {
      const rows = await prisma.attestation.findMany({
        where: { jobId },
        orderBy: [{ createdAt: "asc" }, { id: "asc" }],
      });
      const placed = await withPlaces(rows);
      const placeOf = ({ index }: StoredAttestation) => index ?? Number.POSITIVE_INFINITY;
      // Infinity less infinity is no number: what waits stays as it came.
      return placed.toSorted((a, b) => placeOf(a) - placeOf(b) || 0);
    },

    async jobsBetween(from, to) {
      const rows = await prisma.logEntry.findMany({
        where: {
          kind: "beacon.attestation/v1",
          index: { gte: BigInt(from), lt: BigInt(to) },
        },
        distinct: ["jobId"],
        select: { jobId: true },
      });
      return rows.flatMap(({ jobId }) => (jobId === null ? [] : [jobId as JobId]));
    },
  };
}

/** Holds a key as it is until the transaction ends. False: it may not sign any more. */
async function holdKey(tx: Tx, { attester_key }: AttestationReport): Promise<boolean> {
  const keys = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM attester_keys k JOIN "Account" a ON a.id = k."accountId"
    WHERE k."keyId" = ${attester_key} AND k."revokedAt" IS NULL
      AND a."disabledAt" IS NULL AND a.role = 'ATTESTER' FOR SHARE OF k`;
  return keys.length === 1;
}

const rowOf = ({ report, cid, createdAt }: NewAttestation, { leafHash }: FiledEntry) => ({
  id: report.id,
  comparisonId: report.comparison,
  jobId: report.job,
  keyId: report.attester_key,
  organisation: report.organisation,
  verdict: report.verdict,
  cid,
  document: report,
  leafHash: Buffer.from(leafHash),
  createdAt,
});
