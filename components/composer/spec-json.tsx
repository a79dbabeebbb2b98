import { Button } from "@/components/ui/button";
import { JsonDetails } from "@/components/ui/json-details";
import { useCopy } from "@/components/ui/use-copy";
import type { JobSpec } from "@/schemas/job-spec";
import { slugOf } from "@/server/domain/job/slug";

/** What became of a press, in words. */
const SENTENCES = {
  copied: "Copied.",
  "not copied": "Not copied: this browser did not allow it.",
} as const;

/** The specification as it would be announced: to read, to copy, to keep. */
export function SpecJson({ spec, isValid }: { spec: JobSpec; isValid: boolean }) {
  const { said, copy } = useCopy();
  const text = () => `${JSON.stringify(spec, null, 2)}\n`;
  const download = () => {
    const url = URL.createObjectURL(new Blob([text()], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `${slugOf(spec.title, "job")}.json`;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <div className="grid gap-3 *:min-w-0">
      <JsonDetails summary="The exact specification" value={spec} />
      <div className="flex flex-wrap items-center gap-2">
        <Button onClick={() => void copy(text())}>Copy the specification</Button>
        <Button onClick={download}>Download it</Button>
        <span role="status" className="text-[13px] text-muted">
          {said !== null && SENTENCES[said]}
        </span>
      </div>
      {!isValid && (
        <p className="text-[13px] text-muted">
          It cannot be announced as it stands. What was typed and is no number is null in it.
        </p>
      )}
    </div>
  );
}
