-- AlterTable
ALTER TABLE "LiveEvent" ADD COLUMN     "documentId" TEXT;
