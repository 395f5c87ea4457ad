/** `rampart audit`: `prove` and `verify-proof` are in record-proof.ts; `verify` recomputes the whole audit log from the database; usable as a gate in a script. */
import type { verifyAuditLog } from '@rampart/audit'
import type { Command } from 'commander'
import { cliErrors } from '../errors.ts'
import { printDocument } from '../output.ts'
import type { Run, Session } from '../session.ts'
import { proveRecord, verifyProof } from './record-proof.ts'

type Verification = Awaited<ReturnType<typeof verifyAuditLog>>

const sentence = ({ size, checkpoints, root }: Verification): string =>
  `verified: ${size} entries, ${checkpoints} signed checkpoints, root ${root}\n`

const altered = ({ firstAltered, size }: Verification) => {
  const place =
    firstAltered?.where === 'entry'
      ? `entry ${firstAltered.index}`
      : `${firstAltered?.where} at entry ${firstAltered?.index}`
  return cliErrors.CLI_LOG_ALTERED(
    `the audit log was altered: ${place} (${firstAltered?.why}); the ${size} entries before it are good`,
    {
      help: 'restore the database from a backup and compare; keep this one as evidence',
    },
  )
}

const verify = async ({ io, settings, format }: Session): Promise<void> => {
  // The database and the log's rules load when they are asked for: every other command starts without them.
  const { openAuditSource, readAuditTrust, verifyAuditLog } = await import('@rampart/audit')
  const { openStateDatabase } = await import('../state-database.ts')
  const { database, close } = await openStateDatabase(settings.home, io.env.DATABASE_URL || undefined)
  try {
    const result = await verifyAuditLog(openAuditSource(database), await readAuditTrust(settings.home))
    if (format === 'json' || format === 'yaml') printDocument(io, result, format)
    else if (result.ok) io.out(sentence(result))
    if (!result.ok) throw altered(result)
  } finally {
    await close()
  }
}

export const addAudit = (program: Command, run: Run): void => {
  const audit = program.command('audit').description('check the audit log')
  audit
    .command('verify')
    .description(
      'recompute the log from the database of RAMPART_HOME (server up or down); exit 5 names the first altered entry',
    )
    .action(run(verify))
  const keyOption = ['--key <file>', "the log's public key; default RAMPART_HOME/audit/public-key"] as const
  audit
    .command('prove')
    .description(
      'print a record of the inference log with the proof that it is as it was written, and verify it; exit 5 if not',
    )
    .requiredOption('--record <id>', 'EPOCH-SEQUENCE, as the inference log names it')
    .option(...keyOption)
    .action(run(proveRecord))
  audit
    .command('verify-proof')
    .description('verify a proof that `prove -o json` printed, without a server; exit 5 if it does not hold')
    .argument('<file>', 'the proof; - reads standard input')
    .option(...keyOption)
    .action(run(verifyProof))
}
