/** ONNX models: imports of operator sets, the graph, the model's own functions, and where tensors are kept. */
import type { ByteSource } from '../byte-source.ts'
import { MalformedError } from '../byte-stream.ts'
import { type ProtoField, readText, visitFields } from '../protobuf.ts'
import type { Reader } from '../reader.ts'
import { quoted, type ScanContext } from '../scan-context.ts'
import { domainName, type GraphRules, judgeGraph, judgeNode } from './onnx-graph.ts'
import { lintOnnx } from './onnx-lint.ts'

const DOMAINS = new Set([
  'ai.onnx',
  'ai.onnx.ml',
  'ai.onnx.training',
  'ai.onnx.preview',
  'ai.onnx.preview.training',
  'com.microsoft',
  'com.microsoft.nchwc',
  'com.ms.internal.nhwc',
])
const MAX_EXPANSION = 1_000_000
const LAST_FIELD = 26

type Parts = { graphs: ProtoField[]; functions: ProtoField[]; domains: string[]; version: number }
type OnnxFunction = { readonly name: string; readonly nodes: ProtoField[]; readonly calls: string[] }

const readDomain = (source: ByteSource, field: ProtoField): string => {
  let domain = ''
  visitFields(source, field.start, field.start + field.length, (part) => {
    if (part.number === 1) domain = readText(source, part)
  })
  return domainName(domain)
}

const readModel = (source: ByteSource): Parts => {
  const parts: Parts = { graphs: [], functions: [], domains: [], version: 0 }
  visitFields(source, 0, source.size, (part) => {
    if (part.number === 1) parts.version = part.value
    else if (part.number === 7) parts.graphs.push(part)
    else if (part.number === 8) parts.domains.push(readDomain(source, part))
    else if (part.number === 25) parts.functions.push(part)
    else if (part.number > LAST_FIELD) throw new MalformedError(`field ${part.number} of a model is unknown`)
  })
  return parts
}

const readFunction = (source: ByteSource, field: ProtoField): OnnxFunction => {
  let name = ''
  let domain = ''
  const nodes: ProtoField[] = []
  visitFields(source, field.start, field.start + field.length, (part) => {
    if (part.number === 1) name = readText(source, part)
    else if (part.number === 10) domain = readText(source, part)
    else if (part.number === 7) nodes.push(part)
  })
  return { name: `${domainName(domain)}:${name}`, nodes, calls: [] }
}

/** How many nodes a call becomes when it is unrolled; infinite for a circle. */
const expansion = (functions: ReadonlyMap<string, OnnxFunction>): ((name: string) => number) => {
  const known = new Map<string, number>()
  const open = new Set<string>()
  const measure = (name: string): number => {
    const done = known.get(name)
    if (done !== undefined) return done
    if (open.has(name) || open.size > 500) return Number.POSITIVE_INFINITY
    open.add(name)
    const one = functions.get(name)
    let total = one?.nodes.length ?? 1
    for (const call of one?.calls ?? []) total += measure(call)
    open.delete(name)
    known.set(name, total)
    return total
  }
  return measure
}

const judgeFunctions = (context: ScanContext, source: ByteSource, all: readonly OnnxFunction[]): void => {
  const byName = new Map(all.map((one) => [one.name, one]))
  if (byName.size < all.length) context.report('onnx-malformed', 'two functions have the same name')
  const names = new Set(byName.keys())
  for (const one of all) {
    const rules: GraphRules = {
      context,
      source,
      functions: names,
      onCall: (name) => void one.calls.push(name),
    }
    for (const node of one.nodes) judgeNode(rules, node, new Map(), 1)
  }
  const measure = expansion(byName)
  for (const { name } of all) {
    const size = measure(name)
    if (size === Number.POSITIVE_INFINITY)
      context.report('onnx-recursive-function', `function ${quoted(name)} calls itself`)
    else if (size > MAX_EXPANSION)
      context.report('onnx-oversized', `function ${quoted(name)} unrolls to ${size} nodes`)
  }
}

const judgeModel = (context: ScanContext, source: ByteSource): void => {
  const { graphs, functions, domains, version } = readModel(source)
  if (graphs.length !== 1) context.report('onnx-malformed', `the model has ${graphs.length} graphs`)
  if (version < 1 || version > 30) context.report('onnx-malformed', `version ${version} does not exist`)
  const own = functions.map((field) => readFunction(source, field))
  const ownDomains = new Set(own.map(({ name }) => name.split(':')[0]))
  for (const domain of domains)
    if (!DOMAINS.has(domain) && !ownDomains.has(domain) && !/^pkg\.(onnxscript|torch)/.test(domain))
      context.report('onnx-custom-domain', `needs operators of ${quoted(domain)}`)
  judgeFunctions(context, source, own)
  const rules: GraphRules = {
    context,
    source,
    functions: new Set(own.map(({ name }) => name)),
    onCall: () => undefined,
  }
  for (const graph of graphs) judgeGraph(rules, graph, new Map(), 0)
}

export const scanOnnx: Reader = ({ context, content, name }) => {
  context.setFormat('onnx')
  try {
    judgeModel(context, content.source())
    lintOnnx(context, content.source())
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    // Few formats start like this one; a file that is not called .onnx may be anything.
    if (/\.(onnx|ort)$/i.test(name)) context.report('onnx-malformed', error.message)
    else {
      context.setFormat('unknown')
      context.report('unknown-format', 'the content is of no known format')
    }
  }
}
