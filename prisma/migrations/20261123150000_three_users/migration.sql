-- AlterEnum
ALTER TYPE "Role" ADD VALUE 'READER';

-- AlterTable
ALTER TABLE "Account" ADD COLUMN     "disabledAt" TIMESTAMPTZ(3),
ADD COLUMN     "organisation" TEXT,
ALTER COLUMN "passwordHash" DROP NOT NULL;

-- AlterTable
ALTER TABLE "Task" ADD COLUMN     "claimedAt" TIMESTAMPTZ(3),
ADD COLUMN     "language" TEXT;

-- By hand: a task's language is its prompt's, as the job's spec says.
UPDATE "Task" SET "language" = prompt->>'language'
  FROM "Job", jsonb_array_elements("Job"."spec"->'prompts') AS prompt
  WHERE "Job"."id" = "Task"."jobId" AND prompt->>'id' = "Task"."promptId";
ALTER TABLE "Task" ALTER COLUMN "language" SET NOT NULL;

-- CreateTable
CREATE TABLE "identities" (
    "issuer" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "accountId" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "identities_pkey" PRIMARY KEY ("issuer","subject")
);

-- CreateTable
CREATE TABLE "sign_ins" (
    "id" TEXT NOT NULL,
    "accountId" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "userAgent" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "sign_ins_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "spent_challenges" (
    "challenge" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "spent_challenges_pkey" PRIMARY KEY ("challenge")
);

-- CreateTable
CREATE TABLE "invitations" (
    "id" TEXT NOT NULL,
    "tokenHash" BYTEA NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "role" "Role" NOT NULL,
    "organisation" TEXT,
    "invitedBy" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "acceptedAt" TIMESTAMPTZ(3),
    "accountId" TEXT,
    "withdrawnAt" TIMESTAMPTZ(3),

    CONSTRAINT "invitations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attester_keys" (
    "keyId" TEXT NOT NULL,
    "accountId" TEXT NOT NULL,
    "publicKey" BYTEA NOT NULL,
    "organisation" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "leafHash" BYTEA NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "attester_keys_pkey" PRIMARY KEY ("keyId")
);

-- CreateTable
CREATE TABLE "attestations" (
    "id" TEXT NOT NULL,
    "comparisonId" TEXT NOT NULL,
    "jobId" TEXT NOT NULL,
    "keyId" TEXT NOT NULL,
    "organisation" TEXT NOT NULL,
    "verdict" TEXT NOT NULL,
    "cid" TEXT NOT NULL,
    "document" JSONB NOT NULL,
    "leafHash" BYTEA NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "attestations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "drafts" (
    "id" TEXT NOT NULL,
    "accountId" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "body" JSONB NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "drafts_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "identities_accountId_idx" ON "identities"("accountId");

-- CreateIndex
CREATE INDEX "sign_ins_accountId_createdAt_idx" ON "sign_ins"("accountId", "createdAt");

-- CreateIndex
CREATE INDEX "spent_challenges_expiresAt_idx" ON "spent_challenges"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "invitations_tokenHash_key" ON "invitations"("tokenHash");

-- CreateIndex
CREATE INDEX "invitations_createdAt_idx" ON "invitations"("createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "attester_keys_leafHash_key" ON "attester_keys"("leafHash");

-- CreateIndex
CREATE INDEX "attester_keys_accountId_idx" ON "attester_keys"("accountId");

-- CreateIndex
CREATE UNIQUE INDEX "attestations_leafHash_key" ON "attestations"("leafHash");

-- CreateIndex
CREATE INDEX "attestations_jobId_createdAt_idx" ON "attestations"("jobId", "createdAt");

-- CreateIndex
CREATE INDEX "attestations_keyId_idx" ON "attestations"("keyId");

-- CreateIndex
CREATE INDEX "drafts_accountId_updatedAt_idx" ON "drafts"("accountId", "updatedAt");

-- CreateIndex
CREATE INDEX "Outcome_finishedAt_taskId_idx" ON "Outcome"("finishedAt", "taskId");

-- AddForeignKey
ALTER TABLE "identities" ADD CONSTRAINT "identities_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sign_ins" ADD CONSTRAINT "sign_ins_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attester_keys" ADD CONSTRAINT "attester_keys_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "drafts" ADD CONSTRAINT "drafts_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What an attester signed is never rewritten.
CREATE TRIGGER attestations_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON attestations
  FOR EACH STATEMENT EXECUTE FUNCTION beacon_insert_only();
