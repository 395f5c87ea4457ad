/**
 * `npm run pack [-- --all-platforms]`: the release tarball dist/rampart-VERSION.tgz. Our code is bundled JavaScript with
 * types for packages/client and packages/domain; third-party packages stay dependencies with exact versions.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { listFiles, root } from './files.ts'
import { bundle } from './pack/bundle.ts'
import { writeTarball } from './pack/tarball.ts'
import { emitTypes } from './pack/types.ts'
import { vendorOnnxruntime } from './pack/vendor.ts'

const STAGE = join(root, 'dist', 'package')

/** What the product reads at run time, at the same paths as in the repository. */
const isAsset = (path: string): boolean =>
  /^(contracts|policies)\//.test(path) ||
  /^examples\/[^/]+\/(model\.yaml|model\.onnx|[^/]+\.ndjson(\.gz)?|[^/]+\.md|SHA256SUMS)$/.test(path) ||
  /^(modules|packages)\/[^/]+\/migrations\//.test(path) ||
  path.startsWith('packages/rego/wasm/') ||
  ['LICENSE', 'README.md', 'CHANGELOG.md'].includes(path)

const copy = (path: string): void => {
  mkdirSync(dirname(join(STAGE, path)), { recursive: true })
  cpSync(join(root, path), join(STAGE, path), { recursive: true })
}

const writeManifest = (dependencies: Readonly<Record<string, string>>): string => {
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown> & {
    version: string
  }
  const manifest = {
    name: own.name,
    version: own.version,
    description: own.description,
    license: own.license,
    type: 'module',
    engines: own.engines,
    bin: { rampart: './bin/rampart.mjs' },
    exports: {
      './client': { types: './types/client/index.d.ts', default: './dist/client.js' },
      './domain': { types: './types/domain/index.d.ts', default: './dist/domain.js' },
      './package.json': './package.json',
    },
    dependencies,
    // Its own install script would download GPU parts; what the processor needs is inside.
    bundleDependencies: ['onnxruntime-node', 'onnxruntime-common'],
  }
  writeFileSync(join(STAGE, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  return own.version
}

const main = async (): Promise<void> => {
  rmSync(STAGE, { recursive: true, force: true })
  const { dependencies } = await bundle(join(STAGE, 'dist'))
  emitTypes(join(STAGE, 'types'))
  for (const path of listFiles(isAsset)) copy(path)
  copy('apps/console/dist')
  cpSync(join(root, 'tools', 'pack', 'launcher.mjs'), join(STAGE, 'bin', 'rampart.mjs'))
  const vendored = vendorOnnxruntime(STAGE, process.argv.includes('--all-platforms'))
  const version = writeManifest({ ...dependencies, ...vendored })
  const tarball = writeTarball(STAGE, join(root, 'dist', `rampart-${version}.tgz`))
  process.stdout.write(
    `${tarball}  ${(statSync(tarball).size / 1024 ** 2).toFixed(1)} MiB, ${Object.keys(dependencies).length} dependencies\n`,
  )
}

await main()
