/**
 * What would break a caller between two OpenAPI documents: operations, parameters and answers that are gone, requests
 * that need more or accept less. Sees names, requiredness, types and enumerations in JSON bodies; not a changed meaning.
 */
type Json = Readonly<Record<string, unknown>>

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head'] as const

const record = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const names = (value: unknown): readonly string[] => list(value).filter((one) => typeof one === 'string')

/** Values a schema can take, when it lists them: `enum`, `const`, or a union of constants. */
const valuesOf = (schema: Json): readonly string[] | undefined => {
  if (schema.const !== undefined) return [JSON.stringify(schema.const)]
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value))
  const parts = list(schema.anyOf).map((part) => valuesOf(record(part)))
  return parts.length > 0 && parts.every((part) => part !== undefined) ? parts.flat() : undefined
}

/** An object's members, with those of `allOf` taken in. */
const membersOf = (schema: Json): { readonly properties: Json; readonly required: readonly string[] } => {
  const parts = list(schema.allOf).map((part) => membersOf(record(part)))
  return {
    properties: Object.assign({}, ...parts.map((part) => part.properties), record(schema.properties)) as Json,
    required: [...parts.flatMap((part) => part.required), ...names(schema.required)],
  }
}

type Direction = 'request' | 'answer'

const compareValues = (before: Json, after: Json, direction: Direction, where: string): string[] => {
  const [old, now] = [valuesOf(before), valuesOf(after)]
  if (old === undefined || now === undefined) return []
  // A caller must not be refused what it sends today, nor get what it does not know.
  const [from, to] = direction === 'request' ? [old, now] : [now, old]
  const word = direction === 'request' ? 'no longer accepts' : 'may now answer'
  return from.filter((value) => !to.includes(value)).map((value) => `${where} ${word} ${value}`)
}

const compareSchemas = (before: Json, after: Json, direction: Direction, where: string): string[] => {
  const [old, now] = [membersOf(before), membersOf(after)]
  const problems = compareValues(before, after, direction, where)
  if (typeof before.type === 'string' && typeof after.type === 'string' && before.type !== after.type)
    problems.push(`${where} changed from ${before.type} to ${after.type}`)
  for (const [name, schema] of Object.entries(old.properties)) {
    const member = `${where}.${name}`
    const next = now.properties[name]
    if (next === undefined) problems.push(`${member} is gone`)
    else problems.push(...compareSchemas(record(schema), record(next), direction, member))
    if (
      direction === 'answer' &&
      next !== undefined &&
      old.required.includes(name) &&
      !now.required.includes(name)
    )
      problems.push(`${member} may now be absent`)
  }
  if (direction === 'request')
    problems.push(
      ...now.required
        .filter((name) => !old.required.includes(name))
        .map((name) => `${where}.${name} is now required`),
    )
  if (before.items !== undefined && after.items !== undefined)
    problems.push(...compareSchemas(record(before.items), record(after.items), direction, `${where}[]`))
  return problems
}

const jsonSchema = (holder: unknown): Json => {
  const content = record(record(holder).content)
  return record(record(content['application/json'] ?? content['application/problem+json']).schema)
}

const compareParameters = (before: Json, after: Json, where: string): string[] => {
  const key = (parameter: unknown) => `${String(record(parameter).in)} ${String(record(parameter).name)}`
  const now = new Map(list(after.parameters).map((parameter) => [key(parameter), record(parameter)]))
  const old = new Map(list(before.parameters).map((parameter) => [key(parameter), record(parameter)]))
  const gone = [...old.keys()]
    .filter((name) => !now.has(name))
    .map((name) => `${where}: parameter ${name} is gone`)
  const needed = [...now]
    .filter(([name, parameter]) => parameter.required === true && old.get(name)?.required !== true)
    .map(([name]) => `${where}: parameter ${name} is now required`)
  const narrowed = [...old].flatMap(([name, parameter]) => {
    const next = now.get(name)
    if (next === undefined) return []
    return compareSchemas(
      record(parameter.schema),
      record(next.schema),
      'request',
      `${where}: parameter ${name}`,
    )
  })
  return [...gone, ...needed, ...narrowed]
}

const compareOperations = (before: Json, after: Json, where: string): string[] => {
  const answers = Object.entries(record(before.responses)).filter(([status]) => status.startsWith('2'))
  const body = record(before.requestBody)
  const nextBody = record(after.requestBody)
  return [
    ...compareParameters(before, after, where),
    ...(body.required !== true && nextBody.required === true ? [`${where}: a body is now required`] : []),
    ...compareSchemas(jsonSchema(body), jsonSchema(nextBody), 'request', `${where} body`),
    ...answers.flatMap(([status, answer]) => {
      const next = record(after.responses)[status]
      if (next === undefined) return [`${where}: answer ${status} is gone`]
      return compareSchemas(jsonSchema(answer), jsonSchema(next), 'answer', `${where} ${status}`)
    }),
  ]
}

/** One sentence per change that an existing caller could notice; empty when there is none. */
export const breakingChanges = (before: unknown, after: unknown): string[] => {
  const nextPaths = record(record(after).paths)
  return Object.entries(record(record(before).paths)).flatMap(([path, operations]) =>
    METHODS.filter((method) => record(operations)[method] !== undefined).flatMap((method) => {
      const where = `${method.toUpperCase()} ${path}`
      const next = record(nextPaths[path])[method]
      if (next === undefined) return [`${where} is gone`]
      return compareOperations(record(record(operations)[method]), record(next), where)
    }),
  )
}

/** Breaking is allowed when the version says so: a new major, or below 1.0 a new minor. */
export const allowsBreaking = (before: string, after: string): boolean => {
  const [oldMajor = 0, oldMinor = 0] = before.split('.').map(Number)
  const [major = 0, minor = 0] = after.split('.').map(Number)
  return major > oldMajor || (major === 0 && oldMajor === 0 && minor > oldMinor)
}
