/** `rampart erase --caller KEY`: removes every record of a caller from the inference log. */
import type { Command } from 'commander'
import { printDocument } from '../output.ts'
import type { Run, Session } from '../session.ts'

type Erasure = {
  readonly id: string
  readonly state: string
  readonly before: string
  readonly records: number
  readonly files: number
}

const ERASE_MS = 600_000

const erase = async (session: Session, options: { readonly caller: string }): Promise<void> => {
  const { io, format, client } = session
  const { data } = await client.call<Erasure>('POST', '/api/v1/inference-log/erasures', {
    body: { caller: options.caller },
    timeoutMs: session.timeoutMs ?? ERASE_MS,
    signal: io.signal,
  })
  if (format === 'json' || format === 'yaml') printDocument(io, data, format)
  else
    io.out(
      `erased ${data.records} records up to ${data.before}; ${data.files} files were written anew (erasure ${data.id})\n`,
    )
}

export const addErase = (program: Command, run: Run): void => {
  program
    .command('erase')
    .description(
      'remove every record of a caller from the inference log; the audit log keeps that it was done',
    )
    .requiredOption('--caller <key>', 'the caller as records have it: user:ann, service:crawler')
    .action(run(erase))
}
