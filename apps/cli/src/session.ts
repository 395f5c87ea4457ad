/** What every command gets: the server, the client, the way to print. */
import { createClient, type RampartClient } from '@rampart/client'
import { type Colors, colorsFor, type Io } from './io.ts'
import { FORMATS, type Format } from './output.ts'
import { resolveSettings, type Settings } from './settings.ts'

export type GlobalFlags = {
  readonly server?: string
  readonly output?: Format
  readonly timeout?: number
  readonly quiet?: boolean
}

export type Session = {
  readonly io: Io
  readonly colors: Colors
  readonly settings: Settings
  readonly client: RampartClient
  readonly format: Format
  /** How long a command may wait for the server to get something done, ms. */
  readonly timeoutMs: number | undefined
  readonly quiet: boolean
  /** A message for a person, on stderr; silent with --quiet. */
  readonly say: (text: string) => void
}

export const openSession = (io: Io, flags: GlobalFlags): Session => {
  const settings = resolveSettings(io, flags)
  const client = createClient({
    server: settings.server,
    ...(settings.token === undefined ? {} : { token: settings.token }),
  })
  return {
    io,
    colors: colorsFor(io),
    settings,
    client,
    format: flags.output ?? FORMATS[0],
    quiet: flags.quiet === true,
    timeoutMs: flags.timeout === undefined ? undefined : flags.timeout * 1000,
    say: (text) => {
      if (flags.quiet !== true) io.err(`${text}\n`)
    },
  }
}

/** A command's body; the program opens the session and reports what it throws. */
export type Run = <Args extends unknown[]>(
  work: (session: Session, ...args: Args) => Promise<void>,
) => (...args: Args) => Promise<void>
