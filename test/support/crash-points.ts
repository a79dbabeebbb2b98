/** What a process that dies at a crash point leaves behind: nothing but this. */
export class Crash extends Error {
  override readonly name = "Crash";
}

/** Where to die: at the `call`-th call of a method, 1-based, before it did anything or after it was done. */
export type CrashPoint = {
  readonly method: string;
  readonly call: number;
  readonly when: "before" | "after";
};

/** The methods of `target`, wrapped so that `around` stands between each and whoever calls it. */
function wrap<T extends object>(
  target: T,
  around: (method: string, run: () => unknown) => unknown,
): T {
  return new Proxy(target, {
    get(object, name, receiver) {
      const member: unknown = Reflect.get(object, name, receiver);
      if (typeof member !== "function" || typeof name !== "string") return member;
      return (...args: unknown[]) => around(name, () => Reflect.apply(member, object, args));
    },
  });
}

/** `target`, dying at one point: whatever comes after it in the same process does not happen either. */
export function dyingAt<T extends object>(target: T, point: CrashPoint): T {
  let calls = 0;
  let isDead = false;
  return wrap(target, (method, run) => {
    if (isDead) throw new Crash("the process is dead");
    const isHere = method === point.method && ++calls === point.call;
    if (isHere) isDead = true;
    if (isHere && point.when === "before") throw new Crash(`before ${method}`);
    const answer = run();
    if (!isHere) return answer;
    const die = () => {
      throw new Crash(`after ${method}`);
    };
    return answer instanceof Promise ? answer.then(die) : die();
  });
}

/** `target`, and the names of its methods as they were called. */
export function traced<T extends object>(
  target: T,
): { readonly target: T; readonly calls: string[] } {
  const calls: string[] = [];
  const wrapped = wrap(target, (method, run) => {
    calls.push(method);
    return run();
  });
  return { target: wrapped, calls };
}

/** Every point at which a process that makes these calls may die. */
export function crashPointsOf(calls: readonly string[]): readonly CrashPoint[] {
  return calls.flatMap((method, at) => {
    const call = calls.slice(0, at + 1).filter((other) => other === method).length;
    return [
      { method, call, when: "before" as const },
      { method, call, when: "after" as const },
    ];
  });
}
