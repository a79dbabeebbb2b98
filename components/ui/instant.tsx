const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (n: number) => String(n).padStart(2, "0");

/** `22 Nov 2026, 11:20:04 UTC`. Written by hand: the server's and the browser's ICU need not agree. */
export function formatInstant(instant: string, seconds = true): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return instant;
  const day = `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()] ?? ""} ${at.getUTCFullYear()}`;
  const clock = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
  return `${day}, ${clock}${seconds ? `:${two(at.getUTCSeconds())}` : ""} UTC`;
}

/** A moment in UTC, the same for every reader. */
export function Instant({ at, seconds = true }: { at: string; seconds?: boolean }) {
  return (
    <time dateTime={at} title={at} className="whitespace-nowrap">
      {formatInstant(at, seconds)}
    </time>
  );
}
