import { useState } from "react";
import { Button } from "@/components/ui/button";
import { JsonDetails } from "@/components/ui/json-details";
import type { JobSpec } from "@/schemas/job-spec";
import { slugOf } from "@/server/domain/job/slug";

/** How long is said what became of a press. */
const SAID_MS = 2_000;

/** The specification as it would be announced: to read, to copy, to keep. */
export function SpecJson({ spec, isValid }: { spec: JobSpec; isValid: boolean }) {
  const [said, setSaid] = useState("");
  const text = () => `${JSON.stringify(spec, null, 2)}\n`;
  const copy = async () => {
    const isDone = await navigator.clipboard?.writeText(text()).then(
      () => true,
      () => false,
    );
    setSaid(isDone === true ? "Copied." : "Not copied: this browser did not allow it.");
    setTimeout(() => setSaid(""), SAID_MS);
  };
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
        <Button onClick={() => void copy()}>Copy the specification</Button>
        <Button onClick={download}>Download it</Button>
        <span role="status" className="text-[13px] text-muted">
          {said}
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
