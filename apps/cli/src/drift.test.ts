import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createUniform, ksTest, sampleOf } from '@rampart/drift'
import { cli } from './testing.ts'

let folder: string
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-drift-'))
  const uniform = createUniform(5)
  const rows = (shift: number) =>
    Array.from({ length: 600 }, (_, i) => {
      const city = uniform() < 0.5 + shift / 2 ? 'Oslo' : '"Bergen, ""west"""'
      return `${i % 20 === 0 ? 'NA' : uniform() + shift},${uniform()},${city}`
    })
  writeFileSync(join(folder, 'a.csv'), `\ufeffamount,hour,city,old\n${rows(0).join(',1\n')},1\n`)
  writeFileSync(join(folder, 'b.csv'), `amount,hour,city\r\n${rows(0.6).join('\r\n')}\r\n`)
  writeFileSync(join(folder, 'text.csv'), 'amount,hour,city\n1,2,x\nlots,3,y\n')
  const stream = Array.from({ length: 900 }, (_, i) => (i === 10 ? '' : i < 500 ? uniform() : 3 + uniform()))
  writeFileSync(join(folder, 's.csv'), `row,x\n${stream.map((x, i) => `${i},${x}`).join('\n')}\n`)
})
after(() => rmSync(folder, { recursive: true, force: true }))

const run = (...argv: string[]) => cli(argv, { cwd: folder })
const compare = (...more: string[]) => run('drift', '--reference', 'a.csv', '--current', 'b.csv', ...more)

type Columns = Record<string, Record<string, unknown>>

test('drift gives the fixed JSON shape, exactly, for numeric and categorical columns', async () => {
  const { code, out, err } = await compare('-o', 'json')
  assert.equal(code, 0, err)
  assert.match(err, /left out: old/)
  const { columns } = JSON.parse(out) as { columns: Columns }
  assert.deepEqual(Object.keys(columns), ['amount', 'hour', 'city'])
  assert.equal(columns.amount?.verdict, 'drifted')
  assert.equal(columns.hour?.verdict, 'stable')
  assert.deepEqual(columns.amount?.missing, { reference: 30, current: 30, p_value: 1 })
  assert.equal(columns.city?.kind, 'categorical')
  assert.equal(columns.city?.verdict, 'drifted')
  assert.deepEqual(
    [
      columns.city?.ks,
      columns.city?.wasserstein,
      typeof columns.city?.psi,
      typeof columns.city?.jensen_shannon,
    ],
    [null, null, 'number', 'number'],
  )
})

test('drift on one column equals the library on its values', async () => {
  const { out } = await compare('--column', 'hour', '-o', 'json')
  const { columns } = JSON.parse(out) as { columns: Columns }
  assert.deepEqual(Object.keys(columns), ['hour'])
  const uniform = createUniform(5)
  const hours = () =>
    sampleOf(
      Array.from({ length: 600 }, (_, i) => {
        uniform()
        if (i % 20 !== 0) uniform()
        return uniform()
      }),
    )
  // Draws stand in the order: city, amount unless missing, hour.
  const { statistic, pValue } = ksTest(hours(), hours())
  assert.deepEqual(columns.hour?.ks, { statistic, p_value: pValue, method: 'exact' })
})

test('drift prints a table for people', async () => {
  const { out } = await compare('--column', 'amount')
  assert.match(out, /^COLUMN +VERDICT +PSI +KS +P +WASSERSTEIN +JS +MISSING\namount +drifted /)
})

