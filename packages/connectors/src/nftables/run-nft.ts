/** Runs nft to its end: bounded output, a deadline, and errors that say why. */
import { spawn } from 'node:child_process'
import { firewallErrors } from './errors.ts'

export type NftOptions = {
  /** How nft is run on the host in question; `nft` alone is this one, `ip netns exec NAME nft` a namespace. */
  readonly command: readonly string[]
  readonly timeoutMs: number
}

export type NftResult = { readonly code: number; readonly stdout: string; readonly stderr: string }

const MAX_OUTPUT = 4 * 1024 * 1024

export const runNft = (options: NftOptions, args: readonly string[]): Promise<NftResult> =>
  new Promise((resolve, reject) => {
    const [program = 'nft', ...before] = options.command
    const unavailable = (why: string, cause?: unknown) =>
      reject(firewallErrors.FIREWALL_UNAVAILABLE(`${program} ${why}`, { cause }))
    const child = spawn(program, [...before, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
    })
    const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
    let size = 0
    for (const name of ['stdout', 'stderr'] as const)
      child[name].on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > MAX_OUTPUT) child.kill('SIGKILL')
        else chunks[name].push(chunk)
      })
    child.once('error', (cause) => unavailable('could not be run', cause))
    child.once('exit', (code) => {
      if (code !== null) return
      unavailable('did not end in time')
      // What it started may live on and hold the pipes open.
      child.stdout.destroy()
      child.stderr.destroy()
    })
    child.once('close', (code) => {
      resolve({
        code: code ?? 1,
        stdout: Buffer.concat(chunks.stdout).toString('utf8'),
        stderr: Buffer.concat(chunks.stderr).toString('utf8'),
      })
    })
  })

export const firstLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 200)

/** The JSON of a listing, undefined when there is no such table. */
export const listTable = async (options: NftOptions, table: string): Promise<unknown> => {
  const { code, stdout, stderr } = await runNft(options, ['-j', 'list', 'table', 'inet', table])
  if (code !== 0 && /No such file or directory/.test(stderr)) return undefined
  if (code !== 0) throw firewallErrors.FIREWALL_UNAVAILABLE(firstLine(stderr))
  try {
    return JSON.parse(stdout)
  } catch (cause) {
    throw firewallErrors.FIREWALL_ANSWER_INVALID('nft listed what is no JSON', { cause })
  }
}
