import { fromBase64 } from "@/server/domain/bytes";
import type { Json } from "@/server/domain/digest";

/** Whether a piece of parsed JSON has a certain form. */
export type Shape = (value: Json) => boolean;

/** An object with exactly the fields of `T`, at least one, each of its own shape. */
export const record =
  <T extends object>(fields: { readonly [K in keyof T]-?: Shape }): Shape =>
  (value) =>
    typeof value === "object" &&
    value !== null &&
    Object.keys(value).length === Object.keys(fields).length &&
    Object.entries<Shape>(fields).every(
      ([name, shape]) =>
        Object.hasOwn(value, name) &&
        shape((value as Readonly<Record<string, Json>>)[name] as Json),
    );

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
    Number.isSafeInteger(value) && Number(value) >= min;

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

/** `size` bytes in base64, in the one spelling that they have. */
export const base64Of = (size: number): Shape =>
  textThat((value) => fromBase64(value)?.length === size);
