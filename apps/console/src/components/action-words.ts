/** What an action of response does, for people; the action's own name stands where it is a term. Pure. */
import type { RunItem } from '../api/response-queries.ts'

const WORDS: Readonly<Record<string, string>> = {
  'route.previous-version': 'go back to the previous version',
  'route.to': 'lead the route to another version',
  'route.withdraw': 'take the bytes out of every route',
  'canary.stop': 'stop the canary',
  'version.quarantine': 'quarantine the version',
  'version.retract': 'retract the version',
  'digest.deny': 'deny the bytes everywhere',
  'caches.evict': 'empty caches of the bytes',
  'registry.remove-aliases': 'remove registry aliases',
  'caller.throttle': 'slow the caller down',
  'caller.deny': 'refuse the caller',
  'policy.rollback': 'put the earlier policy in force',
  'signer.suspend': 'suspend the signer',
  'webhook.post': 'send a message',
  'ticket.open': 'open a ticket',
  'network.segment': 'cut the host off the network',
  'notebook.isolate': 'isolate the notebook',
}

export const actionWords = (action: string): string => WORDS[action] ?? action

/** A run that policy started is named after its action; a person's name for it stays. */
export const runTitle = ({ name, subject }: Pick<RunItem, 'name' | 'subject'>): string =>
  WORDS[name] === undefined ? name : `${WORDS[name]}: ${subject.id}`

/** Entries of a timeline that end in the word that they begin with say it once. */
export const timelineWords = (kind: string, text: string): string => {
  const said = text.endsWith(`: ${kind}`) ? text.slice(0, -kind.length - 2) : text
  return actionWords(said)
}

/** `version.quarantine waits for approval` is said in words. */
export const changeWords = (title: string): string =>
  title.replace(/^[a-z]+\.[a-z-]+(?= )/, (name) => actionWords(name))
