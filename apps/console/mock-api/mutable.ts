/** Answers of the API are read-only; the mock's world is what changes behind them. */
export type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T
