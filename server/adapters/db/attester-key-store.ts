import { Prisma, type PrismaClient } from "@/generated/prisma/client";
import { RevocationEntry } from "@/schemas/log-entry";
import type { KeyId, UserId } from "@/schemas/primitives";
import { leafIndices } from "@/server/adapters/db/leaf-indices";
import { filePending } from "@/server/adapters/db/log-store";
import type { FiledEntry } from "@/server/domain/log/filing";

export type NewAttesterKey = {
  readonly key: KeyId;
  readonly accountId: UserId;
  /** Raw, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** As the log registers it. */
  readonly organisation: string;
  /** Where the key lives, in its owner's words. */
  readonly label: string;
  readonly createdAt: Date;
};

/** A key that an attester enrolled. */
export type AttesterKey = NewAttesterKey & {
  /** Where the log registered it; null: its registration waits. */
  readonly registrationIndex: number | null;
  /** Since when nothing that it signs is taken. */
  readonly revokedAt: Date | null;
};

/** When a key was taken back, and why. */
export type KeyRevocation = { readonly at: Date; readonly reason: RevocationEntry["reason"] };

/**
 * What came of an enrolment. `known`: the same account has enrolled it before. `taken`: another has.
 * `not-attester`: by now the account may not attest, or speaks for another organisation. `too-many`: it
 * signs with as many keys as it may.
 */
export type Enrolment = "enrolled" | "known" | "taken" | "not-attester" | "too-many";

export type AttesterKeyStore = {
  /**
   * Keeps a key and files its registration, while nobody can change what its account may do or enrol another.
   *
   * @param atMost keys that the account signs with at a time.
   */
  enrol(key: NewAttesterKey, registration: FiledEntry, atMost: number): Promise<Enrolment>;
  byId(key: KeyId): Promise<AttesterKey | null>;
  /** Newest first. */
  ofAccount(accountId: string): Promise<readonly AttesterKey[]>;
  /**
   * Takes a key back. When this is done, nothing more that the key signed is filed, and what was filed
   * is sequenced before the revocation. Where the log has not yet registered the key, only the first:
   * `unrevoked` then names it, until this is called again.
   *
   * @param why counts where the key was not taken back before: the first time and reason stay.
   * @param revocationOf makes the entry, by where the key is registered and what stays. It is filed once.
   * @returns false: the key was taken back before, or there is no such key.
   */
  revoke(
    key: KeyId,
    why: KeyRevocation,
    revocationOf: (registration: number, why: KeyRevocation) => FiledEntry,
  ): Promise<boolean>;
  /** When each of these keys was taken back; one that was not is absent. */
  revokedAt(keys: readonly KeyId[]): Promise<ReadonlyMap<KeyId, Date>>;
  /** Keys that were taken back here, and that the log has registered and not taken back. */
  unrevoked(): Promise<readonly (KeyRevocation & { readonly key: KeyId })[]>;
};

type Tx = Prisma.TransactionClient;
type Row = NonNullable<Awaited<ReturnType<PrismaClient["attesterKey"]["findUnique"]>>>;

