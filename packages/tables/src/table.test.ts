import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isAppError } from '@rampart/kit/core'
import fc from 'fast-check'
import { type Cell, cellOf } from './cell.ts'
import { openTable } from './table.ts'

const folder = mkdtempSync(join(tmpdir(), 'tables-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const golden = (name: string): string => fileURLToPath(new URL(`../golden/${name}`, import.meta.url))

const write = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const readAll = async (path: string, columns?: readonly string[]): Promise<Record<string, Cell[]>> => {
  const table = await openTable(path)
  const wanted = columns ?? table.columns
  const all: Record<string, Cell[]> = Object.fromEntries(wanted.map((name) => [name, []]))
  for await (const block of table.read(wanted)) {
    block.columns.forEach((cells, i) => {
      assert.equal(cells.length, block.rows)
      all[wanted[i] as string]?.push(...cells)
    })
  }
  return all
}

const refuses = (code: string) => (error: unknown) => isAppError(error) && error.code === code

describe('CSV', () => {
  test('byte order mark, CRLF, quotes, line breaks in quotes, blank lines, short rows, missing values', async () => {
    const path = write(
      'real.csv',
      '\ufeffa,"b ""x""",c\r\n1,"x, y",NaN\r\n\r\n-2.5e3,"two\nlines",\r\n+.5,3\r\n" 7 ",inf,null\r\n',
    )
    assert.deepEqual(await readAll(path), {
      a: [1, -2500, 0.5, 7],
      'b "x"': ['x, y', 'two\nlines', 3, Infinity],
      c: [null, null, null, null],
    })
  })

  test('what looks like a number in programs is none in data', () => {
    for (const text of ['0x10', '1_000', '1,5', '--1', 'e5', '12a', 'true', '١'])
      assert.equal(cellOf(text), text)
    assert.deepEqual(['007', '1.', '-0', '1E3', '-inf'].map(cellOf), [7, 1, -0, 1000, -Infinity])
  })

  test('every double survives being written and read', () => {
    fc.assert(fc.property(fc.double({ noNaN: true }), (value) => cellOf(String(value)) === value))
  })

  test('broken files are named with their place', async () => {
    await assert.rejects(
      readAll(write('long.csv', 'a,b\n1,2\n1,2,3\n')),
      /data row 2 has 3 cells, the header 2/,
    )
    await assert.rejects(readAll(write('open.csv', 'a\n"never closed\n')), refuses('TABLES_MALFORMED'))
    await assert.rejects(readAll(write('twice.csv', 'a,a\n1,2\n')), /two columns are called "a"/)
    await assert.rejects(readAll(write('empty.csv', '')), refuses('TABLES_MALFORMED'))
    await assert.rejects(openTable(join(folder, 'absent.csv')), refuses('TABLES_FILE_MISSING'))
    await assert.rejects(openTable(folder), refuses('TABLES_FILE_MISSING'))
    await assert.rejects(readAll(write('one.csv', 'a\n1\n'), ['b']), /no column "b"; it has a/)
  })

  test('a record without an end does not fill the memory', async () => {
    await assert.rejects(
      readAll(write('line.csv', `a\n${'1'.repeat(6 * 1024 * 1024)}`)),
      refuses('TABLES_MALFORMED'),
    )
  })

  test('blocks of a longer file follow one another', async () => {
    const path = write('rows.csv', `n\n${Array.from({ length: 10_000 }, (_, i) => i).join('\n')}\n`)
    const { n } = await readAll(path)
    assert.deepEqual(
      n,
      Array.from({ length: 10_000 }, (_, i) => i),
    )
  })
})

describe('Parquet as pyarrow writes it', () => {
  for (const compression of ['snappy', 'gzip', 'zstd', 'brotli', 'none']) {
    test(compression, async () => {
      assert.deepEqual(await readAll(golden(`frame-${compression}.parquet`)), {
        amount: [1.5, -2, null, 4.25, 1e300],
        count: [1, 2, null, 4, 2 ** 40],
        city: ['Oslo', null, 'Köln', 'a "b", c', ''],
        flag: ['true', 'false', 'true', 'true', 'false'],
      })
    })
  }

  test('damaged bytes are refused, whichever they are', async () => {
    const bytes = readFileSync(golden('frame-zstd.parquet'))
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const damaged = Uint8Array.from(bytes)
        damaged[at] = (damaged[at] as number) ^ flip
        const path = write('damaged.parquet', damaged)
        await readAll(path).catch((error: unknown) => assert.ok(isAppError(error), String(error)))
      }),
      { numRuns: 60 },
    )
    await assert.rejects(readAll(write('cut.parquet', bytes.subarray(0, 200))), refuses('TABLES_MALFORMED'))
  })
})

describe('npz as NumPy writes it', () => {
  for (const name of ['arrays.npz', 'arrays-deflated.npz']) {
    test(name, async () => {
      assert.deepEqual(await readAll(golden(name)), {
        single: [0, 0.5, 1, 1.5, 2],
        double: [1.5, null, Infinity, -0, 3],
        whole: [1, -2, 3, 2 ** 40, 5],
        big: [1, 2, 3, 4, 5],
        yes: [1, 0, 1, 0, 1],
        half: [0.5, 1, 2, 4, 8],
        'pair[0]': [0, 2, 4, 6, 8],
        'pair[1]': [1, 3, 5, 7, 9],
      })
    })
  }

  test('pickles inside are refused, damaged and cut archives too', async () => {
    await assert.rejects(openTable(golden('objects.npz')), refuses('TABLES_UNSUPPORTED'))
    const bytes = readFileSync(golden('arrays-deflated.npz'))
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const damaged = Uint8Array.from(bytes)
        damaged[at] = (damaged[at] as number) ^ flip
        const path = write('damaged.npz', damaged)
        await readAll(path).catch((error: unknown) => assert.ok(isAppError(error), String(error)))
      }),
      { numRuns: 100 },
    )
    await assert.rejects(openTable(write('cut.npz', bytes.subarray(0, 300))), refuses('TABLES_MALFORMED'))
  })
})
