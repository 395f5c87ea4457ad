/** `rampart attest NAME:VERSION FILE` hands in a signer's word about a version; `rampart revoke SIGNER` takes a signer's word back. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { cliErrors } from '../errors.ts'
import { printable } from '../io.ts'
import { printDocument } from '../output.ts'
import type { Run, Session } from '../session.ts'

type Accepted = { readonly evidenceId: string; readonly signer: string; readonly isNew: boolean }
type Revoked = { readonly dependents: readonly string[] }

const isStructured = ({ format }: Session): boolean => format === 'json' || format === 'yaml'

const attest = async (session: Session, name: string, file: string): Promise<void> => {
  const { modelVersionRef, versionPath } = await import('../references.ts')
  const ref = modelVersionRef(name)
  const bytes = await readFile(resolve(session.io.cwd, file)).catch((cause: unknown) => {
    throw cliErrors.CLI_NO_FILE(`the file ${file} cannot be read`, { cause })
  })
  const { data } = await session.client.call<Accepted>('POST', `${versionPath(ref)}/signatures`, {
    body: { document: bytes.toString('base64') },
    signal: session.io.signal,
  })
  if (isStructured(session)) printDocument(session.io, data, session.format)
  else
    session.io.out(
      `evidence/${data.evidenceId} ${data.isNew ? 'accepted' : 'known'}, signed by ${printable(data.signer)}\n`,
    )
}

type RevokeOptions = { readonly reason: string; readonly since?: string }

const revoke = async (session: Session, name: string, { reason, since }: RevokeOptions): Promise<void> => {
  const { data } = await session.client.call<Revoked>(
    'POST',
    `/api/v1/signers/${encodeURIComponent(name)}/revocation`,
    {
      body: { reason, ...(since === undefined ? {} : { since }) },
      signal: session.io.signal,
    },
  )
  if (isStructured(session)) return printDocument(session.io, data, session.format)
  session.io.out(`signer/${name} revoked\n`)
  for (const one of data.dependents) session.say(`${printable(one)} rests on it and is decided about again`)
}

export const addAttest = (program: Command, run: Run): void => {
  program
    .command('attest')
    .description('hand in a signature or attestation of a trusted signer about a registered version')
    .argument('<name:version>')
    .argument('<file>', 'Sigstore bundle or DSSE envelope, as rampart sign and cosign write them')
    .action(run((session, name: string, file: string) => attest(session, name, file)))
  program
    .command('revoke')
    .description('revoke a trusted signer for good; versions that rest on it are decided about again')
    .argument('<signer>')
    .requiredOption('--reason <text>', 'why; kept with the signer and in the audit log')
    .option('--since <time>', 'what was received before still counts (default: nothing does)')
    .action(run((session, name: string, options: RevokeOptions) => revoke(session, name, options)))
}
