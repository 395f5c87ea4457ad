/** A source of alerts as its owner writes it. */
import { SEVERITIES } from '@rampart/domain'
import { SECRET_NAME_PATTERN } from '@rampart/kit'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { siemErrors } from './errors.ts'

const strict = { additionalProperties: false } as const
const Pem = (description: string) => Type.String({ maxLength: 65_536, description })

export const SourceSpecSchema = Type.Object(
  {
    format: Type.Enum(['eve', 'cef', 'leef'], { description: 'Of each line or message.' }),
    file: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 4096,
        description: 'Absolute path that is followed, through rotations.',
      }),
    ),
    listen: Type.Optional(
      Type.String({
        maxLength: 256,
        description: 'udp://, tcp:// or tls://HOST:PORT on which syslog is taken.',
      }),
    ),
    tls: Type.Optional(
      Type.Object(
        {
          cert: Pem('PEM of the listener’s certificate.'),
          keySecretRef: Type.String({ pattern: SECRET_NAME_PATTERN }),
          clientCa: Type.Optional(Pem('PEM; when given, senders must have a certificate of it.')),
        },
        strict,
      ),
    ),
    signalFrom: Type.Optional(
      Type.Enum([...SEVERITIES], {
        description: 'CEF and LEEF events below this are sightings; default medium.',
      }),
    ),
    ratePerSecond: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100_000, description: 'Lines; default 500.' }),
    ),
    disabled: Type.Optional(Type.Boolean()),
  },
  strict,
)

export type SourceSpec = Static<typeof SourceSpecSchema>

const LISTEN = ['udp:', 'tcp:', 'tls:']
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])$/

const faultOf = (spec: SourceSpec, loopbackOnly: boolean): string | undefined => {
  if (spec.file !== undefined && spec.listen !== undefined) return 'file and listen exclude each other'
  if (spec.file !== undefined && !spec.file.startsWith('/')) return 'file must be an absolute path'
  if (spec.listen === undefined) return spec.tls === undefined ? undefined : 'tls goes with listen: tls://'
  const url = URL.canParse(spec.listen) ? new URL(spec.listen) : undefined
  if (url === undefined || !LISTEN.includes(url.protocol) || url.port === '')
    return 'listen must be udp://, tcp:// or tls://HOST:PORT'
  if ((url.protocol === 'tls:') !== (spec.tls !== undefined)) return 'tls goes with listen: tls://'
  if (loopbackOnly && !LOOPBACK.test(url.hostname))
    return 'listen must be a loopback address in development mode'
  return undefined
}

/** Throws SIEM_SOURCE_INVALID with the first fault. */
export const checkSourceSpec = (
  spec: SourceSpec,
  { loopbackOnly }: { readonly loopbackOnly: boolean },
): void => {
  const [first] = Value.Errors(SourceSpecSchema, spec)
  if (first !== undefined)
    throw siemErrors.SIEM_SOURCE_INVALID(`spec${first.instancePath.replaceAll('/', '.')}: ${first.message}`)
  const fault = faultOf(spec, loopbackOnly)
  if (fault !== undefined) throw siemErrors.SIEM_SOURCE_INVALID(`spec.${fault}`)
}
