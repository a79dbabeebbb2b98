-- CreateEnum
CREATE TYPE "AnchorStatus" AS ENUM ('PENDING', 'FINAL', 'FAILED');

-- AlterTable
ALTER TABLE "log_pending" ALTER COLUMN "dsse" DROP NOT NULL;

-- AlterTable
ALTER TABLE "log_entries" ALTER COLUMN "dsse" DROP NOT NULL;

-- AlterTable
ALTER TABLE "log_state" ADD COLUMN     "haltedAt" TIMESTAMPTZ(3),
ADD COLUMN     "haltedReason" TEXT;

-- CreateTable
CREATE TABLE "log_witnesses" (
    "name" TEXT NOT NULL,
    "code" TEXT,
    "message" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "size" BIGINT,
    "cosignedAt" TIMESTAMPTZ(3),

    CONSTRAINT "log_witnesses_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "log_anchors" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "digest" BYTEA NOT NULL,
    "status" "AnchorStatus" NOT NULL,
    "proof" BYTEA,
    "attestedAt" TIMESTAMPTZ(3),
    "detail" TEXT,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "requestedAt" TIMESTAMPTZ(3) NOT NULL,
    "checkedAt" TIMESTAMPTZ(3),

    CONSTRAINT "log_anchors_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "block_probes" (
    "cid" TEXT NOT NULL,
    "store" TEXT NOT NULL,
    "available" BOOLEAN NOT NULL,
    "detail" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "block_probes_pkey" PRIMARY KEY ("cid")
);

-- CreateIndex
CREATE INDEX "log_anchors_status_checkedAt_idx" ON "log_anchors"("status", "checkedAt");

-- CreateIndex
CREATE UNIQUE INDEX "log_anchors_kind_service_size_key" ON "log_anchors"("kind", "service", "size");

-- CreateIndex
CREATE INDEX "block_probes_at_idx" ON "block_probes"("at");
