/** Says that what follows was not measured on a real network. Shown by the data's own word, never by a setting. */
export function SimulatedBanner() {
  return (
    <aside
      aria-label="Simulated data"
      className="stripes border-b border-line text-[12.5px] font-[550] text-beacon"
    >
      <p className="wrap py-1.5">
        Simulated network. What you see comes from control models with published behaviour on a
        loopback Golem network; none of it is about a real service.
      </p>
    </aside>
  );
}
