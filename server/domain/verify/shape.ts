import { fromBase64 } from "@/server/domain/bytes";
import type { Json } from "@/server/domain/digest";

/** Whether a piece of parsed JSON has a certain form. */
export type Shape = (value: Json) => boolean;

/** The names of the fields that `T` may lack. */
type Optional<T> = { [K in keyof T]-?: object extends Pick<T, K> ? K : never }[keyof T];

/** An object with the fields of `T` and no other, each of its own shape; those of `may` may be absent. */
export const record =
  <T extends object>(
    fields: { readonly [K in Exclude<keyof T, Optional<T>>]: Shape },
    may: { readonly [K in Optional<T>]: Shape } = {} as never,
  ): Shape =>
  (value) => {
    // Without a prototype: it knows these names, and not those that every object knows.
    const shapes: Readonly<Record<string, Shape>> = { __proto__: null as never, ...fields, ...may };
    return (
      typeof value === "object" &&
      value !== null &&
      Object.keys(fields).every((name) => Object.hasOwn(value, name)) &&
      Object.entries(value).every(([name, item]) => shapes[name]?.(item))
    );
  };

/** A list of at least `min` and at most `max` things of one shape. */
export const list =
  (item: Shape, min = 0, max = Number.POSITIVE_INFINITY): Shape =>
  (value) =>
    Array.isArray(value) && value.length >= min && value.length <= max && value.every(item);

/** A string that something is true of. */
export const textThat =
  (holds: (text: string) => boolean): Shape =>
  (value) =>
    typeof value === "string" && holds(value);

/** A string that matches. */
export const text = (pattern: RegExp): Shape => textThat((value) => pattern.test(value));

/** A safe integer of at least `min`. */
export const integer =
  (min: number): Shape =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= min;

/** One of the given values. */
export const oneOf =
  (...values: readonly Json[]): Shape =>
  (value) =>
    values.includes(value);

/** Something of one of the given shapes. */
export const either =
  (...shapes: readonly Shape[]): Shape =>
  (value) =>
    shapes.some((shape) => shape(value));

/** Null, or something of the given shape. */
export const nullable = (shape: Shape): Shape => either(oneOf(null), shape);

/** Any JSON that is nested at most `depth` deep: an object of texts has depth 2. */
export const jsonWithin =
  (depth: number): Shape =>
  (value) =>
    depth > 0 &&
    (typeof value !== "object" ||
      value === null ||
      Object.values(value).every(jsonWithin(depth - 1)));

/** `size` bytes in base64, in the one spelling that they have. */
export const base64Of = (size: number): Shape =>
  textThat((value) => fromBase64(value)?.length === size);
