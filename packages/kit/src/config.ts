/**
 * One zod schema per app, read once: file (JSON) < environment < flags. Unknown keys are errors.
 * A key is addressed as `server.port` in the file (nested), RAMPART_SERVER_PORT in the environment (or its
 * `env` meta) and --server-port as a flag. Secrets never stand in the file or in flags: only `KEYRef` does.
 */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { closest } from './closest.ts'
import { kitErrors } from './errors.ts'

export type ConfigMeta = {
  readonly description?: string
  /** Shown in the reference: `ms`, `bytes`, … */
  readonly unit?: string
  /** Name of the environment variable when it is not the derived one. */
  readonly env?: string
  /** Value is masked, and given by reference (`env:NAME` or `file:/path`) or environment only. */
  readonly secret?: boolean
}

export type ConfigField = {
  readonly path: readonly string[]
  readonly schema: z.ZodType
  readonly meta: ConfigMeta
  readonly env: string
  readonly flag: string
}

const kebab = (text: string): string => text.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

const unwrap = (schema: z.ZodType): z.ZodType => {
  let inner = schema
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodOptional || inner instanceof z.ZodPrefault) {
    inner = inner.unwrap() as z.ZodType
  }
  return inner
}

const metaOf = (schema: z.ZodType): ConfigMeta =>
  ({ ...(unwrap(schema).meta() ?? {}), ...(schema.meta() ?? {}) }) as ConfigMeta

/** Leaves of a schema in declaration order. */
export const configFields = (schema: z.ZodObject, prefix: readonly string[] = []): ConfigField[] =>
  Object.entries(schema.shape).flatMap(([key, value]) => {
    const path = [...prefix, key]
    const inner = unwrap(value as z.ZodType)
    if (inner instanceof z.ZodObject) return configFields(inner, path)
    const meta = metaOf(value as z.ZodType)
    const flag = path.map(kebab).join('-')
    return [
      {
        path,
        schema: value as z.ZodType,
        meta,
        env: meta.env ?? `RAMPART_${flag.replaceAll('-', '_').toUpperCase()}`,
        flag,
      },
    ]
  })

type Tree = { [key: string]: unknown }

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const setPath = (tree: Tree, path: readonly string[], value: unknown): void => {
  let at = tree
  for (const key of path.slice(0, -1)) {
    const next = isTree(at[key]) ? (at[key] as Tree) : {}
    at[key] = next
    at = next
  }
  at[path.at(-1) as string] = value
}

const invalid = (message: string, help?: string) =>
  kitErrors.KIT_CONFIG_INVALID(message, help === undefined ? {} : { help })

/** Text from environment or flag as what the schema wants; what does not convert is left for the schema to refuse. */
const convert = (schema: z.ZodType, text: string): unknown => {
  const inner = unwrap(schema)
  if (inner instanceof z.ZodNumber) return text.trim() === '' ? text : Number(text)
  if (inner instanceof z.ZodBoolean) return text === 'true' ? true : text === 'false' ? false : text
  if (inner instanceof z.ZodArray)
    return text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
  if (inner instanceof z.ZodRecord) {
    try {
      return JSON.parse(text)
    } catch {
      return text
    }
  }
  return text
}

const unknownKey = (where: string, key: string, known: readonly string[]) => {
  const guess = closest(key, known)
  return invalid(`unknown ${where} "${key}"${guess === undefined ? '' : ` (did you mean "${guess}"?)`}`)
}

const resolveReference = (reference: unknown, key: string, env: Env): string => {
  const text = typeof reference === 'string' ? reference : ''
  if (text.startsWith('env:')) {
    const value = env[text.slice(4)]
    if (value === undefined || value === '')
      throw invalid(`${key}Ref: environment variable ${text.slice(4)} is not set`)
    return value
  }
  if (text.startsWith('file:')) {
    try {
      return readFileSync(text.slice(5), 'utf8').replace(/\r?\n$/, '')
    } catch (error) {
      throw kitErrors.KIT_CONFIG_INVALID(`${key}Ref: cannot read ${text.slice(5)}`, { cause: error })
    }
  }
  throw invalid(`${key}Ref must be env:NAME or file:/path`)
}

type Env = Readonly<Record<string, string | undefined>>

