/** What is damaged (`entry 17`, `tile 0/3`, `checkpoint 512`, `state`, `pending 4`, …), and how. */
export type Damage = { readonly where: string; readonly what: string };

/** Where an inspection writes down what it finds. */
export type DamageBook = {
  add(where: string, what: string): void;
  report(): {
    readonly damages: readonly Damage[];
    /** How many more were found than are named. */
    readonly moreDamages: number;
  };
};

/** @param limit how many damages are named: a log of which every row is damaged must not fill the memory. */
export function createDamageBook(limit: number): DamageBook {
  const damages: Damage[] = [];
  let count = 0;
  return {
    add(where, what) {
      count += 1;
      if (damages.length < limit) damages.push({ where, what });
    },
    report: () => ({ damages, moreDamages: count - damages.length }),
  };
}
