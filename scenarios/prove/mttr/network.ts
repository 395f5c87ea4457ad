/** A network of the proof's own: it runs in a fresh network namespace, so that no rule of this machine is touched. */
import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../../../tools/files.ts'

const exec = promisify(execFile)
const MARK = 'RAMPART_MTTR_NETWORK'

/** The host under proof, and who attacks it from the other end of a cable. */
export const HOST = '10.97.0.2'
export const ATTACKER = '10.97.0.66'

export const isInside = (): boolean => process.env[MARK] === 'own'

const isThere = (program: string): boolean => spawnSync(program, ['--version']).error === undefined

/** Runs this program again inside; its exit code. Needs root; nft and ip are installed as for the peers where they are not. */
export const enter = async (): Promise<number> => {
  if (process.getuid?.() !== 0) throw new Error('network namespaces and nftables need root')
  if (!isThere('nft') || !isThere('ip'))
    execFileSync('bash', [join(root, 'peers/nftables.sh'), 'install'], { stdio: 'inherit' })
  const child = spawn('unshare', ['--net', '--', process.execPath, ...process.argv.slice(1)], {
    env: { ...process.env, [MARK]: 'own' },
    stdio: 'inherit',
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new Error('unshare does not start', { cause })))
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

const ip = (...args: string[]) => exec('ip', args)

/** Loopback of this namespace. */
export const raise = async (): Promise<void> => {
  await ip('link', 'set', 'lo', 'up')
}

/** A cable to the namespace of a process that was started by `unshare --net`. */
export const connectTo = async (pid: number): Promise<void> => {
  const there = ['-t', String(pid), '-n', 'ip']
  await ip('link', 'add', 'attacked', 'type', 'veth', 'peer', 'name', 'attacker', 'netns', String(pid))
  await ip('addr', 'add', `${HOST}/24`, 'dev', 'attacked')
  await ip('link', 'set', 'attacked', 'up')
  await exec('nsenter', [...there, 'addr', 'add', `${ATTACKER}/24`, 'dev', 'attacker'])
  await exec('nsenter', [...there, 'link', 'set', 'attacker', 'up'])
}
