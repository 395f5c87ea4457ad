/** What a call needs and answers, by method and path template of the API document; all of it checked when compiling. */
import type { paths } from './generated/openapi.ts'

export type Method = 'get' | 'post' | 'put' | 'delete'
type Template = keyof paths

/** Path templates that have the method: `/api/v1/models/{name}`. */
export type PathFor<M extends Method> = {
  [P in Template]: paths[P] extends { readonly [m in M]: { readonly responses: unknown } } ? P : never
}[Template]

type OperationOf<M extends Method, P extends Template> = paths[P] extends { readonly [m in M]: infer O }
  ? O
  : never

type SuccessOf<R> = R extends { readonly 200: infer A }
  ? A
  : R extends { readonly 201: infer A }
    ? A
    : R extends { readonly 204: infer A }
      ? A
      : never
type JsonOf<A> = A extends { readonly content: { readonly 'application/json': infer T } } ? T : undefined

/** The JSON of the answer; undefined where there is none. */
export type AnswerTo<M extends Method, P extends Template> =
  OperationOf<M, P> extends { readonly responses: infer R } ? JsonOf<SuccessOf<R>> : never

type PathInput<O> = O extends { readonly parameters: { readonly path: infer V } }
  ? { readonly path: V }
  : { readonly path?: undefined }
type QueryInput<O> = O extends { readonly parameters: { readonly query?: infer V } }
  ? [NonNullable<V>] extends [never]
    ? { readonly query?: undefined }
    : { readonly query?: { readonly [K in keyof NonNullable<V>]: NonNullable<V>[K] | undefined } }
  : { readonly query?: undefined }
type BodyInput<O> = O extends {
  readonly requestBody: { readonly content: { readonly 'application/json': infer B } }
}
  ? { readonly body: B }
  : O extends { readonly requestBody?: { readonly content: { readonly 'application/json': infer B } } }
    ? { readonly body?: B }
    : { readonly body?: undefined }

/** Path parameters, query and body of a call. */
export type InputOf<M extends Method, P extends Template> = PathInput<OperationOf<M, P>> &
  QueryInput<OperationOf<M, P>> &
  BodyInput<OperationOf<M, P>>

/** Fills `{name}` in a path template. Throws when a parameter is missing: a hole would name another resource. */
export const fillPath = (template: string, values: Readonly<Record<string, unknown>> = {}): string =>
  template.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined || value === '') throw new Error(`${template} needs ${name}`)
    return encodeURIComponent(String(value))
  })
