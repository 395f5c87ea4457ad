/** `rampart simulate response --bundle DIR --since 7d`: what a bundle would have done about the incidents since then. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { AnswerTo } from '@rampart/client'
import type { Command } from 'commander'
import { cliErrors } from '../errors.ts'
import { printable } from '../io.ts'
import { printDocument } from '../output.ts'
import type { Run, Session } from '../session.ts'

type Options = { readonly bundle: string; readonly since: string }
type Answer = AnswerTo<'post', '/api/v1/simulations/response'>
type Action = Answer['differences'][number]['added'][number]

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const BUNDLE_FILE = /^(?:data\.json|[a-z0-9][a-z0-9_-]*\.rego)$/
const MAX_FILE_BYTES = 1024 * 1024

/** `7d`, `12h`, `30m`, or a date. */
export const sinceOf = (text: string, now: number): string => {
  const [, amount, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  const at =
    amount === undefined ? Date.parse(text) : now - Number(amount) * UNITS[unit as keyof typeof UNITS]
  if (Number.isNaN(at) || at > now) throw cliErrors.CLI_USAGE(`--since ${text}: write 7d, 12h or a past date`)
  return new Date(at).toISOString()
}

const readBundle = async (folder: string): Promise<Record<string, string>> => {
  const failed = (error: unknown): never => {
    throw cliErrors.CLI_NO_FILE(`${folder} cannot be read: ${(error as { code?: string }).code ?? 'unknown'}`)
  }
  const names = (await readdir(folder).catch(failed)).filter((name) => BUNDLE_FILE.test(name)).sort()
  if (!names.some((name) => name.endsWith('.rego')))
    throw cliErrors.CLI_NO_FILE(`${folder} holds no .rego file`)
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name)
      const { size } = await stat(path).catch(failed)
      if (size > MAX_FILE_BYTES) throw cliErrors.CLI_USAGE(`${name} is larger than ${MAX_FILE_BYTES} bytes`)
      return [name, await readFile(path, 'utf8').catch(failed)] as const
    }),
  )
  return Object.fromEntries(files)
}

const told = ({ action, entity, mode, approvals_needed: approvals }: Action): string =>
  `${mode} ${action} on ${entity.kind} ${entity.id}${approvals > 0 ? ` (${approvals} approvals)` : ''}`

const describe = (answer: Answer): string => {
  const lines = answer.differences.flatMap(({ incident, title, severity, added, removed, changed }) => [
    `${incident}  ${severity}  ${title}`,
    ...removed.map((one) => `  - ${told(one)}`),
    ...added.map((one) => `  + ${told(one)}`),
    ...changed.map((one) => `  ~ ${told(one.active)} → ${told(one.candidate)}`),
  ])
  const { active, candidate, decisions, incidents, unchanged } = answer
  return `${[
    ...lines,
    `${decisions} decisions about ${incidents} incidents, ${unchanged} the same`,
    `active version ${active.version}: ${active.actions} actions, ${active.acted} of them without asking`,
    `this bundle: ${candidate.actions} actions, ${candidate.acted} of them without asking`,
  ]
    .map(printable)
    .join('\n')}\n`
}

const simulate = async (session: Session, options: Options): Promise<void> => {
  const { io, client, format } = session
  const files = await readBundle(resolve(io.cwd, options.bundle))
  const { data } = await client.request('post', '/api/v1/simulations/response', {
    body: { files, since: sinceOf(options.since, io.now()) },
    signal: io.signal,
  })
  if (data.truncated) session.say('time ran out: only the older decisions were asked again')
  if (format === 'json' || format === 'yaml') printDocument(io, data, format)
  else io.out(describe(data))
}

export const addSimulate = (program: Command, run: Run): void => {
  program
    .command('simulate')
    .description('ask a policy bundle what it would have done')
    .command('response')
    .description('about the incidents of the last days, compared with the bundle in force; has no effect')
    .requiredOption('--bundle <dir>', 'folder with the .rego files and data.json')
    .option('--since <time>', '7d, 12h, or a date', '7d')
    .action(run((session, options: Options) => simulate(session, options)))
}
