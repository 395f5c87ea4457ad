/** A sink as its owner writes it, and what can be checked without asking anybody. */
import {
  CEF_DICTIONARY,
  EXPORT_TYPES,
  type ExportType,
  PAYLOAD_FORMATS,
  type PayloadFormat,
} from '@rampart/codecs'
import { SEVERITIES } from '@rampart/domain'
import { SECRET_NAME_PATTERN } from '@rampart/kit'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { siemErrors } from './errors.ts'

const SINK_TYPES = ['syslog', 'amqp', 'amqp1', 'hec', 'webhook'] as const

const Secret = (description: string) => Type.String({ pattern: SECRET_NAME_PATTERN, description })
const Name = (maxLength = 256) => Type.String({ minLength: 1, maxLength })
const strict = { additionalProperties: false } as const

export const SinkSpecSchema = Type.Object(
  {
    type: Type.Enum([...SINK_TYPES]),
    url: Type.String({
      maxLength: 2048,
      description:
        'syslog: udp://, tcp:// or tls://HOST:PORT; amqp, amqp1: amqp:// or amqps://HOST:PORT[/VHOST]; hec, webhook: http:// or https://',
    }),
    format: Type.Optional(
      Type.Enum([...PAYLOAD_FORMATS], { description: 'Default: rfc5424 for syslog, json for others.' }),
    ),
    disabled: Type.Optional(Type.Boolean({ description: 'Records are queued, not sent.' })),
    secretRef: Type.Optional(Secret('HEC token, password of AMQP, or key of the webhook signature.')),
    username: Type.Optional(Name()),
    tls: Type.Optional(
      Type.Object(
        {
          ca: Type.Optional(Type.String({ maxLength: 65_536, description: 'PEM; default: the system.' })),
          cert: Type.Optional(
            Type.String({ maxLength: 65_536, description: 'PEM of the client certificate.' }),
          ),
          keySecretRef: Type.Optional(Secret('PEM of its private key.')),
          serverName: Type.Optional(Name(253)),
        },
        strict,
      ),
    ),
    filter: Type.Optional(
      Type.Object(
        {
          types: Type.Optional(
            Type.Array(Type.Enum([...EXPORT_TYPES]), {
              minItems: 1,
              description: 'Default: all but inference and sighting.',
            }),
          ),
          minSeverity: Type.Optional(Type.Enum([...SEVERITIES])),
          names: Type.Optional(
            Type.Array(Name(), { maxItems: 64, description: 'Detectors; * stands for any text.' }),
          ),
          entityKinds: Type.Optional(Type.Array(Name(64), { maxItems: 64 })),
          routine: Type.Optional(
            Type.Boolean({ description: 'Decisions that let somebody read, too. Default: false.' }),
          ),
        },
        strict,
      ),
    ),
    mapping: Type.Optional(
      Type.Record(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9]{0,31}$' }), Name(), {
        description: 'CEF key or LEEF attribute → path in the record, such as evidence.batch.',
      }),
    ),
    sample: Type.Optional(
      Type.Object(
        {
          inference: Type.Number({
            minimum: 0,
            maximum: 1,
            description:
              'Share of inference records where the policy names none (obligation export_rate). Default: 1.',
          }),
        },
        strict,
      ),
    ),
    baseUrl: Type.Optional(
      Type.String({
        pattern: '^https?://',
        maxLength: 512,
        description: 'Where people reach this server: links in records.',
      }),
    ),
    hostname: Type.Optional(Type.String({ maxLength: 255, description: 'Host name in syslog headers.' })),
    facility: Type.Optional(Type.Integer({ minimum: 0, maximum: 23 })),
    amqp: Type.Optional(
      Type.Object(
        {
          exchange: Type.Optional(Type.String({ maxLength: 255 })),
          routingKey: Type.Optional(Name(255)),
          address: Type.Optional(Name(512)),
        },
        strict,
      ),
    ),
    hec: Type.Optional(
      Type.Object(
        {
          index: Type.Optional(Name()),
          source: Type.Optional(Name()),
          sourceType: Type.Optional(Name()),
          acknowledge: Type.Optional(Type.Boolean()),
        },
        strict,
      ),
    ),
    maxQueued: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10_000_000,
        description: 'Records in the queue; default 1,000,000.',
      }),
    ),
    timeoutMs: Type.Optional(Type.Integer({ minimum: 100, maximum: 300_000 })),
  },
  strict,
)

export type SinkSpec = Static<typeof SinkSpecSchema>

const PROTOCOLS: Readonly<Record<SinkSpec['type'], readonly string[]>> = {
  syslog: ['udp:', 'tcp:', 'tls:'],
  amqp: ['amqp:', 'amqps:'],
  amqp1: ['amqp:', 'amqps:'],
  hec: ['http:', 'https:'],
  webhook: ['http:', 'https:'],
}

export const formatOf = ({ type, format }: SinkSpec): PayloadFormat =>
  format ?? (type === 'syslog' ? 'rfc5424' : 'json')

const DEFAULT_TYPES: readonly ExportType[] = [
  'signal',
  'incident',
  'decision',
  'containment',
  'audit-checkpoint',
]

export const typesOf = ({ filter }: SinkSpec): readonly ExportType[] => filter?.types ?? DEFAULT_TYPES

const faultOf = (spec: SinkSpec): string | undefined => {
  const protocol = URL.canParse(spec.url) ? new URL(spec.url).protocol : ''
  if (!PROTOCOLS[spec.type].includes(protocol))
    return `url: a sink of type ${spec.type} begins with ${PROTOCOLS[spec.type].map((one) => `${one}//`).join(' or ')}`
  if ((spec.tls?.cert === undefined) !== (spec.tls?.keySecretRef === undefined))
    return 'tls: cert and keySecretRef go together'
  if (spec.type === 'amqp' && spec.amqp?.routingKey === undefined) return 'amqp.routingKey is missing'
  if (spec.type === 'amqp1' && spec.amqp?.address === undefined) return 'amqp.address is missing'
  if ((spec.type === 'hec' || spec.type === 'webhook') && spec.secretRef === undefined)
    return 'secretRef is missing'
  if ((spec.username === undefined) !== (spec.secretRef === undefined) && spec.type.startsWith('amqp'))
    return 'username and secretRef go together'
  const format = formatOf(spec)
  if (spec.mapping !== undefined && !/^(?:cef|leef)/.test(format)) return 'mapping goes with CEF and LEEF'
  const stranger = format.startsWith('cef')
    ? Object.keys(spec.mapping ?? {}).find((key) => !CEF_DICTIONARY.has(key))
    : undefined
  return stranger === undefined ? undefined : `mapping: CEF has no key ${stranger}`
}

/** Throws SIEM_SINK_INVALID with the first fault. */
export const checkSinkSpec = (spec: SinkSpec): void => {
  const [first] = Value.Errors(SinkSpecSchema, spec)
  if (first !== undefined)
    throw siemErrors.SIEM_SINK_INVALID(`spec${first.instancePath.replaceAll('/', '.')}: ${first.message}`)
  const fault = faultOf(spec)
  if (fault !== undefined) throw siemErrors.SIEM_SINK_INVALID(`spec.${fault}`)
}
