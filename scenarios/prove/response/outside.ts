/** Receivers that can be killed, hung and started again on the same port, and the database's server process. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('./counting-receiver.ts', import.meta.url))

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

export const createOutside = async (file: string) => {
  const port = await freePort()
  let child: ChildProcess | undefined
  const isAlive = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null
  const start = async (): Promise<void> => {
    if (isAlive()) return
    child = spawn(process.execPath, [PROGRAM, String(port), file], { stdio: ['ignore', 'pipe', 'inherit'] })
    if (child.stdout !== null) await once(child.stdout, 'data')
  }
  const kill = async (): Promise<void> => {
    if (!isAlive() || child === undefined) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  await start()
  return {
    url: `http://127.0.0.1:${port}/`,
    start,
    kill,
    hang: (): void => void child?.kill('SIGSTOP'),
    /** Alive and answering, whatever was done to it. */
    mend: async (): Promise<void> => {
      child?.kill('SIGCONT')
      await start()
    },
    got: (): readonly Record<string, unknown>[] =>
      existsSync(file)
        ? readFileSync(file, 'utf8')
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line) as Record<string, unknown>)
        : [],
  }
}

const pidFile = (folder: string): string | undefined => {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'postmaster.pid') return join(folder, entry.name)
    const found = entry.isDirectory() ? pidFile(join(folder, entry.name)) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

/** SIGKILL of the server process of the database whose files are in the folder; its supervisor starts it again. */
export const killDatabase = async (home: string): Promise<void> => {
  const file = pidFile(home)
  const pid = Number(file === undefined ? Number.NaN : readFileSync(file, 'utf8').split('\n')[0])
  if (!Number.isInteger(pid) || pid < 2) throw new Error('the database has no server process')
  process.kill(pid, 'SIGKILL')
  const isThere = (): boolean => {
    try {
      // A killed child is there until its parent has looked: its state tells.
      return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
    } catch {
      return false
    }
  }
  for (const end = Date.now() + 5_000; isThere() && Date.now() < end; ) await delay(5)
}

/** A network namespace of its own whose packet filter may be changed; undefined where that is not allowed. */
export const createNamespace = (): { readonly nft: string; readonly remove: () => void } | undefined => {
  const name = `rampart-prove-${process.pid}`
  const ip = (...words: string[]): boolean => spawnSync('ip', words, { stdio: 'ignore' }).status === 0
  if (!ip('netns', 'add', name)) return undefined
  const remove = (): void => void ip('netns', 'del', name)
  if (ip('netns', 'exec', name, 'nft', 'list', 'ruleset')) return { nft: `ip netns exec ${name} nft`, remove }
  remove()
  return undefined
}
