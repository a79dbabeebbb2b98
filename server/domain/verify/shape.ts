import { fromBase64 } from "@/server/domain/bytes";
import type { Json } from "@/server/domain/digest";

/** Whether a piece of parsed JSON has a certain form. */
export type Shape = (value: Json) => boolean;

/** An object with exactly the fields of `T`, each of its own shape; those named `optional` may be absent. */
export const record = <T extends object>(
  fields: { readonly [K in keyof T]-?: Shape },
  ...optional: readonly (keyof T & string)[]
): Shape => {
  const shapes = new Map<string, Shape>(Object.entries(fields));
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    const entries = Object.entries(value);
    const absent = optional.filter((name) => !Object.hasOwn(value, name)).length;
    return (
      entries.length + absent === shapes.size &&
      entries.every(([name, field]) => shapes.get(name)?.(field) ?? false)
    );
  };
};

/** A list of at least `min` and at most `max` things of one shape. */
export const list =
  (item: Shape, min: number, max: number): Shape =>
  (value) =>
    Array.isArray(value) && value.length >= min && value.length <= max && value.every(item);

/** A string that matches. */
export const text =
  (pattern: RegExp): Shape =>
  (value) =>
    typeof value === "string" && pattern.test(value);

/** A safe integer of at least `min`. */
export const integer =
  (min: number): Shape =>
  (value) =>
    Number.isSafeInteger(value) && Number(value) >= min;

/** One of the given values. */
export const oneOf =
  (...values: readonly Json[]): Shape =>
  (value) =>
    values.includes(value);

/** Null, or something of the given shape. */
export const nullable =
  (shape: Shape): Shape =>
  (value) =>
    value === null || shape(value);

/** `size` bytes in base64, in the one spelling that they have. */
export const base64Of =
  (size: number): Shape =>
  (value) =>
    typeof value === "string" && fromBase64(value)?.length === size;
