/** A sink's connector, with its secrets resolved. */
import { createAmqp10, createAmqp091 } from '@rampart/connectors/amqp'
import type { AddressRules } from '@rampart/connectors/outbound'
import type { SinkTarget, SinkTransport } from '@rampart/connectors/sink'
import { createHec } from '@rampart/connectors/splunk-hec'
import { createSyslogDatagrams, createSyslogStream } from '@rampart/connectors/syslog'
import { createWebhook } from '@rampart/connectors/webhook'
import type { Clock, Secrets } from '@rampart/kit'
import type { SinkSpec } from './sink-spec.ts'
import type { Sink } from './store.ts'

export type OpenTransport = (sink: Pick<Sink, 'spec' | 'channel'>) => Promise<SinkTransport>

const optional = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } =>
  (value === undefined ? {} : { [key]: value }) as { [P in K]?: V }

const targetOf = async (
  spec: SinkSpec,
  deps: { readonly addresses: AddressRules; readonly secrets: Secrets },
): Promise<SinkTarget> => {
  const { tls } = spec
  const key = tls?.keySecretRef === undefined ? undefined : await deps.secrets.resolve(tls.keySecretRef)
  return {
    url: spec.url,
    addresses: deps.addresses,
    ...optional('timeoutMs', spec.timeoutMs),
    ...(tls === undefined
      ? {}
      : {
          tls: {
            ...optional('ca', tls.ca),
            ...optional('cert', tls.cert),
            ...optional('key', key),
            ...optional('serverName', tls.serverName),
          },
        }),
  }
}

export const createOpenTransport =
  (deps: {
    readonly addresses: AddressRules
    readonly secrets: Secrets
    readonly clock: Clock
  }): OpenTransport =>
  async ({ spec, channel }) => {
    const target = await targetOf(spec, deps)
    const secret = spec.secretRef === undefined ? '' : await deps.secrets.resolve(spec.secretRef)
    const login = spec.username === undefined ? {} : { username: spec.username, password: secret }
    switch (spec.type) {
      case 'syslog':
        return spec.url.startsWith('udp:') ? createSyslogDatagrams(target) : createSyslogStream(target)
      case 'amqp':
        return createAmqp091({
          ...target,
          ...login,
          ...optional('exchange', spec.amqp?.exchange),
          routingKey: spec.amqp?.routingKey ?? '',
        })
      case 'amqp1':
        return createAmqp10({ ...target, ...login, address: spec.amqp?.address ?? '' })
      case 'hec':
        return createHec({
          ...target,
          ...spec.hec,
          token: secret,
          channel,
          ...optional('host', spec.hostname),
        })
      case 'webhook':
        return createWebhook({ ...target, secret, now: deps.clock.now })
    }
  }
