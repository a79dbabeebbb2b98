-- AlterTable
ALTER TABLE "Job" ADD COLUMN     "usdCap" DECIMAL(27,18) NOT NULL DEFAULT 0,
ADD COLUMN     "usdReserved" DECIMAL(27,18) NOT NULL DEFAULT 0,
ADD COLUMN     "usdSpent" DECIMAL(27,18) NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "Task" ADD COLUMN     "reservedUsd" DECIMAL(27,18) NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "Outcome" ADD COLUMN     "costUsd" TEXT,
ADD COLUMN     "exchangeCid" TEXT;

-- AlterTable
ALTER TABLE "VantageSession" ADD COLUMN     "allocationId" TEXT,
ADD COLUMN     "geoFinalAt" TIMESTAMPTZ(3),
ADD COLUMN     "leafHash" BYTEA;

-- CreateTable
CREATE TABLE "rentals" (
    "agreementId" TEXT NOT NULL,
    "jobId" TEXT NOT NULL,
    "allocationId" TEXT NOT NULL,
    "providerId" TEXT NOT NULL,
    "providerName" TEXT NOT NULL,
    "country" TEXT NOT NULL,
    "asn" INTEGER,
    "activityId" TEXT,
    "heldAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),
    "endReason" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rentals_pkey" PRIMARY KEY ("agreementId")
);

-- CreateTable
CREATE TABLE "bills" (
    "id" TEXT NOT NULL,
    "document" TEXT NOT NULL,
    "agreementId" TEXT NOT NULL,
    "jobId" TEXT NOT NULL,
    "country" TEXT NOT NULL,
    "providerId" TEXT NOT NULL,
    "amountGlm" TEXT NOT NULL,
    "decision" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "bills_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "provider_events" (
    "id" BIGSERIAL NOT NULL,
    "providerId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "country" TEXT NOT NULL,
    "jobId" TEXT,
    "event" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "asn" INTEGER,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "provider_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "provider_rules" (
    "providerId" TEXT NOT NULL,
    "rule" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "byAccount" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "provider_rules_pkey" PRIMARY KEY ("providerId")
);

-- CreateTable
CREATE TABLE "services" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "dialect" TEXT NOT NULL,
    "baseUrl" TEXT NOT NULL,
    "door" TEXT NOT NULL,
    "models" JSONB NOT NULL,
    "requestsPerMinute" INTEGER NOT NULL,
    "concurrency" INTEGER NOT NULL,
    "sealedKey" BYTEA,
    "masterKeyId" TEXT,
    "keySetAt" TIMESTAMPTZ(3),
    "pausedUntil" TIMESTAMPTZ(3),
    "pauseReason" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "services_pkey" PRIMARY KEY ("id")
);

-- CreateTable. Unlogged: what it holds is worth nothing after a crash, and need not reach the disk before a call is made.
CREATE UNLOGGED TABLE "service_gates" (
    "serviceId" TEXT NOT NULL,
    "version" BIGINT NOT NULL DEFAULT 0,
    "state" JSONB NOT NULL,

    CONSTRAINT "service_gates_pkey" PRIMARY KEY ("serviceId")
);

-- CreateIndex
CREATE INDEX "rentals_jobId_idx" ON "rentals"("jobId");

-- CreateIndex
CREATE INDEX "rentals_endedAt_idx" ON "rentals"("endedAt");

-- CreateIndex
CREATE INDEX "bills_jobId_idx" ON "bills"("jobId");

-- CreateIndex
CREATE INDEX "bills_agreementId_idx" ON "bills"("agreementId");

-- CreateIndex
CREATE INDEX "provider_events_providerId_at_idx" ON "provider_events"("providerId", "at");

-- CreateIndex
CREATE INDEX "provider_events_at_idx" ON "provider_events"("at");

-- CreateIndex
CREATE UNIQUE INDEX "VantageSession_leafHash_key" ON "VantageSession"("leafHash");

-- AddForeignKey
ALTER TABLE "service_gates" ADD CONSTRAINT "service_gates_serviceId_fkey" FOREIGN KEY ("serviceId") REFERENCES "services"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- CreateIndex
CREATE INDEX "Task_sessionId_idx" ON "Task"("sessionId");

-- CreateIndex
CREATE INDEX "Task_leaseUntil_idx" ON "Task"("leaseUntil");

-- What was decided on a bill, and what a provider did, is never rewritten.
CREATE TRIGGER bills_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bills
  FOR EACH STATEMENT EXECUTE FUNCTION beacon_insert_only();
CREATE TRIGGER provider_events_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON provider_events
  FOR EACH STATEMENT EXECUTE FUNCTION beacon_insert_only();
