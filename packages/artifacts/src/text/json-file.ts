/** JSON documents beside models: what their loaders would import, download or run. */
import { ByteCursor, MalformedError } from '../byte-stream.ts'
import { headOf } from '../content.ts'
import { parseJsonDocument } from '../json-document.ts'
import { judgeKerasConfig, looksLikeKerasConfig } from '../keras/keras-config.ts'
import { allowedGlobals } from '../pickle/allowed-globals.ts'
import { isDangerousGlobal } from '../pickle/dangerous-globals.ts'
import type { ScanTask } from '../reader.ts'
import { quoted, type ScanContext } from '../scan-context.ts'
import { judgeTemplate } from './jinja-template.ts'

const MAX_PARSED = 8 << 20
const MAX_NODES = 3_000_000
const JSONPICKLE = /^py\/(object|reduce|function|type|repr|newargs|newobj|initargs|ref|b64)/
const DIFFUSERS_LIBRARIES = new Set([
  'diffusers',
  'transformers',
  'onnxruntime',
  'stable_diffusion',
  'flax',
  'optimum',
  'scheduling_ddim',
  'k_diffusion',
])
const SENTENCE_MODULES =
  /^sentence_transformers\.(models|sentence_transformer\.modules|sparse_encoder\.models)\.([A-Za-z_]+\.)?(Transformer|Pooling|Normalize|Dense|LayerNorm|CNN|LSTM|BoW|WordEmbeddings|WordWeights|WeightedLayerPooling|CLIPModel|Asym|Router|StaticEmbedding|Dropout|WKPooling|T5|BERT|MLMTransformer|SpladePooling|SparseAutoEncoder|SparseStaticEmbedding)$/

type Json = unknown
type JsonObject = Readonly<Record<string, Json>>
const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const split = (path: string): readonly [string, string] => {
  const dot = path.lastIndexOf('.')
  return [path.slice(0, Math.max(0, dot)), path.slice(dot + 1)]
}

const judgeImport = (context: ScanContext, path: string, at: string): void => {
  const [module, name] = split(path)
  const rule = isDangerousGlobal(module, name) ? 'config-object' : 'config-unknown-class'
  context.report(rule, `names ${quoted(path)} to be loaded`, at)
}

const judgeTemplates = (context: ScanContext, value: Json, at: string): void => {
  if (typeof value === 'string') judgeTemplate(context, value, at)
  else if (Array.isArray(value))
    for (const [index, item] of value.entries())
      judgeTemplates(context, isObject(item) ? item['template'] : item, `${at}/${index}`)
  else if (isObject(value))
    for (const [key, item] of Object.entries(value)) judgeTemplates(context, item, `${at}/${key}`)
}

const remote = (context: ScanContext, key: string, at: string): void =>
  context.report('config-remote-code', `${quoted(key)} makes the loader run code that is not part of it`, at)

/** What single keys mean, wherever they stand. */
const judgeEntry = (context: ScanContext, key: string, value: Json, at: string): void => {
  if (JSONPICKLE.test(key)) context.report('config-object', `${quoted(key)} instantiates an object`, at)
  else if (key === 'auto_map' && value !== null && !(isObject(value) && Object.keys(value).length === 0))
    remote(context, key, at)
  else if (key === 'trust_remote_code' && value !== false && value !== null) remote(context, key, at)
  else if (
    ['custom_pipelines', 'custom_pipeline', 'custom_generate', 'custom_code'].includes(key) &&
    value !== null &&
    value !== false
  )
    remote(context, key, at)
  else if (/^(default_)?chat_template$/.test(key)) judgeTemplates(context, value, at)
  else if (key === '_target_' && typeof value === 'string') judgeImport(context, value, at)
  else if (
    [
      'tokenizer_class',
      'processor_class',
      'image_processor_type',
      'feature_extractor_type',
      'model_type',
    ].includes(key)
  ) {
    if (typeof value === 'string' && !/^[\w-]{1,120}$/.test(value))
      context.report('config-unknown-class', `${key} is ${quoted(value)}`, at)
  } else if (key === 'architectures' && Array.isArray(value)) {
    for (const item of value)
      if (typeof item !== 'string' || !/^\w{1,120}$/.test(item))
        context.report('config-unknown-class', `architectures names ${quoted(String(item))}`, at)
  } else if (key === 'weight_map' && isObject(value)) judgeWeightMap(context, value, at)
}

const judgeWeightMap = (context: ScanContext, map: JsonObject, at: string): void => {
  for (const file of new Set(Object.values(map)))
    if (
      typeof file !== 'string' ||
      /^[\\/~]|^[A-Za-z]:|:\/\//.test(file) ||
      file.split(/[\\/]/).includes('..')
    )
      context.report('config-template-link', `weights are kept in ${quoted(String(file))}`, at)
}

