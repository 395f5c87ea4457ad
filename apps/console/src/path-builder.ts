/** Every address inside the console, typed; pages and links use these and never write a path by hand. */
type Search = Readonly<Record<string, string | number | undefined>>

const enc = encodeURIComponent

/** Adds the parameters that are set; an empty value is left out so that addresses stay short and equal. */
export const withSearch = (path: string, search: Search = {}): string => {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== '') params.set(name, String(value))
  }
  const text = params.toString()
  return text === '' ? path : `${path}?${text}`
}

export const pb = {
  overview: () => '/',
  models: (search?: { q?: string; stage?: string }) => withSearch('/models', search),
  model: (name: string) => `/models/${enc(name)}`,
  version: (name: string, version: string) => `/models/${enc(name)}/versions/${enc(version)}`,
  compare: (name: string, search?: { from?: string; to?: string }) =>
    withSearch(`/models/${enc(name)}/compare`, search),
  lineage: (name: string, version: string) => `/models/${enc(name)}/versions/${enc(version)}/lineage`,
  upload: (search?: { name?: string }) => withSearch('/upload', search),
  registries: () => '/registries',
  registry: (name: string, search?: { state?: string }) => withSearch(`/registries/${enc(name)}`, search),
  evidence: (id: string) => `/evidence/${enc(id)}`,
  routes: () => '/routes',
  route: (name: string) => `/routes/${enc(name)}`,
  requests: (search?: { route?: string; principal?: string; record?: string }) =>
    withSearch('/requests', search),
  telemetry: () => '/telemetry',
  telemetryOf: (model: string, version: string, search?: { feature?: string }) =>
    withSearch(`/telemetry/${enc(model)}/${enc(version)}`, search),
  signals: (search?: { state?: string; severity?: string; entity?: string }) =>
    withSearch('/signals', search),
  signal: (id: string) => `/signals/${enc(id)}`,
  incidents: (search?: { q?: string; state?: string }) => withSearch('/incidents', search),
  incident: (id: string) => `/incidents/${enc(id)}`,
  response: (search?: { state?: string }) => withSearch('/response', search),
  containment: (id: string) => `/response/runs/${enc(id)}`,
  playbook: (name: string, search?: { run?: string }) =>
    withSearch(`/response/playbooks/${enc(name)}`, search),
  siem: (search?: { tab?: string }) => withSearch('/siem', search),
  sink: (name: string) => `/siem/sinks/${enc(name)}`,
  alertSource: (name: string) => `/siem/sources/${enc(name)}`,
  policies: () => '/policies',
  policy: (pack: string, search?: { tab?: string; file?: string }) =>
    withSearch(`/policies/${enc(pack)}`, search),
  decisions: (search?: { pack?: string; principal?: string; allow?: string; id?: string }) =>
    withSearch('/decisions', search),
  audit: () => '/audit',
  auditEntry: (index: number) => `/audit/${index}`,
  approvals: (search?: { view?: string }) => withSearch('/approvals', search),
  approval: (id: string) => `/approvals/${enc(id)}`,
  signers: () => '/signers',
  settings: (search?: { tab?: string }) => withSearch('/settings', search),
} as const

const versionPath = (id: string): string | undefined => {
  const at = id.indexOf(':')
  return at > 0 && at < id.length - 1 ? pb.version(id.slice(0, at), id.slice(at + 1)) : undefined
}

/** Where an entity reference leads; undefined when no page shows that kind. */
export const entityPath = (entity: { kind: string; id: string }): string | undefined => {
  switch (entity.kind) {
    case 'model':
      return pb.model(entity.id)
    case 'model-version':
      return versionPath(entity.id)
    case 'route':
      return pb.route(entity.id)
    case 'registry':
      return pb.registry(entity.id)
    case 'approval':
      return pb.approval(entity.id)
    case 'policy':
      return pb.policy(entity.id)
    case 'signal':
      return pb.signal(entity.id)
    case 'incident':
      return pb.incident(entity.id)
    case 'sink':
      return pb.sink(entity.id)
    case 'source':
      return pb.alertSource(entity.id)
    case 'containment':
      return pb.containment(entity.id)
    case 'playbook':
      return pb.playbook(entity.id)
    case 'api-key':
    case 'service-account':
      return pb.settings({ tab: entity.kind === 'api-key' ? 'keys' : 'accounts' })
    case 'audit-log':
      return pb.audit()
    case 'principal':
    case 'caller':
      return pb.decisions({ principal: entity.id })
    default:
      return undefined
  }
}
