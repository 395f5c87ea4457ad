/**
 * Whether a model keeps the rules of onnx.proto and of its operators: names defined once and before use, no circles,
 * opsets imported, operators known with their counts and attributes, tensors as large as their shape says. Types and
 * shapes of inner values are not inferred. What is wrong is a finding, never an exception.
 */
import type { Attribute, Graph, ModelSource, Node, OpsetImport, Tensor, ValueType } from '../graph-model.ts'
import { elementCount, standardDomain } from '../graph-model.ts'
import { createSchemas, isKnownDomain, type OperatorSchema } from './operator-schemas.ts'

export type ValidationCode =
  | 'name-duplicate'
  | 'input-missing'
  | 'output-missing'
  | 'output-unnamed'
  | 'graph-unnamed'
  | 'cycle'
  | 'opset-missing'
  | 'operator-unknown'
  | 'operator-deprecated'
  | 'input-count'
  | 'output-count'
  | 'attribute-unknown'
  | 'attribute-missing'
  | 'attribute-type'
  | 'attribute-duplicate'
  | 'tensor-size'
  | 'tensor-type'
  | 'type-missing'

export type ValidationFinding = {
  readonly code: ValidationCode
  readonly message: string
  /** Node with the graphs around it, or a value. */
  readonly location: string
}

export type Validation = { readonly valid: boolean; readonly findings: readonly ValidationFinding[] }

const MAX_FINDINGS = 100
/** Bytes per element of raw_data; 4-bit types are two to a byte, the missing ones have no raw form. */
const RAW_BYTES: Readonly<Record<number, number>> = {
  1: 4,
  2: 1,
  3: 1,
  4: 2,
  5: 2,
  6: 4,
  7: 8,
  9: 1,
  10: 2,
  11: 8,
  12: 4,
  13: 8,
  14: 8,
  15: 16,
  16: 2,
  17: 1,
  18: 1,
  19: 1,
  20: 1,
  21: 0.5,
  22: 0.5,
  23: 0.5,
  24: 1,
  25: 0.25,
  26: 0.25,
}
const STRING = 8

type Scope = { readonly names: Set<string>; readonly parent: Scope | undefined }
type Place = {
  readonly scope: Scope
  readonly path: string
  readonly opsets: ReadonlyMap<string, number>
  readonly inFunction: boolean
}

const isDefined = (scope: Scope | undefined, name: string): boolean => {
  for (let at = scope; at !== undefined; at = at.parent) if (at.names.has(name)) return true
  return false
}

const opsetMap = (imports: readonly OpsetImport[]): ReadonlyMap<string, number> =>
  new Map(imports.map(({ domain, version }) => [standardDomain(domain), version]))

/** Files before version 2 leave the type out. */
const typeOf = (attribute: Attribute): number => {
  if (attribute.type !== 0) return attribute.type
  if (attribute.float !== undefined) return 1
  if (attribute.int !== undefined) return 2
  if (attribute.bytes !== undefined) return 3
  if (attribute.tensor !== undefined) return 4
  return attribute.graph === undefined ? 0 : 5
}