const readFile = (text: string): Tree => {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    throw kitErrors.KIT_CONFIG_INVALID(`the configuration file is not JSON: ${(error as Error).message}`, {
      cause: error,
    })
  }
  if (!isTree(parsed)) throw invalid('the configuration file must hold one JSON object')
  return parsed
}

const applyFile = (
  target: Tree,
  source: Tree,
  schema: z.ZodObject,
  env: Env,
  prefix: readonly string[],
): void => {
  const shape = schema.shape as Record<string, z.ZodType>
  for (const [key, value] of Object.entries(source)) {
    const path = [...prefix, key]
    const dotted = path.join('.')
    const field = Object.hasOwn(shape, key) ? shape[key] : undefined
    const secretName = key.endsWith('Ref') ? key.slice(0, -3) : ''
    const secret = field === undefined && Object.hasOwn(shape, secretName) ? shape[secretName] : undefined
    if (secret !== undefined && metaOf(secret).secret === true) {
      setPath(target, [...prefix, secretName], resolveReference(value, dotted.slice(0, -3), env))
    } else if (field === undefined) {
      throw unknownKey(
        'configuration key',
        dotted,
        Object.keys(shape).map((name) => [...prefix, name].join('.')),
      )
    } else if (metaOf(field).secret === true) {
      throw invalid(
        `${dotted} is a secret and may not stand in the file`,
        `use "${key}Ref": "env:NAME" or "file:/path"`,
      )
    } else {
      const inner = unwrap(field)
      if (!(inner instanceof z.ZodObject)) setPath(target, path, value)
      else if (isTree(value)) applyFile(target, value, inner, env, path)
      else throw invalid(`${dotted} must be an object`)
    }
  }
}

const applyFlags = (
  target: Tree,
  flags: Readonly<Record<string, string | boolean | undefined>>,
  fields: readonly ConfigField[],
  env: Env,
): void => {
  const plain = new Map(
    fields.filter((field) => field.meta.secret !== true).map((field) => [field.flag, field]),
  )
  const refs = new Map(
    fields.filter((field) => field.meta.secret === true).map((field) => [`${field.flag}-ref`, field]),
  )
  for (const [flag, value] of Object.entries(flags)) {
    if (value === undefined) continue
    const secret = refs.get(flag)
    const field = plain.get(flag)
    if (secret !== undefined)
      setPath(target, secret.path, resolveReference(value, secret.path.join('.'), env))
    else if (field !== undefined) setPath(target, field.path, convert(field.schema, String(value)))
    else
      throw unknownKey(
        'flag',
        `--${flag}`,
        [...plain.keys(), ...refs.keys()].map((name) => `--${name}`),
      )
  }
}

/** Fills absent objects, so that defaults of nested keys apply. */
const withObjects = (schema: z.ZodObject, tree: Tree): Tree => {
  for (const [key, value] of Object.entries(schema.shape)) {
    const inner = unwrap(value as z.ZodType)
    if (inner instanceof z.ZodObject) tree[key] = withObjects(inner, isTree(tree[key]) ? tree[key] : {})
  }
  return tree
}

export type LoadConfigOptions<S extends z.ZodObject> = {
  readonly schema: S
  readonly fileText?: string | undefined
  readonly env: Env
  /** Parsed flags by name without dashes: `{ 'server-port': '8080' }`. */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>
}

/** Throws KIT_CONFIG_INVALID that names the key, what was wrong and where to look. */
export const loadConfig = <S extends z.ZodObject>(options: LoadConfigOptions<S>): z.output<S> => {
  const fields = configFields(options.schema)
  const tree: Tree = {}
  if (options.fileText !== undefined)
    applyFile(tree, readFile(options.fileText), options.schema, options.env, [])
  for (const field of fields) {
    const value = options.env[field.env]
    if (value !== undefined && value !== '') setPath(tree, field.path, convert(field.schema, value))
  }
  applyFlags(tree, options.flags, fields, options.env)
  const result = options.schema.safeParse(withObjects(options.schema, tree))
  if (result.success) return result.data
  const issues = result.error.issues.map((issue) => ({ key: issue.path.join('.'), message: issue.message }))
  const text = issues.map((issue) => `${issue.key}: ${issue.message}`).join('; ')
  throw kitErrors.KIT_CONFIG_INVALID(`invalid configuration: ${text}`, { details: issues })
}
