/**
 * Which playbooks can be run here: CACAO's own rules, and commands we know. `rampart-action` is a command type of ours
 * (the vocabulary is open): `command` names the action, `parameters` are its own, `ttl_seconds` and `approvals` as in a
 * run. `manual` waits for a person. All commands of one step are of one type.
 */
import { type Command, type Fault, type Playbook, playbookFaults } from '@rampart/cacao'
import { responseErrors } from '../errors.ts'

const TYPES: readonly string[] = ['rampart-action', 'manual']
const LONGEST_TTL = 2_592_000
const LATER = /__[a-zA-Z][a-zA-Z0-9_-]*?__:value/

const isWhole = (value: unknown, least: number, most: number): boolean =>
  value === undefined || (Number.isInteger(value) && Number(value) >= least && Number(value) <= most)

const commandFaults = (pointer: string, command: Command, knows: (action: string) => boolean): Fault[] => {
  if (!TYPES.includes(command.type))
    return [
      { pointer: `${pointer}/type`, message: `${command.type} is not run here; ${TYPES.join(' and ')} are` },
    ]
  if (command.type === 'manual') return []
  const faults: Fault[] = []
  const name = command.command ?? ''
  if (!LATER.test(name) && !knows(name))
    faults.push({
      pointer: `${pointer}/command`,
      message: `there is no action ${JSON.stringify(name.slice(0, 64))}`,
    })
  const { parameters } = command
  if (
    parameters !== undefined &&
    (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters))
  )
    faults.push({ pointer: `${pointer}/parameters`, message: 'is no object' })
  if (!isWhole(command.ttl_seconds, 1, LONGEST_TTL))
    faults.push({ pointer: `${pointer}/ttl_seconds`, message: `is no whole number from 1 to ${LONGEST_TTL}` })
  if (!isWhole(command.approvals, 0, 10))
    faults.push({ pointer: `${pointer}/approvals`, message: 'is no whole number from 0 to 10' })
  return faults
}

/** Everything that keeps a document from being run here. */
export const runFaults = (document: unknown, knows: (action: string) => boolean): readonly Fault[] => {
  const faults = playbookFaults(document)
  if (faults.length > 0) return faults
  return Object.entries((document as Playbook).workflow).flatMap(([id, step]) => {
    if (step.type !== 'action') return []
    const commands = step.commands as readonly Command[]
    const pointer = `/workflow/${id}/commands`
    const mixed = new Set(commands.map(({ type }) => type)).size > 1
    return [
      ...(mixed ? [{ pointer, message: 'all commands of a step are of one type here' }] : []),
      ...commands.flatMap((command, index) => commandFaults(`${pointer}/${index}`, command, knows)),
    ]
  })
}

/** Throws RESPONSE_RESOURCE_INVALID with every fault in its details. */
export const checkPlaybook = (document: unknown, knows: (action: string) => boolean): Playbook => {
  const faults = runFaults(document, knows)
  const [first] = faults
  if (first !== undefined)
    throw responseErrors.RESPONSE_RESOURCE_INVALID(
      `${first.pointer} ${first.message}${faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''}`,
      { details: { faults } },
    )
  return document as Playbook
}
