/** Megabytes of an opcode-dense harmless pickle scanned per CPU second, one thread, beside picklescan on the same file. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_LIMITS, scanFile } from '@rampart/artifacts/testing'
import { execute, peer } from '../tools/peers/group.ts'

const ROUNDS = 5
const TARGET = 5

const WRITE = `
import pickle, sys
rows = [{'id': i, 'name': f'user{i % 5000}', 'tags': (i % 7, i % 11, 'x'), 'scores': [i / 3, i * 2, None, True],
         'nested': {'a': (1, 2), 'b': [(3, 4), (5, 6)]}} for i in range(200000)]
pickle.dump(rows, open(sys.argv[1], 'wb'), 4)
`

const RIVAL = `
import sys, time
from picklescan.scanner import scan_file_path
started = time.process_time()
result = scan_file_path(sys.argv[1])
assert result.infected_files == 0 and not result.scan_err
print(time.process_time() - started)
`

const ownSeconds = (path: string): number => {
  const before = process.cpuUsage()
  const told: string[] = []
  scanFile(
    path,
    path,
    DEFAULT_LIMITS,
    (event) => {
      if (event.kind === 'finding') told.push(event.finding.message)
    },
    () => performance.now(),
  )
  if (told.length > 0) throw new Error(told.join('; '))
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

const [, judges = ''] = (await peer('scanners', 'install')).split(' ')
const folder = mkdtempSync(join(tmpdir(), 'rampart-bench-scan-'))
try {
  const path = join(folder, 'dense.pkl')
  const script = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  await execute(judges, [script('write.py', WRITE), path])
  const megabytes = statSync(path).size / 1e6
  const own = Array.from({ length: ROUNDS }, () => ownSeconds(path))
  const rival: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const { stdout } = await execute(judges, [script('rival.py', RIVAL), path], { quiet: true })
    rival.push(Number(stdout.trim()))
  }
  const ours = megabytes / median(own)
  const theirs = megabytes / median(rival)
  process.stdout.write(
    `${megabytes.toFixed(1)} MB, CPU time, median of ${ROUNDS}; the first of ours is cold: ${own.map((one) => one.toFixed(2)).join(' ')} s\n`,
  )
  process.stdout.write(
    `rampart    ${ours.toFixed(1)} MB/s\npicklescan ${theirs.toFixed(1)} MB/s\nratio      ${(ours / theirs).toFixed(1)}, target ${TARGET}\n`,
  )
  process.exitCode = ours / theirs >= TARGET ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
