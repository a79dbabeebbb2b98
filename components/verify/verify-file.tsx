"use client";
import { type ChangeEvent, type DragEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { formatBytes } from "@/components/ui/count";
import { ErrorNote } from "@/components/ui/states";
import { browserWorld } from "@/components/verify/browser-world";
import { runVerification, type Verification } from "@/components/verify/run-verification";
import { VerificationResult } from "@/components/verify/verification-result";
import type { VerificationWorld } from "@/components/verify/verification-world";

type Slot = "receipt" | "block" | "policy";

type State =
  | { readonly step: "idle" | "working" }
  | { readonly step: "failed"; readonly message: string }
  | { readonly step: "done"; readonly verification: Verification; readonly at: string };

const SLOTS: readonly {
  readonly slot: Slot;
  readonly name: string;
  readonly hint: string;
  readonly accept: string;
}[] = [
  {
    slot: "receipt",
    name: "Receipt",
    hint: "a .tlog-proof file",
    accept: ".tlog-proof,text/plain",
  },
  {
    slot: "block",
    name: "Document, if you have it",
    hint: "the raw response or report; else this portal is asked",
    accept: "*/*",
  },
  {
    slot: "policy",
    name: "Policy, if you have your own",
    hint: "whom you trust, as a C2SP policy; else this portal’s",
    accept: ".txt,text/plain",
  },
];

/** Which slot a dropped file belongs in, by its name. */
const slotOf = (file: File): Slot => {
  if (file.name.endsWith(".tlog-proof")) return "receipt";
  return /policy/i.test(file.name) ? "policy" : "block";
};

const bytesOf = async (file: File | undefined) =>
  file === undefined ? null : new Uint8Array(await file.arrayBuffer());

/** Verifies files of the reader's own, in this browser. They are read here and sent nowhere. */
export function VerifyFile({
  localWitnesses,
  world,
}: {
  /** Key hashes of the witnesses that this portal's operator runs. */
  localWitnesses: readonly string[];
  /** The browser itself, but for tests. */
  world?: VerificationWorld;
}) {
  const [files, setFiles] = useState<{ readonly [slot in Slot]?: File }>({});
  const [isOver, setOver] = useState(false);
  const [state, setState] = useState<State>({ step: "idle" });
  const put = (added: { readonly [slot in Slot]?: File }) => {
    setFiles((known) => ({ ...known, ...added }));
    setState({ step: "idle" });
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    put(Object.fromEntries([...event.dataTransfer.files].map((file) => [slotOf(file), file])));
  };
  const choose = (slot: Slot) => (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.currentTarget.files?.[0];
    if (file !== undefined) put({ [slot]: file });
  };
  const verify = async () => {
    setState({ step: "working" });
    try {
      const at = world ?? browserWorld();
      const verification = await runVerification(at, {
        receipt: (await bytesOf(files.receipt)) ?? new Uint8Array(),
        block: await bytesOf(files.block),
        policy: (await files.policy?.text()) ?? null,
      });
      setState({ step: "done", verification, at: at.now().toISOString() });
    } catch (error) {
      setState({
        step: "failed",
        message: error instanceof Error ? error.message : "Something failed.",
      });
    }
  };
  return (
    <div className="grid items-start gap-6 *:min-w-0 lg:grid-cols-[1fr_1.15fr]">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the inputs are the first */}
      <div
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        className={`grid gap-5 rounded-lg border border-dashed px-5 py-6 sm:px-6 ${isOver ? "border-accent bg-accent-soft" : "border-line-strong"}`}
      >
        <p className="font-serif text-xl">Drop files here, or choose them.</p>
        {SLOTS.map(({ slot, name, hint, accept }) => (
          <label key={slot} className="grid gap-1.5 text-sm font-medium">
            {name}
            <input
              type="file"
              accept={accept}
              onChange={choose(slot)}
              className="field file:me-3 file:border-0 file:bg-transparent file:font-[550] file:text-ink"
            />
            <span className="text-[13px] font-normal text-muted">
              {files[slot] === undefined
                ? hint
                : `${files[slot].name}, ${formatBytes(files[slot].size)}`}
            </span>
          </label>
        ))}
        <div>
          <Button
            tone="primary"
            disabled={files.receipt === undefined || state.step === "working"}
            onClick={() => void verify()}
          >
            {state.step === "working" ? "Checking…" : "Verify in this browser"}
          </Button>
        </div>
      </div>
      <Card label="Result">
        <div aria-live="polite">
          {state.step === "done" ? (
            <VerificationResult
              verification={state.verification}
              at={state.at}
              localWitnesses={localWitnesses}
              expected={null}
            />
          ) : state.step === "failed" ? (
            <ErrorNote title="It could not be checked.">{state.message}</ErrorNote>
          ) : (
            <p className="text-muted">
              The result of nine checks appears here. The files are read in this browser and sent
              nowhere.
            </p>
          )}
        </div>
      </Card>
    </div>
  );
}
