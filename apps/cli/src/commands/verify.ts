/** `rampart verify PATH`: a model against its detached OpenSSF Model Signing signature, without a server; exit 5 when not trusted. */
import { resolve } from 'node:path'
import {
  type BundleVerifier,
  createKeyVerifier,
  loadCertificateSigning,
  loadKeylessVerification,
  type ModelVerdict,
  readModelPublicKey,
  type SignerIdentity,
  type ValidAt,
  verifyModel,
} from '@rampart/signing/model'
import type { Command } from 'commander'
import { cliErrors } from '../errors.ts'
import { printable } from '../io.ts'
import { printDocument } from '../output.ts'
import type { Run, Session } from '../session.ts'
import { listOf } from './arguments.ts'
import { addModelOptions, readOptionFile } from './sign.ts'

/** Whom to trust. */
export type VerifierOptions = {
  readonly publicKey?: string
  readonly certificateChain: readonly string[]
  readonly validAt?: string
  readonly trustedRoot?: string
  readonly certificateIdentity?: string
  readonly certificateOidcIssuer?: string
}

type Options = VerifierOptions & {
  readonly signature: string
  readonly ignoreUnsignedFiles?: boolean
  readonly ignorePaths: readonly string[]
  readonly ignoreGitPaths: boolean
  readonly allowSymlinks?: boolean
  readonly threads: number
}

const validAtOf = (session: Session, text: string | undefined): ValidAt => {
  if (text === undefined || text === 'now') return session.io.now()
  if (text === 'issue') return 'issue'
  const at = /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at))
    throw cliErrors.CLI_USAGE('--valid-at is now, issue, or a time like 2026-01-31T12:00:00Z')
  return at
}

const certificateVerifier = async (session: Session, options: VerifierOptions): Promise<BundleVerifier> => {
  const pems = await Promise.all(
    options.certificateChain.map((path) => readOptionFile(session, '--certificate-chain', path)),
  )
  const { createCertificateVerifier } = await loadCertificateSigning()
  return createCertificateVerifier(pems, validAtOf(session, options.validAt))
}

const keylessVerifier = async (session: Session, options: VerifierOptions): Promise<BundleVerifier> => {
  const { trustedRoot = '', certificateIdentity: identity, certificateOidcIssuer: issuer } = options
  if (identity === undefined || issuer === undefined)
    throw cliErrors.CLI_USAGE('--trusted-root needs --certificate-identity and --certificate-oidc-issuer')
  const root = await readOptionFile(session, '--trusted-root', trustedRoot)
  const { createKeylessVerifier } = await loadKeylessVerification()
  return createKeylessVerifier({ trustedRoot: Buffer.from(root), identity, issuer })
}

export const verifierOf = async (session: Session, options: VerifierOptions): Promise<BundleVerifier> => {
  const ways = [
    options.publicKey !== undefined,
    options.certificateChain.length > 0,
    options.trustedRoot !== undefined,
  ]
  if (ways.filter(Boolean).length !== 1)
    throw cliErrors.CLI_USAGE('name whom to trust: one of --public-key, --certificate-chain, --trusted-root')
  if (options.publicKey !== undefined)
    return createKeyVerifier(
      readModelPublicKey(await readOptionFile(session, '--public-key', options.publicKey)),
    )
  return options.trustedRoot === undefined
    ? certificateVerifier(session, options)
    : keylessVerifier(session, options)
}

const signerText = (signer: SignerIdentity): string => {
  if (signer.kind === 'key') return `key ${signer.hint} (${signer.curve})`
  if (signer.kind === 'keyless') return `${signer.identity}, vouched for by ${signer.issuer}`
  return `${signer.subject}, under ${signer.root}, valid at ${signer.validAt}`
}

const describeTrusted = (verdict: Extract<ModelVerdict, { verdict: 'trusted' }>): string =>
  [
    `trusted: ${printable(verdict.model.name)}, ${verdict.resources} ${verdict.method}, ${verdict.bytes} bytes, ${verdict.model.digest}`,
    `  signed by ${printable(signerText(verdict.signer))}`,
    ...verdict.ignored.map((path) => `  ignored ${printable(path)}`),
    ...verdict.unsigned.map((path) => `  not signed ${printable(path)}`),
  ]
    .map((line) => `${line}\n`)
    .join('')

const verify = async (session: Session, path: string, options: Options): Promise<void> => {
  const { io } = session
  const verdict = await verifyModel({
    path: resolve(io.cwd, path),
    signaturePath: resolve(io.cwd, options.signature),
    verifier: await verifierOf(session, options),
    ignorePaths: options.ignorePaths,
    ignoreGitPaths: options.ignoreGitPaths,
    ignoreUnsignedFiles: options.ignoreUnsignedFiles === true,
    allowSymlinks: options.allowSymlinks === true,
    threads: options.threads,
    signal: io.signal,
  })
  if (session.format === 'json' || session.format === 'yaml') printDocument(io, verdict, session.format)
  else if (verdict.verdict === 'trusted') io.out(describeTrusted(verdict))
  if (verdict.verdict === 'untrusted')
    throw cliErrors.CLI_MODEL_UNTRUSTED(`${path} is not trusted: ${verdict.reasons.join('; ')}`)
}

export const addVerify = (program: Command, run: Run): void => {
  const command = program
    .command('verify')
    .description('verify a model against its signature (no server needed); exit 5 when it is not trusted')
    .argument('<path>', 'the model: a file or a folder')
    .requiredOption('--signature <file>', 'its signature')
    .option('--public-key <file>', 'trust this key: public key in PEM')
    .option(
      '--certificate-chain <file>',
      'trust signers under these root certificates; may be repeated',
      listOf,
      [],
    )
    .option(
      '--valid-at <time>',
      'moment the certificates must be valid at: now (default), a time, or issue (ignores expiry)',
    )
    .option('--trusted-root <file>', 'Sigstore trusted root for a keyless signature')
    .option('--certificate-identity <name>', 'who must have signed: e-mail address or URI')
    .option('--certificate-oidc-issuer <url>', 'who must have vouched for the signer')
    .option('--ignore-unsigned-files', 'list files that were not signed instead of refusing them')
  addModelOptions(command).action(
    run((session, path: string, options: Options) => verify(session, path, options)),
  )
}
