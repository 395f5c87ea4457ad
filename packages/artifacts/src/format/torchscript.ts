/** TorchScript: code for PyTorch's own interpreter. Known harmless operators only, or the archive is not verified. */
import type { ZipEntry } from '../archive/zip-directory.ts'
import { type Content, headOf } from '../content.ts'
import { quoted, type ScanContext } from '../scan-context.ts'

const MAX_CODE = 4 << 20
/** Operators that read or write files, or load code. */
const DANGEROUS =
  /\b(torch\.(save|load|from_file|classes|ops\.load_library)|ops\.(?!prim\b|aten\b)\w+|from_file|__import__|prim\.PythonOp|_save|torch\._export)\b/

/** Blocked operators are named; other code is told as code, since its meaning is not judged. */
export const judgeTorchScript = (
  context: ScanContext,
  members: readonly { readonly entry: ZipEntry; readonly content: Content }[],
): void => {
  for (const { entry, content } of members) {
    if (!/(^|\/)code\/.+\.py$/.test(entry.name)) continue
    if (entry.bytes > MAX_CODE) {
      context.report('scan-limit', `${quoted(entry.name)} is too large to read`)
      continue
    }
    const match = DANGEROUS.exec(headOf(content, MAX_CODE).toString('latin1'))
    if (match !== null) context.report('torchscript-code', `${quoted(entry.name)} uses ${quoted(match[0])}`)
  }
  context.report('torchscript-code', 'the archive carries TorchScript code')
}
