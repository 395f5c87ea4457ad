/** A walk over models and their versions that resumes anywhere, and one version, as the Registry port wants them. */
import { createHash } from 'node:crypto'
import type { Registry, RegistryCall, RegistryVersion } from '@rampart/domain'
import { outboundErrors } from '../outbound/index.ts'
import type { AzureVersion, ModelCatalog, Page } from './catalog.ts'
import { azuremlErrors } from './errors.ts'

/** A page of models, the model in it, and a page of its versions; `pages` bounds a listing without end. */
type Cursor = {
  readonly pages: number
  readonly models?: string
  readonly model?: string
  readonly versions?: string
}

const MAX_PAGES = 100_000

const formatCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url')

const parseCursor = (text: string | undefined): Cursor => {
  if (text === undefined) return { pages: 0 }
  try {
    const value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Record<string, unknown>
    const texts = Object.entries(value).filter(([, one]) => typeof one === 'string')
    return { ...Object.fromEntries(texts), pages: Number(value['pages']) || 0 }
  } catch (cause) {
    throw azuremlErrors.AZUREML_ANSWER_INVALID('a cursor is not one that this registry gave out', { cause })
  }
}

const revisionOf = (found: AzureVersion): string =>
  createHash('sha256').update(JSON.stringify(found)).digest('hex').slice(0, 32)

const toRegistryVersion = (model: string, found: AzureVersion): RegistryVersion => {
  const { version, modelUri, tags, description, stage, createdBy, createdAt } = found
  return {
    model,
    version,
    source: modelUri,
    revision: revisionOf(found),
    aliases: [],
    tags,
    ...(description === undefined ? {} : { description }),
    ...(stage === undefined ? {} : { stage }),
    ...(createdBy === undefined ? {} : { createdBy }),
    ...(createdAt === undefined ? {} : { createdAt }),
  }
}

export const createVersions = (catalog: ModelCatalog): Pick<Registry, 'list' | 'version' | 'aliases'> => {
  // Kept between the steps of a walk, so that a page of models is asked for once.
  let current: { readonly key: string | undefined; readonly page: Page<string> } | undefined

  const modelsAt = async (cursor: Cursor, call: RegistryCall): Promise<Page<string>> => {
    if (current === undefined || current.key !== cursor.models || cursor.model === undefined) {
      const { items, ...rest } = await catalog.models(cursor.models, call)
      current = { key: cursor.models, page: { ...rest, items: [...new Set(items)].toSorted() } }
    }
    return current.page
  }

  const following = (cursor: Cursor, models: Page<string>, model: string, versions: string | undefined) => {
    const pages = cursor.pages + 1
    const same = cursor.models === undefined ? {} : { models: cursor.models }
    if (versions !== undefined) return { pages, ...same, model, versions }
    const next = models.items.find((one) => one > model)
    if (next !== undefined) return { pages, ...same, model: next }
    return models.next === undefined ? undefined : { pages, models: models.next }
  }

  return {
    list: async (text, call) => {
      const cursor = parseCursor(text)
      if (cursor.pages > MAX_PAGES) throw azuremlErrors.AZUREML_ANSWER_INVALID('the listing has no end')
      const models = await modelsAt(cursor, call)
      const model = models.items.find((one) => cursor.model === undefined || one >= cursor.model)
      if (model === undefined) {
        const end =
          models.next === undefined
            ? {}
            : { next: formatCursor({ pages: cursor.pages + 1, models: models.next }) }
        return { versions: [], ...end }
      }
      const page = await catalog.versions(model, model === cursor.model ? cursor.versions : undefined, call)
      const next = following(cursor, models, model, page.next)
      const versions = page.items.map((one) => toRegistryVersion(model, one))
      return next === undefined ? { versions } : { versions, next: formatCursor(next) }
    },
    version: async (model, version, call) => {
      const found = await catalog.version(model, version, call)
      return found === undefined ? undefined : toRegistryVersion(model, found)
    },
    aliases: async (_model, { signal }) => {
      if (signal.aborted) throw outboundErrors.OUTBOUND_DEADLINE('there was no time left')
      return {}
    },
  }
}
