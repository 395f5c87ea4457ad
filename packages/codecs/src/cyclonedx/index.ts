/** CycloneDX machine-learning bills of materials. */
export { bomMediaType, encodeBom } from './bom.ts'
export { bomCompleteness, type Completeness } from './bom-completeness.ts'
export { BOM_SPECS, type BomSpec } from './bom-document.ts'
export type * from './bom-facts.ts'
export { formatOfName, roleOfName } from './file-format.ts'
export { type ModelCardFacts, readModelCard } from './model-card.ts'
export { readProvenance, SLSA_PROVENANCE } from './provenance.ts'
export { type BomLineage, decodeBom } from './read-bom.ts'
