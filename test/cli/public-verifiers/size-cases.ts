import type { IntentEntry } from "@/schemas/log-entry";
import { leafBytesOf } from "@/server/domain/log/entry";
import {
  aCase,
  INTENT,
  RESULT,
  type VerdictCase,
  withExtra,
} from "@/test/cli/public-verifiers/verdict-case";
import { aKeyEntry, aLog, anIntent, aResult } from "@/test/domain/verify/a-log";

/** An intent whose leaf has so many bytes: its list of contrasts has no end of its own. */
function intentOf(leafBytes: number): IntentEntry {
  const of = (count: number, last: number) =>
    anIntent({ contrasts: [...new Array<string>(count).fill("c".repeat(64)), "d".repeat(last)] });
  const missing = leafBytes - leafBytesOf(of(0, 1)).length;
  return of(Math.floor(missing / 67), 1 + (missing % 67));
}

/** Entries as large as a leaf may be, and larger: only an intent can be. */
export function sizeCases(): VerdictCase[] {
  const [largest, tooLarge] = [intentOf(65_535), intentOf(65_536)];
  const unusable = { expected: "unusable", code: "ENTRY_TOO_LARGE" } as const;
  return [
    aCase({
      name: "the largest intent",
      receipt: aLog({ entries: [aKeyEntry(), largest] }).receiptOf(INTENT),
      block: null,
    }),
    aCase({
      name: "an intent that is too large",
      receipt: withExtra((extra) => ({ ...extra, entry: tooLarge }), INTENT),
      ...unusable,
    }),
    aCase({
      name: "a result that leans on the largest intent",
      receipt: aLog({ entries: [aKeyEntry(), largest, aResult()] }).receiptOf(RESULT),
    }),
    aCase({
      name: "a result that leans on an intent that is too large",
      receipt: withExtra(({ intent, ...extra }) => ({
        ...extra,
        intent: intent && { ...intent, entry: tooLarge },
      })),
      ...unusable,
    }),
  ];
}
