import type { PrismaClient } from "@/generated/prisma/client";
import type { AnchorId, AnchorKind, AnchorStatus } from "@/schemas/anchor";
import { storableText } from "@/server/adapters/db/storable";

/** A published checkpoint for whose existence somebody outside was asked to vouch. */
export type StoredAnchor = {
  readonly id: AnchorId;
  readonly kind: AnchorKind;
  /** The URL that is asked. */
  readonly service: string;
  readonly size: number;
  /** `stampedDigest` of the checkpoint of that size. */
  readonly digest: Uint8Array;
  readonly status: AnchorStatus;
  /** A time-stamp token in DER, or an `.ots` file; null: there is none yet. */
  readonly proof: Uint8Array | null;
  readonly attestedAt: Date | null;
  readonly detail: string | null;
  /** How often the service was asked since the anchor, or its proof, came to be. */
  readonly tries: number;
  readonly requestedAt: Date;
  readonly checkedAt: Date | null;
};

export type NewAnchor = Pick<
  StoredAnchor,
  "id" | "kind" | "service" | "size" | "digest" | "requestedAt"
>;

/** What came of asking. Without a proof, the one that is stored stays. */
export type AnchorOutcome = Pick<StoredAnchor, "status" | "detail"> & {
  readonly proof?: { readonly bytes: Uint8Array; readonly attestedAt: Date | null };
};

export type AnchorStore = {
  /** Lays down an anchor as PENDING. False: this service was asked about this size before. */
  createOnce(anchor: NewAnchor): Promise<boolean>;
  /** The anchor of the largest size that a service was asked about. */
  largest(service: Pick<StoredAnchor, "kind" | "service">): Promise<StoredAnchor | null>;
  /** PENDING anchors, those that were checked longest ago first, never checked ones before all. */
  pending(): Promise<readonly StoredAnchor[]>;
  /**
   * Takes a PENDING anchor for one more try. Null: somebody else has taken it since it was read, or it is
   * not pending any more.
   */
  claim(
    anchor: Pick<StoredAnchor, "id" | "tries" | "checkedAt">,
    at: Date,
  ): Promise<StoredAnchor | null>;
  /** Stores what came of a try. False: another try was begun since, and nothing was changed. */
  record(
    claimed: Pick<StoredAnchor, "id" | "tries" | "checkedAt">,
    outcome: AnchorOutcome,
  ): Promise<boolean>;
  byId(id: AnchorId): Promise<StoredAnchor | null>;
  /** Anchors, the largest sizes first, after the one called `after`. */
  list(after: AnchorId | null, limit: number): Promise<readonly StoredAnchor[]>;
  /** The published checkpoint of exactly `size` leaves, signatures included. */
  checkpoint(size: number): Promise<string | null>;
};

type Row = Omit<StoredAnchor, "id" | "kind" | "size"> & {
  readonly id: string;
  readonly kind: string;
  readonly size: bigint;
};

const stored = (row: Row): StoredAnchor => ({
  ...row,
  id: row.id as AnchorId,
  kind: row.kind as AnchorKind,
  size: Number(row.size),
  digest: Uint8Array.from(row.digest),
  proof: row.proof === null ? null : Uint8Array.from(row.proof),
});

/** More pending anchors than a year of them makes. */
const MAX_PENDING = 1_000;

/** Anchors in PostgreSQL. */
export function createAnchorStore(prisma: PrismaClient): AnchorStore {
  return {
    async createOnce({ digest, size, ...anchor }) {
      const { count } = await prisma.anchor.createMany({
        data: [{ ...anchor, size: BigInt(size), digest: Buffer.from(digest), status: "PENDING" }],
        skipDuplicates: true,
      });
      return count === 1;
    },

    async largest({ kind, service }) {
      const row = await prisma.anchor.findFirst({
        where: { kind, service },
        orderBy: { size: "desc" },
      });
      return row === null ? null : stored(row);
    },

    async pending() {
      const rows = await prisma.anchor.findMany({
        where: { status: "PENDING" },
        orderBy: [{ checkedAt: { sort: "asc", nulls: "first" } }, { size: "asc" }],
        take: MAX_PENDING,
      });
      return rows.map(stored);
    },

    async claim({ id, tries, checkedAt }, at) {
      const [row] = await prisma.anchor.updateManyAndReturn({
        where: { id, tries, checkedAt, status: "PENDING" },
        data: { tries: tries + 1, checkedAt: at },
      });
      return row === undefined ? null : stored(row);
    },

    async record({ id, tries, checkedAt }, { status, detail, proof }) {
      const { count } = await prisma.anchor.updateMany({
        where: { id, tries, checkedAt, status: "PENDING" },
        data: {
          status,
          detail: storableText(detail),
          ...(proof === undefined
            ? {}
            : { proof: Buffer.from(proof.bytes), attestedAt: proof.attestedAt, tries: 0 }),
        },
      });
      return count === 1;
    },

    async byId(id) {
      const row = await prisma.anchor.findUnique({ where: { id } });
      return row === null ? null : stored(row);
    },

    async list(after, limit) {
      const rows = await prisma.anchor.findMany({
        orderBy: [{ size: "desc" }, { id: "asc" }],
        take: limit,
        ...(after === null ? {} : { cursor: { id: after }, skip: 1 }),
      });
      return rows.map(stored);
    },

    async checkpoint(size) {
      const row = await prisma.checkpoint.findUnique({ where: { size: BigInt(size) } });
      return row?.note ?? null;
    },
  };
}
