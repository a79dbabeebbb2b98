import type { FoundAnswer } from "@/schemas/explore";
import { utf8 } from "@/server/domain/bytes";
import { cidOf } from "@/server/domain/digest";
import { instantOf } from "@/server/domain/time";
import { aJobId, aTaskRow, DE, NOON } from "@/test/support/builders";

/** An answer as the explorer's store finds it. */
export const anAnswer = (fields: Partial<FoundAnswer> = {}): FoundAnswer => ({
  taskId: aTaskRow().id,
  job: { id: aJobId(), title: "Who closed the Vell dam?" },
  prompt: { id: "vell-dam", beginning: "Who decided to close the Vell dam?" },
  service: { id: "control-regional", model: "control-regional" },
  language: "en",
  country: DE,
  repeat: 0,
  state: "answered",
  failure: null,
  text: "It was closed in 1977, the inquiry says.",
  finishReason: "stop",
  modelReported: "control-regional",
  latencyMs: 250,
  promptTokens: 12,
  outputTokens: 9,
  sizeBytes: 30,
  cid: cidOf(utf8("an answer")),
  leafIndex: 41,
  finishedAt: instantOf(NOON),
  simulated: true,
  ...fields,
});

/** A failure to get one. */
export const aFailure = (fields: Partial<FoundAnswer> = {}): FoundAnswer =>
  anAnswer({
    state: "timed-out",
    failure: { fault: "service", code: "MODEL_TIMED_OUT", message: "nothing came in 60 seconds" },
    text: null,
    finishReason: null,
    modelReported: null,
    latencyMs: null,
    promptTokens: null,
    outputTokens: null,
    sizeBytes: null,
    cid: null,
    leafIndex: null,
    ...fields,
  });
