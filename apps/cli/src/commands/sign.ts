/** `rampart sign PATH`: a detached OpenSSF Model Signing signature over a file or folder, without a server. */
import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import {
  HASH_TYPES,
  type HashType,
  loadCertificateSigning,
  readModelPrivateKey,
  signModel,
} from '@rampart/signing/model'
import { type Command, Option } from 'commander'
import { cliErrors } from '../errors.ts'
import { printable } from '../io.ts'
import { printDocument } from '../output.ts'
import type { Run, Session } from '../session.ts'
import { countOf, listOf } from './arguments.ts'

type Options = {
  readonly key: string
  readonly signature: string
  readonly certificate?: string
  readonly certificateChain: readonly string[]
  readonly passwordFile?: string
  readonly hash: HashType
  readonly sharded?: boolean
  readonly shardSize?: number
  readonly ignorePaths: readonly string[]
  readonly ignoreGitPaths: boolean
  readonly allowSymlinks?: boolean
  readonly threads: number
}

/** What the reference implementation takes when asked for shards. */
const DEFAULT_SHARD_BYTES = 1_000_000_000

/** A small text file named by an option. */
export const readOptionFile = async (session: Session, option: string, path: string): Promise<string> => {
  try {
    return await readFile(resolve(session.io.cwd, path), 'utf8')
  } catch (cause) {
    throw cliErrors.CLI_NO_FILE(`${option}: the file ${path} cannot be read`, { cause })
  }
}

/** From a file or the environment, never from the arguments: those are visible to every process of the machine. */
const passwordOf = async (session: Session, file: string | undefined): Promise<string | undefined> =>
  file === undefined
    ? session.io.env.RAMPART_KEY_PASSWORD || undefined
    : (await readOptionFile(session, '--password-file', file)).replace(/\r?\n$/, '')

const warnAboutKey = async (session: Session, path: string): Promise<void> => {
  const { mode } = await stat(resolve(session.io.cwd, path))
  if ((mode & 0o077) !== 0)
    session.say(
      session.colors.yellow(`warning: other accounts can read ${printable(path)}; run chmod 600 on it`),
    )
}

const chainOf = async (
  session: Session,
  options: Options,
  signer: ReturnType<typeof readModelPrivateKey>,
) => {
  if (options.certificate === undefined) {
    if (options.certificateChain.length > 0)
      throw cliErrors.CLI_USAGE('--certificate-chain needs --certificate, the certificate of the key')
    return undefined
  }
  const certificate = await readOptionFile(session, '--certificate', options.certificate)
  const chain = await Promise.all(
    options.certificateChain.map((path) => readOptionFile(session, '--certificate-chain', path)),
  )
  const { prepareCertificateChain } = await loadCertificateSigning()
  return prepareCertificateChain(signer, { certificate, chain }, session.io.now())
}

const sign = async (session: Session, path: string, options: Options): Promise<void> => {
  const { io } = session
  const key = await readOptionFile(session, '--key', options.key)
  const signer = readModelPrivateKey(key, await passwordOf(session, options.passwordFile))
  await warnAboutKey(session, options.key)
  const chain = await chainOf(session, options, signer)
  const shardSize = options.shardSize ?? (options.sharded === true ? DEFAULT_SHARD_BYTES : undefined)
  const signed = await signModel({
    path: resolve(io.cwd, path),
    signaturePath: resolve(io.cwd, options.signature),
    signer,
    hashType: options.hash,
    ignorePaths: options.ignorePaths,
    ignoreGitPaths: options.ignoreGitPaths,
    allowSymlinks: options.allowSymlinks === true,
    threads: options.threads,
    signal: io.signal,
    ...(chain === undefined ? {} : { chain }),
    ...(shardSize === undefined ? {} : { shardSize }),
  })
  if (session.format === 'json' || session.format === 'yaml')
    printDocument(io, { signature: options.signature, ...signed }, session.format)
  else
    io.out(
      `signed ${printable(signed.name)}: ${signed.resources} ${shardSize === undefined ? 'files' : 'shards'}, ${signed.bytes} bytes, ${signed.digest}\n`,
    )
}

/** Options that sign and verify share. */
export const addModelOptions = (command: Command): Command =>
  command
    .option('--ignore-paths <path>', 'leave out a file or folder of the model; may be repeated', listOf, [])
    .option('--no-ignore-git-paths', 'do not leave out .git, .gitattributes, .github and .gitignore')
    .option('--allow-symlinks', 'follow links to files')
    .option('--threads <n>', 'threads that hash large models', countOf, 2)

export const addSign = (program: Command, run: Run): void => {
  const command = program
    .command('sign')
    .description('sign a model file or folder in the OpenSSF Model Signing format (no server needed)')
    .argument('<path>', 'the model: a file or a folder')
    .requiredOption('--key <file>', 'private key in PEM: EC P-256, P-384 or P-521')
    .requiredOption('--signature <file>', 'where the signature goes')
    .option('--password-file <file>', 'password of an encrypted key (or RAMPART_KEY_PASSWORD)')
    .option('--certificate <file>', 'certificate of the key; it travels in the signature')
    .option('--certificate-chain <file>', 'certificates above it; may be repeated', listOf, [])
    .addOption(new Option('--hash <function>', 'hash function').choices(HASH_TYPES).default('sha256'))
    .option('--sharded', 'sign ranges of 1,000,000,000 bytes instead of whole files')
    .option('--shard-size <bytes>', 'sign ranges of this size', countOf)
  addModelOptions(command).action(
    run((session, path: string, options: Options) => sign(session, path, options)),
  )
}
