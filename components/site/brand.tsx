import Link from "next/link";

/** The portal's name with its lamp. */
export function Brand() {
  return (
    <Link
      href="/"
      className="flex min-h-11 items-center gap-[11px] font-serif text-[23px] font-semibold leading-none tracking-[-.01em]"
    >
      <i
        aria-hidden="true"
        className="ms-1 size-[11px] rounded-full bg-beacon shadow-[0_0_0_4px_var(--beacon-soft)]"
      />
      Beacon
    </Link>
  );
}
