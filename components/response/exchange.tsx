import type { ReactNode } from "react";
import { formatBytes, formatCount, formatDuration } from "@/components/ui/count";
import { Facts } from "@/components/ui/facts";
import { Money } from "@/components/ui/money";
import { Empty, NotMeasured } from "@/components/ui/states";
import { UntrustedText } from "@/components/ui/untrusted-text";
import type { ExchangeDocument } from "@/schemas/evidence";

const DOORS: Readonly<Record<ExchangeDocument["door"], string>> = {
  model: "a model server inside the rented machine",
  exit: "the provider’s exit, which carried ciphertext only",
  home: "this machine’s own connection, without a provider",
};

/** Why there is no certificate to show. */
const NO_TLS: typeof DOORS = {
  model: "no TLS: the rented machine itself answered, through the tunnel",
  exit: "no TLS, or nobody looked",
  home: "no TLS: the service is asked in the clear",
};

const NO_COST: typeof DOORS = {
  model: "nothing beyond the rented machine",
  exit: "nothing was charged, or it is not known",
  home: "nothing was charged, or it is not known",
};

/** A document has no room for more header fields than these. */
const MOST_FIELDS = 64;

type Headers = ExchangeDocument["request"]["headers"];

/** Header fields as they were sent or came, in their order. */
function HeaderList({ headers }: { headers: Headers }) {
  return (
    <dl className="code scroll-x grid gap-1 text-[12.5px]">
      {headers.map(([name, value], n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: fields are never reordered, and two may be alike
        <div key={n} className="flex gap-2">
          <dt className="text-muted">{name}:</dt>
          <dd className="min-w-0 wrap-anywhere">
            <UntrustedText text={value} language="en" />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Folded({ summary, children }: { summary: string; children: ReactNode }) {
  return (
    <details className="border-t border-line">
      <summary className="flex min-h-11 items-center text-sm font-medium">{summary}</summary>
      <div className="pb-4">{children}</div>
    </details>
  );
}

/** The request as it was sent, what came with the answer, and what that cost. */
export function Exchange({ exchange }: { exchange: ExchangeDocument | null }) {
  if (exchange === null) return <Empty title="No exchange is kept: no answer came." />;
  const { request, response, peer, cost } = exchange;
  const tokens = (count: number | null) =>
    count === null ? <NotMeasured /> : `${formatCount(count)} tokens`;
  return (
    <div className="grid gap-5">
      <Facts
        rows={[
          [
            "Asked of",
            <span key="url" className="code wrap-anywhere">
              {request.url}
            </span>,
          ],
          ["Through", DOORS[exchange.door]],
          [
            "Secured by",
            peer?.tls ? (
              <span key="tls">
                {peer.tls.protocol}, certificate{" "}
                <span className="code wrap-anywhere">{peer.tls.certificate_sha256}</span>
              </span>
            ) : (
              NO_TLS[exchange.door]
            ),
          ],
          ["Answered", `HTTP ${response.status}, ${formatBytes(response.size_bytes)}`],
          [
            "First byte after",
            exchange.first_byte_ms === null ? (
              <NotMeasured key="first" />
            ) : (
              formatDuration(exchange.first_byte_ms)
            ),
          ],
          ["Question", tokens(exchange.prompt_tokens)],
          ["Answer", tokens(exchange.output_tokens)],
          [
            "Cost",
            cost === null ? (
              NO_COST[exchange.door]
            ) : (
              <span key="cost">
                <Money amount={cost.usd} currency="USD" /> USD at most, by {cost.source}, as of{" "}
                {cost.date}
              </span>
            ),
          ],
        ]}
      />
      <div>
        <Folded summary="The request as it was handed over, its key withheld">
          <HeaderList headers={request.headers} />
          <div className="code mt-3 max-h-80 overflow-y-auto text-[12.5px]">
            <UntrustedText text={request.body} language="en" />
          </div>
        </Folded>
        <Folded summary="What the service’s edge said with its answer">
          <HeaderList headers={response.headers} />
          {response.headers.length === MOST_FIELDS && (
            <p className="mt-2 text-[13px] text-muted">
              No more than the first {MOST_FIELDS} fields are kept.
            </p>
          )}
        </Folded>
      </div>
    </div>
  );
}
