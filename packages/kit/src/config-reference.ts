/** A configuration shown to people: the effective values with secrets masked, and the reference page. */
import { z } from 'zod'
import { type ConfigField, configFields } from './config.ts'

const valueAt = (config: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], config)

/** A URL keeps host and path; its credentials go. */
const maskCredentials = (value: unknown): unknown =>
  typeof value === 'string' ? value.replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^/\s@]*@/gi, '$1********@') : value

/** Effective configuration as JSON text, one key per line, secrets as `********`. */
export const printConfig = (schema: z.ZodObject, config: unknown): string => {
  const entries = configFields(schema).map((field) => {
    const value = valueAt(config, field.path)
    const shown = field.meta.secret === true && value !== undefined ? '********' : maskCredentials(value)
    return [field.path.join('.'), shown ?? null] as const
  })
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`
}

const defaultOf = (schema: z.ZodType): string => {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return `\`${JSON.stringify(schema.def.defaultValue)}\``
  }
  return schema instanceof z.ZodOptional ? 'none' : 'required'
}

const typeOf = (schema: z.ZodType): string => {
  let inner = schema
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodOptional || inner instanceof z.ZodPrefault) {
    inner = inner.unwrap() as z.ZodType
  }
  if (inner instanceof z.ZodEnum) return inner.options.map((option) => `\`${String(option)}\``).join(', ')
  if (inner instanceof z.ZodArray) return `list of ${typeOf(inner.element as z.ZodType)}`
  return inner.def.type
}

const escapeCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

const row = (field: ConfigField): string => {
  const { meta, path } = field
  const name = path.join('.')
  const unit = meta.unit === undefined ? '' : ` (${meta.unit})`
  const cells = [
    meta.secret === true ? `\`${name}\` (secret; in the file \`${name}Ref\`)` : `\`${name}\``,
    `\`${field.env}\``,
    `\`--${field.flag}${meta.secret === true ? '-ref' : ''}\``,
    `${typeOf(field.schema)}${unit}`,
    defaultOf(field.schema),
    meta.description ?? '',
  ]
  return `| ${cells.map(escapeCell).join(' | ')} |`
}

/** Markdown table of every key: file key, environment variable, flag, type and unit, default, meaning. */
export const renderConfigReference = (schema: z.ZodObject): string =>
  [
    '| key | environment | flag | type | default | meaning |',
    '|---|---|---|---|---|---|',
    ...configFields(schema).map(row),
    '',
  ].join('\n')
