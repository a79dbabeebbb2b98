import Link from "next/link";
import type { ComponentProps } from "react";

export type ButtonTone = "plain" | "primary" | "danger" | "quiet";

const base =
  "inline-flex min-h-11 items-center justify-center gap-2 rounded border px-3.5 py-1.5 text-[13.5px] font-[550] leading-tight no-underline transition-colors disabled:opacity-50";
const tones: Readonly<Record<ButtonTone, string>> = {
  plain: "border-line-strong bg-sheet text-ink hover:border-ink",
  primary: "border-ink bg-ink text-paper hover:bg-ink/85",
  danger: "border-bad bg-sheet text-bad hover:bg-bad-soft",
  quiet: "border-transparent bg-transparent text-muted hover:text-ink",
};

/** A button that does something here. `type` is "button" unless it sends a form. */
export function Button({
  tone = "plain",
  className = "",
  type = "button",
  ...rest
}: ComponentProps<"button"> & { tone?: ButtonTone }) {
  return <button type={type} className={`${base} ${tones[tone]} ${className}`} {...rest} />;
}

/** A link that looks like a button: it goes to a page of the portal. */
export function ButtonLink({
  tone = "plain",
  className = "",
  ...rest
}: ComponentProps<typeof Link> & { tone?: ButtonTone }) {
  return <Link className={`${base} ${tones[tone]} ${className}`} {...rest} />;
}

/** A download of a file that the portal serves. A simulated origin stands in the file's name and on the button. */
export function DownloadLink({
  href,
  name,
  extension,
  simulated,
  children,
}: {
  href: string;
  name: string;
  extension: string;
  simulated: boolean | null;
  children: string;
}) {
  const file = `${name}${simulated === true ? "-simulated" : ""}.${extension}`;
  return (
    <a href={href} download={file} className={`${base} ${tones.plain}`}>
      {children}
      {simulated === true && <span className="font-normal text-beacon">simulated</span>}
    </a>
  );
}
