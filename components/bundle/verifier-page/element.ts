type Child = Node | string | null;

/**
 * Makes an element. Strings become text and nothing else, whoever wrote them.
 *
 * @param look class names, separated by spaces.
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  look: string,
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (look !== "") made.className = look;
  made.append(...children.filter((child) => child !== null));
  return made;
}
