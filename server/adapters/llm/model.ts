import type { ExchangeDocument } from "@/schemas/evidence";
import type { Sampling, ServiceApi } from "@/schemas/job-spec";
import type { Fault, ResponseState } from "@/schemas/task";
import type { Door } from "@/server/adapters/golem/door";
import type { ErrorCode } from "@/server/domain/errors";

export type ChatRequest = {
  readonly model: string;
  /** The way that is taken, which says who may be at fault when nothing comes back. */
  readonly way: "model" | "exit" | "home";
  /** Null: a model server inside a provider's machine, which speaks OpenAI's dialect and wants no key. */
  readonly api: ServiceApi | null;
  /** What the service wants as its key; null: nothing. Never part of an outcome, a message or a log. */
  readonly key: string | null;
  readonly systemPrompt: string | null;
  readonly prompt: string;
  readonly sampling: Sampling;
  readonly seed: number;
};

/** What the exchange's document says that only the transport knows. The field with the key says `withheld`. */
export type ExchangePart = Pick<ExchangeDocument, "request" | "peer"> & {
  readonly status: number;
  readonly headers: ExchangeDocument["response"]["headers"];
  readonly firstByteMs: number;
};

/** One attempt at one task. Expected outcomes are values: nothing here throws for what a service does. */
export type ChatOutcome =
  | {
      /** A whole HTTP response came back, whatever it said. */
      readonly kind: "response";
      readonly state: ResponseState;
      /** The body as received: what is kept as evidence. */
      readonly bytes: Uint8Array;
      readonly httpStatus: number;
      /** Set when the bytes are whole but not what the dialect promises: MODEL_RESPONSE_NOT_JSON, MODEL_RATE_LIMITED. */
      readonly code: ErrorCode | null;
      readonly text: string | null;
      readonly finishReason: string | null;
      readonly modelReported: string | null;
      readonly usage: {
        readonly promptTokens: number | null;
        readonly completionTokens: number | null;
      };
      readonly exchange: ExchangePart;
      /**
       * Set when the service did not take the question (too many requests, overloaded): how long to
       * wait before it may be put again. Null: what came back is the answer, whatever it is.
       */
      readonly tryAgainAfterMs: number | null;
    }
  | {
      readonly kind: "failure";
      readonly state: ResponseState;
      readonly fault: Fault;
      readonly code: ErrorCode;
      readonly message: string;
      /** True only when no byte of a response had come: then it may be tried again. */
      readonly beforeFirstByte: boolean;
      /** False only when it is certain that no byte of the question left this machine: then it cost nothing. */
      readonly wasSent: boolean;
      /** As for a response: set when the service did not take the question. */
      readonly tryAgainAfterMs: number | null;
    };

/** A model behind a door. */
export type Model = {
  complete(
    door: Door,
    request: ChatRequest,
    options: { readonly signal: AbortSignal; readonly maxBytes: number },
  ): Promise<ChatOutcome>;
};
