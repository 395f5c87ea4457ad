/** `rampart approve|reject|request-approval NAME:VERSION`, and `comment`, `withdraw` and `delegate` around them. */
import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import { cliErrors } from '../errors.ts'
import { printDocument } from '../output.ts'
import { modelVersionRef } from '../references.ts'
import type { Run, Session } from '../session.ts'
import { listOf } from './arguments.ts'

type AnswerOptions = { readonly reason: string; readonly onBehalfOf?: string }
type Said = { readonly state: string; readonly missing: readonly string[] }

const print = (session: Session, name: string, data: object, sentence: string): void => {
  const { io, format } = session
  if (format === 'json' || format === 'yaml') printDocument(io, data, format)
  else io.out(format === 'name' ? `model/${name}\n` : `model/${name} ${sentence}\n`)
}

const afterApproval = ({ state, missing }: Said): string =>
  state === 'approved' ? 'approved' : `has your approval; it ${missing.join('; ')}`

const bodyOf = ({ reason, onBehalfOf }: AnswerOptions) => ({
  reason,
  ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
})

const approve = async (session: Session, name: string, options: AnswerOptions): Promise<void> => {
  const { data } = await session.client.request(
    'post',
    '/api/v1/models/{name}/versions/{version}/approvals',
    {
      path: modelVersionRef(name),
      body: bodyOf(options),
      signal: session.io.signal,
    },
  )
  print(session, name, data, afterApproval(data))
}

const reject = async (session: Session, name: string, options: AnswerOptions): Promise<void> => {
  const { data } = await session.client.request(
    'post',
    '/api/v1/models/{name}/versions/{version}/rejections',
    {
      path: modelVersionRef(name),
      body: bodyOf(options),
      signal: session.io.signal,
    },
  )
  print(session, name, data, 'rejected')
}

type RequestOptions = { readonly reason: string; readonly from: readonly string[]; readonly until?: string }

const request = async (session: Session, name: string, options: RequestOptions): Promise<void> => {
  const ref = modelVersionRef(name)
  const { data } = await session.client.request('post', '/api/v1/approvals', {
    body: {
      model: ref.name,
      version: ref.version,
      reason: options.reason,
      ...(options.from.length === 0 ? {} : { approvers: options.from }),
      ...(options.until === undefined ? {} : { expiresAt: momentOf(options.until, session.io.now()) }),
    },
    signal: session.io.signal,
  })
  print(session, name, data, `waits for approval (request ${data.id})`)
}

/** The open request about a version. */
const openRequest = async (session: Session, name: string): Promise<string> => {
  const ref = modelVersionRef(name)
  const { data } = await session.client.request('get', '/api/v1/approvals', {
    query: { state: 'open', model: ref.name, version: ref.version },
    signal: session.io.signal,
  })
  const [found] = data.items
  if (found === undefined) throw cliErrors.CLI_NO_APPROVAL(`${name} waits for no approval`)
  return found.id
}

const say = async (
  session: Session,
  name: string,
  text: string,
  how: { readonly verb: 'comments' | 'withdraw'; readonly past: string },
): Promise<void> => {
  const { data } = await session.client.request('post', `/api/v1/approvals/{id}/${how.verb}`, {
    path: { id: await openRequest(session, name) },
    body: { text },
    signal: session.io.signal,
  })
  print(session, name, data, how.past)
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A date-time, or a duration from now such as 12h or 7d. */
const momentOf = (text: string, nowMs: number): string => {
  const found = /^(\d{1,5})([mhd])$/.exec(text)
  const ms = found === null ? Date.parse(text) : nowMs + Number(found[1]) * (UNITS[found[2] ?? ''] ?? 0)
  return new Date(ms).toISOString()
}

const untilOf = (text: string): string => {
  if (!/^\d{1,5}[mhd]$/.test(text) && !Number.isFinite(Date.parse(text)))
    throw new InvalidArgumentError('must be a date and time, or a duration such as 12h or 7d')
  return text
}

type DelegateOptions = {
  readonly to?: string
  readonly until?: string
  readonly reason: string
  readonly revoke?: string
}

const delegate = async (session: Session, options: DelegateOptions): Promise<void> => {
  const { client, io, format } = session
  const { to, until, reason, revoke } = options
  if (revoke !== undefined) {
    await client.request('delete', '/api/v1/approvals/delegations/{id}', {
      path: { id: revoke },
      signal: io.signal,
    })
    io.out(`delegation/${revoke} revoked\n`)
    return
  }
  if (to === undefined || until === undefined)
    throw cliErrors.CLI_USAGE('delegate needs --to PRINCIPAL and --until TIME, or --revoke ID')
  const { data } = await client.request('post', '/api/v1/approvals/delegations', {
    body: { to, until: momentOf(until, io.now()), reason },
    signal: io.signal,
  })
  if (format === 'json' || format === 'yaml') printDocument(io, data, format)
  else io.out(`delegation/${data.id} to ${data.delegate} until ${data.until}\n`)
}

const addAnswer = (
  program: Command,
  run: Run,
  what: { readonly verb: string; readonly description: string; readonly action: typeof approve },
): void => {
  program
    .command(what.verb)
    .description(what.description)
    .argument('<name:version>')
    .option('--reason <text>', 'why; signed with the answer', `${what.verb} from the command line`)
    .option('--on-behalf-of <user:id>', 'use the right that this person handed to you')
    .action(run((session, name: string, options: AnswerOptions) => what.action(session, name, options)))
}

export const addApproval = (program: Command, run: Run): void => {
  addAnswer(program, run, {
    verb: 'approve',
    description: 'give one approval; the last one needed lets the version be deployed',
    action: approve,
  })
  addAnswer(program, run, {
    verb: 'reject',
    description: 'refuse a version as it is; its approvals count no more',
    action: reject,
  })
  program
    .command('request-approval')
    .description('ask for the approval of a version again, or of somebody by name')
    .argument('<name:version>')
    .requiredOption('--reason <text>', 'what is to be approved, and why now')
    .option('--from <user:id>', 'somebody who is asked; may be repeated', listOf, [])
    .option('--until <time>', 'when the request ends: a date and time, or 7d', untilOf)
    .action(run((session, name: string, options: RequestOptions) => request(session, name, options)))
  for (const [verb, past, description] of [
    ['comment', 'commented', 'say something about the open request of a version'],
    ['withdraw', 'is not asked for any more', 'take the open request of a version back'],
  ] as const)
    program
      .command(verb)
      .description(description)
      .argument('<name:version>')
      .argument('<text>')
      .action(
        run((session, name: string, text: string) =>
          say(session, name, text, { verb: verb === 'comment' ? 'comments' : 'withdraw', past }),
        ),
      )
  program
    .command('delegate')
    .description('hand your right to approve to another person for a time, or take it back')
    .option('--to <user:id>', 'who may use it')
    .option('--until <time>', 'when it ends: a date and time, or 7d', untilOf)
    .option('--reason <text>', 'why', 'delegated from the command line')
    .option('--revoke <id>', 'end this delegation now')
    .action(run((session, options: DelegateOptions) => delegate(session, options)))
}
