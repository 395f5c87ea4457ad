/** `rampart verdict TARGET`: what gates a model, summed up: of plain files, or the server's signed verdict, verified. */

import { existsSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { scanPaths } from '@rampart/artifacts'
import { type Digest, isDigest, parseModelVersionRef, type Verdict } from '@rampart/domain'
import { type ModelVerdict, verifyModel } from '@rampart/signing/model'
import type { Command } from 'commander'
import { cliErrors } from '../errors.ts'
import { printable } from '../io.ts'
import { printDocument } from '../output.ts'
import { modelVersionRef, versionPath } from '../references.ts'
import type { Run, Session } from '../session.ts'
import { type LocalVerdict, localVerdict, signLocalVerdict } from '../verdict/local-verdict.ts'
import { fetchVerdict, verdictFault } from '../verdict/server-verdict.ts'
import { listOf } from './arguments.ts'
import { readOptionFile } from './sign.ts'
import { type VerifierOptions, verifierOf } from './verify.ts'

type Options = VerifierOptions & {
  readonly signature?: string
  readonly key?: string
  readonly out?: string
}

const isStructured = ({ format }: Session): boolean => format === 'json' || format === 'yaml'

const line = (gate: string, answer: string, detail = ''): string =>
  `  ${gate.padEnd(12)} ${answer.padEnd(15)} ${printable(detail)}`.trimEnd()

const checkSignature = async (
  session: Session,
  path: string,
  options: Options,
): Promise<ModelVerdict | undefined> => {
  const { signature } = options
  if (signature === undefined) {
    if (
      options.publicKey !== undefined ||
      options.certificateChain.length > 0 ||
      options.trustedRoot !== undefined
    )
      throw cliErrors.CLI_USAGE('--signature names the signature to check')
    return undefined
  }
  return verifyModel({
    path: resolve(session.io.cwd, path),
    signaturePath: resolve(session.io.cwd, signature),
    verifier: await verifierOf(session, options),
    signal: session.io.signal,
  })
}

const printLocal = ({ io }: Session, verdict: LocalVerdict): void => {
  const { scan, signature, graphLint, reasons } = verdict
  const lines = [
    `${verdict.decision}: ${printable(verdict.path)}`,
    line('scan', scan.result, `${scan.files.length} files and members`),
    line('signature', signature.result),
    line('graph', graphLint.result, graphLint.rules.join(', ')),
    ...reasons.map((reason) => `  - ${printable(reason)}`),
  ]
  io.out(`${lines.join('\n')}\n`)
}

const ofFiles = async (session: Session, target: string, options: Options): Promise<void> => {
  const { io } = session
  const root = resolve(io.cwd, target)
  const own = options.signature === undefined ? undefined : resolve(io.cwd, options.signature)
  const [signature, scanned] = await Promise.all([
    checkSignature(session, target, options),
    scanPaths([root], { signal: io.signal }),
  ])
  const reports = scanned.files.filter(({ path }) => path !== own)
  const verdict = localVerdict({
    path: target,
    reports: reports.map((report) => ({ ...report, path: `${target}${report.path.slice(root.length)}` })),
    signature,
    issuedAt: new Date(io.now()).toISOString(),
  })
  await signAndPrint(session, verdict, { options, root, paths: reports.map(({ path }) => path) })
  if (verdict.decision === 'deny')
    throw cliErrors.CLI_VERDICT_UNTRUSTED(`${target} is not to be used: ${verdict.reasons.join('; ')}`)
}

type Signing = { readonly options: Options; readonly root: string; readonly paths: readonly string[] }

const signAndPrint = async (session: Session, verdict: LocalVerdict, signing: Signing): Promise<void> => {
  const { options, root, paths } = signing
  const isFile = statSync(root).isFile()
  if (options.key !== undefined) {
    const key = await readOptionFile(session, '--key', options.key)
    const files = paths.filter((path) =>
      isFile ? path === root : existsSync(path) && statSync(path).isFile(),
    )
    const envelope = await signLocalVerdict(verdict, files, key)
    if (options.out === undefined) return printDocument(session.io, envelope, 'json')
    await writeFile(resolve(session.io.cwd, options.out), `${JSON.stringify(envelope)}\n`)
  }
  if (isStructured(session)) printDocument(session.io, verdict, session.format)
  else printLocal(session, verdict)
}

const SIGNED_BY = (verdict: Verdict): string =>
  verdict.signature.signers
    .map(({ signer, counts }) => (counts ? signer : `${signer} (counts no more)`))
    .join(', ')

const printServer = ({ io }: Session, verdict: Verdict, fault: string | undefined): void => {
  const { scan, signature, provenance, graphLint, assessment, approvals } = verdict
  const waived = scan.waivers.map(({ by }) => `waived by ${by}`).join(', ')
  const lines = [
    `${fault === undefined ? 'allow' : 'deny'}: ${verdict.subjects.map(({ name, stage }) => `${name} (${stage})`).join(', ')}`,
    `  ${verdict.digest}`,
    line('scan', scan.result, waived || `${scan.files.length} files`),
    line('signature', signature.result, SIGNED_BY(verdict)),
    line('provenance', provenance.result, provenance.statements.map(({ signer }) => signer).join(', ')),
    line('graph', graphLint.result, graphLint.rules.join(', ')),
    line('assessment', assessment.result, assessment.at),
    line(
      'approvals',
      String(approvals.length),
      approvals.map(({ approver, subject }) => `${approver} for ${subject}`).join(', '),
    ),
    line('policy', verdict.policyBundleDigest.slice(0, 19)),
    `  issued ${verdict.issuedAt}, expires ${verdict.expiresAt}, signature verified`,
    ...(fault === undefined ? [] : [`  - ${printable(fault)}`]),
  ]
  io.out(`${lines.map(printable).join('\n')}\n`)
}

const ofServer = async (session: Session, target: string, options: Options): Promise<void> => {
  const { io } = session
  const pinned =
    options.publicKey === undefined
      ? undefined
      : await readOptionFile(session, '--public-key', options.publicKey)
  const subject = isDigest(target) ? undefined : target
  const digest = isDigest(target)
    ? target
    : (
        await session.client.call<{ digest: Digest }>('GET', versionPath(modelVersionRef(target)), {
          signal: io.signal,
        })
      ).data.digest
  const signed = await fetchVerdict(session, digest, {
    ...(subject === undefined ? {} : { subject }),
    ...(pinned === undefined ? {} : { pinned }),
  })
  const fault = verdictFault(signed.verdict, io.now())
  if (isStructured(session)) printDocument(io, signed, session.format)
  else printServer(session, signed.verdict, fault)
  if (fault !== undefined) throw cliErrors.CLI_VERDICT_UNTRUSTED(`${target} is not to be served: ${fault}`)
}

/** Digests are the server's; a file of the name of a version is taken for a file only with `./` before it. */
const verdict = (session: Session, target: string, options: Options): Promise<void> =>
  isDigest(target) || parseModelVersionRef(target) !== undefined
    ? ofServer(session, target, options)
    : ofFiles(session, target, options)

type WaiveOptions = { readonly reason: string; readonly until?: string }
type Waived = {
  readonly evidenceId: string
  readonly covers: readonly { path: string; rules: readonly string[] }[]
}

const waive = async (session: Session, target: string, { reason, until }: WaiveOptions): Promise<void> => {
  const { data } = await session.client.call<Waived>(
    'POST',
    `${versionPath(modelVersionRef(target))}/waivers`,
    {
      body: { reason, ...(until === undefined ? {} : { expiresAt: until }) },
      signal: session.io.signal,
    },
  )
  if (isStructured(session)) return printDocument(session.io, data, session.format)
  const covers = data.covers.map(({ path, rules }) => `${path} (${rules.join(', ')})`).join(', ')
  session.io.out(`${target} waived: ${printable(covers)}\n`)
}

export const addVerdict = (program: Command, run: Run): void => {
  program
    .command('verdict')
    .description(
      'scan, signature and graph of plain files (no server needed), or the server’s signed verdict, verified; exit 5 unless it allows',
    )
    .argument('<target>', 'a file or folder, NAME:VERSION, or a digest (sha256:…)')
    .option('--signature <file>', 'of plain files: their signature')
    .option(
      '--public-key <file>',
      'of plain files: the signer’s key; of the server’s verdict: the key it must be signed with',
    )
    .option(
      '--certificate-chain <file>',
      'trust signers under these root certificates; may be repeated',
      listOf,
      [],
    )
    .option('--valid-at <time>', 'moment the certificates must be valid at: now (default), a time, or issue')
    .option('--trusted-root <file>', 'Sigstore trusted root for a keyless signature')
    .option('--certificate-identity <name>', 'who must have signed: e-mail address or URI')
    .option('--certificate-oidc-issuer <url>', 'who must have vouched for the signer')
    .option('--key <file>', 'of plain files: sign the verdict with this private key (Ed25519 or EC)')
    .option('--out <file>', 'where the signed verdict goes; the answer without it')
    .action(run((session, target: string, options: Options) => verdict(session, target, options)))
  program
    .command('waive')
    .description(
      'take upon yourself what the scan of a version could not verify; covers exactly what it found',
    )
    .argument('<name:version>')
    .requiredOption('--reason <text>', 'why; kept as evidence and in the audit log')
    .option('--until <time>', 'when the waiver ends (default: it does not)')
    .action(run((session, target: string, options: WaiveOptions) => waive(session, target, options)))
}
