/** `WWW-Authenticate` (RFC 9110 section 11.6.1) as registries send it: Basic, or Bearer with a token service. */

export type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly parameters: ReadonlyMap<string, string> }

const MAX_HEADER = 4096
// One parameter: token = token or quoted-string; the alternation cannot overlap, so matching is linear.
const PARAMETER = /([A-Za-z_-]{1,64})=(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/g

/** The challenge to answer; Bearer is preferred when both are offered, undefined when neither is. */
export const readChallenge = (header: string | undefined): Challenge | undefined => {
  if (header === undefined || header.length > MAX_HEADER) return undefined
  const bearerAt = /(?:^|,)\s*bearer\s/i.exec(header)
  if (bearerAt === null) return /(?:^|,)\s*basic\b/i.test(header) ? { scheme: 'basic' } : undefined
  const parameters = new Map<string, string>()
  for (const [, name = '', quoted, plain] of header.slice(bearerAt.index).matchAll(PARAMETER)) {
    const key = name.toLowerCase()
    // The first one wins: a second Basic challenge behind it has its own realm.
    if (!parameters.has(key)) parameters.set(key, quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '')
  }
  const realm = parameters.get('realm')
  return realm === undefined || realm === '' ? undefined : { scheme: 'bearer', realm, parameters }
}
