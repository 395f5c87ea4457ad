/** `rampart sync REGISTRY`: walks a registry now, and tries again what was refused or postponed. */
import { setTimeout as delay } from 'node:timers/promises'
import type { AnswerTo } from '@rampart/client'
import type { Command } from 'commander'
import { cliErrors } from '../errors.ts'
import { printDocument } from '../output.ts'
import type { Run, Session } from '../session.ts'

type View = AnswerTo<'get', '/api/v1/registries/{name}'>

const LOOK_MS = 250
const DEFAULT_WAIT_MS = 600_000

const isDone = ({ status }: View, before: View): boolean =>
  status.state === 'paused' ||
  (status.state === 'failing' && status.lastError?.at !== before.status.lastError?.at) ||
  (status.state === 'ok' && status.lastSyncEndedAt !== before.status.lastSyncEndedAt)

/** Polls until a walk that began after the request has ended and nothing waits any more. */
const finished = async ({ client, io, timeoutMs }: Session, name: string, before: View): Promise<View> => {
  for (
    const end = io.now() + (timeoutMs ?? DEFAULT_WAIT_MS);
    ;
    await delay(LOOK_MS, undefined, { signal: io.signal })
  ) {
    const { data } = await client.request('get', '/api/v1/registries/{name}', {
      path: { name },
      signal: io.signal,
    })
    if (isDone(data, before)) return data
    if (io.now() > end)
      throw cliErrors.CLI_TIMEOUT(`registry/${name} is still syncing`, {
        help: `rampart get registries ${name}`,
      })
  }
}

const summary = ({ name, status }: View): string => {
  const { registered, pending, refused } = status.versions
  const cost = status.lastSync === undefined ? '' : `, ${status.lastSync.requests} requests`
  const error = status.lastError === undefined ? '' : `: ${status.lastError.message}`
  return `registry/${name} ${status.state}${error}: ${registered} registered, ${pending} pending, ${refused} refused${cost}\n`
}

const sync = async (session: Session, name: string, options: { readonly wait: boolean }): Promise<void> => {
  const { client, io, format } = session
  const input = { path: { name }, signal: io.signal }
  const before = (await client.request('get', '/api/v1/registries/{name}', input)).data
  const { data: asked } = await client.request('post', '/api/v1/registries/{name}/sync', input)
  const view = options.wait ? await finished(session, name, before) : asked
  if (format === 'json' || format === 'yaml') printDocument(io, view, format)
  else io.out(options.wait ? summary(view) : `registry/${name} sync asked for\n`)
  if (options.wait && view.status.state === 'failing')
    throw cliErrors.CLI_SYNC_FAILED(view.status.lastError?.message ?? 'the registry cannot be read')
}

export const addSync = (program: Command, run: Run): void => {
  program
    .command('sync')
    .description('walk a registry now and wait for it; what was refused or postponed is tried again')
    .argument('<registry>')
    .option('--no-wait', 'do not wait until it has ended')
    .action(run((session, name: string, options: { readonly wait: boolean }) => sync(session, name, options)))
}
