/** `rampart audit prove --record ID` and `rampart audit verify-proof FILE`: one record of the inference log, proved. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { RecordProof, VerificationKey } from '@rampart/signing'
import { cliErrors } from '../errors.ts'
import { printable } from '../io.ts'
import { printDocument } from '../output.ts'
import type { Session } from '../session.ts'

type Trust = { readonly origin: string; readonly publicKey: VerificationKey }
type Options = { readonly key?: string }

const readText = async ({ io }: Session, path: string): Promise<string> => {
  if (path === '-') return io.stdin()
  try {
    return await readFile(resolve(io.cwd, path), 'utf8')
  } catch (cause) {
    throw cliErrors.CLI_NO_FILE(`${path} cannot be read`, { cause })
  }
}

/** The key is never asked of the server: whoever could forge the proof could forge the key. */
const readTrust = async (session: Session, { key }: Options): Promise<Trust> => {
  if (key !== undefined) {
    const { parseNoteKey } = await import('@rampart/signing')
    const { name, key: publicKey } = parseNoteKey((await readText(session, key)).trim())
    return { origin: name, publicKey }
  }
  const { readAuditTrust } = await import('@rampart/audit')
  return readAuditTrust(session.settings.home)
}

/** The verdict with its steps; a proof that does not hold is exit code 5. */
const report = async (session: Session, proof: RecordProof, options: Options): Promise<void> => {
  const { verifyRecordProof } = await import('@rampart/signing')
  const { verdict, steps } = verifyRecordProof(proof, await readTrust(session, options))
  const { io, format } = session
  if (format === 'json' || format === 'yaml') printDocument(io, { ...proof, verdict, steps }, format)
  else {
    io.out(`${printable(proof.record)}\n`)
    for (const { ok, step, detail } of steps)
      io.out(`${ok ? 'ok ' : 'NO '} ${step.padEnd(10)} ${printable(detail)}\n`)
    if (verdict === 'valid') io.out(`valid: record ${printable(proof.id)} is as it was written\n`)
  }
  if (verdict !== 'valid') {
    const broken = steps.find(({ ok }) => !ok)
    throw cliErrors.CLI_LOG_ALTERED(
      `the proof of record ${printable(proof.id)} does not hold: ${broken?.detail ?? ''}`,
    )
  }
}

export const proveRecord = async (
  session: Session,
  options: Options & { readonly record: string },
): Promise<void> => {
  const path = `/api/v1/inference-log/${encodeURIComponent(options.record)}/proof`
  const { data } = await session.client.call<unknown>('GET', path, { signal: session.io.signal })
  await report(session, await readProof(data), options)
}

export const verifyProof = async (session: Session, file: string, options: Options): Promise<void> => {
  const text = await readText(session, file)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw cliErrors.CLI_LOG_ALTERED(`${file} is not JSON`, { cause })
  }
  await report(session, await readProof(value), options)
}

const readProof = async (value: unknown): Promise<RecordProof> => {
  const { readRecordProof } = await import('@rampart/signing')
  const proof = readRecordProof(value)
  if (proof === undefined) throw cliErrors.CLI_LOG_ALTERED('the document is not a proof of a record')
  return proof
}
