/** Puts onnxruntime-node into the tarball: its JavaScript, the native library of the wanted platforms, no install script. */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../files.ts'

type Manifest = { readonly version: string; readonly dependencies?: Record<string, string> } & Record<
  string,
  unknown
>

/** Where the embedded database exists too. */
const PLATFORMS = ['linux/x64', 'linux/arm64', 'darwin/arm64']

const copyPackage = (
  stage: string,
  name: string,
  parts: readonly string[],
  change: (manifest: Manifest) => unknown,
): string => {
  const from = join(root, 'node_modules', name)
  const to = join(stage, 'node_modules', name)
  mkdirSync(to, { recursive: true })
  for (const part of parts.filter((path) => existsSync(join(from, path))))
    cpSync(join(from, part), join(to, part), { recursive: true })
  const manifest = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as Manifest
  writeFileSync(join(to, 'package.json'), `${JSON.stringify(change(manifest), null, 2)}\n`)
  return manifest.version
}

/** Gives the dependencies to write into the manifest: npm wants bundled packages to be named there. */
export const vendorOnnxruntime = (stage: string, allPlatforms: boolean): Record<string, string> => {
  const platforms = allPlatforms ? PLATFORMS : [`${process.platform}/${process.arch}`]
  const common = copyPackage(
    stage,
    'onnxruntime-common',
    ['dist', 'lib', 'README.md', 'LICENSE'],
    ({ scripts, devDependencies, ...rest }) => rest,
  )
  const natives = platforms.map((platform) => `bin/napi-v6/${platform}`)
  // adm-zip and global-agent serve the install script only.
  const node = copyPackage(
    stage,
    'onnxruntime-node',
    ['dist', 'README.md', 'LICENSE', ...natives],
    ({ scripts, devDependencies, ...rest }) => ({
      ...rest,
      dependencies: { 'onnxruntime-common': common },
    }),
  )
  return { 'onnxruntime-common': common, 'onnxruntime-node': node }
}
