/**
 * What a CycloneDX bill of materials (ECMA-424, 1.5 to 1.7) says about where a model comes from: its datasets, its
 * ancestors and its code. All of it is a claim of whoever wrote the document. Bounded; throws CODECS_BOM_INVALID.
 */
import { codecErrors } from '../errors.ts'

export type BomLineage = {
  readonly name: string
  readonly version?: string
  /** SHA-256 of the model as `sha256:` and 64 hex digits, when the document states it. */
  readonly digest?: string
  readonly datasets: readonly { readonly name: string; readonly digest?: string; readonly url?: string }[]
  readonly ancestors: readonly {
    readonly name: string
    readonly version?: string
    readonly digest?: string
  }[]
  readonly code: readonly { readonly repository: string; readonly revision: string }[]
}

type Fields = Readonly<Record<string, unknown>>

const MAX_COMPONENTS = 10_000
const MAX_DEPTH = 16
const MAX_LIST = 1000
const MAX_TEXT = 1024
const SPECS = ['1.5', '1.6', '1.7']

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {})
const listOf = (value: unknown): readonly Fields[] =>
  (Array.isArray(value) ? (value as unknown[]) : []).slice(0, MAX_LIST).filter(isFields)
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, MAX_TEXT) : undefined
const present = <K extends string, T>(key: K, value: T | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: T }

const sha256Of = (component: Fields): string | undefined => {
  for (const { alg, content } of listOf(component.hashes))
    if (alg === 'SHA-256' && typeof content === 'string' && /^[0-9a-f]{64}$/i.test(content))
      return `sha256:${content.toLowerCase()}`
  return undefined
}

/** Components with those inside of them, the document's subject first. */
const componentsOf = (document: Fields): readonly Fields[] => {
  const found: Fields[] = []
  const visit = (list: readonly Fields[], depth: number): void => {
    for (const component of list) {
      if (found.length >= MAX_COMPONENTS) return
      found.push(component)
      if (depth < MAX_DEPTH) visit(listOf(component.components), depth + 1)
    }
  }
  visit(
    [
      fieldsOf(document.metadata).component,
      ...(Array.isArray(document.components) ? (document.components as unknown[]) : []),
    ]
      .filter(isFields)
      .slice(0, MAX_COMPONENTS),
    0,
  )
  return found
}

const urlOf = (component: Fields): string | undefined => {
  for (const { contents } of listOf(component.data)) {
    const url = textOf(fieldsOf(contents).url)
    if (url !== undefined) return url
  }
  return undefined
}

const datasetOf = (component: Fields): BomLineage['datasets'][number] | undefined => {
  const name = textOf(component.name) ?? textOf(listOf(component.data)[0]?.name)
  if (name === undefined) return undefined
  return { name, ...present('digest', sha256Of(component)), ...present('url', urlOf(component)) }
}

/** Datasets by reference to a component, or written in place (modelParameters.datasets allows both). */
const datasetsOf = (model: Fields, components: readonly Fields[]): BomLineage['datasets'] => {
  const byRef = new Map(components.map((component) => [component['bom-ref'], component]))
  const named = listOf(fieldsOf(fieldsOf(model.modelCard).modelParameters).datasets)
  // A document without such a list may still carry data among its components.
  const entries =
    named.length > 0 ? named : components.filter(({ type }) => type === 'data').slice(0, MAX_LIST)
  return entries.flatMap((entry) => {
    const referenced = typeof entry.ref === 'string' ? byRef.get(entry.ref) : undefined
    const url = textOf(fieldsOf(entry.contents).url)
    const dataset = datasetOf(referenced ?? entry)
    if (dataset === undefined) return []
    return [dataset.url === undefined && url !== undefined ? { ...dataset, url } : dataset]
  })
}

const ancestorsOf = (model: Fields): BomLineage['ancestors'] =>
  listOf(fieldsOf(model.pedigree).ancestors).flatMap((ancestor) => {
    const name = textOf(ancestor.name)
    if (name === undefined) return []
    return [
      { name, ...present('version', textOf(ancestor.version)), ...present('digest', sha256Of(ancestor)) },
    ]
  })

/** Commits of the pedigree (`uid`, `url`). */
const codeOf = (model: Fields): BomLineage['code'] => {
  const repository = listOf(model.externalReferences).find(({ type }) => type === 'vcs')?.url
  return listOf(fieldsOf(model.pedigree).commits).flatMap(({ uid, url }) => {
    const revision = textOf(uid)
    const where = textOf(repository) ?? textOf(url)
    return revision === undefined || where === undefined ? [] : [{ repository: where, revision }]
  })
}

export const decodeBom = (document: unknown): BomLineage => {
  const fields = fieldsOf(document)
  if (fields.bomFormat !== 'CycloneDX' || !SPECS.includes(String(fields.specVersion)))
    throw codecErrors.CODECS_BOM_INVALID(`not a CycloneDX document of version ${SPECS.join(', ')}`)
  const components = componentsOf(fields)
  const models = components.filter(({ type }) => type === 'machine-learning-model')
  const [model] = models
  const name = textOf(model?.name)
  if (model === undefined || name === undefined)
    throw codecErrors.CODECS_BOM_INVALID('no component of type machine-learning-model')
  return {
    name,
    ...present('version', textOf(model.version)),
    ...present('digest', sha256Of(model)),
    datasets: datasetsOf(model, components),
    ancestors: ancestorsOf(model),
    code: codeOf(model),
  }
}
