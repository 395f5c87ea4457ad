/** `rampart login|logout|whoami|config`: who this command line is, and why it thinks so. */
import { rmSync } from 'node:fs'
import { type AnswerTo, createClient } from '@rampart/client'
import type { Command } from 'commander'
import { cliErrors } from '../errors.ts'
import { printable } from '../io.ts'
import type { Resource } from '../kinds.ts'
import { printDocument } from '../output.ts'
import type { Run, Session } from '../session.ts'
import { loginPath, writeLogin } from '../settings.ts'

type SessionAnswer = AnswerTo<'get', typeof SESSION>

const SESSION = '/api/v1/session'

const sentence = ({ principal, mode, product }: SessionAnswer): string =>
  printable(
    `${principal.kind} ${principal.id} in tenant ${principal.tenant}, roles ${principal.roles.join(', ') || 'none'} ` +
      `(${product.name} ${product.version}, ${mode} mode)`,
  )

const login = async (session: Session, source: string): Promise<void> => {
  const { io, settings } = session
  if (source !== '-') {
    throw cliErrors.CLI_USAGE('a token on the command line can be read by every process of this machine', {
      help: 'rampart login --token - < token-file',
    })
  }
  const token = (await io.stdin()).trim()
  if (token === '') throw cliErrors.CLI_USAGE('standard input holds no token')
  const { data } = await createClient({ server: settings.server, token }).request('get', SESSION, {})
  const path = writeLogin(io, { server: settings.server, token })
  session.say(`saved in ${path}`)
  io.out(`${sentence(data)}\n`)
}

const whoami = async ({ client, io, format }: Session): Promise<void> => {
  const { data } = await client.request('get', SESSION, { signal: io.signal })
  if (format === 'json' || format === 'yaml') printDocument(io, data, format)
  else io.out(format === 'name' ? `${data.principal.id}\n` : `${sentence(data)}\n`)
}

const config = async ({ io, settings, format }: Session): Promise<void> => {
  const shown: Resource = {
    server: settings.server,
    serverFrom: settings.serverFrom,
    token: settings.token === undefined ? 'none' : 'set (not shown)',
    ...(settings.tokenFrom === undefined ? {} : { tokenFrom: settings.tokenFrom }),
    home: settings.home,
    loginFile: loginPath(io),
  }
  printDocument(io, shown, format)
}

export const addLogin = (program: Command, run: Run): void => {
  program
    .command('login')
    .description('keep a token for a server (--server); it is read from standard input')
    .option('--token <->', 'only - is accepted: the token comes from standard input', '-')
    .action(run((session, options: { readonly token: string }) => login(session, options.token)))
  program
    .command('logout')
    .description('forget the saved token')
    .action(
      run(async (session) => {
        rmSync(loginPath(session.io), { force: true })
        session.say('forgotten')
      }),
    )
  program.command('whoami').description('show who the server takes this command line for').action(run(whoami))
  program
    .command('config')
    .description('show the settings in force and where each comes from')
    .action(run(config))
}
