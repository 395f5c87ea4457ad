/**
 * Judges a Keras configuration: every object that deserialisation would import or make must be on the allowlist.
 * Covers Keras 2 (`class_name`, `config`) and Keras 3 (`module`, `class_name`, `registered_name`).
 */
import names from '../generated/keras-names.json' with { type: 'json' }
import { isDangerousGlobal } from '../pickle/dangerous-globals.ts'
import { quoted, type ScanContext } from '../scan-context.ts'

type Json = unknown
type JsonObject = Readonly<Record<string, Json>>

const CLASSES = new Set(names.classes.split(' '))
const FUNCTIONS = new Set(names.functions.split(' '))

/** Data with a marker instead of a class. */
const MARKERS = new Set([
  '__tuple__',
  '__tensor__',
  '__keras_tensor__',
  '__numpy__',
  '__bytes__',
  '__ellipsis__',
  '__slice__',
  '__list__',
  'dict',
  'tuple',
  'TensorShape',
])
const RUNS_CODE = new Set(['Lambda', '__lambda__', 'TorchModuleWrapper', 'PyFunc', 'LambdaCallback'])
const LOADS_OTHERS = new Set(['TFSMLayer', 'JaxLayer', 'FlaxLayer', 'HubLayer', 'KerasLayer'])
const LOOKUPS = new Set(['StringLookup', 'IntegerLookup', 'IndexLookup', 'TextVectorization'])
const KERAS_MODULE =
  /^(tf_keras|keras|tensorflow\.python\.keras|tensorflow\.keras)(\.(src|_tf_keras|keras|api|engine|v2))*(\.(layers|models|initializers|optimizers|losses|metrics|regularizers|constraints|activations|dtype_policies|mixed_precision|random|quantizers|ops|legacy|engine|sequential|functional|training)(\.[a-z0-9_]+)*)?$/
const KNOWN_EXTENSIONS =
  /^(keras_nlp|keras_hub|keras_cv|keras_tuner|tensorflow_addons|tensorflow_hub|transformers|bayesflow|kgcnn|spektral|deepforest|tensorflow)(\.|$)/
/** Operators that Keras 2 recorded by their TensorFlow name: arithmetic only, never input and output. */
const TF_FUNCTION =
  /^(tf\.)?((math|nn|linalg|signal|__operators__)\.[a-z0-9_]+|cast|concat|reshape|transpose|expand_dims|squeeze|stack|unstack|split|tile|pad|gather|gather_nd|slice|strided_slice|shape|zeros|ones|zeros_like|ones_like|fill|range|where|identity|reduce_(sum|mean|max|min|prod|any|all)|clip_by_value|convert_to_tensor|broadcast_to|one_hot|boolean_mask|reverse|roll|image\.(resize|resize_bilinear|per_image_standardization)|compat\.v1\.(shape|gather|transpose|pad|concat|image\.resize_bilinear|image\.resize_nearest_neighbor))$/

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const judgeModule = (context: ScanContext, module: string, label: string, at: string): boolean => {
  if (KERAS_MODULE.test(module)) return true
  if (KNOWN_EXTENSIONS.test(module)) {
    context.report('keras-unknown-object', `${label} comes from ${quoted(module)}`, at)
    return false
  }
  context.report('keras-module', `${label} imports ${quoted(module)}`, at)
  return false
}

const judgeFunction = (context: ScanContext, object: JsonObject, at: string): void => {
  const { config } = object
  const name = typeof config === 'string' ? config : undefined
  if (name === undefined) context.report('keras-lambda', 'a function is given with its code', at)
  else if (!FUNCTIONS.has(name) && !CLASSES.has(name))
    context.report('keras-unknown-object', `the function ${quoted(name)} is not part of Keras`, at)
}

const judgeLookup = (context: ScanContext, name: string, config: JsonObject, at: string): void => {
  for (const key of ['vocabulary', 'idf_weights', 'filename', 'path'])
    if (typeof config[key] === 'string')
      context.report('keras-path', `${name} reads ${quoted(String(config[key]))}`, at)
}

