/** `rampart events [-w]`: what happened, in order; -w follows and resumes after a lost connection. */
import { setTimeout as wait } from 'node:timers/promises'
import { ApiError, type ServerSentEvent } from '@rampart/client'
import type { Command } from 'commander'
import { printable } from '../io.ts'
import type { Resource } from '../kinds.ts'
import { kindOf } from '../kinds.ts'
import { printResources } from '../output.ts'
import type { Run, Session } from '../session.ts'
import { countOf } from './arguments.ts'

const PATH = '/api/v1/events'
const RECONNECT_MS = 1000
const PAGE = 500

type Options = {
  readonly watch: boolean
  readonly limit: number
  readonly types?: string
  readonly after?: string
}
type Page = { readonly items: readonly Resource[]; readonly cursor: string }

const oneLine = (event: Resource): string =>
  [event.time, event.type, event.subject, event.principal]
    .map((part) => printable(String(part ?? '-')))
    .join('  ')

const printEvent = ({ io, format }: Session, event: Resource): void =>
  io.out(`${format === 'json' || format === 'yaml' ? JSON.stringify(event) : oneLine(event)}\n`)

/** Stream frames that are not events of the log: the greeting and the heartbeat. */
const isControl = (frame: ServerSentEvent): boolean => frame.event === 'ready' || frame.event === 'heartbeat'

/** Follows until Ctrl-C. A refusal (4xx) ends it; a lost connection is taken up again after the last event seen. */
const follow = async (session: Session, options: Options): Promise<void> => {
  const { client, io } = session
  let last = options.after
  while (!io.signal.aborted) {
    try {
      const resume = last === undefined ? {} : { lastEventId: last }
      for await (const frame of client.events(PATH, {
        ...resume,
        query: { types: options.types },
        signal: io.signal,
      })) {
        last = frame.id || last
        if (!isControl(frame)) printEvent(session, JSON.parse(frame.data) as Resource)
      }
    } catch (error) {
      if (io.signal.aborted || !(error instanceof ApiError) || (error.status >= 400 && error.status < 500))
        throw error
      session.say(`${error.message}; trying again`)
    }
    await wait(RECONNECT_MS, undefined, { signal: io.signal })
  }
}

/** The newest `limit` events: the log is read forward, so older pages are dropped on the way. */
const list = async ({ client, io, format }: Session, options: Options): Promise<void> => {
  let items: Resource[] = []
  let after = options.after
  for (;;) {
    const { data } = await client.call<Page>('GET', PATH, {
      query: { after, types: options.types, limit: PAGE },
      signal: io.signal,
    })
    items = [...items, ...data.items].slice(-options.limit)
    if (data.items.length < PAGE || data.cursor === after) break
    after = data.cursor
  }
  printResources(io, kindOf('events'), items, format)
}

export const addEvents = (program: Command, run: Run): void => {
  program
    .command('events')
    .description('show what happened; -w follows')
    .option('-w, --watch', 'follow until Ctrl-C', false)
    .option('--limit <n>', 'the newest n', countOf, 50)
    .option('--types <list>', 'only these event types, comma separated')
    .option('--after <cursor>', 'start after this cursor')
    .action(
      run((session, options: Options) => (options.watch ? follow(session, options) : list(session, options))),
    )
}