test('all numeric columns together: a change of dependence that no column shows', async () => {
  const uniform = createUniform(11)
  const pairs = (sign: number) =>
    Array.from({ length: 400 }, () => {
      const x = uniform() - 0.5
      return `${x},${sign * x + (uniform() - 0.5) / 10},,t`
    })
  writeFileSync(join(folder, 'up.csv'), `x,y,empty,text\n${pairs(1).join('\n')}\n`)
  writeFileSync(join(folder, 'down.csv'), `x,y,empty,text\n${pairs(-1).join('\n')}\n`)
  const columns = ['--column', 'x', '--column', 'y', '--column', 'text']
  const args = ['drift', '--reference', 'up.csv', '--current', 'down.csv', ...columns, '--mmd']
  const { out } = await run(...args, '-o', 'json')
  const { columns: alone, mmd } = JSON.parse(out) as {
    columns: Columns
    mmd: { p_value: number; columns: string[]; rows: object }
  }
  assert.deepEqual([alone.x?.verdict, alone.y?.verdict], ['stable', 'stable'])
  assert.equal(mmd.p_value, 0.002)
  assert.deepEqual([mmd.columns, mmd.rows], [['x', 'y'], { reference: 400, current: 400 }])
  assert.match((await run(...args)).out, /\ntogether: MMD² \S+, p 0\.002000 over 2 numeric columns\n$/)
  const same = await run(
    'drift',
    '--reference',
    'up.csv',
    '--current',
    'up.csv',
    '--mmd',
    '--column',
    'x',
    '-o',
    'json',
  )
  assert.equal((JSON.parse(same.out) as { mmd: { p_value: number } }).mmd.p_value, 1)
  for (const column of ['text', 'empty']) {
    const { code, err } = await run(
      'drift',
      '--reference',
      'up.csv',
      '--current',
      'up.csv',
      '--mmd',
      '--column',
      column,
    )
    assert.equal(code, 2)
    assert.match(err, /--mmd: (no numeric column|a file has fewer than two rows)/)
  }
})

test('numbers can be compared as categories', async () => {
  const { out } = await run(
    ...['drift', '--reference', 's.csv', '--current', 's.csv', '--column', 'row', '--categorical', 'row'],
    ...['-o', 'json'],
  )
  const { columns } = JSON.parse(out) as { columns: Columns }
  assert.deepEqual([columns.row?.kind, columns.row?.psi, columns.row?.verdict], ['categorical', 0, 'stable'])
})

test('changepoints numbers data rows, passes over missing values and takes parameters', async () => {
  for (const [method, from, to] of [
    ['adwin', 500, 540],
    ['page-hinkley', 500, 530],
    ['cusum', 500, 505],
    ['kswin', 500, 530],
    ['conformal', 500, 560],
  ] as const) {
    const { code, out, err } = await run(
      'changepoints',
      's.csv',
      '--column',
      'x',
      '--method',
      method,
      '-o',
      'json',
    )
    assert.equal(code, 0, err)
    assert.match(err, /1 missing values/)
    const { alarms } = JSON.parse(out) as { alarms: number[] }
    assert.ok(
      alarms.some((at) => at >= from && at <= to),
      `${method}: ${alarms}`,
    )
  }
  const never = await run(
    'changepoints',
    's.csv',
    '--column',
    'x',
    '--method',
    'cusum',
    '--param',
    'threshold=1e9',
  )
  assert.deepEqual([never.code, never.out], [0, ''])
})

test('what is wrong with files, columns and parameters is said, with the exit code for it', async () => {
  const watch = ['changepoints', 's.csv', '--column', 'x']
  for (const [argv, code, hint] of [
    [['drift', '--reference', 'none.csv', '--current', 'b.csv'], 3, /there is no file .*none\.csv/],
    [['drift', '--reference', 'a.csv', '--current', 'b.csv', '--column', 'old'], 3, /no column "old"/],
    [['drift', '--reference', 'a.csv'], 2, /required option '--current/],
    [['drift', '--reference', 's.csv', '--current', 'a.csv'], 2, /no column in common/],
    [
      ['drift', '--reference', 'b.csv', '--current', 'text.csv', '--column', 'amount'],
      2,
      /text\.csv: data row 2: column amount is numeric, but holds "lots"/,
    ],
    [['changepoints', 'text.csv', '--column', 'city'], 2, /data row 1: column city holds "x"/],
    [['changepoints', 'none.csv', '--column', 'x'], 3, /there is no file/],
    [['changepoints', 's.csv', '--column', 'y'], 3, /no column "y"; it has row, x/],
    [[...watch, '--method', 'magic'], 2, /Allowed choices are adwin/],
    [[...watch, '--param', 'detla=1'], 2, /adwin has no parameter detla; it has delta/],
    [[...watch, '--param', 'delta=much'], 2, /delta is a number/],
    [[...watch, '--param', 'delta=7'], 2, /delta is 7: a number between 0 and 1/],
    [[...watch, '--param', 'delta'], 2, /write NAME=VALUE/],
  ] as const) {
    const result = await run(...argv)
    assert.equal(result.code, code, `${argv.join(' ')}: ${result.err}`)
    assert.match(result.err, hint)
    assert.equal(result.out, '')
  }
})
