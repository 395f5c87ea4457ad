/** TensorFlow SavedModel and frozen graphs: every operator of graphs and function libraries, Keras configurations inside. */
import type { ByteSource } from '../byte-source.ts'
import { MalformedError } from '../byte-stream.ts'
import { parseJsonDocument } from '../json-document.ts'
import { judgeKerasConfig } from '../keras/keras-config.ts'
import { type ProtoField, readText, visitFields } from '../protobuf.ts'
import type { Reader } from '../reader.ts'
import { quoted, type ScanContext } from '../scan-context.ts'
import { DANGEROUS_OPERATORS, SAFE_OPERATORS } from './tensorflow-operators.ts'

const MAX_NODES = 20_000_000
const MAX_CONFIG = 8 << 20
const READS_VOCABULARY = new Set(['InitializeTableFromTextFile', 'InitializeTableFromTextFileV2'])

type Walk = {
  readonly context: ScanContext
  readonly source: ByteSource
  nodes: number
  readonly functions: Set<string>
  readonly used: Map<string, string>
}

const inside = (
  walk: Walk,
  { start, length, wire }: ProtoField,
  visit: (field: ProtoField) => void,
): void => {
  if (wire !== 2) throw new MalformedError('a message is not one')
  visitFields(walk.source, start, start + length, visit)
}

const judgeNode = (walk: Walk, field: ProtoField): void => {
  let name = ''
  let op = ''
  inside(walk, field, (part) => {
    if (part.number === 1) name = readText(walk.source, part)
    else if (part.number === 2) op = readText(walk.source, part)
    else if (part.number > 8) throw new MalformedError('a node has unknown fields')
  })
  walk.nodes += 1
  if (walk.nodes > MAX_NODES) throw new MalformedError('more nodes than any graph has')
  if ((walk.nodes & 1023) === 0) walk.context.budget.checkTime()
  if (!SAFE_OPERATORS.has(op) && !walk.used.has(op)) walk.used.set(op, name)
}

/** FunctionDefLibrary: each function's name and nodes. */
const readLibrary = (walk: Walk, field: ProtoField): void =>
  inside(walk, field, (part) => {
    if (part.number !== 1) return
    inside(walk, part, (member) => {
      if (member.number === 3) judgeNode(walk, member)
      else if (member.number === 1)
        inside(walk, member, (signature) => {
          if (signature.number === 1) walk.functions.add(readText(walk.source, signature))
        })
    })
  })

const readGraph = (walk: Walk, field: ProtoField): void =>
  inside(walk, field, (part) => {
    if (part.number === 1) judgeNode(walk, part)
    else if (part.number === 2) readLibrary(walk, part)
    else if (part.number > 5) throw new MalformedError('a graph has unknown fields')
  })

/** Older versions keep a layer's configuration as text in the object graph. */
const judgeConfigText = (walk: Walk, field: ProtoField): void => {
  if (field.length > MAX_CONFIG) {
    walk.context.report('keras-config', 'a configuration is too large to judge')
    return
  }
  const bytes = Buffer.from(walk.source.read(field.start, field.length))
  try {
    judgeKerasConfig(walk.context, parseJsonDocument(bytes).value)
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    walk.context.report('keras-config', error.message)
  }
}

const startsAsJson = (walk: Walk, { start, length }: ProtoField): boolean =>
  length > 2 && walk.source.read(start, 2).toString('latin1') === '{"'

/** SavedObjectGraph.nodes[].user_object.metadata. */
const readObjects = (walk: Walk, field: ProtoField): void =>
  inside(walk, field, (part) => {
    if (part.number !== 1 || part.wire !== 2) return
    inside(walk, part, (member) => {
      if (member.number !== 4 || member.wire !== 2) return
      inside(walk, member, (text) => {
        if (text.number === 3 && text.wire === 2 && startsAsJson(walk, text)) judgeConfigText(walk, text)
      })
    })
  })

const readMetaGraph = (walk: Walk, field: ProtoField): void =>
  inside(walk, field, (part) => {
    if (part.number === 2) readGraph(walk, part)
    else if (part.number === 7) readObjects(walk, part)
    else if (part.number === 6) readAsset(walk, part)
  })

const readAsset = (walk: Walk, field: ProtoField): void =>
  inside(walk, field, (part) => {
    if (part.number !== 2) return
    const name = readText(walk.source, part)
    if (/^[\\/]|^[A-Za-z]:|:\/\//.test(name) || name.split(/[\\/]/).includes('..'))
      walk.context.report('config-template-link', `an asset is kept in ${quoted(name)}`)
  })

const judgeUsed = ({ context, used, functions }: Walk): void => {
  for (const [op, name] of used) {
    if (DANGEROUS_OPERATORS.has(op))
      context.report('savedmodel-dangerous-op', `operator ${quoted(op)}`, name.slice(0, 200))
    else if (READS_VOCABULARY.has(op))
      context.report(
        'savedmodel-unknown-op',
        `operator ${quoted(op)} reads a vocabulary file`,
        name.slice(0, 200),
      )
    else if (!functions.has(op))
      context.report(
        'savedmodel-unknown-op',
        `operator ${quoted(op)} is not on the allowlist`,
        name.slice(0, 200),
      )
  }
}

const walkOf = (context: ScanContext, source: ByteSource): Walk => ({
  context,
  source,
  nodes: 0,
  functions: new Set(),
  used: new Map(),
})

export const scanSavedModel: Reader = ({ context, content }) => {
  context.setFormat('tensorflow-savedmodel')
  const walk = walkOf(context, content.source())
  try {
    visitFields(walk.source, 0, walk.source.size, (part) => {
      if (part.number === 2) readMetaGraph(walk, part)
      else if (part.number !== 1) throw new MalformedError('a SavedModel has unknown fields')
    })
    if (walk.nodes === 0) context.report('savedmodel-malformed', 'the model has no graph')
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    context.report('savedmodel-malformed', error.message)
  }
  judgeUsed(walk)
}

/** A bare GraphDef, as frozen graphs are; false when the bytes are not one. */
export const tryFrozenGraph = (context: ScanContext, source: ByteSource): boolean => {
  const walk = walkOf(context, source)
  try {
    readGraph(walk, { number: 0, wire: 2, value: 0, start: 0, length: source.size })
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    return false
  }
  if (walk.nodes === 0) return false
  context.setFormat('tensorflow-graph')
  judgeUsed(walk)
  return true
}

/** `keras_metadata.pb`: nodes whose fifth field is a layer's configuration; false when the bytes are not that. */
export const tryKerasMetadata = (context: ScanContext, source: ByteSource): boolean => {
  const walk = walkOf(context, source)
  const configs: ProtoField[] = []
  try {
    visitFields(source, 0, source.size, (part) => {
      if (part.number !== 1) throw new MalformedError('unknown fields')
      inside(walk, part, (member) => {
        if (member.number === 5 && member.wire === 2 && startsAsJson(walk, member)) configs.push(member)
      })
    })
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    return false
  }
  if (configs.length === 0) return false
  context.setFormat('keras-metadata')
  for (const config of configs) judgeConfigText(walk, config)
  return true
}
