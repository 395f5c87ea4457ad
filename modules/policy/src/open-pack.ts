/** Packs from content instead of the database: for processes that are told which policy is in force. */
import type { Digest } from '@rampart/domain'
import { createRegoRuntime } from '@rampart/rego'
import { type CompiledPack, type CompileRequest, compilePack } from './compiled-pack.ts'
import { policyErrors } from './errors.ts'
import { checkFileNames, type PackFiles, type PackName, packDigest } from './pack-files.ts'

export type PackContent = {
  readonly pack: PackName
  readonly version: number
  readonly digest: Digest
  readonly files: PackFiles
}

/** The opener throws POLICY_CONTENT_DIFFERS when digest and files disagree, REGO_COMPILE_FAILED otherwise. */
export const createPackOpener = async (
  onFault: NonNullable<CompileRequest['onFault']>,
): Promise<(content: PackContent) => CompiledPack> => {
  const runtime = await createRegoRuntime()
  let epoch = 0
  return ({ pack, version, digest, files }) => {
    if (packDigest(files) !== digest)
      throw policyErrors.POLICY_CONTENT_DIFFERS(`version ${version} of ${pack} is not ${digest}`)
    epoch += 1
    return compilePack(runtime, { pack, files, version, epoch, onFault })
  }
}

/** For files that nobody named a digest of, in a process of their own. The opener throws POLICY_FILE_REFUSED, REGO_COMPILE_FAILED. */
export const createDraftOpener = async (): Promise<(pack: PackName, files: PackFiles) => CompiledPack> => {
  const runtime = await createRegoRuntime()
  return (pack, files) => {
    checkFileNames(files)
    return compilePack(runtime, { pack, files, version: 0, epoch: 0 })
  }
}
