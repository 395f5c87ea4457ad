/** `rampart retract|revert|kill-switch`: take bytes out of everything, undo a containment, stop what is automatic. */
import type { AnswerTo } from '@rampart/client'
import { type Command, InvalidArgumentError } from 'commander'
import { cliErrors } from '../errors.ts'
import { printDocument } from '../output.ts'
import type { Run, Session } from '../session.ts'

type Answer = AnswerTo<'post', '/api/v1/models/{name}/versions/{version}/retraction'>
type RunView = Answer['run']

const isDocument = ({ format }: Session): boolean => format === 'json' || format === 'yaml'

const lineOf = ({ action, state, durationMs, detail }: RunView['steps'][number]): string =>
  `  ${state.padEnd(10)} ${action.padEnd(26)} ${durationMs === undefined ? '' : `${durationMs} ms`.padStart(8)}  ${detail ?? ''}\n`

const describe = ({ run, durationMs, sameBytes, descendants }: Answer): string =>
  [
    ...run.steps.map(lineOf),
    `  ${durationMs} ms in all; undo it with: rampart revert ${run.id}\n`,
    ...(sameBytes.length === 0 ? [] : [`  the same bytes, denied too: ${sameBytes.join(', ')}\n`]),
    ...(descendants.length === 0 ? [] : [`  made from it: ${descendants.join(', ')}\n`]),
  ].join('')

const unproven = ({ id, state, steps }: RunView): Error => {
  const bad = steps.filter((step) => step.state !== 'probed').map(({ action }) => action)
  return cliErrors.CLI_NOT_PROVEN(
    state === 'contained' ? 'the run is not over' : `not proven: ${bad.join(', ') || state}`,
    { help: `rampart get run ${id} -o json; try again with: rampart resume ${id}` },
  )
}

const retract = async (
  session: Session,
  name: string,
  { reason }: { readonly reason: string },
): Promise<void> => {
  const { modelVersionRef } = await import('../references.ts')
  const { data } = await session.client.request(
    'post',
    '/api/v1/models/{name}/versions/{version}/retraction',
    { path: modelVersionRef(name), body: { reason }, signal: session.io.signal },
  )
  if (isDocument(session)) printDocument(session.io, data, session.format as 'json')
  else if (session.format === 'name') session.io.out(`model/${name}\n`)
  else
    session.io.out(`model/${name} ${data.proven ? 'retracted' : 'not wholly retracted'}\n${describe(data)}`)
  if (!data.proven) throw unproven(data.run)
}

const DONE: Readonly<Record<'revert' | 'resume', string>> = { revert: 'reverted', resume: 'contained' }

const command = async (
  session: Session,
  verb: 'revert' | 'resume',
  name: string,
  { reason }: { readonly reason: string },
): Promise<void> => {
  // As `get -o name` writes it.
  const id = name.replace(/^(?:containment|run)\//, '')
  const { data } = await session.client.request('post', `/api/v1/response/runs/{id}/${verb}`, {
    path: { id },
    body: { reason },
    signal: session.io.signal,
  })
  if (isDocument(session)) printDocument(session.io, data, session.format as 'json')
  else session.io.out(`containment/${id} ${data.state}\n${data.steps.map(lineOf).join('')}`)
  if (data.state !== DONE[verb]) throw unproven(data)
}

const onOff = (word: string): boolean => {
  if (word !== 'on' && word !== 'off') throw new InvalidArgumentError('on or off')
  return word === 'on'
}

const killSwitch = async (
  session: Session,
  on: boolean | undefined,
  { reason }: { readonly reason: string },
): Promise<void> => {
  const { client, io } = session
  const { data } =
    on === undefined
      ? await client.request('get', '/api/v1/response/kill-switch', { signal: io.signal })
      : await client.request('put', '/api/v1/response/kill-switch', {
          body: { on, reason },
          signal: io.signal,
        })
  if (isDocument(session)) printDocument(io, data, session.format as 'json')
  else io.out(`kill switch ${data.on ? `on: ${data.reason} (${data.by})` : 'off'}\n`)
}

export const addResponse = (program: Command, run: Run): void => {
  const reason = '--reason <text>'
  const kept = 'why; kept in the history and the audit log'
  program
    .command('retract')
    .description('take a version’s bytes out of every route, cache and registry alias, and prove it')
    .argument('<name:version>')
    .option(reason, kept, 'retract from the command line')
    .action(run(retract))
  for (const [verb, what] of [
    ['revert', 'undo a containment or a retraction, last step first'],
    ['resume', 'go on with a halted run, or try again what is not proven'],
  ] as const)
    program
      .command(verb)
      .description(what)
      .argument('<containment>', 'its id, from rampart get containments')
      .option(reason, kept, `${verb} from the command line`)
      .action(
        run((session, id: string, options: { readonly reason: string }) =>
          command(session, verb, id, options),
        ),
      )
  program
    .command('kill-switch')
    .description('show it, or set it: while it is on nothing new is dispatched; reverts go on')
    .argument('[on|off]', 'on or off', onOff)
    .option(reason, kept, 'kill switch from the command line')
    .action(run(killSwitch))
}
