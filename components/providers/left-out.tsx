/** Why a provider may be left out of renting, and what its record does not say. */
export function LeftOut() {
  return (
    <section aria-labelledby="left-out" className="max-w-[68ch]">
      <h2 id="left-out" className="minor mb-3">
        Why one is left out
      </h2>
      <ul className="grid list-disc gap-2 ps-5 text-[15px]">
        <li>
          <b>Denied.</b> An admin of this portal says so. The reason stands beside it, for everyone.
        </li>
        <li>
          <b>Left alone.</b> Something failed: a machine that did not start, a session that was
          lost, an exit in another country. It is left alone for a while, for twice as long after
          each further failure, until a session with it settles.
        </li>
        <li>
          <b>Not on the list.</b> An admin named those who may be rented, and this is none of them.
        </li>
      </ul>
      <p className="mt-3 text-sm text-muted">
        One that may be rented need not be: its country, its price and its rules must fit the job.
        Names are what providers call themselves; nobody has checked them. What a look at an exit
        proves is where the traffic came out, not where the machine stands.
      </p>
    </section>
  );
}