const judgeTensorFlowFunction = (context: ScanContext, config: JsonObject, at: string): void => {
  const name = config['function'] ?? config['cls_ref'] ?? config['symbol']
  if (typeof name !== 'string' || !TF_FUNCTION.test(name))
    context.report('keras-module', `calls the TensorFlow function ${quoted(String(name))}`, at)
}

const judgeRegistered = (context: ScanContext, object: JsonObject, at: string): void => {
  const registered = object['registered_name']
  if (typeof registered !== 'string' || registered === object['class_name']) return
  const [owner = '', name = ''] = registered.split('>')
  if (!(owner === 'Keras' || owner === 'keras') || !CLASSES.has(name))
    if (!(CLASSES.has(registered) || FUNCTIONS.has(registered)))
      context.report('keras-unknown-object', `${quoted(registered)} is a custom object`, at)
}

const judgeClass = (context: ScanContext, object: JsonObject, name: string, at: string): void => {
  const config = isObject(object['config']) ? object['config'] : {}
  const module = object['module']
  if (RUNS_CODE.has(name)) context.report('keras-lambda', `${quoted(name)} carries code`, at)
  else if (LOADS_OTHERS.has(name)) context.report('keras-path', `${quoted(name)} loads something else`, at)
  else if (MARKERS.has(name)) return
  else if (name === 'function') judgeFunction(context, object, at)
  else if (name === '__typespec__') judgeModule(context, String(module ?? ''), 'a type', at)
  else if (name === 'TFOpLambda' || name === 'TensorFlowOpLayer' || name === 'ClassMethod')
    judgeTensorFlowFunction(context, config, at)
  else if (name === 'SlicingOpLambda' || name === 'InstanceProperty') return
  else if (typeof module === 'string' && !judgeModule(context, module, quoted(name), at)) return
  else if (!CLASSES.has(name)) {
    if (
      typeof module === 'string' &&
      FUNCTIONS.has(name) &&
      /\.(activations|losses|metrics)(\.|$)/.test(module)
    )
      return
    const rule =
      typeof module === 'string' && !KERAS_MODULE.test(module) && isDangerousGlobal(module, name)
        ? 'keras-module'
        : 'keras-unknown-object'
    context.report(rule, `${quoted(name)} is not an object that Keras configurations hold`, at)
  }
  if (LOOKUPS.has(name)) judgeLookup(context, name, config, at)
  judgeRegistered(context, object, at)
}

const MAX_NODES = 2_000_000

/** Walks the whole document; `at` are JSON pointers. */
export const judgeKerasConfig = (context: ScanContext, document: Json): void => {
  const work: { readonly value: Json; readonly at: string }[] = [{ value: document, at: '' }]
  for (let count = 0; work.length > 0; count += 1) {
    const { value, at } = work.pop() as (typeof work)[number]
    if (count > MAX_NODES) {
      context.report('scan-limit', 'the configuration is too large')
      return
    }
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries())
        if (typeof item === 'object' && item !== null) work.push({ value: item, at: `${at}/${index}` })
      continue
    }
    if (!isObject(value)) continue
    const name = value['class_name']
    if (typeof name === 'string') judgeClass(context, value, name, at)
    else if (name !== undefined) context.report('keras-config', 'a class name is not text', at)
    else if (typeof value['module'] === 'string' && ('registered_name' in value || 'config' in value))
      judgeModule(context, value['module'], 'an object', at)
    if (value['function_type'] === 'lambda')
      context.report('keras-lambda', 'a function is given with its code', at)
    for (const [key, item] of Object.entries(value))
      if (typeof item === 'object' && item !== null) work.push({ value: item, at: `${at}/${key}` })
  }
}

export const looksLikeKerasConfig = (document: Json): boolean =>
  isObject(document) && typeof document['class_name'] === 'string' && 'config' in document
