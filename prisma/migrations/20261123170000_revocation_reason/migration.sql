-- AlterTable
ALTER TABLE "attester_keys" ADD COLUMN     "revokedReason" TEXT;
