/** A source of alerts as its owner writes it. */
import { isIP } from 'node:net'
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
          clientCa: Type.Optional(
            Pem(
              'PEM; when given, senders must have a certificate of it. Needed outside of development mode.',
            ),
          ),
          clientNames: Type.Optional(
            Type.Array(Type.String({ minLength: 1, maxLength: 255 }), {
              minItems: 1,
              maxItems: 256,
              description: 'Senders’ certificates must have one as common name or DNS name.',
            }),
          ),
        },
        strict,
      ),
    ),
    allowFrom: Type.Optional(
      Type.Array(Type.String({ maxLength: 64 }), {
        minItems: 1,
        maxItems: 256,
        description:
          'Networks (192.0.2.0/24) that may send to the listener. Needed for udp:// and tcp:// outside of development mode.',
      }),
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

export type Network = {
  readonly address: string
  readonly prefix: number
  readonly family: 'ipv4' | 'ipv6'
}

/** `192.0.2.0/24`, or one address; what is none has a prefix that is not a number. */
export const readNetwork = (text: string): Network => {
  const [address = '', prefix, ...rest] = text.split('/')
  const most = isIP(address) === 6 ? 128 : 32
  const isFine = rest.length === 0 && isIP(address) !== 0 && !address.includes('%')
  const bits = prefix === undefined ? most : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN
  return {
    address,
    prefix: isFine && bits <= most ? bits : Number.NaN,
    family: most === 128 ? 'ipv6' : 'ipv4',
  }
}

const isNetwork = (text: string): boolean => !Number.isNaN(readNetwork(text).prefix)

const faultOf = (spec: SourceSpec, loopbackOnly: boolean): string | undefined => {
  if (spec.file !== undefined && spec.listen !== undefined) return 'file and listen exclude each other'
  if (spec.file !== undefined && !spec.file.startsWith('/')) return 'file must be an absolute path'
  if (spec.listen === undefined && spec.allowFrom !== undefined) return 'allowFrom goes with listen'
  if (spec.listen === undefined) return spec.tls === undefined ? undefined : 'tls goes with listen: tls://'
  const url = URL.canParse(spec.listen) ? new URL(spec.listen) : undefined
  if (url === undefined || !LISTEN.includes(url.protocol) || url.port === '')
    return 'listen must be udp://, tcp:// or tls://HOST:PORT'
  if ((url.protocol === 'tls:') !== (spec.tls !== undefined)) return 'tls goes with listen: tls://'
  if (loopbackOnly && !LOOPBACK.test(url.hostname))
    return 'listen must be a loopback address in development mode'
  const { tls, allowFrom } = spec
  if (tls?.clientNames !== undefined && tls.clientCa === undefined)
    return 'tls.clientNames needs tls.clientCa'
  const odd = allowFrom?.find((one) => !isNetwork(one))
  if (odd !== undefined) return `allowFrom: ${odd} is no network such as 192.0.2.0/24`
  return loopbackOnly ? undefined : openFault(spec, url.protocol)
}

/** Outside of development senders are known: by a certificate, or, where the protocol has none, by their network. */
const openFault = ({ tls, allowFrom }: SourceSpec, protocol: string): string | undefined => {
  if (protocol === 'tls:')
    return tls?.clientCa === undefined ? 'tls.clientCa is needed: senders must have a certificate' : undefined
  if (allowFrom === undefined) return `allowFrom is needed with ${protocol}//: nothing else tells who sends`
  const all = allowFrom.find((one) => readNetwork(one).prefix === 0)
  return all === undefined ? undefined : `allowFrom: ${all} is everybody`
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