const createValidator = ({ model }: Pick<ModelSource, 'model'>) => {
  const findings: ValidationFinding[] = []
  const schemas = createSchemas()
  const functions = new Set(model.functions.map(({ domain, name }) => `${standardDomain(domain)}\0${name}`))
  const report = (code: ValidationCode, location: string, message: string): void => {
    if (findings.length < MAX_FINDINGS)
      findings.push({ code, location: location.slice(0, 200), message: message.slice(0, 300) })
  }

  const judgeTensor = (tensor: Tensor, location: string): void => {
    const { payload, elementType } = tensor
    const width = RAW_BYTES[elementType]
    if (elementType === 0 || (width === undefined && elementType !== STRING)) {
      report('tensor-type', location, `element type ${elementType} does not exist`)
      return
    }
    const bytes = payload.kind === 'inline' ? payload.rawData.length : payload.raw?.length
    if (bytes === undefined) return
    if (elementType === STRING) report('tensor-type', location, 'text is stored as raw bytes')
    else if (width !== undefined && Math.ceil(elementCount(tensor) * width) !== bytes)
      report('tensor-size', location, `${bytes} bytes do not hold [${tensor.dims.join(', ')}]`)
  }

  const judgeAttributes = (node: Node, schema: OperatorSchema, place: Place, location: string): void => {
    const seen = new Set<string>()
    for (const attribute of node.attributes) {
      const known = schema.attributes.get(attribute.name)
      if (seen.has(attribute.name))
        report('attribute-duplicate', location, `${attribute.name} is given twice`)
      seen.add(attribute.name)
      if (known === undefined)
        report('attribute-unknown', location, `${node.operator} has no ${attribute.name}`)
      else if (attribute.reference !== '') {
        if (!place.inFunction)
          report('attribute-type', location, `${attribute.name} refers to an attribute outside of a function`)
      } else if (typeOf(attribute) !== known.type)
        report(
          'attribute-type',
          location,
          `${attribute.name} has type ${typeOf(attribute)}, not ${known.type}`,
        )
    }
    for (const [name, { required }] of schema.attributes)
      if (required && !seen.has(name)) report('attribute-missing', location, `${node.operator} needs ${name}`)
  }

  const judgeOperator = (node: Node, place: Place, location: string): void => {
    const domain = standardDomain(node.domain)
    if (functions.has(`${domain}\0${node.operator}`)) return
    const opset = place.opsets.get(domain)
    if (opset === undefined) {
      report('opset-missing', location, `domain ${JSON.stringify(node.domain)} is not imported`)
      return
    }
    if (!isKnownDomain(domain)) return
    const schema = schemas(domain, node.operator, opset)
    if (schema === undefined) {
      report(
        'operator-unknown',
        location,
        `opset ${opset} has no operator ${JSON.stringify(node.operator.slice(0, 80))}`,
      )
      return
    }
    if (schema.deprecated)
      report('operator-deprecated', location, `${node.operator} is gone in opset ${opset}`)
    const within = (count: number, [least, most]: readonly [number, number]): boolean =>
      count >= least && count <= most
    if (!within(node.inputs.length, schema.inputs))
      report('input-count', location, `${node.operator} has ${node.inputs.length} inputs`)
    if (!within(node.outputs.length, schema.outputs))
      report('output-count', location, `${node.operator} has ${node.outputs.length} outputs`)
    judgeAttributes(node, schema, place, location)
  }

  const judgeNodes = (nodes: readonly Node[], place: Place): void => {
    const later = new Set(nodes.flatMap(({ outputs }) => outputs))
    for (const node of nodes) {
      const location = `${place.path}${node.name || node.outputs[0] || node.operator}`
      for (const name of node.inputs) {
        if (name === '' || isDefined(place.scope, name)) continue
        const order = later.has(name)
        report(
          order ? 'cycle' : 'input-missing',
          location,
          order
            ? `${JSON.stringify(name)} is made by a later node or in a circle`
            : `nothing makes ${JSON.stringify(name)}`,
        )
      }
      judgeOperator(node, place, location)
      for (const attribute of node.attributes) {
        if (attribute.tensor !== undefined) judgeTensor(attribute.tensor, location)
        for (const graph of attribute.graph === undefined ? (attribute.graphs ?? []) : [attribute.graph])
          judgeGraph(graph, {
            ...place,
            scope: { names: new Set(), parent: place.scope },
            path: `${location}/`,
          })
      }
      for (const name of node.outputs) define(name, place, location)
    }
  }

  const define = (name: string, { scope }: Place, location: string): void => {
    if (name === '') return
    // A name of an enclosing graph may not be reused either.
    if (isDefined(scope, name)) report('name-duplicate', location, `${JSON.stringify(name)} is defined twice`)
    scope.names.add(name)
  }

  /** Inputs and outputs of the model say their type and, as tensors, their rank. */
  const judgePort = (name: string, type: ValueType | undefined): void => {
    if (type === undefined) report('type-missing', name, 'an input or output has no type')
    else if (type.kind === 'tensor' && type.shape === undefined)
      report('type-missing', name, 'an input or output has no shape')
  }

  const judgeGraph = (graph: Graph, place: Place): void => {
    if (graph.name === '') report('graph-unnamed', place.path, 'a graph has no name')
    const { scope } = place
    for (const { name, type } of graph.inputs) {
      if (scope.names.has(name))
        report('name-duplicate', name, `input ${JSON.stringify(name)} is there twice`)
      if (name === '') report('output-unnamed', place.path, 'an input has no name')
      if (place.path === '') judgePort(name, type)
      scope.names.add(name)
    }
    const stored = new Set<string>()
    for (const tensor of graph.initializers) {
      if (tensor.name === '' || stored.has(tensor.name))
        report('name-duplicate', tensor.name, 'an initialiser has no name of its own')
      if (model.irVersion < 4 && !scope.names.has(tensor.name))
        report('input-missing', tensor.name, 'before version 4 an initialiser is an input too')
      stored.add(tensor.name)
      scope.names.add(tensor.name)
      judgeTensor(tensor, tensor.name)
    }
    for (const { values } of graph.sparseInitializers) if (values !== undefined) scope.names.add(values.name)
    judgeNodes(graph.nodes, place)
    for (const { name, type } of graph.outputs) {
      if (!isDefined(scope, name))
        report('output-missing', name, `nothing makes output ${JSON.stringify(name)}`)
      if (place.path === '') judgePort(name, type)
    }
  }

  const judgeFunctions = (): void => {
    for (const one of model.functions) {
      const scope: Scope = { names: new Set(one.inputs), parent: undefined }
      const place: Place = { scope, path: `${one.name}/`, opsets: opsetMap(one.opsets), inFunction: true }
      judgeNodes(one.nodes, place)
      for (const name of one.outputs)
        if (!scope.names.has(name))
          report('output-missing', one.name, `nothing makes output ${JSON.stringify(name)}`)
    }
  }

  return (): Validation => {
    if (model.opsets.length === 0) report('opset-missing', '', 'the model imports no opset')
    judgeGraph(model.graph, {
      scope: { names: new Set(), parent: undefined },
      path: '',
      opsets: opsetMap(model.opsets),
      inFunction: false,
    })
    judgeFunctions()
    return { valid: findings.length === 0, findings }
  }
}

/** Findings in the order of the file, at most a hundred. */
export const validateGraph = (source: Pick<ModelSource, 'model'>): Validation => createValidator(source)()
