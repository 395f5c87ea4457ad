/** `rampart bom MODEL[:VERSION]|PATH`: the CycloneDX bill of materials of a registered version, or of plain files without a server. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { assetPath } from '@rampart/kit/core'
import { type Command, Option } from 'commander'
import { cliErrors } from '../errors.ts'
import type { Resource } from '../kinds.ts'
import type { Run, Session } from '../session.ts'
import { countOf, listOf } from './arguments.ts'
import { readOptionFile } from './sign.ts'

type Options = {
  readonly spec: '1.6' | '1.7'
  readonly attestation: readonly string[]
  readonly publicKey?: string
  readonly ignorePaths: readonly string[]
  readonly threads: number
}

const timestampOf = (epoch: string | undefined): string | undefined => {
  if (epoch === undefined || epoch === '') return undefined
  const seconds = Number(epoch)
  if (!Number.isSafeInteger(seconds) || seconds < 0 || seconds > 2 ** 37)
    throw cliErrors.CLI_USAGE('SOURCE_DATE_EPOCH is not a number of seconds')
  return new Date(seconds * 1000).toISOString()
}

const ofFiles = async (session: Session, path: string, options: Options): Promise<string> => {
  const { encodeBom } = await import('@rampart/codecs')
  const { plainFacts } = await import('../bom/plain-facts.ts')
  const { withAttestations } = await import('../bom/attestations.ts')
  const { io } = session
  const { version } = JSON.parse(await readFile(assetPath('package.json'), 'utf8')) as { version: string }
  const publicKey =
    options.publicKey === undefined
      ? undefined
      : await readOptionFile(session, '--public-key', options.publicKey)
  const timestamp = timestampOf(io.env.SOURCE_DATE_EPOCH)
  const facts = await plainFacts(path, {
    toolVersion: version,
    threads: options.threads,
    signal: io.signal,
    ignorePaths: options.ignorePaths,
    ...(timestamp === undefined ? {} : { timestamp }),
  })
  const complete = await withAttestations(facts, options.attestation, {
    cwd: io.cwd,
    ...(publicKey === undefined ? {} : { publicKey }),
  })
  return encodeBom(complete, options.spec)
}

/** Without a version: the one that answers by default on its route, else the newest. */
const newestOf = async ({ client, io }: Session, name: string): Promise<string> => {
  const { data } = await client.call<{ readonly items: readonly Resource[] }>('GET', '/api/v1/models', {
    query: { name },
    signal: io.signal,
  })
  const chosen = data.items.find((item) => item.isDefault === true) ?? data.items[0]
  if (chosen === undefined)
    throw cliErrors.CLI_NO_MODEL(`there is neither a model "${name}" nor a file of that name`)
  return String(chosen.version)
}

const ofServer = async (session: Session, target: string, spec: string): Promise<string> => {
  const { modelVersionRef, versionPath } = await import('../references.ts')
  const ref = modelVersionRef(target.includes(':') ? target : `${target}:${await newestOf(session, target)}`)
  const { data } = await session.client.call<unknown>('GET', `${versionPath(ref)}/bom`, {
    query: { spec },
    signal: session.io.signal,
  })
  // The server's own bytes: two spaces, members in the order they came.
  return `${JSON.stringify(data, null, 2)}\n`
}

const isName = (target: string): boolean => /^[a-z0-9][a-z0-9-]*(:[^/]+)?$/.test(target)

const bom = async (session: Session, target: string, options: Options): Promise<void> => {
  const path = resolve(session.io.cwd, target)
  const isPlain = existsSync(path) || !isName(target)
  if (!isPlain && options.attestation.length > 0)
    throw cliErrors.CLI_USAGE('--attestation belongs to a file or folder; the server knows its own evidence')
  session.io.out(
    isPlain ? await ofFiles(session, path, options) : await ofServer(session, target, options.spec),
  )
}

export const addBom = (program: Command, run: Run): void => {
  program
    .command('bom')
    .description('CycloneDX bill of materials of a model version, or of a file or folder (no server needed)')
    .argument(
      '<model>',
      'NAME:VERSION, NAME (its default or newest version), or a path; a path that exists wins',
    )
    .addOption(new Option('--spec <version>', 'CycloneDX version').choices(['1.6', '1.7']).default('1.6'))
    .option(
      '--attestation <file>',
      'in-toto statement, DSSE envelope or Sigstore bundle about these files; may be repeated',
      listOf,
      [],
    )
    .option('--public-key <file>', 'key that must have signed every attestation')
    .option('--ignore-paths <path>', 'leave out a file or folder; may be repeated', listOf, [])
    .option('--threads <n>', 'threads that hash large models', countOf, 2)
    .action(run((session, target: string, options: Options) => bom(session, target, options)))
}
