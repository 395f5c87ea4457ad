/** Finds the Node that can run TypeScript and runs a program on it as if it were this process. */
import { spawn, spawnSync } from 'node:child_process'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Type stripping is on by default, without a warning, from this version on. */
const OLDEST = [22, 18]

const stripsTypes = (version) => {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
}

/**
 * The pinned Node first: it is the one every test ran on. The caller's own Node serves when the pinned one has no
 * build for this platform. The path is resolved here because a shell remembers where it found `node` before.
 */
export const findRuntime = () => {
  const pinned = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  const probe = spawnSync(pinned, ['--version'], { encoding: 'utf8' })
  if (probe.status === 0 && stripsTypes(probe.stdout.trim())) return pinned
  if (stripsTypes(process.versions.node)) return process.execPath
  throw new Error(
    `the pinned Node (${pinned}) does not run here and this Node is ${process.versions.node}; ` +
      `install Node ${OLDEST.join('.')} or newer, or delete node_modules and try again`,
  )
}

/** Runs to the end and gives the exit code; signals are passed on so that stopping us stops the program. */
export const run = (program, args, { env = process.env, stdio = 'inherit', cwd } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio, env, cwd })
    const forward = (signal) => {
      // A terminal sends Ctrl-C to the whole process group: passing it on would deliver it twice.
      if (signal === 'SIGINT' && process.stdin.isTTY) return
      child.kill(signal)
    }
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, forward)
    const done = () => {
      for (const signal of signals) process.off(signal, forward)
    }
    child.once('error', (error) => {
      done()
      reject(error)
    })
    child.once('exit', (code, signal) => {
      done()
      resolve(code ?? 128 + (constants.signals[signal] ?? 0))
    })
  })
