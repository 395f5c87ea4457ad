/** `rampart canary status|promote|rollback ROUTE`: where a route's canary is, and a person's word on it. */
import type { AnswerTo } from '@rampart/client'
import type { Command } from 'commander'
import { cliErrors } from '../errors.ts'
import { printDocument } from '../output.ts'
import type { Run, Session } from '../session.ts'
import { age } from '../table.ts'

type Route = AnswerTo<'get', '/api/v1/routes/{name}'>
type Action = 'promote' | 'roll-back'

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`

const stepOf = ({ spec, canary }: Route): string => {
  const { phase, step, reason, since } = canary ?? { phase: 'running', step: 0, reason: undefined, since: '' }
  if (phase !== 'running') return `${phase}${reason === undefined ? '' : `: ${reason}`} (${since})`
  const steps = spec.canary?.steps ?? []
  return `step ${step + 1} of ${steps.length}: ${steps[step] ?? 0} % of the calls`
}

const describe = (route: Route, plan: AnswerTo<'get', '/api/v1/routes/{name}/plan'>, now: number): string => {
  const { canary } = route.spec
  const candidate = `${canary?.model}:${canary?.version ?? canary?.alias ?? 'latest'}`
  const since = route.canary?.phase === 'running' ? ` for ${age(route.canary.since, now)}` : ''
  const shares = plan.backends.map(
    ({ model, version, share }) => `  ${`${model}:${version}`.padEnd(32)} ${percent(share)}\n`,
  )
  return `route/${route.name} canary ${candidate}, ${stepOf(route)}${since}\n${shares.join('')}`
}

const status = async (session: Session, name: string): Promise<void> => {
  const { client, io, format } = session
  const input = { path: { name }, signal: io.signal }
  const { data: route } = await client.request('get', '/api/v1/routes/{name}', input)
  if (route.spec.canary === undefined)
    throw cliErrors.CLI_NO_CANARY(`route ${name} has no canary`, { help: 'rampart apply -f route.yaml' })
  const { data: plan } = await client.request('get', '/api/v1/routes/{name}/plan', input)
  if (format === 'json' || format === 'yaml')
    printDocument(io, { name, spec: route.spec.canary, state: route.canary, backends: plan.backends }, format)
  else io.out(describe(route, plan, io.now()))
}

const move = async (session: Session, name: string, action: Action, reason?: string): Promise<void> => {
  const { data } = await session.client.request('post', '/api/v1/routes/{name}/canary', {
    path: { name },
    body: { action, ...(reason === undefined ? {} : { reason }) },
    signal: session.io.signal,
  })
  if (session.format === 'json' || session.format === 'yaml') printDocument(session.io, data, session.format)
  else session.io.out(`route/${name} ${data.phase}\n`)
}

export const addCanary = (program: Command, run: Run): void => {
  const canary = program
    .command('canary')
    .description('follow the canary of a route, promote it or roll it back')
  canary
    .command('status')
    .description('where the canary is, and who gets which share of the calls now')
    .argument('<route>')
    .action(run(status))
  for (const [verb, action, what] of [
    ['promote', 'promote', 'let the candidate take all calls, whatever was measured so far'],
    ['rollback', 'roll-back', 'give the calls back to the others'],
  ] as const)
    canary
      .command(verb)
      .description(what)
      .argument('<route>')
      .option('--reason <text>', 'why; kept with the route and in the audit log')
      .action(
        run((session, name: string, options: { readonly reason?: string }) =>
          move(session, name, action, options.reason),
        ),
      )
}
