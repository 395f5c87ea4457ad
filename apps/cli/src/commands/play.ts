/** `rampart play PLAYBOOK`: runs a CACAO playbook and follows it; `rampart play answer` ends a step that waits for a person. */
import type { AnswerTo } from '@rampart/client'
import type { Command } from 'commander'
import { cliErrors } from '../errors.ts'
import { printDocument } from '../output.ts'
import type { Run, Session } from '../session.ts'

type PlaybookRun = AnswerTo<'get', '/api/v1/playbook-runs/{id}'>

const LOOK_MS = 500

type PlayOptions = {
  readonly reason: string
  readonly subject: string
  readonly var: readonly string[]
  readonly incident?: string
  readonly wait: boolean
}

const variablesOf = (pairs: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) throw cliErrors.CLI_USAGE(`--var ${pair}: write NAME=VALUE`)
      const name = pair.slice(0, at)
      return [/^__.*__$/.test(name) ? name : `__${name}__`, pair.slice(at + 1)]
    }),
  )

const subjectOf = (text: string): { kind: string; id: string } => {
  const at = text.indexOf('/')
  if (at < 1 || at === text.length - 1) throw cliErrors.CLI_USAGE('--subject is KIND/ID')
  return { kind: text.slice(0, at), id: text.slice(at + 1) }
}

const lineOf = ({ state, name, kind, why, run }: PlaybookRun['steps'][number]): string =>
  `  ${state.padEnd(10)} ${name}${kind === 'action' ? '' : ` (${kind})`}${run === undefined ? '' : `  ${run}`}${why === undefined ? '' : `  ${why}`}\n`

const show = (session: Session, run: PlaybookRun): void => {
  if (session.format === 'json' || session.format === 'yaml') printDocument(session.io, run, session.format)
  else if (session.format === 'name') session.io.out(`playbook-run/${run.id}\n`)
  else session.io.out(`playbook-run/${run.id} ${run.phase}\n${run.steps.map(lineOf).join('')}`)
}

/** A run that waits for a person is not waited for: it may take days. */
const isOver = ({ phase, steps }: PlaybookRun): boolean =>
  phase !== 'running' || steps.some(({ kind, state }) => kind === 'manual' && state === 'waiting')

const follow = async (session: Session, run: PlaybookRun): Promise<PlaybookRun> => {
  const { signal } = session.io
  let now = run
  while (!isOver(now)) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    signal.throwIfAborted()
    const path = { id: run.id }
    now = (await session.client.request('get', '/api/v1/playbook-runs/{id}', { path, signal })).data
  }
  return now
}

const finish = (session: Session, run: PlaybookRun): void => {
  show(session, run)
  if (run.phase === 'failed')
    throw cliErrors.CLI_NOT_PROVEN(`the playbook failed: ${run.failure?.reason ?? ''}`)
}

const play = async (session: Session, name: string, options: PlayOptions): Promise<void> => {
  const { data } = await session.client.request('post', '/api/v1/playbooks/{name}/runs', {
    path: { name },
    body: {
      reason: options.reason,
      subject: subjectOf(options.subject),
      variables: variablesOf(options.var),
      ...(options.incident === undefined ? {} : { incident: options.incident }),
    },
    signal: session.io.signal,
  })
  finish(session, options.wait ? await follow(session, data) : data)
}

type AnswerOptions = { readonly failed: boolean; readonly note?: string; readonly var: readonly string[] }

const answer = async (session: Session, id: string, key: string, options: AnswerOptions): Promise<void> => {
  const { data } = await session.client.request('post', '/api/v1/playbook-runs/{id}/answers', {
    path: { id },
    body: {
      key,
      ok: !options.failed,
      variables: variablesOf(options.var),
      ...(options.note === undefined ? {} : { note: options.note }),
    },
    signal: session.io.signal,
  })
  finish(session, await follow(session, data))
}

const collect = (value: string, before: readonly string[]): string[] => [...before, value]

export const addPlay = (program: Command, run: Run): void => {
  program
    .command('play')
    .description('run a playbook and follow it until it ends or waits for a person')
    .argument('<playbook>')
    .requiredOption('--subject <kind/id>', 'what it is about, for example host/10.0.0.7')
    .option('--reason <text>', 'why; kept in the audit log', 'played from the command line')
    .option('--var <name=value>', 'a variable that comes from outside; may be repeated', collect, [])
    .option('--incident <id>', 'the incident it belongs to')
    .option('--no-wait', 'do not follow it')
    .action(run(play))
  program
    .command('answer')
    .description('say how a manual step of a playbook ended')
    .argument('<playbook-run>')
    .argument('<key>', 'of the step, from rampart get playbook-run ID -o json')
    .option('--failed', 'it failed', false)
    .option('--note <text>', 'what happened')
    .option('--var <name=value>', 'a variable that the step gives; may be repeated', collect, [])
    .action(run(answer))
}
