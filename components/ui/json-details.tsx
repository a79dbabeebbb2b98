import { Card } from "@/components/ui/card";

/** A document as a machine reads it, folded away until asked for. A string is shown as it is. */
export function JsonDetails({
  summary,
  value,
  open = false,
}: {
  summary: string;
  value: unknown;
  open?: boolean;
}) {
  return (
    <Card className="py-1!">
      <details open={open}>
        <summary className="flex min-h-11 items-center text-sm font-medium">{summary}</summary>
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
          tabIndex={0}
          className="code scroll-x mb-4 max-h-[34rem] overflow-y-auto whitespace-pre-wrap border-t border-line pt-4 text-[12.5px] leading-relaxed"
        >
          {typeof value === "string" ? value : JSON.stringify(value, null, 2)}
        </pre>
      </details>
    </Card>
  );
}