/** Keys of attesters in PostgreSQL. */
export function createAttesterKeyStore(prisma: PrismaClient): AttesterKeyStore {
  const withPlaces = async (rows: readonly Row[]): Promise<readonly AttesterKey[]> => {
    const indexOf = await leafIndices(
      prisma,
      rows.map(({ leafHash }) => leafHash),
    );
    return rows.map(({ keyId, accountId, leafHash, revokedReason: _, ...row }) => ({
      ...row,
      key: keyId as KeyId,
      accountId: accountId as UserId,
      registrationIndex: indexOf(leafHash),
    }));
  };
  return {
    enrol: (key, registration, atMost) =>
      prisma.$transaction((tx) => enrolIn(tx, key, registration, atMost)),

    async byId(key) {
      const row = await prisma.attesterKey.findUnique({ where: { keyId: key } });
      return row && ((await withPlaces([row]))[0] ?? null);
    },

    async ofAccount(accountId) {
      const rows = await prisma.attesterKey.findMany({
        where: { accountId },
        orderBy: [{ createdAt: "desc" }, { keyId: "asc" }],
      });
      return withPlaces(rows);
    },

    revoke: (key, why, revocationOf) =>
      prisma.$transaction(async (tx) => {
        const [row] = await tx.$queryRaw<Pick<Row, "leafHash" | "revokedAt" | "revokedReason">[]>`
          SELECT "leafHash", "revokedAt", "revokedReason" FROM attester_keys
          WHERE "keyId" = ${key} FOR UPDATE`;
        if (row === undefined) return false;
        const before = revocationOfRow(row);
        if (before === null)
          await tx.attesterKey.update({
            where: { keyId: key },
            data: { revokedAt: why.at, revokedReason: why.reason },
          });
        const registered = await tx.logEntry.findUnique({
          where: { leafHash: Buffer.from(row.leafHash) },
          select: { index: true },
        });
        if (registered !== null && !(await isRevokedInLog(tx, key)))
          await filePending(tx, [revocationOf(Number(registered.index), before ?? why)]);
        return before === null;
      }),

    async revokedAt(keys) {
      const rows = await prisma.attesterKey.findMany({
        where: { keyId: { in: [...keys] } },
        select: { keyId: true, revokedAt: true },
      });
      return new Map(
        rows.flatMap(({ keyId, revokedAt }) =>
          revokedAt === null ? [] : [[keyId as KeyId, revokedAt] as const],
        ),
      );
    },

    async unrevoked() {
      const rows = await prisma.$queryRaw<Pick<Row, "keyId" | "revokedAt" | "revokedReason">[]>`
        SELECT k."keyId", k."revokedAt", k."revokedReason"
        FROM attester_keys k JOIN log_entries e ON e."leafHash" = k."leafHash"
        WHERE k."revokedAt" IS NOT NULL AND NOT EXISTS (${revocations(Prisma.sql`k."keyId"`)})`;
      return rows.flatMap((row) => {
        const why = revocationOfRow(row);
        return why === null ? [] : [{ key: row.keyId as KeyId, ...why }];
      });
    },
  };
}

async function enrolIn(
  tx: Tx,
  key: NewAttesterKey,
  registration: FiledEntry,
  atMost: number,
): Promise<Enrolment> {
  if (!(await mayAttest(tx, key))) return "not-attester";
  const { accountId } = key;
  const known = await tx.attesterKey.findUnique({ where: { keyId: key.key } });
  if (known !== null) return known.accountId === accountId ? "known" : "taken";
  const held = await tx.attesterKey.count({ where: { accountId, revokedAt: null } });
  if (held >= atMost) return "too-many";
  const { count } = await tx.attesterKey.createMany({
    data: [rowOf(key, registration)],
    skipDuplicates: true,
  });
  // Another account's, enrolled at the same time: this account's own wait for its row.
  if (count === 0) return "taken";
  await filePending(tx, [registration]);
  return "enrolled";
}

/** Null: the key is good. Keys that were taken back before reasons were kept are retired. */
const revocationOfRow = (row: Pick<Row, "revokedAt" | "revokedReason">): KeyRevocation | null =>
  row.revokedAt && {
    at: row.revokedAt,
    reason: RevocationEntry.shape.reason.parse(row.revokedReason ?? "retired"),
  };

/**
 * Holds the account's row until the transaction ends, so that nobody takes the right away meanwhile, and
 * whoever else enrols a key of it waits.
 */
async function mayAttest(
  tx: Tx,
  { accountId, organisation }: Pick<NewAttesterKey, "accountId" | "organisation">,
): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM "Account" WHERE id = ${accountId} AND role = 'ATTESTER'
      AND "disabledAt" IS NULL AND organisation = ${organisation} FOR UPDATE`;
  return rows.length === 1;
}

const rowOf = ({ key, publicKey, ...rest }: NewAttesterKey, registration: FiledEntry) => ({
  ...rest,
  keyId: key,
  publicKey: Buffer.from(publicKey),
  leafHash: Buffer.from(registration.leafHash),
});

/** Revocations of a key that stand in the log or wait for it. */
const revocations = (key: Prisma.Sql): Prisma.Sql => Prisma.sql`
  SELECT 1 FROM (
    SELECT bytes FROM log_entries WHERE "jobId" IS NULL AND kind = 'beacon.revocation/v1'
    UNION ALL SELECT bytes FROM log_pending WHERE kind = 'beacon.revocation/v1'
  ) r WHERE convert_from(r.bytes, 'UTF8')::jsonb->>'key' = ${key}`;

async function isRevokedInLog(tx: Tx, key: KeyId): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`${revocations(Prisma.sql`${key}`)}`;
  return rows.length > 0;
}