/** skops writes the tree of objects with the class of each. */
const judgeSkops = (context: ScanContext, value: JsonObject, at: string): void => {
  const module = value['__module__']
  const name = value['__class__']
  if (typeof module !== 'string' || typeof name !== 'string') return
  if (allowedGlobals.useOf(module, name) !== 'unlisted') return
  judgeImport(context, `${module}.${name}`, at)
}

const judgeDiffusers = (context: ScanContext, value: JsonObject, at: string): void => {
  for (const [key, item] of Object.entries(value)) {
    if (!Array.isArray(item) || item.length !== 2 || key.startsWith('_')) continue
    const [library, name] = item as Json[]
    if (library === null && name === null) continue
    if (typeof library !== 'string' || !DIFFUSERS_LIBRARIES.has(library))
      context.report(
        'config-unknown-class',
        `the part ${quoted(key)} is loaded from ${quoted(String(library))}`,
        `${at}/${key}`,
      )
  }
  if (Array.isArray(value['_class_name'])) remote(context, '_class_name', at)
}

const judgeObject = (context: ScanContext, value: JsonObject, at: string): void => {
  if ('__module__' in value && '__class__' in value) judgeSkops(context, value, at)
  if ('_diffusers_version' in value) judgeDiffusers(context, value, at)
  const type = value['type']
  if ('idx' in value && 'path' in value && typeof type === 'string' && !SENTENCE_MODULES.test(type))
    judgeImport(context, type, at)
}

const judgeJson = (context: ScanContext, document: Json): void => {
  const work: { readonly value: Json; readonly at: string }[] = [{ value: document, at: '' }]
  for (let count = 0; work.length > 0; count += 1) {
    if (count > MAX_NODES) {
      context.report('scan-limit', 'the document is too large to judge')
      return
    }
    const { value, at } = work.pop() as (typeof work)[number]
    if (isObject(value)) judgeObject(context, value, at)
    const entries = Array.isArray(value) ? value.entries() : isObject(value) ? Object.entries(value) : []
    for (const [key, item] of entries) {
      if (typeof key === 'string') judgeEntry(context, key, item, `${at}/${key}`)
      if (typeof item === 'object' && item !== null) work.push({ value: item, at: `${at}/${key}` })
    }
  }
}

const SUSPECT =
  /^(auto_map|trust_remote_code|chat_template|class_name|custom_pipelines?|custom_generate|_target_|__class__|__module__|_diffusers_version|function_type|py\/\w+)$/

/** Documents too large to hold: keys only, token by token. Where one matters the document is not verified. */
const scanLargeJson = ({ context, content }: ScanTask): void => {
  const cursor = new ByteCursor(content.open())
  let depth = 0
  let text: number[] | undefined
  let last = ''
  let escaped = false
  let lastWasText = false
  while (cursor.need(1)) {
    for (; cursor.position < cursor.limit; cursor.position += 1) {
      const byte = cursor.buffer[cursor.position] as number
      if (text !== undefined) {
        if (escaped) escaped = false
        else if (byte === 0x5c) escaped = true
        else if (byte === 0x22) {
          last = String.fromCharCode(...text)
          lastWasText = true
          text = undefined
          continue
        }
        if (text.length < 64) text.push(byte)
      } else if (byte === 0x22) text = []
      else if (byte === 0x3a && lastWasText) {
        if (SUSPECT.test(last) || last.includes('\\u'))
          context.report('scan-limit', `the document is too large to judge its key ${quoted(last)}`)
        lastWasText = false
      } else if (byte === 0x7b || byte === 0x5b) depth += 1
      else if (byte === 0x7d || byte === 0x5d) depth -= 1
      else if (byte > 32) lastWasText = false
    }
    context.budget.checkTime()
    if (depth > 1000 || depth < 0) throw new MalformedError('json: nested too deep')
  }
  if (depth !== 0 || text !== undefined) throw new MalformedError('json: the document does not end')
}

const formatOf = (value: Json): string => {
  if (!isObject(value)) return 'json'
  if ('learner' in value && 'version' in value) return 'xgboost-json'
  if ('model_type' in value || 'architectures' in value || 'tokenizer_class' in value)
    return 'huggingface-config'
  return 'json'
}

/** Reports on a JSON text; false when it is not JSON. */
export const judgeJsonText = (task: ScanTask): boolean => {
  const { context, content } = task
  if ((content.size ?? Number.MAX_SAFE_INTEGER) > MAX_PARSED) {
    context.setFormat('json')
    scanLargeJson(task)
    return true
  }
  const { value, duplicates } = parseJsonDocument(headOf(content, MAX_PARSED))
  context.setFormat(formatOf(value))
  for (const key of duplicates) context.report('config-malformed', `the key ${quoted(key)} stands twice`)
  if (isObject(value) && 'nbformat' in value) context.report('code-file', 'a notebook')
  if (looksLikeKerasConfig(value)) {
    context.setFormat('keras-config')
    judgeKerasConfig(context, value)
  }
  judgeJson(context, value)
  return true
}
