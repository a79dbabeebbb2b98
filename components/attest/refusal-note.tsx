import { refusalOf } from "@/components/refusal";
import { ErrorNote } from "@/components/ui/states";

/** What somebody may do about a refusal, by its code. Other codes come with the server's own sentence. */
const SENTENCES: Readonly<Record<string, string>> = {
  UNAUTHORIZED:
    "You are not signed in any more. Sign in again in another tab; what stands here stays.",
  FORBIDDEN: "Only an attester may do this.",
  CHALLENGE_REFUSED: "The portal’s challenge was answered too late, or twice. Try once more.",
  KEY_NOT_FOUND: "The portal does not know this key. Enrol it first.",
  KEY_NOT_READY:
    "The log has not registered this key in a published state yet. Try again in a few seconds.",
  KEY_REVOKED: "This key was revoked, so nothing that it signs is taken any more.",
  ATTESTATION_STALE:
    "More than ten minutes have passed since it was shown, or this device’s clock is wrong. Go back and show it anew; what you typed stays.",
  ATTESTATION_FOREIGN: "The report is not about the comparison that stands in this portal’s log.",
  ATTESTATION_SIGNATURE_INVALID: "The signature is not one of this key over this report.",
};

/** What was refused, in one sentence, and its code. */
export function RefusalNote({ title, error }: { title: string; error: unknown }) {
  const { code, message } = refusalOf(error);
  const isUnanswered = code === null && error instanceof Error && error.name === "TRPCClientError";
  return (
    <ErrorNote title={title} code={code}>
      {SENTENCES[code ?? ""] ??
        (isUnanswered ? `The portal did not answer (${message}). Try again.` : message)}
    </ErrorNote>
  );
}
