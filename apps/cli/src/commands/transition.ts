/** `rampart deploy|retire|quarantine|release NAME:VERSION`: one step of the lifecycle, under policy. */
import type { Stage } from '@rampart/domain'
import type { Command } from 'commander'
import { printDocument } from '../output.ts'
import type { Run, Session } from '../session.ts'

type Step = { readonly verb: string; readonly to: Stage; readonly past: string; readonly what: string }

const STEPS: readonly Step[] = [
  { verb: 'deploy', to: 'deployed', past: 'deployed', what: 'let an approved version answer requests' },
  { verb: 'retire', to: 'retired', past: 'retired', what: 'take a deployed version out of service' },
  {
    verb: 'quarantine',
    to: 'quarantined',
    past: 'quarantined',
    what: 'keep a version but stop serving it until released',
  },
  {
    verb: 'release',
    to: 'registered',
    past: 'released',
    what: 'let a quarantined version go through the gates again',
  },
]

const take = async (session: Session, step: Step, name: string, reason: string): Promise<void> => {
  const { modelVersionRef } = await import('../references.ts')
  const { data } = await session.client.request(
    'post',
    '/api/v1/models/{name}/versions/{version}/transitions',
    {
      path: modelVersionRef(name),
      body: { to: step.to, reason },
      signal: session.io.signal,
    },
  )
  if (session.format === 'json' || session.format === 'yaml') printDocument(session.io, data, session.format)
  else session.io.out(session.format === 'name' ? `model/${name}\n` : `model/${name} ${step.past}\n`)
}

export const addTransitions = (program: Command, run: Run): void => {
  for (const step of STEPS) {
    program
      .command(step.verb)
      .description(step.what)
      .argument('<name:version>')
      .option(
        '--reason <text>',
        'why; kept in the history and the audit log',
        `${step.verb} from the command line`,
      )
      .action(
        run((session, name: string, options: { readonly reason: string }) =>
          take(session, step, name, options.reason),
        ),
      )
  }
}
