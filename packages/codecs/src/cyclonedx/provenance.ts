/** SLSA provenance (v1 and v0.2) in in-toto statements: what a bill of materials takes from it. */
import type { BomMaterial, BomProvenance } from './bom-facts.ts'

export const SLSA_PROVENANCE = 'https://slsa.dev/provenance/v1'
const OLD_SLSA_PROVENANCE = /^https:\/\/slsa\.dev\/provenance\/v0\.[12]$/
const MAX_MATERIALS = 1000
const MAX_TEXT = 2048

type Fields = Readonly<Record<string, unknown>>

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
const textOf = (value: unknown): string => (typeof value === 'string' ? value.slice(0, MAX_TEXT) : '')

const materialsOf = (value: unknown): readonly BomMaterial[] =>
  (Array.isArray(value) ? (value as unknown[]) : [])
    .slice(0, MAX_MATERIALS)
    .map(fieldsOf)
    .map(({ name, uri, digest }) => ({
      name: textOf(uri) || textOf(name) || 'unnamed',
      digests: Object.fromEntries(
        Object.entries(fieldsOf(digest)).filter(
          (entry): entry is [string, string] => typeof entry[1] === 'string',
        ),
      ),
    }))

/** Undefined when the predicate is not SLSA provenance. */
export const readProvenance = (
  predicateType: string,
  predicate: unknown,
): Omit<BomProvenance, 'tier'> | undefined => {
  const fields = fieldsOf(predicate)
  if (predicateType === SLSA_PROVENANCE) {
    const definition = fieldsOf(fields.buildDefinition)
    return {
      builder: textOf(fieldsOf(fieldsOf(fields.runDetails).builder).id),
      buildType: textOf(definition.buildType),
      materials: materialsOf(definition.resolvedDependencies),
    }
  }
  if (!OLD_SLSA_PROVENANCE.test(predicateType)) return undefined
  return {
    builder: textOf(fieldsOf(fields.builder).id),
    buildType: textOf(fields.buildType),
    materials: materialsOf(fields.materials),
  }
}
