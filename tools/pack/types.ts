/** Type declarations of the two packages that users of the release import: client and domain. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../files.ts'

const FLAGS = [
  '--declaration',
  '--emitDeclarationOnly',
  '--noEmit',
  'false',
  '--rewriteRelativeImportExtensions',
  '--allowImportingTsExtensions',
  'false',
]
const COMPILER = [
  '--target',
  'es2024',
  '--module',
  'nodenext',
  '--lib',
  'es2024,dom,dom.asynciterable',
  '--strict',
  '--skipLibCheck',
  '--types',
  'node',
  '--exactOptionalPropertyTypes',
  '--ignoreConfig',
]

export const emitTypes = (outdir: string): void => {
  for (const name of ['client', 'domain']) {
    const source = join(root, 'packages', name, 'src')
    const args = [
      join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
      ...COMPILER,
      ...FLAGS,
      '--rootDir',
      source,
      '--outDir',
      join(outdir, name),
      join(source, 'index.ts'),
    ]
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
    if (status !== 0) throw new Error(`types of ${name}: ${stdout}`)
  }
}
