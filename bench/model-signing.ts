/** CPU of signing a 2 GiB model against openssl dgst in interleaved pairs, and many files with one and two threads; launcher and start-up included, npx not; Linux only. [--quick] */
import { spawn } from 'node:child_process'
import { generateKeyPairSync, randomFillSync } from 'node:crypto'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PAIRS = process.argv.includes('--quick') ? 3 : 9
const GIB = 2 ** 30
const FILES = 400
const FILE_BYTES = 2_500_000

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'rampart-bench-sign-'))

const fill = (path: string, bytes: number): void => {
  const block = Buffer.allocUnsafe(Math.min(bytes, 16 * 2 ** 20))
  const fd = openSync(path, 'w')
  for (let written = 0; written < bytes; written += block.length)
    writeSync(fd, randomFillSync(block), 0, Math.min(block.length, bytes - written))
  closeSync(fd)
}

/** Highest resident memory of a process and its children so far, MiB. */
const peakMebibytes = (pid: number): number => {
  try {
    const own = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    )
    return Math.max(own, ...children.map(peakMebibytes))
  } catch {
    return 0
  }
}

type Cost = { readonly cpuSeconds: number; readonly wallSeconds: number; readonly peakMebibytes: number }

/** The shell's `times` prints user and system time of everything it waited for. */
const measure = (command: string): Promise<Cost> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now()
    const child = spawn('/bin/sh', ['-c', `${command} >/dev/null || exit 1; times`], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let [text, peak] = ['', 0]
    const watch = setInterval(() => {
      peak = Math.max(peak, peakMebibytes(child.pid ?? 0))
    }, 20)
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    child.once('close', (code) => {
      clearInterval(watch)
      const times = [...text.matchAll(/(\d+)m([\d.]+)s/g)].map(
        (match) => Number(match[1]) * 60 + Number(match[2]),
      )
      if (code !== 0 || times.length !== 4) reject(new Error(`${command} failed`))
      else
        resolve({
          cpuSeconds: (times[2] ?? 0) + (times[3] ?? 0),
          wallSeconds: (performance.now() - startedAt) / 1000,
          peakMebibytes: peak,
        })
    })
  })

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
const print = (line: string): void => void process.stdout.write(`${line}\n`)

const rampart = `node ${join(root, 'apps', 'cli', 'bin', 'rampart.mjs')}`
const sign = (path: string, threads: number): string =>
  `${rampart} sign ${path} --key k.pem --signature m.sig --threads ${threads}`

const againstOpenssl = async (): Promise<void> => {
  fill(join(folder, 'model.bin'), 2 * GIB)
  const openssl = 'openssl dgst -sha256 model.bin'
  await measure(openssl)
  await measure(sign('model.bin', 2))
  const [ratios, peaks]: [number[], number[]] = [[], []]
  for (let pair = 1; pair <= PAIRS; pair++) {
    // The order alternates, so that neither side always runs on the warmer machine.
    const order = pair % 2 === 0 ? [openssl, sign('model.bin', 2)] : [sign('model.bin', 2), openssl]
    const costs = new Map<string, Cost>()
    for (const command of order) costs.set(command, await measure(command))
    const [theirs, ours] = [costs.get(openssl), costs.get(sign('model.bin', 2))]
    ratios.push((ours?.cpuSeconds ?? 0) / (theirs?.cpuSeconds ?? 1))
    peaks.push(ours?.peakMebibytes ?? 0)
    print(
      `pair ${pair}: openssl ${theirs?.cpuSeconds.toFixed(2)} s CPU, rampart sign ${ours?.cpuSeconds.toFixed(2)} s CPU, ratio ${ratios.at(-1)?.toFixed(3)}`,
    )
  }
  print(
    `2 GiB: median ratio ${median(ratios).toFixed(3)} (aim 1.15), peak ${Math.max(...peaks).toFixed(0)} MiB (aim 300)`,
  )
}

const manyFiles = async (): Promise<void> => {
  mkdirSync(join(folder, 'many'))
  for (let at = 0; at < FILES; at++) fill(join(folder, 'many', `${at}.bin`), FILE_BYTES)
  const walls: Record<number, number[]> = { 1: [], 2: [] }
  await measure(sign('many', 2))
  for (let pair = 0; pair < PAIRS; pair++)
    for (const threads of [1, 2]) walls[threads]?.push((await measure(sign('many', threads))).wallSeconds)
  const [one, two] = [median(walls[1] ?? []), median(walls[2] ?? [])]
  print(
    `${FILES} files of ${FILE_BYTES} bytes: ${one.toFixed(2)} s with one thread, ${two.toFixed(2)} s with two`,
  )
}

try {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writeFileSync(join(folder, 'k.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  await againstOpenssl()
  await manyFiles()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
