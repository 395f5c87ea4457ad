/** Scoring servers: MLflow (`POST /invocations`) and KServe V1 (`POST /v1/models/NAME:predict`). */
import type { Tensor } from '@rampart/codecs'
import { createAddressGuard, parseServerUrl } from './address-guard.ts'
import { createHttpExchange } from './http-exchange.ts'
import type { ClientDeps, InferenceClient, InferenceTarget } from './ports.ts'
import { fromPredictions, nested, parseObject } from './tensor-json.ts'

type Dialect = {
  readonly path: string
  readonly ready: string
  readonly encode: (inputs: readonly Tensor[], nameOf: (name: string) => string) => unknown
}

/** One object per row, its members by input name; a single input needs no name. */
const instancesOf = (inputs: readonly Tensor[], nameOf: (name: string) => string): unknown => {
  const columns = inputs.map((tensor) => ({
    name: nameOf(tensor.name),
    rows: nested(tensor) as readonly unknown[],
  }))
  const [only] = columns
  if (columns.length === 1) return only?.rows
  return only?.rows.map((_, row) => Object.fromEntries(columns.map(({ name, rows }) => [name, rows[row]])))
}

/** MLflow's tensor form: named inputs; a single one may stand alone. https://mlflow.org/docs/latest/deployment */
const mlflow: Dialect = {
  path: '/invocations',
  ready: '/ping',
  encode: (inputs, nameOf) => ({
    inputs: Object.fromEntries(inputs.map((tensor) => [nameOf(tensor.name), nested(tensor)])),
  }),
}

const kserve = (model: string): Dialect => ({
  path: `/v1/models/${encodeURIComponent(model)}:predict`,
  ready: `/v1/models/${encodeURIComponent(model)}`,
  encode: (inputs, nameOf) => ({ instances: instancesOf(inputs, nameOf) }),
})

export const createScoringClient = (target: InferenceTarget, deps: ClientDeps): InferenceClient => {
  const guard = createAddressGuard(deps.addresses)
  const url = parseServerUrl(target.url)
  guard.check(url)
  const http = createHttpExchange(url, guard, target)
  const dialect = target.protocol === 'mlflow' ? mlflow : kserve(target.model)
  const nameOf = (name: string): string => target.names?.[name] ?? name
  return {
    infer: async ({ inputs, signal, traceparent }) => {
      const body = JSON.stringify(dialect.encode(inputs, nameOf))
      const text = await http.request(dialect.path, body, signal, traceparent)
      const answer = parseObject(text)
      return fromPredictions(deps.signature, answer['predictions'] ?? answer['outputs'], nameOf)
    },
    ready: async (signal) => {
      await http.request(dialect.ready, undefined, signal)
    },
    close: http.close,
  }
}
