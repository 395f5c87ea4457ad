/**
 * What a model card says in a form that programs read: YAML front matter as the Hugging Face hub defines it, or rows of a
 * Markdown table (`| Licence | Apache-2.0 |`). All of it is a claim of whoever wrote it.
 */
import { parseDocument } from 'yaml'

export type ModelCardFacts = {
  readonly licences: readonly string[]
  readonly datasets: readonly string[]
  readonly ancestors: readonly string[]
  readonly task?: string
  readonly metrics: readonly { readonly name: string; readonly value: string }[]
}

const MAX_CARD = 1024 * 1024
const MAX_ITEMS = 100
const MAX_TEXT = 256

type Fields = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value])
    .filter((one): one is string => typeof one === 'string' && one.trim() !== '' && one.length <= MAX_TEXT)
    .map((one) => one.trim())
    .slice(0, MAX_ITEMS)

const frontMatter = (text: string): Fields => {
  const block = /^---\r?\n([\s\S]*?)\r?\n---(\r?\n|$)/.exec(text)?.[1]
  if (block === undefined) return {}
  try {
    // maxAliasCount: a few aliases of aliases would otherwise expand to gigabytes.
    const document = parseDocument(block)
    const value: unknown = document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 20 })
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}

const tableRow = (text: string, names: string): string | undefined =>
  new RegExp(`^\\|\\s*(?:${names})\\s*\\|\\s*([^|\\n]{1,${MAX_TEXT}}?)\\s*\\|`, 'im').exec(text)?.[1]

/** `Apache-2.0 (model and scripts)` names the licence first. */
const firstWord = (text: string | undefined): string[] =>
  text === undefined ? [] : texts(text.replace(/\s*[(,;].*$/s, ''))

const resultsOf = (card: Fields): { name: string; value: string }[] => {
  const index = Array.isArray(card['model-index']) ? (card['model-index'] as unknown[]) : []
  const results = index.flatMap((one) =>
    isRecord(one) && Array.isArray(one.results) ? (one.results as unknown[]) : [],
  )
  const metrics = results.flatMap((one) =>
    isRecord(one) && Array.isArray(one.metrics) ? (one.metrics as unknown[]) : [],
  )
  return metrics
    .filter(isRecord)
    .flatMap(({ type, value }) =>
      typeof type === 'string' && (typeof value === 'number' || typeof value === 'string')
        ? [{ name: type.slice(0, MAX_TEXT), value: String(value).slice(0, MAX_TEXT) }]
        : [],
    )
    .slice(0, MAX_ITEMS)
}

/** Never throws: a card that cannot be read says nothing. */
export const readModelCard = (text: string): ModelCardFacts => {
  const card = text.length > MAX_CARD ? {} : frontMatter(text)
  const body = text.slice(0, MAX_CARD)
  const licence = texts(card.license_name ?? card.license)
  const [task] = [...texts(card.pipeline_tag), ...firstWord(tableRow(body, 'Task'))]
  return {
    licences: licence.length > 0 ? licence : firstWord(tableRow(body, 'Licen[cs]e')),
    datasets: texts(card.datasets),
    ancestors: texts(card.base_model),
    ...(task === undefined ? {} : { task }),
    metrics: resultsOf(card),
  }
}
