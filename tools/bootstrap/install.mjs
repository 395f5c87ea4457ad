/** Makes node_modules match package-lock.json, once, however many commands start at the same time. */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { root, run } from './runtime.mjs'

const LOCK = join(root, '.install.lock')
const LOCK_WAIT_MS = 15 * 60_000

const readJson = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** npm writes node_modules/.package-lock.json last, so it tells what is really there, whoever installed it. */
const installedPackages = () => readJson(join(root, 'node_modules', '.package-lock.json'))?.packages

/** Paths in package-lock.json that should be on disk for this mode and are not, or are in another version. */
export const findMissing = (wanted, installed, mode) =>
  Object.entries(wanted).filter(([path, entry]) => {
    if (path === '' || (mode === 'run' && (entry.dev || entry.devOptional))) return false
    const found = installed[path]
    // Which optional packages npm takes depends on the platform; a wrong version of one is still wrong.
    if (found === undefined) return !entry.optional && !entry.devOptional
    return found.version !== entry.version || Boolean(found.link) !== Boolean(entry.link)
  })

const isInstalled = (mode) => {
  const lock = readJson(join(root, 'package-lock.json'))
  const installed = installedPackages()
  if (lock === undefined) throw new Error('package-lock.json is missing or broken: is this a whole checkout?')
  return installed !== undefined && findMissing(lock.packages, installed, mode).length === 0
}

/** A tree that has development packages keeps them: `npm start` must not undo what `npm test` installed. */
const installedMode = (mode) => {
  const installed = installedPackages() ?? {}
  return Object.values(installed).some((entry) => entry.dev) ? 'all' : mode
}

const holderIsGone = () => {
  const pid = Number(readJson(join(LOCK, 'holder.json'))?.pid)
  // Between mkdir and the write of holder.json there is no pid yet: give its maker five seconds.
  if (!Number.isInteger(pid) || pid <= 0)
    return Date.now() - (statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? 0) > 5000
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}

/** mkdir is atomic on every file system we meet, so the folder is the lock. */
const takeLock = async () => {
  for (const deadline = Date.now() + LOCK_WAIT_MS; Date.now() < deadline; await wait(200)) {
    try {
      mkdirSync(LOCK)
      writeFileSync(join(LOCK, 'holder.json'), JSON.stringify({ pid: process.pid }))
      return () => rmSync(LOCK, { recursive: true, force: true })
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      if (holderIsGone()) rmSync(LOCK, { recursive: true, force: true })
    }
  }
  throw new Error(`another install has held ${LOCK} for 15 minutes; delete it if nothing runs`)
}

const npm = (args) => {
  // onnxruntime-node carries its CPU libraries; its install script would only download CUDA parts.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' }
  const script = process.env.npm_execpath
  const [program, prefix] = script?.endsWith('.js') ? [process.execPath, [script]] : ['npm', []]
  // npm's report is about the install, not the answer of the command that was asked for: stderr.
  return run(program, [...prefix, ...args], { env, cwd: root, stdio: ['ignore', 2, 2] })
}

/** A fresh tree gets the exact, quick `npm ci`; an existing one is brought up to date in place. */
const installTree = async (flags) => {
  const fresh = !existsSync(join(root, 'node_modules', '.package-lock.json'))
  if (fresh && (await npm(['ci', ...flags, '--loglevel=error'])) === 0) return
  // `npm ci` wants a lockfile that names every platform's build; a person who only wants to start need not care.
  if (fresh) process.stderr.write('npm ci failed (npm run lock repairs the lockfile); trying npm install…\n')
  const code = await npm(['install', '--no-save', ...flags, '--loglevel=error'])
  if (code !== 0) throw new Error(`npm install ended with ${code}; its messages are above`)
}

/** mode `run`: what running needs. mode `all`: development packages too. */
export const ensureInstalled = async (mode) => {
  if (isInstalled(mode)) return
  const release = await takeLock()
  try {
    if (isInstalled(mode)) return
    const target = installedMode(mode)
    process.stderr.write(`installing packages (${target === 'run' ? 'to run' : 'with development tools'})…\n`)
    const startedAt = Date.now()
    await installTree(target === 'run' ? ['--omit=dev'] : [])
    process.stderr.write(`installed in ${Math.round((Date.now() - startedAt) / 1000)} s\n`)
  } finally {
    release()
  }
}
