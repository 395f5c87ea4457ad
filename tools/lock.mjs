/**
 * `npm run lock`: makes package-lock.json anew from the manifests, away from node_modules, and completes it.
 * A registry mirror may lack the builds of other platforms; npm then leaves them out of the lockfile, and `npm ci`
 * refuses a lockfile without them. Their exact versions are known from the package that names them, so they are added.
 */

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/
const SYSTEMS = [
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
  'aix',
]
const PROCESSORS = [
  'arm64',
  'arm',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'x64',
  'wasm32',
]

/** `…-linux-arm-musleabihf` → linux, arm, musl: npm installs a package without these fields on every machine. */
const platformOf = (name) => {
  const words = name.split(/[-/]/)
  const os = words.filter((word) => SYSTEMS.includes(word))
  const cpu = words.filter((word) => PROCESSORS.includes(word))
  const libc = words.some((word) => word.startsWith('musl'))
    ? ['musl']
    : words.some((word) => word.startsWith('gnu'))
      ? ['glibc']
      : []
  return {
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(os.length > 0 ? { os } : {}),
    ...(libc.length > 0 && os[0] === 'linux' ? { libc } : {}),
  }
}

/** Where Node would find `name` for the package at `path`; undefined when the lockfile has it nowhere. */
const resolveIn = (packages, path, name) => {
  for (let at = path; ; ) {
    const candidate = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`
    if (packages[candidate] !== undefined) return candidate
    if (at === '') return undefined
    const up = at.lastIndexOf('/node_modules/')
    at = up === -1 ? '' : at.slice(0, up)
  }
}

/**
 * `[path, name, version]` of each optional dependency that the lockfile does not hold.
 * @param {Record<string, { optionalDependencies?: Record<string, string> }>} packages
 * @returns {[string, string, string][]}
 */
export const findIncomplete = (packages) =>
  Object.entries(packages).flatMap(([path, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => resolveIn(packages, path, name) === undefined)
      .map(([name, version]) => [path, name, version]),
  )

const complete = (lock) => {
  for (const [path, name, version] of findIncomplete(lock.packages)) {
    if (!EXACT.test(version))
      throw new Error(`${path} wants ${name} ${version}: not an exact version, add it by hand`)
    const platform = platformOf(name)
    if (platform.os === undefined && platform.cpu === undefined)
      throw new Error(`cannot tell the platform of ${name}`)
    const dev = lock.packages[path].dev === true ? { dev: true } : {}
    lock.packages[`node_modules/${name}`] = { version, ...platform, ...dev, optional: true }
  }
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1))
  return { ...lock, packages: Object.fromEntries(sorted) }
}

const manifests = (workspaces) =>
  spawnSync(
    'git',
    [
      'ls-files',
      '--cached',
      '--others',
      '--exclude-standard',
      'package.json',
      ...workspaces.map((glob) => `${glob}/package.json`),
    ],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
    .stdout.trim()
    .split('\n')

const main = () => {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-lock-'))
  try {
    const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    // The lockfile goes along: what is locked stays, only what the manifests changed is resolved.
    for (const path of [...manifests(workspaces), '.npmrc', 'package-lock.json']) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      cpSync(join(root, path), join(folder, path))
    }
    const npm = spawnSync('npm', ['install', '--package-lock-only', '--loglevel=error'], {
      cwd: folder,
      stdio: 'inherit',
    })
    if (npm.status !== 0) throw new Error(`npm ended with ${npm.status}`)
    const lock = complete(JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')))
    writeFileSync(join(root, 'package-lock.json'), `${JSON.stringify(lock, null, 2)}\n`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
