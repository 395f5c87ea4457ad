/** RabbitMQ (AMQP 0-9-1 and 1.0), a Splunk HEC receiver and rsyslog over TLS: killed, stopped, cut off, their disks full. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { declareQueues, takeMessages } from '@rampart/connectors/testing'
import { portsInARow } from '@rampart/kit/testing'
import { peer } from '../../../tools/peers/group.ts'
import { startFaultProxy } from './fault-proxy.ts'
import { type Arrival, type Fault, numberIn, type Receiver } from './receivers.ts'
import { mountSmallDisk, type SmallDisk } from './small-disk.ts'

const WAITS = { timeoutMs: 4_000 }

type Process = {
  readonly proxy: Awaited<ReturnType<typeof startFaultProxy>>
  readonly disk: SmallDisk
  /** Bytes left when its disk is full. */
  readonly leaveBytes: number
  start(): Promise<unknown>
  /** Started anew behind a full disk as well: what it held in memory it may have lost. */
  readonly restartsAfterFull?: boolean
}

const signal = ({ disk }: Process, name: NodeJS.Signals): void => {
  process.kill(Number(readFileSync(join(disk.folder, 'pid'), 'utf8').trim()), name)
}

const inflictOn = async (one: Process, fault: Fault): Promise<void> => {
  if (fault === 'kill') signal(one, 'SIGKILL')
  if (fault === 'hang') signal(one, 'SIGSTOP')
  if (fault === 'cut') one.proxy.cut()
  if (fault === 'full') one.disk.fill(one.leaveBytes)
}

const heal = async (one: Process, fault: Fault): Promise<void> => {
  if (fault === 'kill') await one.start()
  if (fault === 'hang') signal(one, 'SIGCONT')
  if (fault === 'cut') one.proxy.mend()
  if (fault !== 'full') return
  one.disk.empty()
  if (one.restartsAfterFull !== true) return
  signal(one, 'SIGKILL')
  await one.start()
}

const stop = async ({ proxy, disk }: Process, down: () => Promise<unknown>): Promise<void> => {
  await proxy.stop()
  await down().catch(() => undefined)
  disk.unmount()
}

const linesOf = (path: string): readonly string[] => readFileSync(path, 'utf8').split('\n')

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** One broker, two sinks: by AMQP 0-9-1 into the queue `one`, by AMQP 1.0 into the queue `two`. */
export const startRabbit = async (folder: string): Promise<readonly Receiver[]> => {
  const disk = mountSmallDisk(folder, 600)
  const port = await portsInARow(3)
  const start = () => peer('rabbitmq', 'up', folder, String(port))
  await peer('rabbitmq', 'install')
  await start()
  const direct = `amqp://127.0.0.1:${port}`
  await declareQueues(direct, ['one', 'two'])
  const proxy = await startFaultProxy(port)
  // The broker holds publishers up from 50 MB of free space downwards.
  const broker: Process = { proxy, disk, start, leaveBytes: 20_000_000 }
  const login = { url: `amqp://127.0.0.1:${proxy.port}`, username: 'guest', secretRef: 'guest', ...WAITS }
  const arrived = async (queue: string): Promise<Arrival[]> =>
    (await takeMessages(direct, queue)).map(({ id, text }) => ({ id, number: numberIn(text) }))
  return [
    {
      name: 'amqp-0-9-1',
      spec: { type: 'amqp', ...login, amqp: { routingKey: 'one' } },
      inflict: (fault) => inflictOn(broker, fault),
      heal: (fault) => heal(broker, fault),
      arrived: () => arrived('one'),
      stop: () => stop(broker, () => peer('rabbitmq', 'down', folder, String(port))),
    },
    {
      name: 'amqp-1-0',
      // So small that it fills up at every fault: then the event log keeps what has no room.
      spec: { type: 'amqp1', ...login, amqp: { address: '/queue/two' }, maxQueued: 200 },
      inflict: async () => undefined,
      heal: async () => undefined,
      arrived: () => arrived('two'),
      stop: async () => undefined,
    },
  ]
}

type OtlpLine = {
  readonly resourceLogs?: readonly {
    readonly scopeLogs: readonly {
      readonly logRecords: readonly {
        readonly body: unknown
        readonly attributes: readonly {
          readonly key: string
          readonly value: { readonly stringValue?: string }
        }[]
      }[]
    }[]
  }[]
}

/** A full disk cuts a line off, and the next one begins behind it. */
const otlpOf = (line: string): Arrival[] => {
  const whole = parsed(line.slice(Math.max(0, line.lastIndexOf('{"resourceLogs"')))) as OtlpLine | undefined
  return (whole?.resourceLogs ?? [])
    .flatMap(({ scopeLogs }) => scopeLogs)
    .flatMap(({ logRecords }) => logRecords)
    .map(({ body, attributes }) => ({
      id: attributes.find(({ key }) => key === 'event_id')?.value.stringValue ?? '',
      number: numberIn(JSON.stringify(body)),
    }))
}

export const startHecCollector = async (folder: string): Promise<Receiver> => {
  const disk = mountSmallDisk(folder, 400)
  const port = await portsInARow(1)
  const start = () => peer('hec', 'up', folder, String(port))
  await peer('hec', 'install')
  await start()
  const proxy = await startFaultProxy(port)
  const collector: Process = { proxy, disk, start, leaveBytes: 0 }
  return {
    name: 'hec',
    spec: { type: 'hec', url: `http://127.0.0.1:${proxy.port}`, secretRef: 'token', ...WAITS },
    inflict: (fault) => inflictOn(collector, fault),
    heal: (fault) => heal(collector, fault),
    arrived: async () => linesOf(join(folder, 'events.jsonl')).flatMap(otlpOf),
    stop: () => stop(collector, () => peer('hec', 'down', folder)),
  }
}

/** A killed server leaves its last line torn, and begins its next life on the same line. */
const syslogLine = (line: string): Arrival[] => {
  const whole = parsed(line.slice(Math.max(0, line.lastIndexOf('{"input":')))) as
    | { readonly data?: string; readonly message?: string }
    | undefined
  if (whole?.message === undefined) return []
  const id = /"eventid":\s*"([^"]+)"/i.exec(whole.data ?? '')?.[1] ?? ''
  return [{ id, number: numberIn(whole.message) }]
}

export const startRsyslog = async (folder: string): Promise<Receiver> => {
  const disk = mountSmallDisk(folder, 400)
  const port = await portsInARow(3)
  await peer('rsyslog', 'install')
  await peer('rsyslog', 'up', folder, String(port))
  const proxy = await startFaultProxy(port + 2)
  const start = () => peer('rsyslog', 'start', folder)
  const server: Process = { proxy, disk, start, leaveBytes: 0, restartsAfterFull: true }
  const pem = (name: string): string => readFileSync(join(folder, 'tls', name), 'utf8')
  return {
    name: 'rsyslog-tls',
    spec: {
      type: 'syslog',
      url: `tls://localhost:${proxy.port}`,
      tls: { ca: pem('ca.pem'), cert: pem('client.pem'), keySecretRef: 'client-key' },
      ...WAITS,
    },
    secrets: { 'client-key': pem('client.key') },
    inflict: (fault) => inflictOn(server, fault),
    heal: (fault) => heal(server, fault),
    arrived: async () => linesOf(join(folder, 'messages.jsonl')).flatMap(syslogLine),
    stop: () => stop(server, () => peer('rsyslog', 'down', folder)),
  }
}
