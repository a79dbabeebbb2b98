import { attestationCases } from "@/test/cli/public-verifiers/attestation-cases";
import { entryCases } from "@/test/cli/public-verifiers/entry-cases";
import { fileCases } from "@/test/cli/public-verifiers/file-cases";
import { hugeCases } from "@/test/cli/public-verifiers/huge-cases";
import { jsonCases } from "@/test/cli/public-verifiers/json-cases";
import { policyCases } from "@/test/cli/public-verifiers/policy-cases";
import { signatureCases } from "@/test/cli/public-verifiers/signature-cases";
import { sizeCases } from "@/test/cli/public-verifiers/size-cases";
import { soundCases } from "@/test/cli/public-verifiers/sound-cases";
import { vantageCases } from "@/test/cli/public-verifiers/vantage-cases";
import type { VerdictCase } from "@/test/cli/public-verifiers/verdict-case";
import { witnessCases } from "@/test/cli/public-verifiers/witness-cases";

/**
 * Every case on which all verifiers of receipts must agree: good receipts of every kind, and what can
 * be wrong with a receipt, a policy or an earlier checkpoint. The same bytes in every run.
 */
export const verdictCases = (): readonly VerdictCase[] => [
  ...soundCases(),
  ...witnessCases(),
  ...hugeCases(),
  ...fileCases(),
  ...entryCases(),
  ...vantageCases(),
  ...attestationCases(),
  ...policyCases(),
  ...jsonCases(),
  ...signatureCases(),
  ...sizeCases(),
];
