/** `rampart sign` killed at random moments: the signature file is absent, the old one, or whole and verified. */
import { spawn, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { root } from '../../../tools/files.ts'

const CLI = join(root, 'apps/cli/src/main.ts')
const BYTES = 64 * 1024 * 1024

export type SignKills = { readonly absent: number; readonly whole: number; readonly wrong: readonly string[] }

export const killSigning = async (kills: number, random: () => number): Promise<SignKills> => {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-prove-sign-'))
  const at = (name: string): string => join(folder, name)
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writeFileSync(at('key.pem'), String(privateKey.export({ type: 'pkcs8', format: 'pem' })), { mode: 0o600 })
  writeFileSync(at('key.pub'), String(publicKey.export({ type: 'spki', format: 'pem' })))
  writeFileSync(at('model.bin'), Buffer.alloc(BYTES, 7))
  const sign = ['sign', at('model.bin'), '--key', at('key.pem'), '--signature', at('m.sig')]
  const wrong: string[] = []
  let absent = 0
  let whole = 0
  try {
    const started = performance.now()
    spawnSync(process.execPath, [CLI, ...sign], { cwd: folder })
    const wholeMs = performance.now() - started
    for (let kill = 0; kill < kills; kill += 1) {
      rmSync(at('m.sig'), { force: true })
      const child = spawn(process.execPath, [CLI, ...sign], { cwd: folder, stdio: 'ignore' })
      const gone = new Promise((resolve) => child.once('exit', resolve))
      // Most of the time around the end, where the file is written.
      await delay(wholeMs * (0.5 + 0.6 * random()))
      child.kill('SIGKILL')
      await gone
      if (!existsSync(at('m.sig'))) absent += 1
      else if (isWhole(at)) whole += 1
      else
        wrong.push(`kill ${kill}: the signature file is not whole: ${readFileSync(at('m.sig')).length} bytes`)
    }
    spawnSync(process.execPath, [CLI, ...sign], { cwd: folder })
    if (!isWhole(at)) wrong.push('the next run does not sign')
    const names = readdirSync(folder).filter((name) => name.includes('m.sig') && name !== 'm.sig')
    if (names.length > 0) wrong.push(`left behind after the next run: ${names.join(', ')}`)
    return { absent, whole, wrong }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const isWhole = (at: (name: string) => string): boolean =>
  spawnSync(process.execPath, [
    CLI,
    ...['verify', at('model.bin'), '--public-key', at('key.pub'), '--signature', at('m.sig')],
  ]).status === 0
