/** SPIFFE-shaped names of components: `spiffe://rampart/<tenant>/component/<id>` (SPIFFE-ID section 2). */
export type ComponentIdentity = { readonly tenant: string; readonly id: string }

/** Lower-case labels only: such a name reaches log lines, paths and policies unescaped. */
export const COMPONENT_NAME_PATTERN = '^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$'

const NAME = new RegExp(COMPONENT_NAME_PATTERN)
const PREFIX = 'spiffe://rampart/'

export const isComponentName = (value: string): boolean => NAME.test(value)

export const formatComponentUri = ({ tenant, id }: ComponentIdentity): string =>
  `${PREFIX}${tenant}/component/${id}`

/** Reads the URI form; undefined unless it is exactly one of ours. */
export const parseComponentUri = (uri: string): ComponentIdentity | undefined => {
  if (!uri.startsWith(PREFIX)) return undefined
  const [tenant = '', kind, id = '', ...rest] = uri.slice(PREFIX.length).split('/')
  if (kind !== 'component' || rest.length > 0 || !isComponentName(tenant) || !isComponentName(id))
    return undefined
  return { tenant, id }
}
