/**
 * A ticket by e-mail. The Message-ID names the effect and is the same in every attempt (RFC 5322 section 3.6.4), so that a
 * desk can tell repeats; where the server's answer was lost after the message began, the run asks a person.
 */
import { entity } from '@rampart/domain'
import { Type } from 'typebox'
import type { Action, ActionCall, Json } from '../action.ts'
import { responseErrors } from '../errors.ts'
import type { MailPort } from '../ports.ts'
import { closed, Line } from './schemas.ts'

/** Neither control characters nor anything that would end an address: what is written here cannot begin a header. */
const Address = Type.String({
  maxLength: 254,
  pattern: "^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,186}[A-Za-z0-9])?$",
})
const Subject = Type.String({ minLength: 1, maxLength: 256, pattern: '^[^\\u0000-\\u001f\\u007f]+$' })

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1)

const messageIdOf = ({ key, parameters }: ActionCall): string =>
  `${key.replaceAll('/', '.')}@${domainOf(String(parameters.from))}`

const textOf = ({ parameters, runId, tenant, reason }: ActionCall): string =>
  [String(parameters.text ?? reason), '', `Tenant: ${tenant}`, `Run: ${runId}`, `Reason: ${reason}`].join(
    '\n',
  )

const serverOf = (parameters: Json) => ({
  url: String(parameters.server),
  ...(parameters.username === undefined ? {} : { username: String(parameters.username) }),
  ...(parameters.ca === undefined ? {} : { ca: String(parameters.ca) }),
})

export const ticketMail = (mail: MailPort): Action => ({
  name: 'ticket.mail',
  title: 'open a ticket by e-mail',
  permission: 'response:write',
  schema: closed({
    server: Type.String({
      maxLength: 2048,
      pattern: '^smtps?://',
      description: 'smtps://HOST, or smtp://HOST with STARTTLS; never without TLS',
    }),
    username: Type.Optional(Line(256)),
    secretRef: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: 'The password' })),
    ca: Type.Optional(Type.String({ maxLength: 65_536, description: 'PEM; default: the system' })),
    from: Address,
    to: Type.Array(Address, { minItems: 1, maxItems: 20 }),
    subject: Subject,
    text: Type.Optional(Line(16_384)),
    receiverDeduplicates: Type.Optional(
      Type.Boolean({
        description: 'It takes one Message-ID once: after a crash the message may be sent again',
      }),
    ),
  }),
  idempotent: ({ receiverDeduplicates }) => receiverDeduplicates === true,
  probeMs: 0,
  blastRadius: async ({ parameters }) => ({
    entities: [entity('system', new URL(String(parameters.server)).host)],
    summary: `one message to ${(parameters.to as readonly string[]).length} recipients`,
  }),
  precheck: async ({ parameters: { username, secretRef } }) => {
    if ((username === undefined) !== (secretRef === undefined))
      throw responseErrors.RESPONSE_NOT_POSSIBLE('username and secretRef go together.')
    if (secretRef !== undefined) await mail.secret(String(secretRef))
    return {}
  },
  apply: async (call) => {
    const { parameters, signal, runId } = call
    const { secretRef } = parameters
    const password = secretRef === undefined ? {} : { password: await mail.secret(String(secretRef)) }
    const outcome = await mail.send(
      { ...serverOf(parameters), ...password },
      {
        from: String(parameters.from),
        to: parameters.to as readonly string[],
        subject: String(parameters.subject),
        text: textOf(call),
        messageId: messageIdOf(call),
        // RFC 3834: nothing answers this by itself.
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Rampart-Run': runId },
      },
      signal,
    )
    if (outcome.kind === 'taken') return { reply: outcome.reply, messageId: messageIdOf(call) }
    throw outcome.kind === 'refused'
      ? responseErrors.RESPONSE_NOT_POSSIBLE(`The mail was not taken: ${outcome.why}`)
      : responseErrors.RESPONSE_RECEIVER_FAILED(`Whether the mail was taken is not known: ${outcome.why}`)
  },
  probe: async (_call, _memento, result) =>
    result === undefined
      ? { took: 'unknown', detail: 'whether the mail server took it is not known' }
      : { took: 'yes', detail: `the mail server took it: ${String(result.reply)}` },
})
