import { UntrustedText } from "@/components/ui/untrusted-text";

/** What a provider calls itself: a stranger's text, in a language that nobody states. */
export function ProviderName({ name }: { name: string }) {
  if (name.trim() === "") return <span className="text-muted italic">no name</span>;
  return <UntrustedText as="span" text={name} language="und" />;
}
