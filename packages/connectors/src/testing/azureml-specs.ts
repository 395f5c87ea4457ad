/**
 * The operation specs of Microsoft's own SDK as judge of requests and answers, for the stand-in of Azure ML: taken from
 * the installed SDK by letting it build each operation, so they are what its authors wrote, not what we believe.
 */
import assert from 'node:assert/strict'
import { AzureMachineLearningWorkspaces } from '@azure/arm-machinelearning'

type Mapper = {
  readonly serializedName?: string
  readonly required?: boolean
  readonly readOnly?: boolean
  readonly nullable?: boolean
  readonly constraints?: {
    readonly Pattern?: RegExp
    readonly MinLength?: number
    readonly MaxLength?: number
  }
  readonly type: {
    readonly name: string
    readonly className?: string
    readonly modelProperties?: Readonly<Record<string, Mapper>>
    readonly polymorphicDiscriminator?: { readonly serializedName: string }
    readonly uberParent?: string
    readonly element?: Mapper
    readonly value?: Mapper
    readonly allowedValues?: readonly unknown[]
  }
}
type Parameter = { readonly mapper: Mapper }
export type OperationSpec = {
  readonly path?: string
  readonly httpMethod: string
  readonly responses: Readonly<Record<string, { readonly bodyMapper?: Mapper }>>
  readonly queryParameters?: readonly Parameter[]
  readonly urlParameters?: readonly Parameter[]
  readonly requestBody?: Parameter
  readonly serializer: { readonly modelMappers: Readonly<Record<string, unknown>> }
}

/** Every operation that the connector uses, as the SDK describes it. */
export const operationSpecs = (): readonly OperationSpec[] => {
  const specs: OperationSpec[] = []
  const credential = { getToken: async () => ({ token: 'none', expiresOnTimestamp: Date.now() + 1e6 }) }
  const client = new AzureMachineLearningWorkspaces(credential, '00000000-0000-0000-0000-000000000000')
  Object.assign(client, {
    sendOperationRequest: async (_args: unknown, spec: OperationSpec) => {
      specs.push(spec)
      return { value: [] }
    },
  })
  const name = 'name'
  for (const call of [
    () => client.modelContainers.list('group', 'workspace').next(),
    () => client.modelVersions.list('group', 'workspace', name).next(),
    () => client.modelVersions.get('group', 'workspace', name, '1'),
    () => client.modelVersions.createOrUpdate('group', 'workspace', name, '1', { properties: {} }),
    () => client.datastores.get('group', 'workspace', name),
    () => client.datastores.listSecrets('group', 'workspace', name),
  ])
    void call()
  return specs
}

const PRIMITIVES: Readonly<Record<string, (value: unknown) => boolean>> = {
  String: (value) => typeof value === 'string',
  Boolean: (value) => typeof value === 'boolean',
  Number: (value) => typeof value === 'number',
  DateTime: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
  any: () => true,
  Dictionary: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  Sequence: Array.isArray,
  Composite: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  Enum: (value) => typeof value === 'string',
}

const compositeOf = (mapper: Mapper, value: Record<string, unknown>, spec: OperationSpec): Mapper => {
  const { modelMappers } = spec.serializer
  const { className = '', uberParent } = mapper.type
  const base = (modelMappers[className] ?? mapper) as Mapper
  const { polymorphicDiscriminator } = base.type
  if (polymorphicDiscriminator === undefined) return base
  const kind = value[polymorphicDiscriminator.serializedName]
  const discriminators = modelMappers['discriminators'] as Readonly<Record<string, Mapper>>
  return discriminators[`${uberParent ?? className}.${String(kind)}`] ?? base
}

/** Fails with the place where a value is not what the SDK's mapper describes; unknown properties fail too. */
export const checkValue = (mapper: Mapper, value: unknown, spec: OperationSpec, at = 'body'): void => {
  if (value === undefined || value === null) {
    assert.ok(mapper.required !== true, `${at} is required`)
    return
  }
  const { name, element, value: inner, allowedValues } = mapper.type
  assert.ok(PRIMITIVES[name]?.(value) === true, `${at} is no ${name}: ${JSON.stringify(value)}`)
  if (allowedValues !== undefined)
    assert.ok(allowedValues.includes(value), `${at} is none of the allowed values`)
  const { Pattern, MinLength, MaxLength } = mapper.constraints ?? {}
  if (Pattern !== undefined) assert.match(String(value), Pattern, at)
  if (MinLength !== undefined) assert.ok(String(value).length >= MinLength, `${at} is too short`)
  if (MaxLength !== undefined) assert.ok(String(value).length <= MaxLength, `${at} is too long`)
  if (name === 'Sequence' && element !== undefined)
    (value as unknown[]).forEach((one, index) => {
      checkValue(element, one, spec, `${at}[${index}]`)
    })
  if (name === 'Dictionary' && inner !== undefined)
    for (const [key, one] of Object.entries(value)) checkValue(inner, one, spec, `${at}.${key}`)
  if (name !== 'Composite') return
  const object = value as Record<string, unknown>
  const { modelProperties = {} } = compositeOf(mapper, object, spec).type
  const known = new Map(Object.values(modelProperties).map((one) => [one.serializedName ?? '', one]))
  for (const [key, one] of known) checkValue(one, object[key], spec, `${at}.${key}`)
  for (const key of Object.keys(object)) assert.ok(known.has(key), `${at}.${key} is unknown to the SDK`)
}

const templateOf = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll(/[.$]/g, '\\$&').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`)

/** The operation that a request is, after its path, query and body were judged by the spec. */
export const judgeRequest = (
  specs: readonly OperationSpec[],
  request: { readonly method: string; readonly url: URL; readonly body: unknown },
): { readonly spec: OperationSpec; readonly values: Readonly<Record<string, string>> } => {
  for (const spec of specs) {
    const found =
      spec.httpMethod === request.method ? templateOf(spec.path ?? '').exec(request.url.pathname) : null
    if (found === null) continue
    const values = Object.fromEntries(
      Object.entries(found.groups ?? {}).map(([key, text]) => [key, decodeURIComponent(text)]),
    )
    for (const { mapper } of spec.urlParameters ?? []) {
      const { serializedName = '' } = mapper
      if (serializedName in values) checkValue(mapper, values[serializedName], spec, serializedName)
    }
    const queries = new Map(
      (spec.queryParameters ?? []).map(({ mapper }) => [mapper.serializedName ?? '', mapper]),
    )
    for (const [key, value] of request.url.searchParams) {
      const mapper = queries.get(key)
      assert.ok(mapper !== undefined, `the query ${key} is unknown to the SDK`)
      if (mapper.type.name === 'String') checkValue(mapper, value, spec, key)
    }
    assert.equal(request.url.searchParams.get('api-version'), '2022-10-01')
    if (spec.requestBody !== undefined) checkValue(spec.requestBody.mapper, request.body, spec)
    else assert.equal(request.body, undefined)
    return { spec, values }
  }
  throw new Error(`${request.method} ${request.url.pathname} is no operation of the SDK`)
}
