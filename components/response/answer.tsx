import { Card } from "@/components/ui/card";
import { formatBytes, formatCount, formatDuration } from "@/components/ui/count";
import { placeName } from "@/components/ui/country";
import { Facts } from "@/components/ui/facts";
import { type CellLook, lookOf, StateLabel } from "@/components/ui/response-state";
import { NotMeasured } from "@/components/ui/states";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { ResponseSnapshot } from "@/schemas/snapshot";
import type { Fault, WithdrawalReason } from "@/schemas/task";

const FAULTS: Readonly<Record<Fault, string>> = {
  model: "the model",
  service: "the service",
  provider: "the rented provider",
  network: "the network in between",
  beacon: "us",
};

const REASONS: Readonly<Record<WithdrawalReason, string>> = {
  "withdrawn-by-admin": "An admin withdrew the job before this was asked.",
  "deadline-passed": "The job’s deadline passed before this was asked.",
  "budget-spent": "The job’s budget was spent before this was asked.",
};

const plain = "font-serif text-[19px] leading-relaxed text-muted";

function Body({ response: { outcome, prompt, task } }: { response: ResponseSnapshot }) {
  if (outcome === null)
    return (
      <p className={plain}>
        {task.status === "RUNNING"
          ? "This is being asked right now."
          : "This has not been asked yet."}
      </p>
    );
  if (outcome.kind === "withdrawal") return <p className={plain}>{REASONS[outcome.reason]}</p>;
  if (outcome.kind === "failure")
    return (
      <div className={plain}>
        <p>No response came back: {outcome.message}.</p>
        <p className="mt-2 font-sans text-[13.5px]">
          At fault: {FAULTS[outcome.fault]} · <span className="code">{outcome.code}</span>
        </p>
      </div>
    );
  if (outcome.text === null) return <p className={plain}>The response carries no text.</p>;
  if (outcome.text === "") return <p className={plain}>The text of the response is empty.</p>;
  return (
    <UntrustedText
      text={outcome.text}
      language={prompt.language}
      className="font-serif text-[19px] leading-[1.65]"
    />
  );
}

const tokens = (n: number | null) => (n === null ? <NotMeasured /> : formatCount(n));

/** What came back, as it came back, and the circumstances that the service reported. */
export function Answer({ response }: { response: ResponseSnapshot }) {
  const { outcome, task, serviceRef, sampling } = response;
  const look: CellLook = lookOf(task);
  return (
    <Card label="The answer" className="px-6 py-6 sm:px-8">
      <p className="mb-5 flex flex-wrap items-center gap-x-3 gap-y-1 text-[13px] text-muted">
        <StateLabel look={look} />
        <span>
          {serviceRef.id}, asked from {placeName(task.country)}, repeat {task.repeat + 1}
          {response.latencyMs !== null && `, in ${formatDuration(response.latencyMs)}`}
        </span>
      </p>
      <Body response={response} />
      {outcome?.kind === "result" && (
        <div className="mt-6 border-t border-line pt-5">
          <Facts
            rows={[
              [
                "Finish reason",
                outcome.finishReason === null ? (
                  <NotMeasured key="finish" />
                ) : (
                  <span key="finish" className="code">
                    {outcome.finishReason}
                  </span>
                ),
              ],
              [
                "Model reported",
                outcome.modelReported === null ? (
                  <NotMeasured key="model" />
                ) : (
                  <span key="model" className="code">
                    {outcome.modelReported}
                  </span>
                ),
              ],
              [
                "Tokens",
                <span key="tokens">
                  {tokens(outcome.usage.promptTokens)} in, {tokens(outcome.usage.completionTokens)}{" "}
                  out
                </span>,
              ],
              [
                "Sampling",
                `temperature ${sampling.temperature}, top p ${sampling.top_p}, at most ${sampling.max_output_tokens} tokens, seed ${response.seed}`,
              ],
              [
                "Raw response",
                <a key="raw" href={`/ipfs/${outcome.cid}?format=raw`} className="link code">
                  {outcome.cid}
                </a>,
              ],
              ["Size", formatBytes(outcome.sizeBytes)],
            ]}
          />
        </div>
      )}
    </Card>
  );
}
