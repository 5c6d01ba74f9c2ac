/**
 * How the types of a configuration written in code come from those of `Config`: the same names without the `Ms`, all of them
 * optional.
 *
 * Not here: the types themselves (`define.ts`, `define-http.ts`).
 */

/** Milliseconds as a number, or a time as in the text: `'10s'`. */
export type TimeInput = number | string;

type WithoutMs<K> = K extends `${infer Name}Ms` ? Name : K;

/** Every field optional, times without their unit. */
export type Fields<T> = {
  readonly [K in keyof T as WithoutMs<K>]?: K extends `${string}Ms` ? TimeInput : T[K];
};

/** `Fields` with some of them in a type of their own. */
export type Replaced<T, With> = Omit<Fields<T>, keyof With> & With;
