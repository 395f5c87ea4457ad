/** Open Inference Protocol V2 over REST: MLServer, Triton, KServe, another Rampart. */
import { encodeElements, type Tensor } from '@rampart/codecs'
import { createAddressGuard, parseServerUrl } from './address-guard.ts'
import { createHttpExchange } from './http-exchange.ts'
import type { ClientDeps, InferenceClient, InferenceTarget } from './ports.ts'
import { invalid, parseObject, toTensor } from './tensor-json.ts'

type Output = { readonly name?: unknown; readonly shape?: unknown; readonly data?: unknown }

const encodeInput = (name: string, { datatype, shape, data }: Tensor): string =>
  `{"name":${JSON.stringify(name)},"datatype":"${datatype}","shape":[${shape.join(',')}],"data":[${encodeElements(datatype, data, 0, data.length)}]}`

export const createV2RestClient = (target: InferenceTarget, deps: ClientDeps): InferenceClient => {
  const { signature } = deps
  const guard = createAddressGuard(deps.addresses)
  const url = parseServerUrl(target.url)
  guard.check(url)
  const http = createHttpExchange(url, guard, target)
  const version = target.version === undefined ? '' : `/versions/${encodeURIComponent(target.version)}`
  const path = `/v2/models/${encodeURIComponent(target.model)}${version}`
  const theirs = (name: string): string => target.names?.[name] ?? name
  const wanted = JSON.stringify(signature.outputs.map(({ name }) => ({ name: theirs(name) })))

  const decode = (text: string): Tensor[] => {
    const { outputs } = parseObject(text)
    if (!Array.isArray(outputs)) throw invalid('it has no outputs')
    return signature.outputs.map((spec) => {
      const found = (outputs as (Output | null)[]).find((output) => output?.name === theirs(spec.name))
      if (found === undefined || found === null)
        throw invalid(`output ${JSON.stringify(spec.name)} is missing`)
      if (!Array.isArray(found.shape)) throw invalid(`output ${JSON.stringify(spec.name)} has no shape`)
      return toTensor(spec, found.data, found.shape as number[])
    })
  }

  return {
    infer: async ({ inputs, signal, traceparent }) => {
      const encoded = inputs.map((tensor) => encodeInput(theirs(tensor.name), tensor))
      const body = `{"inputs":[${encoded.join(',')}],"outputs":${wanted}}`
      return decode(await http.request(`${path}/infer`, body, signal, traceparent))
    },
    ready: async (signal) => {
      await http.request(`${path}/ready`, undefined, signal)
    },
    close: http.close,
  }
}
