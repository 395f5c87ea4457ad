/** What a signal, decision or audit entry is about. Ids of model versions are written `NAME:VERSION`. */
export type EntityKind =
  | 'model'
  | 'model-version'
  | 'artifact'
  | 'route'
  | 'backend'
  | 'policy'
  | 'signer'
  | 'signal'
  | 'api-key'
  | 'service-account'
  | 'principal'
  | 'caller'
  | 'inference-log'
  | 'audit-log'
  | 'gateway'
  | 'registry'
  | 'approval'
  | 'run'
  | 'incident'
  | 'containment'
  | 'playbook'
  | 'sink'
  | 'source'
  | 'host'
  | 'notebook'
  | 'dataset'
  | 'system'

export type EntityRef = { readonly kind: EntityKind; readonly id: string }

export const entity = (kind: EntityKind, id: string): EntityRef => ({ kind, id })
